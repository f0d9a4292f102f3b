/** What was made of an image is purged with it, however far away. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as v from "valibot";
import { type Original, type Plugin, type SourceHost, source } from "../../core/plugin.ts";
import { startApp, type TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";
import { until } from "../until.ts";

const adminToken = "an-admin-token-for-tests";
const asOperator = { method: "DELETE", headers: { authorization: `Bearer ${adminToken}` } };

/** A source that counts, and loads as it is told to. */
function counted(name: string, load: (ref: string, host: SourceHost) => Promise<Original | null>) {
  const asked: string[] = [];
  const plugin = source({
    name,
    options: v.object({}),
    setup: (_options, host) => ({
      load: (ref) => {
        asked.push(ref);
        return load(ref, host);
      },
    }),
  });
  return { plugin, asked };
}

interface Chain {
  readonly app: TestApp;
  /** How often each was loaded since the last look. */
  loads(): { leaf: number; copy: number; card: number };
  /** What the leaf has. */
  body: Uint8Array | null;
  /** The leaf answers when this resolves. */
  gate: Promise<void> | undefined;
  readonly reached: PromiseWithResolvers<void>;
  /** What the copy waits for when it has the leaf's. */
  afterLeaf(): Promise<void> | undefined;
}

/** `/card/x` shows `/copy/x` among other things, which is `/leaf/x`. */
async function withChain(run: (chain: Chain) => Promise<void>, folder?: string): Promise<void> {
  const state = {
    body: (await fixture("png-rgb")) as Uint8Array | null,
    gate: undefined as Promise<void> | undefined,
    reached: Promise.withResolvers<void>(),
    afterLeaf: (): Promise<void> | undefined => undefined,
  };
  const leaf = counted("leaf", async () => {
    const { body } = state;
    state.reached.resolve();
    await state.gate;
    return body && { body };
  });
  const copy = counted("copy", async (ref, host) => {
    const found = await host.original(`/leaf/${ref}`);
    await state.afterLeaf();
    return found;
  });
  const card = counted("card", async (ref, host) => {
    const { body } = await host.render(`/copy/${ref}?w=4&f=png`);
    return { body };
  });
  const all = { leaf, copy, card };
  const plugins: Plugin[] = Object.values(all).map(({ plugin }) => plugin);
  const mounts = Object.fromEntries(Object.keys(all).map((name) => [name, { source: name }]));
  const app = await startApp({ plugins, settings: { adminToken, mounts }, ...(folder ? { folder } : {}) });
  const loads = () => {
    const counts = { leaf: leaf.asked.length, copy: copy.asked.length, card: card.asked.length };
    for (const { asked } of Object.values(all)) asked.length = 0;
    return counts;
  };
  try {
    await run(Object.assign(state, { app, loads }));
  } finally {
    await app.close();
  }
}

const statusOf = async (app: TestApp, path: string, init?: RequestInit) => (await app.get(path, init)).status;

test("purging an image throws away what other mounts made of it, at any remove, and nothing else", () =>
  withChain(async ({ app, loads }) => {
    for (const ref of ["a", "b"]) assert.equal(await statusOf(app, `/card/${ref}?w=2`), 200);
    assert.deepEqual(loads(), { leaf: 2, copy: 2, card: 2 });
    assert.equal(await statusOf(app, "/leaf/a", asOperator), 200);
    for (const ref of ["a", "b"])
      assert.equal(
        (await app.get(`/card/${ref}?w=2`)).headers.get("x-cache"),
        ref === "a" ? "MISS origin" : "HIT memory",
      );
    assert.deepEqual(loads(), { leaf: 1, copy: 1, card: 1 });
    assert.equal((await app.get("/card/a?w=2")).headers.get("x-cache"), "HIT memory");
  }));

