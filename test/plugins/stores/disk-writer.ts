/** A process that writes entries to a disk store until it is killed: `disk-writer.ts <folder>`. Prints the number of each one written. */

/** A process that writes entries to a disk store until it is killed: `disk-writer.ts <folder>`. Prints the number of each one written. */
import process, { stdout } from "node:process";
import { createCache } from "../../../core/cache/cache.ts";
import { makeHost } from "../../contract/host.ts";
import { makeBytes, makeEntry } from "../../core/cache/make-entry.ts";
import { openDisk } from "./open-disk.ts";

const { log, now } = makeHost();
const driver = await openDisk({ path: process.argv[2] ?? "" });
const cache = createCache({ memory: { maxBytes: 0 }, tiers: [{ name: "disk", driver }], log, now });

/** Large, so that most of the time goes into writing, and made beforehand. */
const entries = [0, 1, 2].map((at) => makeEntry(makeBytes(6_000_000 + at, at), { tags: [String(at)] }));

/** The same few keys again and again, so that values are also replaced. */
for (let at = 0; ; at++) {
  const entry = entries[at % entries.length];
  if (entry) await cache.set(`m:abc:${at % 4}`, entry);
  stdout.write(`${at}\n`);
}
