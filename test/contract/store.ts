/** What any unstorage driver must do to be a tier of the cache. A store's own test calls `testStore` and adds what is special to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createStorage, type Driver } from "unstorage";
import { type Cache, createCache } from "../../core/cache/cache.ts";
import { hashRef, hashVariant, originalKey, refPrefix, variantKey } from "../../core/cache/key.ts";
import { driverChecks, type OpenedDriver } from "../../core/testing/store.ts";
import { makeBytes, makeEntry } from "../core/cache/make-entry.ts";
import { makeHost } from "./host.ts";

/** A driver over an empty store. */
export type OpenedStore = OpenedDriver;

/** Memory off, so that every answer is the store's. */
function overStore(driver: Driver): Cache {
  const { log, now } = makeHost();
  return createCache({ memory: { maxBytes: 0 }, tiers: [{ name: "store", driver }], log, now });
}

const keysOf = (mount: string, ref: string) => {
  const hash = hashRef("secret", mount, ref);
  return [
    originalKey(mount, hash),
    variantKey(mount, hash, hashVariant("w=1")),
    variantKey(mount, hash, hashVariant("w=2")),
  ];
};

export function testStore(name: string, open: () => Promise<OpenedStore>): void {
  const check = (claim: string, run: (driver: Driver) => Promise<void>) =>
    test(`${name} ${claim}`, async () => {
      const { driver, close } = await open();
      try {
        await run(driver);
      } finally {
        await close?.();
      }
    });

  for (const { claim, run } of driverChecks(open)) test(`${name} ${claim}`, async () => run());

  check("gives back bytes of any length", async (driver) => {
    const storage = createStorage({ driver });
    const bytes = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 600 }), fc.constant(makeBytes(1_100_000)));
    const write = async (value: Uint8Array) => {
      await storage.setItemRaw("m:abc:original", value);
      const back: unknown = await storage.getItemRaw("m:abc:original");
      assert.ok(back instanceof Uint8Array);
      assert.deepEqual(new Uint8Array(back), value);
    };
    await fc.assert(fc.asyncProperty(bytes, write), { numRuns: 20 });
  });

  check(
    "holds entries for the cache, until they are purged with all that was made from their source",
    async (driver) => {
      const cache = overStore(driver);
      for (const key of [...keysOf("m", "one"), ...keysOf("m", "two")]) await cache.set(key, makeEntry(makeBytes(500)));
      const [original = "", ...variants] = keysOf("m", "one");
      assert.deepEqual((await cache.get(original))?.entry.body, makeBytes(500));
      assert.equal(await cache.purge(refPrefix("m", hashRef("secret", "m", "one"))), 3);
      for (const key of [original, ...variants]) assert.equal(await cache.get(key), undefined);
      for (const key of keysOf("m", "two")) assert.equal((await cache.get(key))?.tier, "store");
      assert.equal(await cache.purge("m"), 3);
      assert.equal(cache.stats().tiers[1]?.errors, 0);
    },
  );

  check("is emptied by clear", async (driver) => {
    const cache = overStore(driver);
    for (const key of keysOf("m", "one")) await cache.set(key, makeEntry(makeBytes(5)));
    await cache.clear();
    assert.deepEqual(await createStorage({ driver }).getKeys(), []);
    await cache.set("m:abc:original", makeEntry(makeBytes(5)));
    assert.ok(await cache.get("m:abc:original"));
  });

  check("loses a damaged value, which counts as a miss", async (driver) => {
    const cache = overStore(driver);
    const storage = createStorage({ driver });
    await cache.set("m:abc:original", makeEntry(makeBytes(50)));
    const whole = await storage.getItemRaw<Uint8Array>("m:abc:original");
    await storage.setItemRaw("m:abc:original", new Uint8Array(whole ?? []).subarray(0, -1));
    assert.equal(await cache.get("m:abc:original"), undefined);
    assert.deepEqual(await storage.getKeys(), []);
    const { hits, misses, errors } = cache.stats().tiers[1] ?? {};
    assert.deepEqual({ hits, misses, errors }, { hits: 0, misses: 1, errors: 1 });
  });
}