test("purging a copy purges what it is a copy of, but not what a picture has in it", () =>
  withChain(async ({ app, loads }) => {
    await app.get("/card/a");
    loads();
    await app.get("/copy/a", asOperator);
    await app.get("/copy/a");
    assert.deepEqual(loads(), { leaf: 1, copy: 1, card: 0 });
    await app.get("/card/a");
    assert.deepEqual(loads(), { leaf: 0, copy: 0, card: 1 });
    await app.get("/card/a", asOperator);
    await app.get("/card/a");
    assert.deepEqual(loads(), { leaf: 0, copy: 0, card: 1 });
  }));

test("purging a copy reaches the original also when only its variants are left in the cache", () =>
  withChain(async ({ app, loads }) => {
    await app.get("/copy/a?w=3");
    const { keys } = (await (await app.get("/copy/a?explain")).json()) as { keys: { original: string } };
    const { cache } = app.app.services;
    const header = (await cache.get(keys.original))?.entry.header;
    assert.ok(header);
    await cache.set(keys.original, { header: { ...header, kind: "negative", origin: {} }, body: new Uint8Array() });
    loads();
    await app.get("/copy/a", asOperator);
    await app.get("/copy/a?w=3");
    assert.deepEqual(loads(), { leaf: 1, copy: 1, card: 0 });
  }));

test("purging a copy once more reaches what it was a copy of, also while nothing is left of it", () =>
  withChain(async ({ app, loads }) => {
    await app.get("/copy/a");
    await app.get("/copy/a", asOperator);
    await app.get("/leaf/a");
    loads();
    await app.get("/copy/a", asOperator);
    await app.get("/copy/a");
    assert.deepEqual(loads(), { leaf: 1, copy: 1, card: 0 });
  }));

test("purging a copy that is just made for the first time reaches what it is a copy of", () =>
  withChain(async (chain) => {
    const { app, loads } = chain;
    const [isThere, mayGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    chain.afterLeaf = () => {
      isThere.resolve();
      return mayGo.promise;
    };
    const first = app.get("/copy/a");
    await isThere.promise;
    await app.get("/copy/a", asOperator);
    mayGo.resolve();
    assert.equal((await first).status, 200);
    loads();
    await until(async () => {
      await app.get("/copy/a");
      return loads().leaf === 1;
    });
  }));

test("purges hold after a restart for what is on the disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-lineage-"));
  try {
    await withChain(async ({ app }) => {
      for (const ref of ["a", "b"]) await app.get(`/card/${ref}?w=2`);
      await app.get("/leaf/a", asOperator);
    }, folder);
    await withChain(async ({ app, loads }) => {
      assert.equal((await app.get("/card/b?w=2")).headers.get("x-cache"), "HIT disk");
      assert.equal((await app.get("/card/a?w=2")).headers.get("x-cache"), "MISS origin");
      assert.deepEqual(loads(), { leaf: 1, copy: 1, card: 1 });
    }, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("an image that was not there is asked for again after a purge of what it would have been", () =>
  withChain(async (chain) => {
    const { app, loads } = chain;
    const { body } = chain;
    chain.body = null;
    for (const path of ["/copy/a", "/copy/a?w=3", "/card/a"]) assert.equal(await statusOf(app, path), 404);
    assert.deepEqual(loads(), { leaf: 1, copy: 1, card: 1 });
    chain.body = body;
    assert.equal(await statusOf(app, "/leaf/a", asOperator), 200);
    for (const path of ["/copy/a", "/copy/a?w=3", "/card/a"]) assert.equal(await statusOf(app, path), 200);
  }));

test("what was begun before a purge and ends after it is not served again", () =>
  withChain(async (chain) => {
    const { app, loads } = chain;
    const gate = Promise.withResolvers<void>();
    chain.gate = gate.promise;
    const asked = app.get("/card/a?w=2");
    await chain.reached.promise;
    chain.gate = undefined;
    await app.get("/leaf/a", asOperator);
    gate.resolve();
    assert.equal((await asked).status, 200);
    loads();
    assert.equal((await app.get("/card/a?w=2")).headers.get("x-cache"), "MISS origin");
    assert.deepEqual(loads(), { leaf: 1, copy: 1, card: 1 });
  }));
