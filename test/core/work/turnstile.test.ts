import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import { createTurnstile } from "../../../core/work/turnstile.ts";

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function start(pass: (work: () => Promise<number>, signal: AbortSignal) => Promise<number>, signal = never) {
  const { promise, resolve } = Promise.withResolvers<number>();
  let isInside = false;
  const done = pass(async () => {
    isInside = true;
    return promise;
  }, signal);
  return { done, end: () => resolve(1), isInside: () => isInside };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("createTurnstile() lets so many in at one time, and the next when one leaves", async () => {
  const { pass } = createTurnstile(2, 10);
  const all = [start(pass), start(pass), start(pass)];
  await settle();
  assert.deepEqual(
    all.map(({ isInside }) => isInside()),
    [true, true, false],
  );
  all[0]?.end();
  await settle();
  assert.equal(all[2]?.isInside(), true);
  for (const { end } of all) end();
  assert.deepEqual(await Promise.all(all.map(({ done }) => done)), [1, 1, 1]);
});

test("createTurnstile() refuses with busy when too many wait", async () => {
  const { pass } = createTurnstile(1, 1);
  const all = [start(pass), start(pass)];
  await assert.rejects(
    pass(async () => 1, never),
    (error) => error instanceof CameoError && error.code === "busy",
  );
  for (const { end } of all) end();
  await Promise.all(all.map(({ done }) => done));
});

test("createTurnstile() lets a waiter leave, and gives its place to nobody", async () => {
  const { pass } = createTurnstile(1, 5);
  const first = start(pass);
  const leaver = new AbortController();
  const second = start(pass, leaver.signal);
  leaver.abort(new Error("gone"));
  await assert.rejects(second.done, /gone/);
  first.end();
  await first.done;
  const third = start(pass);
  await settle();
  assert.equal(third.isInside(), true);
  third.end();
  await third.done;
});

test("createTurnstile() frees the place of work that fails", async () => {
  const { pass } = createTurnstile(1, 5);
  await assert.rejects(
    pass(() => Promise.reject(new Error("no")), never),
    /no/,
  );
  assert.equal(await pass(async () => 2, never), 2);
});

test("createTurnstile() lets work that is inside come again at once, and counts it once", async () => {
  const { pass } = createTurnstile(1, 5);
  assert.equal(await pass(async () => (await pass(async () => 1, never)) + 1, never), 2);
  const inner = start(pass);
  const outer = pass(() => pass(() => inner.done, never), never);
  const stranger = start(pass);
  await settle();
  assert.equal(stranger.isInside(), false);
  inner.end();
  stranger.end();
  assert.deepEqual(await Promise.all([outer, stranger.done]), [1, 1]);
});
