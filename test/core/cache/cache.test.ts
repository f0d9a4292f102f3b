import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Driver } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import memoryDriver from "unstorage/drivers/memory";
import { type Cache, createCache } from "../../../core/cache/cache.ts";
import { encodeEntry } from "../../../core/cache/entry.ts";
import { makeHost } from "../../contract/host.ts";
import { testStore } from "../../contract/store.ts";
import { makeBytes, makeEntry } from "./make-entry.ts";

testStore("unstorage's memory driver", async () => ({ driver: memoryDriver(), close: async () => {} }));

testStore("unstorage's fs driver", async () => {
  const base = await mkdtemp(join(tmpdir(), "cameo-store-"));
  return { driver: fsDriver({ base }), close: () => rm(base, { recursive: true }) };
});

const key = "m:abc:original";
const old = makeEntry(makeBytes(100, 1));
const fresh = makeEntry(makeBytes(100, 2));

function open(tiers: Readonly<Record<string, Driver>>, maxBytes = 1_000_000, now = () => 0) {
  const { log, lines } = makeHost();
  const named = Object.entries(tiers).map(([name, driver]) => ({ name, driver }));
  return { cache: createCache({ memory: { maxBytes }, tiers: named, log, now }), lines };
}

const tierOf = (cache: Cache, name: string) => cache.stats().tiers.find((tier) => tier.name === name);

/** A memory driver that waits for `release` in each write, or in the first read. */
function gated(method: "setItemRaw" | "getItemRaw") {
  const driver = memoryDriver();
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let reads = 0;
  const held = async <T>(work: () => T | Promise<T>): Promise<T> => {
    reached.resolve();
    await gate.promise;
    return work();
  };
  const own: Driver =
    method === "setItemRaw"
      ? {
          ...driver,
          setItemRaw: (at, value, opts) => held(async () => void (await driver.setItemRaw?.(at, value, opts))),
        }
      : {
          ...driver,
          getItemRaw: async (at, opts) => {
            const value: unknown = await driver.getItemRaw?.(at, opts);
            return reads++ === 0 ? held(() => value) : value;
          },
        };
  return { driver: own, release: gate.resolve, reached: reached.promise };
}

const failing = (): Driver => {
  const fail = () => Promise.reject(Object.assign(new Error("EROFS: read-only, open '/secret'"), { code: "EROFS" }));
  return {
    hasItem: fail,
    getItem: fail,
    getItemRaw: fail,
    setItemRaw: fail,
    removeItem: fail,
    getKeys: fail,
    clear: fail,
  };
};

test("set() tells a store for how long it may be served, a minute at least", async () => {
  const told: unknown[] = [];
  const driver: Driver = { ...memoryDriver(), setItemRaw: (at, _value, { ttl }) => void told.push([at, ttl]) };
  const { cache } = open({ disk: driver }, 1_000_000, () => 1_000_000);
  await cache.set("m:a:original", makeEntry(makeBytes(5), { staleUntil: 1_090_500 }));
  await cache.set("m:b:original", makeEntry(makeBytes(5), { staleUntil: 1_000 }));
  assert.deepEqual(told, [
    ["m:a:original", 91],
    ["m:b:original", 60],
  ]);
});

test("peek() answers from memory in the same tick, right after set() was called", () => {
  const { cache } = open({ disk: memoryDriver() });
  void cache.set(key, fresh);
  assert.deepEqual(cache.peek(key), { entry: fresh, tier: "memory" });
  assert.equal(cache.peek("m:abc:other"), undefined);
});

test("get() reads through the tiers and fills those above", async () => {
  const [near, far] = [memoryDriver(), memoryDriver()];
  await far.setItemRaw?.(key, encodeEntry(fresh), {});
  const { cache } = open({ near, far });
  const hit = await cache.get(key);
  assert.equal(hit?.tier, "far");
  assert.deepEqual(hit?.entry.header, fresh.header);
  assert.equal(cache.peek(key)?.tier, "memory");
  assert.ok(near.getItemRaw?.(key, {}));
  const counts = cache.stats().tiers.map(({ name, hits, misses, writes }) => ({ name, hits, misses, writes }));
  assert.deepEqual(counts, [
    { name: "memory", hits: 1, misses: 1, writes: 0 },
    { name: "near", hits: 0, misses: 1, writes: 0 },
    { name: "far", hits: 1, misses: 0, writes: 0 },
  ]);
});

test("get() goes on to the next tier when a value is damaged, and deletes it", async () => {
  const [near, far] = [memoryDriver(), memoryDriver()];
  await near.setItemRaw?.(key, encodeEntry(fresh).subarray(3), {});
  await far.setItemRaw?.(key, encodeEntry(fresh), {});
  const { cache, lines } = open({ near, far });
  assert.equal((await cache.get(key))?.tier, "far");
  assert.equal(tierOf(cache, "near")?.errors, 1);
  assert.equal(lines.length, 1);
});

test("get() reads what a driver gives as an ArrayBuffer or as unstorage's base64 text", async () => {
  const value = encodeEntry(fresh);
  const buffer = { ...memoryDriver(), getItemRaw: () => value.slice().buffer };
  const { setItemRaw, getItemRaw, ...text } = memoryDriver();
  assert.ok(setItemRaw && getItemRaw);
  for (const driver of [buffer, text]) {
    const { cache } = open({ driver }, 0);
    await cache.set(key, fresh);
    assert.deepEqual(new Uint8Array((await cache.get(key))?.entry.body ?? []), fresh.body);
  }
});

