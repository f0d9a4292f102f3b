/** Entries for tests: whole and true to their hash. */
import { createHash } from "node:crypto";
import type { Entry, EntryHeader } from "../../../core/cache/entry.ts";

export function makeEntry(body: Uint8Array, fields: Partial<EntryHeader> = {}): Entry {
  const sha256 = createHash("sha256").update(body).digest("hex");
  const times = { storedAt: 1000, freshUntil: 2000, staleUntil: 3000 };
  return {
    header: { kind: "variant", type: "image/png", etag: `"${sha256.slice(0, 32)}"`, sha256, ...times, ...fields },
    body,
  };
}

/** Bytes that differ from one `seed` to the next. */
export function makeBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = at * 31 + seed * 97 + (at >> 8);
  return bytes;
}
