/** What the image handler keeps of requests, besides what the cache may hold. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createKept } from "../../../core/http/image.ts";
import { resolve } from "../../../core/stages/resolve.ts";
import { startApp, type TestApp } from "../../app.ts";
import { fixture } from "../../fixtures/fixture.ts";
import { createOrigin } from "../../origin.ts";
import { makeBytes, makeEntry } from "../cache/make-entry.ts";

interface Collecting {
  readonly Bun?: { gc(isForced: boolean): void };
  /** On Deno, with `--v8-flags=--expose-gc`. */
  readonly gc?: () => void;
}

const { Bun: bun, gc } = globalThis as unknown as Collecting;
const collect = bun ? () => bun.gc(true) : gc;

const maxBytes = 2 ** 20;
const queries = Array.from({ length: 32 }, (_, at) => `w=${at + 1}&f=png`);
const origin = createOrigin();
let app: TestApp;

before(async () => {
  app = await startApp({
    settings: { cache: { memory: { maxBytes } }, mounts: { o: { source: "origin" } } },
    plugins: [origin.plugin],
  });
  origin.images.set("a.png", await fixture("png-rgb"));
});
after(() => app.close());

/** The body that the memory tier has for a query. */
function bodyOf(search: string): Uint8Array | undefined {
  const { snapshot, cache, now } = app.app.services;
  const { keys } = resolve({ pathname: "/o/a.png", search, accept: undefined }, snapshot, now());
  return cache.peek(keys.variant)?.entry.body;
}

/** Asks for an image twice, so that it is answered from memory too; nothing of it stays in this function's frame. */
async function ask(query: string): Promise<WeakRef<Uint8Array>> {
  for (const cached of ["MISS origin", "HIT memory"]) {
    const response = await app.get(`/o/a.png?${query}`);
    assert.equal(response.headers.get("x-cache"), cached);
    await response.bytes();
  }
  const body = bodyOf(query);
  assert.ok(body);
  return new WeakRef(body);
}

/** Fills the memory tier with something else. */
async function pushOut(): Promise<void> {
  const body = makeBytes(maxBytes / 5);
  for (let at = 0; at < 8; at++) await app.app.services.cache.set(`filler:${at}`, makeEntry(body.slice()));
  assert.deepEqual(queries.map(bodyOf).filter(Boolean), []);
}

/** A weak reference holds its object to the end of the turn, and a collector may take an old place on the stack for a reference to one or two. */
async function countAfterCollection(bodies: readonly WeakRef<Uint8Array>[], enough: number): Promise<number> {
  const count = () => bodies.filter((body) => body.deref() !== undefined).length;
  for (let turn = 0; turn < 50; turn++) {
    await new Promise((done) => setImmediate(done));
    collect?.();
    await new Promise((done) => setImmediate(done));
    if (count() <= enough) break;
  }
  return count();
}

const skip = collect ? false : "a collection can be asked for with --v8-flags=--expose-gc only";

test("createKept() keeps many requests with short URLs and few with long ones", () => {
  const keep = (length: number) => {
    const kept = createKept();
    for (let at = 0; at < 10_000; at++) kept.set(`${at}`.padEnd(length), {});
    return kept;
  };
  assert.equal(keep(100).size, 8192);
  const long = keep(8000);
  assert.ok(long.size > 100 && long.size * 8000 <= 2 ** 22, `${long.size} kept`);
});

test("a body that the memory tier has given up is held by no request that is kept", { skip }, async () => {
  const bodies: WeakRef<Uint8Array>[] = [];
  for (const query of queries) bodies.push(await ask(query));
  assert.equal(await countAfterCollection(bodies, bodies.length), bodies.length, "the memory tier holds them");
  await pushOut();
  const few = bodies.length / 8;
  const left = await countAfterCollection(bodies, few);
  assert.ok(left <= few, `${left} of ${bodies.length} bodies can still be reached`);
});