test("set() and get() go on without a tier that fails, which is counted and logged once a minute", async () => {
  let now = 0;
  const { cache, lines } = open({ broken: failing(), far: memoryDriver() }, 0, () => now);
  for (let at = 0; at < 10; at++) await cache.set(key, fresh);
  assert.equal((await cache.get(key))?.tier, "far");
  assert.equal(lines.length, 1);
  now = 60_000;
  await cache.set(key, fresh);
  assert.equal(lines.length, 2);
  assert.equal(tierOf(cache, "broken")?.errors, 13);
  assert.deepEqual(tierOf(cache, "broken")?.lastError, { at: 60_000, message: "EROFS" });
  assert.equal(tierOf(cache, "far")?.writes, 11);
});

test("purge() and clear() do not throw for a tier that fails", async () => {
  const { cache } = open({ broken: failing() });
  await cache.set(key, fresh);
  assert.equal(await cache.purge("m:abc:"), 1);
  await cache.clear();
  await cache.dispose();
});

test("purge() counts an entry once, however many tiers hold it, and leaves its neighbours", async () => {
  const { cache } = open({ disk: memoryDriver() });
  for (const name of ["m:abc:original", "m:abc:v1", "m:abcd:original"]) await cache.set(name, fresh);
  assert.equal(await cache.purge("m:abc"), 2);
  assert.equal(await cache.get("m:abc:v1"), undefined);
  assert.ok(await cache.get("m:abcd:original"));
});

test("set() with a ticket from before a purge is dropped; with a later one it is kept", async () => {
  const { cache } = open({ disk: memoryDriver() });
  const ticket = cache.ticket("m:abc:");
  await cache.purge("m:abc:");
  await cache.set(key, old, ticket);
  assert.equal(await cache.get(key), undefined);
  await cache.set(key, fresh, cache.ticket("m:abc:"));
  assert.deepEqual((await cache.get(key))?.entry, fresh);
});

test("set() for another source is not touched by a purge", async () => {
  const { cache } = open({ disk: memoryDriver() });
  const ticket = cache.ticket("m:abd:");
  await cache.purge("m:abc:");
  await cache.set("m:abd:original", old, ticket);
  assert.ok(await cache.get("m:abd:original"));
});

test("purge() waits for a write under way and removes what it wrote", async () => {
  const { driver, release, reached } = gated("setItemRaw");
  const { cache } = open({ slow: driver });
  const writing = cache.set(key, old);
  await reached;
  const purging = cache.purge("m:abc:");
  assert.equal(cache.peek(key), undefined);
  release();
  await Promise.all([writing, purging]);
  assert.equal(await cache.get(key), undefined);
  assert.equal(await driver.getItemRaw?.(key, {}), null);
});

test("get() that began before a purge does not bring the old back into memory", async () => {
  const { driver, release, reached } = gated("getItemRaw");
  const { cache } = open({ slow: driver });
  await driver.setItemRaw?.(key, encodeEntry(old), {});
  const reading = cache.get(key);
  await reached;
  await cache.purge("m:abc:");
  release();
  assert.deepEqual((await reading)?.entry.body, old.body);
  assert.equal(cache.peek(key), undefined);
  assert.equal(await cache.get(key), undefined);
});

test("set() drops values for a store that is too slow for them, so that they do not fill the memory", async () => {
  const { driver, release, reached } = gated("setItemRaw");
  const { cache } = open({ slow: driver });
  const large = makeEntry(new Uint8Array(16 * 1024 * 1024));
  const writes = Array.from({ length: 6 }, (_, at) => cache.set(`m:abc:${at}`, large));
  await reached;
  assert.equal(tierOf(cache, "slow")?.errors, 2);
  release();
  await Promise.all(writes);
  assert.equal(tierOf(cache, "slow")?.writes, 4);
});

test("dispose() waits for writes under way and closes the drivers", async () => {
  const { driver, release, reached } = gated("setItemRaw");
  const events: string[] = [];
  const { cache } = open({ slow: { ...driver, dispose: () => void events.push("closed") } });
  const writing = cache.set(key, fresh).then(() => events.push("written"));
  await reached;
  const closing = cache.dispose();
  release();
  await Promise.all([closing, writing]);
  assert.deepEqual(events.sort(), ["closed", "written"]);
  assert.equal(tierOf(cache, "slow")?.writes, 1);
});

test("stats() tells what a tier holds, if its driver knows", () => {
  const knows = { ...memoryDriver(), getInstance: () => ({ usage: () => ({ entries: 3, bytes: 99 }) }) };
  const { cache } = open({ knows, plain: memoryDriver() });
  assert.equal(tierOf(cache, "knows")?.bytes, 99);
  assert.equal(tierOf(cache, "plain")?.bytes, undefined);
  assert.equal(tierOf(cache, "memory")?.entries, 0);
});

const failure = makeEntry(new Uint8Array(), { kind: "negative", error: { code: "not-found", detail: "none" } });

test("Cache.set() keeps a failure in memory alone, and deletes what it takes the place of", async () => {
  const driver = memoryDriver();
  const { cache } = open({ disk: driver });
  await cache.set(key, old);
  await cache.set(key, failure);
  await cache.set("m:abd:original", failure);
  assert.deepEqual(await driver.getKeys("", {}), []);
  assert.equal((await cache.get(key))?.entry.header.kind, "negative");
  await cache.set(key, fresh);
  assert.deepEqual(await driver.getKeys("", {}), [key]);
});

test("Cache.set() keeps a failure on the tiers where memory keeps nothing", async () => {
  const { cache } = open({ disk: memoryDriver() }, 0);
  await cache.set(key, failure);
  assert.equal((await cache.get(key))?.entry.header.kind, "negative");
});
