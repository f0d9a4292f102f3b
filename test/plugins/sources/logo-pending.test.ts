import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost } from "../../../core/testing/host.ts";
import { createPending } from "../../../plugins/sources/logo-pending.ts";
import type { SearchResult } from "../../../plugins/sources/logo-search.ts";

const never = new AbortController().signal;
const nothing: SearchResult = { found: undefined, isDoubtful: false };

/** A search that ends when the test says so. */
function start() {
  const host = createHost();
  const pending = createPending(host, 1000);
  const end = Promise.withResolvers<SearchResult>();
  const signals: AbortSignal[] = [];
  const find = (waitMs: number, signal = never) =>
    pending.find(
      "a",
      (ends) => {
        signals.push(ends);
        return end.promise;
      },
      waitMs,
      signal,
    );
  return { host, pending, end, signals, find };
}

test("find() answers nothing when it takes longer, and the same search's result later, once", async () => {
  const { find, end, signals } = start();
  assert.equal(await find(1), undefined);
  assert.equal(await find(1), undefined);
  end.resolve(nothing);
  assert.equal(await find(30_000), nothing);
  assert.equal(signals.length, 1);
  assert.equal(await find(30_000), nothing);
  assert.equal(signals.length, 2);
});

test("find() throws the reason of a client that leaves, and the search goes on", async () => {
  const { find, end, signals } = start();
  const client = new AbortController();
  const asked = find(30_000, client.signal);
  const left = new Error("the client left");
  client.abort(left);
  await assert.rejects(asked, left);
  assert.equal(signals[0]?.aborted, false);
  end.resolve(nothing);
  assert.equal(await find(30_000), nothing);
  assert.equal(signals.length, 1);
});

test("find() searches anew when a result has waited too long", async () => {
  const { find, end, signals, host } = start();
  assert.equal(await find(1), undefined);
  end.resolve(nothing);
  host.setNow(601_000);
  await find(30_000);
  assert.equal(signals.length, 2);
});

test("find() takes a search that throws for one in doubt, and dispose() ends those under way", async () => {
  const { find, end, signals, pending, host } = start();
  end.reject(new Error("a bug"));
  assert.deepEqual(await find(30_000), { found: undefined, isDoubtful: true });
  assert.deepEqual(host.lines, ["warn: A search for a logo failed"]);
  pending.dispose();
  assert.equal(signals[0]?.aborted, true);
});
