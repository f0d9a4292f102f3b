/** Stores that come, change and go while the server runs. */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Settings } from "../../core/settings/schema.ts";
import { startApp, type TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";
import { createOrigin } from "../origin.ts";
import { until } from "../until.ts";

const token = "an-admin-token-for-tests";
const origin = createOrigin();
let app: TestApp;
let file: string;

before(async () => {
  origin.images.set("card", await fixture("png-rgb"));
  const settings = { adminToken: token, mounts: { o: { source: "origin" } } };
  app = await startApp({ settings, plugins: [origin.plugin] });
  await mkdir(join(app.folder, "plugins.d"));
  file = join(app.folder, "plugins.d/shelf.ts");
});
after(() => app.close());

interface Kept {
  readonly opened: string[];
  readonly closed: string[];
  readonly items: Map<string, Uint8Array>;
}

/** Where the store's module says what happens to it: the test runs in the same process. */
const kept: Kept = { opened: [], closed: [], items: new Map() };
(globalThis as { keptByTest?: Kept }).keptByTest = kept;

/** A store in memory, as an unstorage driver. */
const code = (edition: string) => `
import { store } from "cameo/plugin";
import * as v from "valibot";
const kept = globalThis.keptByTest;
export default store({
  name: "shelf",
  options: v.object({ label: v.optional(v.string(), "none") }),
  setup({ label }) {
    kept.opened.push("${edition} " + label);
    return {
      hasItem: (key) => kept.items.has(key),
      getItem: (key) => kept.items.get(key) ?? null,
      getItemRaw: (key) => kept.items.get(key) ?? null,
      setItemRaw: (key, value) => void kept.items.set(key, value),
      removeItem: (key) => void kept.items.delete(key),
      getKeys: (base) => [...kept.items.keys()].filter((key) => key.startsWith(base)),
      dispose: () => void kept.closed.push("${edition} " + label),
    };
  },
});`;

const withCache = (cache: object): Promise<void> =>
  app.app.reconfigure({ ...app.app.services.snapshot.settings, cache: { memory: {}, ...cache } } as Settings);
const tiers = (): string[] => app.app.services.cache.stats().tiers.map(({ name }) => name);
const status = async (path: string): Promise<string> =>
  `${(await app.get(path)).status} ${(await app.get(path)).headers.get("x-cache")}`;

/** Slower tiers are written behind the answer. */
async function written(count: number): Promise<void> {
  await until(() => kept.items.size >= count);
}

test("a store from a folder is opened when the settings name it, and serves what it holds", async () => {
  await writeFile(file, code("one"));
  await app.app.refresh();
  assert.deepEqual(kept.opened, []);
  await withCache({ shelf: { label: "a" } });
  assert.deepEqual([tiers(), kept.opened], [["memory", "shelf"], ["one a"]]);
  assert.equal(await status("/o/card?w=20"), "200 HIT memory");
  await written(2);
  await withCache({ memory: { maxBytes: 1_000_000 }, shelf: { label: "a" } });
  assert.deepEqual([kept.opened, (await app.get("/o/card?w=20")).headers.get("x-cache")], [["one a"], "HIT shelf"]);
});

test("its new code and its new options open it anew, and the old one is closed", async () => {
  await writeFile(file, code("two"));
  assert.equal(await app.app.refresh(), true);
  assert.deepEqual([kept.opened, kept.closed], [["one a", "two a"], ["one a"]]);
  await withCache({ memory: { maxBytes: 2_000_000 }, shelf: { label: "b" } });
  assert.deepEqual([kept.opened.at(-1), kept.closed], ["two b", ["one a", "two a"]]);
  assert.equal((await app.get("/o/card?w=20")).headers.get("x-cache"), "HIT shelf");
});

test("a store whose new code is broken goes on as it was", async () => {
  await writeFile(file, code("three").replace("kept.opened.push", "nothing.here"));
  assert.equal(await app.app.refresh(), false);
  assert.deepEqual([tiers(), kept.closed.length], [["memory", "shelf"], 2]);
  assert.equal((await app.get("/o/card?w=20")).status, 200);
});

test("a store that an operator switches off is closed, and opened again", async () => {
  const headers = { authorization: `Bearer ${token}` };
  const operate = async (what: string) =>
    (await app.get(`/plugins/store.shelf/${what}`, { method: "POST", headers })).status;
  const opened = kept.opened.length;
  assert.equal(await operate("disable"), 200);
  assert.deepEqual(tiers(), ["memory"]);
  assert.equal((await app.get("/o/card?w=41")).status, 200);
  assert.equal(await operate("enable"), 200);
  assert.deepEqual(tiers(), ["memory", "shelf"]);
  assert.deepEqual([kept.opened.length, kept.closed.at(-1)], [opened + 1, "two b"]);
});

test("a store whose setup throws is refused with its ID", async () => {
  await writeFile(file, code("four").replace("kept.opened.push", 'throw new Error("no room"); kept.opened.push'));
  assert.equal(await app.app.refresh(), false);
  assert.deepEqual(tiers(), ["memory", "shelf"]);
  const health = await (await app.get("/health")).text();
  assert.match(health, /The setup of store\.shelf failed: no room/);
});

test("a store that is taken out of its folder works on, until the settings name it no more", async () => {
  await rm(file);
  await app.app.refresh();
  assert.deepEqual(tiers(), ["memory", "shelf"]);
  await withCache({});
  assert.deepEqual([tiers(), kept.closed.at(-1)], [["memory"], "two b"]);
  assert.equal((await app.get("/o/card?w=21")).status, 200);
});

test("what was purged while its store was switched off does not come back with it", async () => {
  const settings = { adminToken: token, cache: { memory: { maxBytes: 0 } }, mounts: { o: { source: "origin" } } };
  const own = await startApp({ settings: settings as never, plugins: [origin.plugin] });
  const headers = { authorization: `Bearer ${token}` };
  const from = async () => (await own.get("/o/card?w=20")).headers.get("x-cache");
  const change = (action: string) => own.get(`/plugins/store.disk/${action}`, { method: "POST", headers });
  assert.equal(await from(), "MISS origin");
  await until(async () => (await from()) === "HIT disk");
  own.advance(60);
  assert.equal((await change("disable")).status, 200);
  assert.equal((await own.get("/o/card", { method: "DELETE", headers })).status, 200);
  assert.equal((await change("enable")).status, 200);
  assert.equal(await from(), "MISS origin");
  // What was made since is kept.
  await until(async () => (await from()) === "HIT disk");
  await own.close();
});
