import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CameoError, type ErrorCode } from "../../../core/error.ts";
import { silentLog } from "../../../core/log.ts";
import { Pool, type PoolLimits, type WorkerThread } from "../../../core/work/pool.ts";
import type { FromWorker, Job, JobMessage, JobResult, ToWorker } from "../../../core/work/protocol.ts";

/** A worker that does nothing by itself: the test decides what it answers. */
class FakeThread implements WorkerThread {
  readonly got: ToWorker[] = [];
  isTerminated = false;
  onmessage: WorkerThread["onmessage"] = null;
  onerror: WorkerThread["onerror"] = null;
  postMessage(message: ToWorker): void {
    this.got.push(message);
  }
  terminate(): void {
    this.isTerminated = true;
  }
  say(message: FromWorker): void {
    this.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  }
  crash(message: string): void {
    this.onerror?.({ message } as ErrorEvent);
  }
  jobs(): JobMessage[] {
    return this.got.filter((each) => each.type === "job");
  }
  finish(heapBytes = 0): void {
    const id = this.jobs().at(-1)?.id ?? 0;
    this.say({ type: "done", id, result, heapBytes });
  }
}

const result: JobResult = {
  rendered: { body: new Uint8Array(1), type: "image/png", width: 1, height: 1, frames: 1 },
  timings: { decodeMs: 0, operateMs: 0, encodeMs: 0 },
  engine: "fake",
};

const limits: PoolLimits = { jobMs: 60_000, queue: 2, queueMs: 60_000, decodedBytes: 1000, workerHeapBytes: 100 };

function job(costBytes = 10): Job {
  const decode = { format: "png", maxFrames: 1, truncated: "refuse", maxPixels: 1, deadlineMs: 1 } as const;
  const plan = { decode, operations: [], encode: undefined, size: { width: 1, height: 1 }, costBytes };
  return { body: new Uint8Array(), header: { format: "png", width: 1, height: 1, frames: 1, orientation: 1 }, plan };
}

function start(size: number, over: Partial<PoolLimits> = {}): { pool: Pool; threads: FakeThread[] } {
  const threads: FakeThread[] = [];
  const pool = new Pool({
    size,
    generation: 1,
    engines: [],
    themes: [],
    plugins: [],
    limits: { ...limits, ...over },
    log: silentLog,
    assets: { supply: async ({ kind, specifier }) => ({ type: "asset", kind, specifier, error: "none" }) },
    createWorker() {
      const thread = new FakeThread();
      threads.push(thread);
      return thread;
    },
  });
  return { pool, threads };
}

function startReady(size: number, over: Partial<PoolLimits> = {}): { pool: Pool; threads: FakeThread[] } {
  const started = start(size, over);
  for (const thread of started.threads) thread.say({ type: "ready" });
  return started;
}

