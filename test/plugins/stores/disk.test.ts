import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { createStorage, type Driver } from "unstorage";
import * as v from "valibot";
import { createCache } from "../../../core/cache/cache.ts";
import { decodeEntry, encodeEntry } from "../../../core/cache/entry.ts";
import disk from "../../../plugins/stores/disk.ts";
import { makeHost } from "../../contract/host.ts";
import { testStore } from "../../contract/store.ts";
import { makeBytes, makeEntry } from "../../core/cache/make-entry.ts";
import { openDisk } from "./open-disk.ts";

async function folder(): Promise<{ path: string; entries: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "cameo-disk-"));
  return { path, entries: join(path, "entries"), remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs with a folder that goes afterwards. */
async function inFolder(run: (at: { path: string; entries: string }) => Promise<void>): Promise<void> {
  const at = await folder();
  try {
    await run(at);
  } finally {
    await at.remove();
  }
}

/** What a small value takes on the disk. */
const block = 4096;

interface Instance {
  usage(): { entries: number; bytes: number };
}

function usageOf(driver: Driver): { entries: number; bytes: number } {
  const instance = driver.getInstance?.() as Instance | undefined;
  return instance?.usage() ?? { entries: -1, bytes: -1 };
}

/** Lets everything else run until `holds`. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

async function filesIn(path: string): Promise<string[]> {
  const all = await readdir(path, { recursive: true, withFileTypes: true });
  return all.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

const set = async (driver: Driver, key: string, value: Uint8Array) => driver.setItemRaw?.(key, value, {});
const get = async (driver: Driver, key: string): Promise<unknown> => driver.getItemRaw?.(key, {});
const has = async (driver: Driver, key: string) => (await driver.getKeys("", {})).includes(key);

testStore("disk", async () => {
  const { path, remove } = await folder();
  const driver = await openDisk({ path });
  return {
    driver,
    async close() {
      await driver.dispose?.();
      await remove();
    },
  };
});

test("disk finds any short key again, and by its listing, whatever is in it", () =>
  inFolder(async ({ path }) => {
    const driver = await openDisk({ path });
    const segment = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }).map((text) => text.replace(/[:?/\\]/g, "_")),
      fc.constantFrom("..", ".", "CON", "nul", "com1", "a.bin", "~", "%41", "A", "a"),
    );
    const keys = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join(":"));
    const check = async (key: string, other: string) => {
      // A file's name has 255 bytes, each of ours may take three, and some are for ending and temporary name.
      fc.pre(key !== other && [key, other].every((each) => Buffer.byteLength(each) < 70));
      await driver.clear?.("", {});
      await set(driver, key, makeBytes(10, 1));
      await set(driver, other, makeBytes(10, 2));
      assert.deepEqual(new Uint8Array((await get(driver, key)) as Uint8Array), makeBytes(10, 1));
      assert.deepEqual((await driver.getKeys("", {})).sort(), [key, other].sort());
      for (const file of await filesIn(path)) assert.match(file.slice(path.length), /^[/a-z0-9_%.-]+\.bin$/);
    };
    await fc.assert(fc.asyncProperty(keys, keys, check), { numRuns: 60 });
  }));

test("disk keeps files at 0600 and folders at 0700", () =>
  inFolder(async ({ path, entries }) => {
    await set(await openDisk({ path, fsync: true }), "m:abcdef:original", makeBytes(10));
    const modeOf = async (at: string) => (await stat(join(entries, at))).mode & 0o777;
    for (const at of [".", "m", "m/ab"]) assert.equal(await modeOf(at), 0o700, at);
    assert.equal(await modeOf("m/ab/abcdef.original.bin"), 0o600);
  }));

test("disk leaves no other file behind than the values", () =>
  inFolder(async ({ path, entries }) => {
    const driver = await openDisk({ path });
    const writes = Array.from({ length: 50 }, (_, at) => set(driver, `m:abc:${at % 5}`, makeBytes(2000, at)));
    await Promise.all(writes);
    assert.equal((await filesIn(entries)).length, 5);
  }));

test("disk evicts the least recently used values, down to nine tenths of its budget", () =>
  inFolder(async ({ path }) => {
    const driver = await openDisk({ path, maxBytes: 10 * block });
    for (let at = 0; at < 10; at++) await set(driver, `m:r${at}:original`, makeBytes(4000));
    assert.ok(await get(driver, "m:r0:original"));
    await set(driver, "m:new:original", makeBytes(4000));
    await until(() => usageOf(driver).bytes <= 9 * block);
    await driver.dispose?.();
    const left = (await driver.getKeys("", {})).sort();
    const kept = ["new", "r0", "r3", "r4", "r5", "r6", "r7", "r8", "r9"].map((ref) => `m:${ref}:original`);
    assert.deepEqual(left, kept);
    assert.deepEqual(usageOf(driver), { entries: 9, bytes: 9 * block });
  }));

test("disk keeps to its budget, and knows what it holds, under any sequence of writes", async () => {
  const step = fc.record({ ref: fc.nat({ max: 30 }), length: fc.integer({ min: 1, max: 12_000 }) });
  const check = (steps: readonly { ref: number; length: number }[]) =>
    inFolder(async ({ path, entries }) => {
      const driver = await openDisk({ path, maxBytes: 12 * block });
      for (const { ref, length } of steps) await set(driver, `m:r${ref}:v`, makeBytes(length));
      await until(() => usageOf(driver).bytes <= 12 * block);
      await driver.dispose?.();
      const sizes = await Promise.all((await filesIn(entries)).map(async (file) => (await stat(file)).size));
      assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= usageOf(driver).bytes);
    });
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), check), { numRuns: 15 });
});

test("disk refuses a value over its whole budget", () =>
  inFolder(async ({ path }) => {
    const driver = await openDisk({ path, maxBytes: 100 });
    await assert.rejects(set(driver, "m:abc:original", makeBytes(101)), /no room/);
    assert.deepEqual(await driver.getKeys("", {}), []);
  }));

test("disk gives way when the disk has less free space than it is to leave", () =>
  inFolder(async ({ path }) => {
    await set(await openDisk({ path }), "m:abc:v", makeBytes(10));
    const driver = await openDisk({ path, minFreeBytes: 1e18 });
    await until(async () => (await driver.getKeys("", {})).length === 0);
    await assert.rejects(set(driver, "m:abc:v", makeBytes(10)), /no room/);
  }));

test("disk carries the order of use over a restart, in the files' times", () =>
  inFolder(async ({ path, entries }) => {
    const first = await openDisk({ path });
    for (const [age, ref] of [
      [4, "ra"],
      [3, "rb"],
      [2, "rc"],
    ] as const) {
      await set(first, `m:${ref}:v`, makeBytes(1000));
      const then = Date.now() / 1000 - age * 3600;
      await utimes(join(entries, `m/${ref}/${ref}.v.bin`), then, then);
    }
    const second = await openDisk({ path });
    await until(() => usageOf(second).entries === 3);
    assert.ok(await get(second, "m:ra:v"));
    await until(async () => (await stat(join(entries, "m/ra/ra.v.bin"))).mtimeMs > Date.now() - 1_800_000);
    const third = await openDisk({ path, maxBytes: 3.5 * block });
    await until(() => usageOf(third).entries === 3);
    await set(third, "m:rd:v", makeBytes(1000));
    await until(() => usageOf(third).bytes <= 3.15 * block);
    await third.dispose?.(); // What it forgot is off the disk then.
    assert.deepEqual((await third.getKeys("", {})).sort(), ["m:ra:v", "m:rc:v", "m:rd:v"]);
  }));

test("disk notes a use in the file's time once in five minutes, not each time", () =>
  inFolder(async ({ path, entries }) => {
    let now = Date.now();
    const driver = await openDisk({ path }, { ...makeHost(), now: () => now });
    const file = (name: string) => join(entries, `m/ab/abc.${name}.bin`);
    await set(driver, "m:abc:early", makeBytes(10));
    await utimes(file("early"), 1000, 1000);
    now += 2000;
    await set(driver, "m:abc:late", makeBytes(10));
    await utimes(file("late"), 1000, 1000);
    now += 299_000;
    for (let at = 0; at < 20; at++) await get(driver, "m:abc:late");
    await get(driver, "m:abc:early");
    await until(async () => (await stat(file("early"))).mtimeMs > 1_000_000);
    assert.ok(Math.abs((await stat(file("early"))).mtimeMs - now) < 2);
    assert.equal((await stat(file("late"))).mtimeMs, 1_000_000);
  }));

test("disk knows the size of values that were replaced during its first look at the folder", () =>
  inFolder(async ({ path }) => {
    const first = await openDisk({ path });
    const writeAll = (driver: Driver, length: number) =>
      Promise.all(Array.from({ length: 200 }, (_, at) => set(driver, `m:r${at}:v`, makeBytes(length))));
    await writeAll(first, 10);
    const second = await openDisk({ path });
    await writeAll(second, 5000);
    await second.dispose?.();
    assert.deepEqual(usageOf(second), { entries: 200, bytes: 400 * block });
  }));

test("disk answers before its first look at the folder is done", () =>
  inFolder(async ({ path }) => {
    const first = await openDisk({ path });
    for (let at = 0; at < 300; at++) await set(first, `m:r${at}:v`, makeBytes(10));
    const second = await openDisk({ path });
    assert.ok(await get(second, "m:r299:v"));
    assert.ok(usageOf(second).entries < 300);
    await until(() => usageOf(second).entries === 300);
    assert.equal(usageOf(second).bytes, 300 * block);
  }));

test("disk removes temporary files an hour old, and no younger ones", () =>
  inFolder(async ({ path, entries }) => {
    await set(await openDisk({ path }), "m:abc:v", makeBytes(10));
    const left = (name: string) => join(entries, "m/ab", `abc.v.bin.${name}`);
    for (const name of ["old", "young"]) await writeFile(left(name), "half");
    const then = Date.now() / 1000 - 3700;
    await utimes(left("old"), then, then);
    const driver = await openDisk({ path });
    await until(async () => (await filesIn(entries)).length === 2);
    assert.ok((await filesIn(entries)).includes(left("young")));
    assert.deepEqual(await driver.getKeys("", {}), ["m:abc:v"]);
  }));

test("disk makes its folder again when somebody deletes it", () =>
  inFolder(async ({ path }) => {
    const driver = await openDisk({ path });
    await set(driver, "m:abc:v", makeBytes(10));
    await rm(path, { recursive: true });
    assert.equal(await get(driver, "m:abc:v"), null);
    await set(driver, "m:abc:v", makeBytes(20));
    assert.deepEqual(new Uint8Array((await get(driver, "m:abc:v")) as Uint8Array), makeBytes(20));
    assert.deepEqual(usageOf(driver), { entries: 1, bytes: block });
  }));

test("disk removes what is under a base, and only that", () =>
  inFolder(async ({ path, entries }) => {
    await set(await openDisk({ path }), "n:abc:v", makeBytes(10));
    const driver = await openDisk({ path });
    await until(() => usageOf(driver).entries === 1);
    const writes = Array.from({ length: 2000 }, (_, at) =>
      set(driver, `m:${at % 2 ? "abc" : "abd"}:${at}`, makeBytes(10)),
    );
    await Promise.all(writes);
    await driver.clear?.("m:abc:", {});
    assert.deepEqual(await driver.getKeys("m:abc:", {}), []);
    assert.equal((await readdir(join(entries, "m/ab"))).length, 1000);
    assert.equal(usageOf(driver).entries, 1001);
    await driver.clear?.("m:", {});
    assert.deepEqual(await driver.getKeys("", {}), ["n:abc:v"]);
  }));

test("disk lists no file where none of its values belongs, and removes it after an hour", () =>
  inFolder(async ({ path, entries }) => {
    await set(await openDisk({ path }), "m:abc:v", makeBytes(10));
    const then = Date.now() / 1000 - 3700;
    for (const name of ["x.bin", "m/ab/%zz.bin", "m/ab/abc/v.bin", "m/cd/abc.v.bin"]) {
      await mkdir(dirname(join(entries, name)), { recursive: true });
      await writeFile(join(entries, name), "strange");
      await utimes(join(entries, name), then, then);
    }
    const driver = await openDisk({ path });
    assert.deepEqual((await driver.getKeys("", {})).sort(), ["m:abc:v", "x"]);
    await until(async () => (await filesIn(entries)).length === 2);
  }));

test("disk gives a whole value at any moment while it is being replaced", () =>
  inFolder(async ({ path }) => {
    const [writer, reader] = [await openDisk({ path }), await openDisk({ path })];
    const values = [makeBytes(2_000_000, 1), makeBytes(3_000_000, 2)] as const;
    await set(writer, "m:abc:v", values[0]);
    let isDone = false;
    const writing = (async () => {
      for (let at = 0; at < 40; at++) await set(writer, "m:abc:v", values[at % 2 === 0 ? 1 : 0]);
      isDone = true;
    })();
    while (!isDone) {
      const value = Buffer.from((await get(reader, "m:abc:v")) as Uint8Array);
      assert.ok(values.some((each) => value.equals(each)));
    }
    await writing;
  }));

test("disk gives whole values or none while others write, remove, evict and clear the same folder", () =>
  inFolder(async ({ path }) => {
    const drivers = [await openDisk({ path, maxBytes: 30_000 }), await openDisk({ path, maxBytes: 30_000 })];
    const values = [0, 1, 2].map((seed) => encodeEntry(makeEntry(makeBytes(5000, seed))));
    const isDisturbed = (error: Error) => assert.match(error.message, /ENOENT|EEXIST|ENOTEMPTY/);
    let found = 0;
    const work = async (driver: Driver, turn: number) => {
      const key = `m:r${turn % 4}:v`;
      await set(driver, key, values[turn % 3] ?? makeBytes(0)).catch(isDisturbed);
      const value = await get(driver, key);
      assert.ok(value === null || decodeEntry(value as Uint8Array));
      if (value) found += 1;
      if (turn % 10 === 9) await driver.removeItem?.(key, {});
      if (turn === 30) await Promise.resolve(driver.clear?.("", {})).catch(isDisturbed);
    };
    await Promise.all(drivers.flatMap((driver) => Array.from({ length: 60 }, (_, turn) => work(driver, turn))));
    assert.ok(found > 0);
    await Promise.all(drivers.map((driver) => driver.dispose?.()));
  }));

test("disk sees what another process wrote before it evicts", () =>
  inFolder(async ({ path }) => {
    let now = Date.now();
    const mine = await openDisk({ path, maxBytes: 10 * block }, { ...makeHost(), now: () => now });
    await set(mine, "m:first:v", makeBytes(1000));
    const other = await openDisk({ path, maxBytes: 10 * block });
    for (let at = 0; at < 8; at++) await set(other, `m:o${at}:v`, makeBytes(1000));
    now += 3_600_000;
    for (let at = 0; at < 10; at++) await set(mine, `m:n${at}:v`, makeBytes(1000));
    await until(async () => (await mine.getKeys("", {})).length <= 10);
    await mine.dispose?.();
    assert.ok(await has(mine, "m:n9:v"));
  }));

test("disk throws where nothing can be written, and the cache warns once and serves on", () =>
  inFolder(async ({ path }) => {
    await writeFile(join(path, "file"), "in the way");
    const driver = await openDisk({ path: join(path, "file") });
    await assert.rejects(set(driver, "m:abc:v", makeBytes(10)), /ENOTDIR|EEXIST/);
    const { log, lines } = makeHost();
    const cache = createCache({ memory: { maxBytes: 100_000 }, tiers: [{ name: "disk", driver }], log, now: () => 0 });
    for (let at = 0; at < 5; at++) await cache.set(`m:abc:${at}`, makeEntry(makeBytes(10)));
    assert.equal((await cache.get("m:abc:1"))?.tier, "memory");
    assert.equal(await cache.get("m:abc:9"), undefined);
    assert.equal(lines.length, 1);
  }));

test("disk loses a value that was damaged on it", () =>
  inFolder(async ({ path, entries }) => {
    const { log, now } = makeHost();
    const tiers = [{ name: "disk", driver: await openDisk({ path }) }];
    const cache = createCache({ memory: { maxBytes: 0 }, tiers, log, now });
    await cache.set("m:abc:v", makeEntry(makeBytes(500)));
    const file = join(entries, "m/ab/abc.v.bin");
    const bytes = await readFile(file);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    await writeFile(file, bytes);
    assert.equal(await cache.get("m:abc:v"), undefined);
    assert.deepEqual(await filesIn(entries), []);
  }));

/** Writes in another process, on the same runtime, kills it after `lines` writes. */
async function writeAndKill(path: string, lines: number): Promise<void> {
  const script = fileURLToPath(import.meta.resolve("./disk-writer.ts"));
  const run = "Deno" in globalThis ? ["run", "-A", "--no-check", script, path] : [script, path];
  const child = spawn(process.execPath, run, { stdio: ["ignore", "pipe", "inherit"] });
  let written = 0;
  child.stdout.on("data", (chunk: Uint8Array) => {
    written += String(chunk).split("\n").length - 1;
    if (written >= lines) child.kill("SIGKILL");
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  assert.equal(signal, "SIGKILL");
}

test("disk serves only whole values after its writer was killed while writing", () =>
  inFolder(async ({ path }) => {
    for (const lines of [1, 2, 4, 7, 11]) {
      await writeAndKill(path, lines);
      const driver = await openDisk({ path });
      const { log, now } = makeHost();
      const cache = createCache({ memory: { maxBytes: 0 }, tiers: [{ name: "disk", driver }], log, now });
      const keys = await createStorage({ driver }).getKeys();
      assert.ok(keys.length >= Math.min(lines, 4));
      for (const key of keys) {
        const hit = await cache.get(key);
        const at = Number(hit?.entry.header.tags?.[0]);
        assert.ok(hit && Buffer.from(hit.entry.body).equals(makeBytes(6_000_000 + at, at)), key);
      }
      assert.equal(cache.stats().tiers[1]?.errors, 0);
    }
  }));

test("disk options have defaults and refuse what makes no sense", () => {
  assert.deepEqual(v.parse(disk.options, {}), { path: "./.cameo/cache", maxBytes: 10_737_418_240, fsync: false });
  for (const wrong of [{ path: "" }, { maxBytes: -1 }, { minFreeBytes: -1 }]) {
    assert.equal(v.safeParse(disk.options, wrong).success, false);
  }
});
