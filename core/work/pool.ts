/**
 * The worker pool. Threat: images that take for ever, take all the memory, or crash a decoder.
 * Layers: a bounded queue (503), admission by estimated decoded bytes, heavy jobs never on all workers at once, a deadline after which
 * the worker is ended and replaced (504), replacement after a trap and when its heap has grown, since WASM memory never shrinks.
 * Residual risk: a WASM call already running goes on until it returns (Bun), and a loop goes on after its worker's end (Deno);
 * engines bound their own time too.
 */
import { CameoError } from "../error.ts";
import type { Log } from "../plugin.ts";
import { createChurn } from "../runtime.ts";
import type { Assets } from "./assets.ts";
import type { Boot, FromWorker, Job, JobResult, ToWorker } from "./protocol.ts";
import { setupMs, toError, waitingBytes } from "./protocol.ts";
import { isHeavy } from "./weight.ts";

/** A worker thread as both runtimes have it. */
export interface WorkerThread {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface PoolLimits {
  readonly jobMs: number;
  readonly queue: number;
  /** How long a job may wait, in milliseconds. */
  readonly queueMs: number;
  readonly decodedBytes: number;
  readonly workerHeapBytes: number;
}

/** With what its workers are started. */
export interface PoolOptions extends Omit<Boot, "type" | "isArtist"> {
  readonly size: number;
  /** Whether one worker is ready for cards from the start, which takes about 70 MB. Default yes. */
  readonly hasArtist?: boolean;
  readonly limits: PoolLimits;
  readonly log: Log;
  readonly assets: Assets;
  createWorker(): WorkerThread;
}

export interface PoolStats {
  readonly workers: number;
  readonly ready: number;
  readonly busy: number;
  readonly queued: number;
  /** Estimated decoded bytes of the jobs at work. */
  readonly decodedBytes: number;
  /** WASM memory of all workers. */
  readonly heapBytes: number;
  readonly jobs: number;
  /** How often a worker was replaced, by reason. */
  readonly replaced: Readonly<Record<string, number>>;
  readonly lastTrouble?: string;
}

interface Waiting {
  readonly job: Job;
  /** Ends the wait, then the work. */
  timer?: ReturnType<typeof setTimeout>;
  resolve(result: JobResult): void;
  reject(error: Error): void;
}

interface Slot {
  thread: WorkerThread | undefined;
  isReady: boolean;
  /** Whether it has drawn a card, or is started ready for them. */
  isArtist: boolean;
  heapBytes: number;
  running: Waiting | undefined;
}

/** Originals that may wait, in bytes: by count alone a full queue of large ones would be gigabytes. */
const maxWaitingBytes = 256 * 2 ** 20;
/** After so many bytes of originals and results, memory is tidied. */
const churnBytes = 12 * 2 ** 20;
/** A worker that cannot start is tried again after this long, in milliseconds. */
const restartMs = 1000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #slots: Slot[] = [];
  readonly #queue: Waiting[] = [];
  readonly #replaced: Record<string, number> = {};
  readonly #warm = Promise.withResolvers<void>();
  readonly #churn = createChurn(churnBytes);
  #isWarm = false;
  #isDisposed = false;
  #jobs = 0;
  #decodedBytes = 0;
  #lastTrouble: string | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#warm.promise.catch(() => {});
    for (let index = 0; index < options.size; index++) {
      const slot: Slot = { thread: undefined, isReady: false, isArtist: false, heapBytes: 0, running: undefined };
      this.#slots.push(slot);
      this.#start(slot);
    }
  }

  /** Resolves when every worker is warm; rejects if an engine cannot be set up. */
  ready(): Promise<void> {
    return this.#warm.promise;
  }

  /** Does a job. Throws `busy`, `too-slow`, or what the job threw. A signal takes a waiting job out of the queue. */
  run(job: Job, signal?: AbortSignal): Promise<JobResult> {
    if (this.#isDisposed) return Promise.reject(stopping());
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#queue.length >= this.#options.limits.queue || !this.#hasRoom(job)) {
      return Promise.reject(
        new CameoError("busy", "Too many images are waiting; try again shortly.", { retryAfterS: 2 }),
      );
    }
    return new Promise<JobResult>((resolve, reject) => {
      const waiting: Waiting = { job, resolve, reject };
      this.#queue.push(waiting);
      signal?.addEventListener("abort", () => this.#leave(waiting, "The request was given up while it waited."), {
        once: true,
      });
      const late = () => this.#leave(waiting, "The image waited too long for a worker; try again shortly.");
      waiting.timer = setTimeout(late, this.#options.limits.queueMs);
      this.#next();
    });
  }

  stats(): PoolStats {
    return {
      workers: this.#slots.length,
      ready: this.#slots.filter((slot) => slot.isReady).length,
      busy: this.#slots.filter((slot) => slot.running).length,
      queued: this.#queue.length,
      decodedBytes: this.#decodedBytes,
      heapBytes: this.#slots.reduce((sum, slot) => sum + slot.heapBytes, 0),
      jobs: this.#jobs,
      replaced: { ...this.#replaced },
      ...(this.#lastTrouble ? { lastTrouble: this.#lastTrouble } : {}),
    };
  }

  /** Ends all workers at once; what waits or runs is answered `busy`. */
  dispose(): void {
    this.#isDisposed = true;
    for (const waiting of this.#queue.splice(0)) {
      clearTimeout(waiting.timer);
      waiting.reject(stopping());
    }
    for (const slot of this.#slots) {
      this.#release(slot)?.reject(stopping());
      slot.thread?.terminate();
    }
  }

  #start(slot: Slot): void {
    const thread = this.#options.createWorker();
    const isArtist = slot === this.#slots[0] && this.#options.hasArtist !== false;
    Object.assign(slot, { thread, isReady: false, isArtist, heapBytes: 0 });
    thread.onmessage = ({ data }) => slot.thread === thread && this.#receive(slot, thread, data);
    thread.onerror = (event) => {
      event.preventDefault?.();
      if (slot.thread !== thread) return;
      const error = new CameoError("internal", "The image worker crashed; try again.", { cause: event.message });
      this.#replace(slot, "crashed", error);
    };
    const { generation, engines, themes, plugins } = this.#options;
    thread.postMessage({ type: "boot", isArtist, generation, engines, themes, plugins });
  }

  #receive(slot: Slot, thread: WorkerThread, message: FromWorker): void {
    if (message.type === "need") void this.#options.assets.supply(message).then((answer) => thread.postMessage(answer));
    else if (message.type === "log") this.#options.log[message.level](message.message, message.fields);
    else if (message.type === "refused") this.#refuse(slot, toError(message.failure));
    else if (message.type === "ready") this.#becomeReady(slot);
    else if (message.type === "setup") this.#limit(slot, message.isOver ? 0 : setupMs);
    else this.#finish(slot, message);
  }

  #becomeReady(slot: Slot): void {
    slot.isReady = true;
    if (!this.#isWarm && this.#slots.every((each) => each.isReady)) {
      this.#isWarm = true;
      this.#warm.resolve();
    }
    this.#next();
  }

  #refuse(slot: Slot, error: CameoError): void {
    this.#lastTrouble = error.message;
    slot.thread?.terminate();
    if (this.#isWarm) {
      this.#options.log.error("a worker could not start", { error });
      setTimeout(() => !this.#isDisposed && this.#start(slot), restartMs);
    } else this.#warm.reject(error);
  }

  #finish(slot: Slot, message: Extract<FromWorker, { type: "done" | "failed" }>): void {
    const job = this.#release(slot);
    slot.heapBytes = message.heapBytes;
    this.#churn(job?.job.body.byteLength ?? 0);
    if (message.type === "done") this.#churn(message.result.rendered.body.byteLength);
    if (message.type === "done") job?.resolve(message.result);
    else job?.reject(toError(message.failure));
    if (message.type === "failed" && message.failure.isFatal) this.#replace(slot, "trapped");
    else if (slot.heapBytes > this.#options.limits.workerHeapBytes) this.#replace(slot, "recycled");
    this.#next();
  }

  /** Takes the job off the slot and its cost off the budget. */
  #release(slot: Slot): Waiting | undefined {
    const { running } = slot;
    if (!running) return undefined;
    clearTimeout(running.timer);
    this.#decodedBytes -= running.job.plan.costBytes;
    slot.running = undefined;
    return running;
  }

  #replace(slot: Slot, why: string, error?: CameoError): void {
    this.#replaced[why] = (this.#replaced[why] ?? 0) + 1;
    slot.thread?.terminate();
    if (error) {
      this.#lastTrouble = error.message;
      this.#release(slot)?.reject(error);
    }
    if (error && !this.#isWarm) this.#warm.reject(error);
    else if (!this.#isDisposed) this.#start(slot);
  }

  /** Hands waiting jobs to free workers, in order. A job that does not fit now lets later, smaller ones pass. */
  #next(): void {
    for (const waiting of [...this.#queue]) {
      const free = this.#slots.filter((each) => each.isReady && !each.running);
      const slot = free.find(({ isArtist }) => isArtist && waiting.job.drawing) ?? free[0];
      if (!slot) return;
      if (!this.#fits(waiting.job)) continue;
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      this.#assign(slot, waiting);
    }
  }

  /** Requests for one original at one time share its bytes, so these count once. */
  #hasRoom(job: Job): boolean {
    const waiting = this.#queue.map((each) => each.job);
    return waiting.length === 0 || waitingBytes([job, ...waiting]) <= maxWaitingBytes;
  }

  #fits(job: Job): boolean {
    const budget = this.#options.limits.decodedBytes;
    if (this.#decodedBytes > 0 && this.#decodedBytes + job.plan.costBytes > budget) return false;
    const heavy = this.#slots.filter(({ running }) => running && isHeavy(running.job, budget)).length;
    return !isHeavy(job, budget) || heavy < Math.max(1, this.#slots.length - 1);
  }

  #assign(slot: Slot, waiting: Waiting): void {
    this.#jobs += 1;
    this.#decodedBytes += waiting.job.plan.costBytes;
    slot.isArtist ||= waiting.job.drawing !== undefined;
    slot.running = waiting;
    this.#limit(slot, 0);
    const { body, mayMove } = waiting.job;
    const moved = mayMove && body.buffer instanceof ArrayBuffer ? [body.buffer] : [];
    slot.thread?.postMessage({ type: "job", id: this.#jobs, ...waiting.job }, moved);
  }

  /** The job's deadline counts from now, or from the end of a set-up that may take so long. */
  #limit(slot: Slot, firstMs: number): void {
    if (!slot.running) return;
    clearTimeout(slot.running.timer);
    slot.running.timer = setTimeout(() => this.#tooSlow(slot), firstMs + this.#options.limits.jobMs);
  }

  #tooSlow(slot: Slot): void {
    const { jobMs } = this.#options.limits;
    this.#options.log.warn("a job missed its deadline; its worker is replaced", {
      jobMs,
      format: slot.running?.job.header.format,
    });
    this.#replace(
      slot,
      "too slow",
      new CameoError("too-slow", `The image took longer than ${jobMs} ms; ask for less or send a simpler image.`),
    );
  }

  /** A job that nobody waits for any more leaves the queue; one that runs is finished. */
  #leave(waiting: Waiting, why: string): void {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return;
    clearTimeout(waiting.timer);
    this.#queue.splice(at, 1);
    waiting.reject(new CameoError("busy", why, { retryAfterS: 2 }));
  }
}

const stopping = (): CameoError => new CameoError("busy", "The server is stopping.", { retryAfterS: 5 });