const rejectsWith = (promise: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(promise, (error) => error instanceof CameoError && error.code === code);

const at = (threads: readonly FakeThread[], index: number): FakeThread => {
  const thread = threads[index];
  assert.ok(thread);
  return thread;
};

test("Pool.ready() waits for every worker", async () => {
  const { pool, threads } = start(2);
  let isReady = false;
  const ready = pool.ready().then(() => {
    isReady = true;
  });
  at(threads, 0).say({ type: "ready" });
  await Promise.resolve();
  assert.equal(isReady, false);
  at(threads, 1).say({ type: "ready" });
  await ready;
});

test("Pool.ready() rejects with the reason when an engine cannot be set up", async () => {
  const { pool, threads } = start(1);
  at(threads, 0).say({ type: "refused", failure: { code: "bad-setting", detail: "no engine", isFatal: false } });
  await rejectsWith(pool.ready(), "bad-setting");
});

test("Pool.ready() rejects when a worker crashes before it is ready", async () => {
  const { pool, threads } = start(1);
  at(threads, 0).crash("syntax error");
  await rejectsWith(pool.ready(), "internal");
});

test("Pool.run() refuses with busy and a Retry-After when the queue is full", async () => {
  const { pool, threads } = startReady(1);
  const running = [pool.run(job()), pool.run(job()), pool.run(job())];
  await assert.rejects(pool.run(job()), (error) => error instanceof CameoError && error.options.retryAfterS === 2);
  for (let each = 0; each < 3; each++) at(threads, 0).finish();
  assert.equal((await Promise.all(running)).length, 3);
});

test("Pool.run() refuses with busy when the originals that wait are too large together; a shared one counts once", async () => {
  const { pool, threads } = startReady(1, { queue: 100 });
  const sized = (megabytes: number): Job => ({ ...job(), body: { byteLength: megabytes * 2 ** 20 } as Uint8Array });
  const shared = sized(200);
  const accepted = [job(), shared, shared, sized(50)].map((each) => pool.run(each));
  await rejectsWith(pool.run(sized(50)), "busy");
  accepted.push(pool.run(sized(1)));
  for (const _ of accepted) at(threads, 0).finish();
  assert.equal((await Promise.all(accepted)).length, 5);
});

test("Pool.run() takes no job of a client that has left already", async () => {
  const { pool } = startReady(1);
  await assert.rejects(pool.run(job(), AbortSignal.abort(new Error("gone"))), /gone/);
  assert.equal(pool.stats().jobs, 0);
});

test("Pool.run() answers too-slow after the deadline and goes on with a new worker", async () => {
  const { pool, threads } = startReady(1, { jobMs: 5 });
  await rejectsWith(pool.run(job()), "too-slow");
  assert.equal(at(threads, 0).isTerminated, true);
  at(threads, 1).say({ type: "ready" });
  const next = pool.run(job());
  at(threads, 1).finish();
  assert.equal((await next).engine, "fake");
  assert.deepEqual(pool.stats().replaced, { "too slow": 1 });
});

test("Pool.run() counts the deadline from the end of a set-up that the job waits for", async () => {
  const { pool, threads } = startReady(1, { jobMs: 20 });
  const first = pool.run(job());
  first.catch(() => {});
  at(threads, 0).say({ type: "setup", isOver: false });
  await sleep(60);
  assert.equal(pool.stats().busy, 1);
  at(threads, 0).say({ type: "setup", isOver: true });
  await rejectsWith(first, "too-slow");
});

test("Pool.run() holds a job back while the decoded bytes would be over the budget, and lets smaller ones pass", async () => {
  const { pool, threads } = startReady(3, { queue: 10 });
  const first = pool.run(job(600));
  const second = pool.run(job(500));
  const small = pool.run(job(5));
  const costs = () => threads.flatMap((thread) => thread.jobs().map(({ plan }) => plan.costBytes));
  assert.deepEqual(costs(), [600, 5]);
  at(threads, 0).finish();
  assert.deepEqual(costs().toSorted(), [5, 500, 600]);
  at(threads, 0).finish();
  at(threads, 1).finish();
  await Promise.all([first, second, small]);
  assert.equal(pool.stats().decodedBytes, 0);
});

test("Pool.run() never gives heavy jobs all the workers", async () => {
  const { pool, threads } = startReady(2, { queue: 10 });
  const heavy = [pool.run(job(200)), pool.run(job(200))];
  assert.equal(at(threads, 1).jobs().length, 0);
  const light = pool.run(job(1));
  assert.equal(at(threads, 1).jobs().length, 1);
  at(threads, 1).finish();
  at(threads, 0).finish();
  at(threads, 0).finish();
  await Promise.all([...heavy, light]);
});

test("Pool.run() counts an animation as heavy sooner than a still, unless one frame of it is asked for", async () => {
  const { pool, threads } = startReady(2, { queue: 10 });
  const moving = (maxFrames: number): Job => {
    const { body, header, plan } = job(20);
    return { body, header: { ...header, frames: 9 }, plan: { ...plan, decode: { ...plan.decode, maxFrames } } };
  };
  const jobs = [pool.run(moving(9)), pool.run(moving(9))];
  assert.equal(at(threads, 1).jobs().length, 0);
  jobs.push(pool.run(moving(1)));
  assert.equal(at(threads, 1).jobs().length, 1);
  at(threads, 1).finish();
  at(threads, 0).finish();
  at(threads, 0).finish();
  assert.equal((await Promise.all(jobs)).length, 3);
});

test("Pool.run() counts a large result as heavy", async () => {
  const { pool, threads } = startReady(2, { queue: 10 });
  const large = { ...job(), plan: { ...job().plan, size: { width: 4000, height: 1001 } } };
  const jobs = [pool.run(large), pool.run(large)];
  assert.equal(at(threads, 1).jobs().length, 0);
  at(threads, 0).finish();
  at(threads, 0).finish();
  assert.equal((await Promise.all(jobs)).length, 2);
});

test("Pool.run() recycles a worker whose heap has grown over the limit", async () => {
  const { pool, threads } = startReady(1);
  const done = pool.run(job());
  at(threads, 0).finish(101);
  await done;
  assert.equal(at(threads, 0).isTerminated, true);
  assert.deepEqual(pool.stats().replaced, { recycled: 1 });
  assert.equal(threads.length, 2);
});

test("Pool.run() passes a job's failure on, and replaces the worker when it was fatal", async () => {
  const { pool, threads } = startReady(1);
  const failing = pool.run(job());
  const failure = { code: "broken-image", detail: "no", isFatal: true } as const;
  at(threads, 0).say({ type: "failed", id: 1, failure, heapBytes: 0 });
  await rejectsWith(failing, "broken-image");
  assert.equal(at(threads, 0).isTerminated, true);
});

test("Pool.run() answers a crash as internal and starts a new worker", async () => {
  const { pool, threads } = startReady(1);
  const failing = pool.run(job());
  at(threads, 0).crash("out of memory");
  await rejectsWith(failing, "internal");
  assert.equal(threads.length, 2);
});

test("Pool.run() ignores what an ended worker still says", async () => {
  const { pool, threads } = startReady(1, { jobMs: 5 });
  await rejectsWith(pool.run(job()), "too-slow");
  at(threads, 0).finish();
  assert.equal(pool.stats().ready, 0);
});

test("Pool.run() takes an aborted job out of the queue", async () => {
  const { pool, threads } = startReady(1);
  const running = pool.run(job());
  const leaver = new AbortController();
  const waiting = pool.run(job(), leaver.signal);
  leaver.abort();
  await rejectsWith(waiting, "busy");
  assert.equal(pool.stats().queued, 0);
  at(threads, 0).finish();
  await running;
});

test("Pool.dispose() answers everything that waits and ends the workers", async () => {
  const { pool, threads } = startReady(1);
  const all = [pool.run(job()), pool.run(job())];
  pool.dispose();
  for (const each of all) await rejectsWith(each, "busy");
  assert.equal(at(threads, 0).isTerminated, true);
  await rejectsWith(pool.run(job()), "busy");
});

test("Pool.run() answers busy when a job has waited too long", async () => {
  const { pool, threads } = startReady(1, { queueMs: 5 });
  const running = pool.run(job());
  await rejectsWith(pool.run(job()), "busy");
  assert.equal(pool.stats().queued, 0);
  at(threads, 0).finish();
  await running;
});

test("Pool starts one worker ready for cards, also when it is replaced, and gives cards to those that have drawn", async () => {
  const { pool, threads } = startReady(2);
  const boots = () => threads.map(({ got }) => got.some((each) => each.type === "boot" && each.isArtist));
  assert.deepEqual(boots(), [true, false]);
  const drawing = { template: "template.card" } as unknown as NonNullable<Job["drawing"]>;
  const [first, second] = [pool.run(job()), pool.run({ ...job(), drawing })];
  assert.deepEqual([threads[0]?.jobs().length, threads[1]?.jobs().length], [1, 1]);
  threads[0]?.finish();
  threads[1]?.finish();
  await Promise.all([first, second]);
  const third = pool.run({ ...job(), drawing });
  assert.equal(threads[0]?.jobs().length, 2);
  const fourth = pool.run({ ...job(), drawing });
  assert.equal(threads[1]?.jobs().length, 2);
  threads[0]?.crash("oh");
  threads[1]?.finish();
  await assert.rejects(third);
  await fourth;
  assert.deepEqual(boots(), [true, false, true]);
  pool.dispose();
});
