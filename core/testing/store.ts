/** What an unstorage driver must do to be a tier of the cache. */
import assert from "node:assert/strict";
import { createStorage, type Driver } from "unstorage";
import type { PluginOf, StoreHost } from "../plugin.ts";
import { type Check, commonChecks, optionsOf } from "./check.ts";
import { createHost } from "./host.ts";

export interface StoreSubject {
  /** As in the settings; they must lead to an empty store, since the checks clear it. Default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly host?: StoreHost;
  /** Called after each check. */
  close?(): void | Promise<void>;
}

const keys = ["m:abc:original", "m:abc:one", "m:abd:original", "n:abc:original"] as const;

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255);

/** A driver over an empty store. */
export interface OpenedDriver {
  readonly driver: Driver;
  close?(): void | Promise<void>;
}

/** The checks for a store; `open` makes a fresh subject for each. */
export function storeChecks(plugin: PluginOf<"store">, open: () => StoreSubject | Promise<StoreSubject>): Check[] {
  const openDriver = async (): Promise<OpenedDriver> => {
    const subject = await open();
    const driver = await plugin.setup(optionsOf(plugin, subject.options), subject.host ?? createHost());
    return {
      driver,
      async close() {
        await driver.dispose?.();
        await subject.close?.();
      },
    };
  };
  return [...commonChecks(plugin), ...driverChecks(openDriver)];
}

/** The checks for the driver alone; `open` makes a fresh one for each. Refuses a store that holds something: it would be cleared. */
export function driverChecks(open: () => OpenedDriver | Promise<OpenedDriver>): Check[] {
  const check = (claim: string, run: (driver: Driver) => Promise<void>): Check => ({
    claim,
    async run() {
      const { driver, close } = await open();
      try {
        const keys = await driver.getKeys("", {});
        assert.deepEqual(keys, [], "the store is not empty; give options that lead to an empty one");
        await run(driver);
        await createStorage({ driver }).clear();
      } finally {
        await close?.();
      }
    },
  });
  return [
    check("has what a cache needs", async ({ getItemRaw, removeItem, getKeys }) => {
      assert.deepEqual([typeof getItemRaw, typeof removeItem, typeof getKeys], ["function", "function", "function"]);
    }),
    check("gives bytes back as they were, and the last ones written", givesBytesBack),
    check("answers nothing for a key that it does not have, and removing it is no error", answersNothing),
    check("lists the keys under a base, and under no base all of them", listsKeys),
    check("is empty after clear", async (driver) => {
      const storage = createStorage({ driver });
      for (const key of keys) await storage.setItemRaw(key, bytes(5));
      await storage.clear();
      assert.deepEqual(await storage.getKeys(), []);
    }),
  ];
}

async function givesBytesBack(driver: Driver): Promise<void> {
  const storage = createStorage({ driver });
  for (const length of [1, 600, 1_100_000, 7]) {
    await storage.setItemRaw(keys[0], bytes(length));
    const back: unknown = await storage.getItemRaw(keys[0]);
    assert.ok(back instanceof Uint8Array, "getItemRaw gives a Uint8Array");
    assert.ok(Buffer.from(bytes(length)).equals(back), `${length} bytes came back changed`);
  }
}

async function answersNothing(driver: Driver): Promise<void> {
  const storage = createStorage({ driver });
  assert.equal((await storage.getItemRaw(keys[0])) ?? undefined, undefined);
  await storage.removeItem(keys[0]);
  assert.deepEqual(await storage.getKeys("m:abc:"), []);
}

async function listsKeys(driver: Driver): Promise<void> {
  const storage = createStorage({ driver });
  for (const key of keys) await storage.setItemRaw(key, bytes(10));
  assert.deepEqual((await storage.getKeys("m:abc:")).sort(), ["m:abc:one", "m:abc:original"]);
  assert.deepEqual((await storage.getKeys()).sort(), [...keys].sort());
  await storage.removeItem(keys[1]);
  assert.deepEqual(await storage.getKeys("m:abc:"), [keys[0]]);
}
