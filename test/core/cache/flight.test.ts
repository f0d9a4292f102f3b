import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlights } from "../../../core/cache/flight.ts";

test("run() shares one flight among all who wait for a key", async () => {
  const flights = createFlights();
  const { promise, resolve } = Promise.withResolvers<string>();
  let started = 0;
  const work = () => {
    started += 1;
    return promise;
  };
  const all = [1, 2, 3].map(() => flights.run("a", work));
  const other = flights.run("b", work);
  assert.equal(flights.size(), 2);
  resolve("done");
  assert.deepEqual(await Promise.all([...all, other]), ["done", "done", "done", "done"]);
  assert.equal(started, 2);
  assert.equal(flights.size(), 0);
});

test("share() tells who has the answer alone", async () => {
  const flights = createFlights();
  const work = async () => "done";
  assert.deepEqual(await flights.share("a", work), { answer: "done", isShared: false });
  const both = [flights.share("a", work), flights.run("a", work)];
  assert.deepEqual(await Promise.all(both), [{ answer: "done", isShared: true }, "done"]);
  const leaver = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const left = flights.run("a", () => promise, leaver.signal);
  const stayed = flights.share("a", work);
  leaver.abort();
  await assert.rejects(left);
  resolve("late");
  assert.deepEqual(await stayed, { answer: "late", isShared: false });
});

test("run() starts anew once the flight has landed", async () => {
  const flights = createFlights();
  let started = 0;
  const work = async () => ++started;
  assert.equal(await flights.run("a", work), 1);
  assert.equal(await flights.run("a", work), 2);
});

test("run() rejects every waiter with the work's error, also one thrown before any promise", async () => {
  const flights = createFlights();
  const { promise, reject } = Promise.withResolvers<never>();
  const waiters = [flights.run("a", () => promise), flights.run("a", () => promise, new AbortController().signal)];
  reject(new Error("broken"));
  for (const waiter of waiters) await assert.rejects(waiter, /broken/);
  const thrower = () => {
    throw new Error("at once");
  };
  await assert.rejects(flights.run("a", thrower), /at once/);
  assert.equal(flights.size(), 0);
});

test("run() lets a waiter leave alone", async () => {
  const flights = createFlights();
  const { promise, resolve } = Promise.withResolvers<string>();
  const leaver = new AbortController();
  let shared: AbortSignal | undefined;
  const work = (signal: AbortSignal) => {
    shared = signal;
    return promise;
  };
  const leaving = flights.run("a", work, leaver.signal);
  const staying = flights.run("a", work, new AbortController().signal);
  leaver.abort(new Error("client left"));
  await assert.rejects(leaving, /client left/);
  assert.equal(shared?.aborted, false);
  resolve("done");
  assert.equal(await staying, "done");
});

test("run() aborts the flight when the last waiter has left, and frees its key", async () => {
  const flights = createFlights();
  const leavers = [new AbortController(), new AbortController()];
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const waiting = leavers.map(({ signal }) => flights.run("a", work, signal));
  for (const leaver of leavers) leaver.abort(new Error("gone"));
  for (const waiter of waiting) await assert.rejects(waiter, /gone/);
  assert.equal(signals[0]?.aborted, true);
  assert.equal(flights.size(), 0);
  assert.equal(await flights.run("a", async () => "anew"), "anew");
});

test("run() does not let an aborted flight that lands late remove its successor", async () => {
  const flights = createFlights();
  const slow = Promise.withResolvers<string>();
  const leaver = new AbortController();
  const left = flights.run("a", () => slow.promise, leaver.signal);
  leaver.abort();
  await assert.rejects(left);
  const next = Promise.withResolvers<string>();
  const first = flights.run("a", () => next.promise);
  slow.resolve("late");
  await new Promise((resolve) => setImmediate(resolve));
  const second = flights.run("a", async () => "a second flight");
  next.resolve("shared");
  assert.deepEqual(await Promise.all([first, second]), ["shared", "shared"]);
});

test("run() without a signal never leaves, so that work in the background is not aborted", async () => {
  const flights = createFlights();
  const { promise, resolve } = Promise.withResolvers<string>();
  let shared: AbortSignal | undefined;
  const background = flights.run("a", (signal) => {
    shared = signal;
    return promise;
  });
  const leaver = new AbortController();
  const leaving = flights.run("a", () => promise, leaver.signal);
  leaver.abort();
  await assert.rejects(leaving);
  assert.equal(shared?.aborted, false);
  resolve("done");
  assert.equal(await background, "done");
});

test("run() does not start for a signal that has aborted already", async () => {
  const flights = createFlights();
  let isStarted = false;
  const work = async () => {
    isStarted = true;
  };
  await assert.rejects(flights.run("a", work, AbortSignal.abort(new Error("too late"))), /too late/);
  assert.equal(isStarted, false);
});
