/** What the pool and its workers say to each other. Plain data, sent by structured clone. */
import { CameoError, type ErrorCode } from "../error.ts";
import type { Drawing, Header, Plan, Rendered } from "../image.ts";
import type { Log } from "../plugin.ts";

/** One engine to set up, in the order in which engines are asked. */
export interface EngineBoot {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Tells a new worker what to load. */
export interface Boot {
  readonly type: "boot";
  /** Snapshot that this worker serves. */
  readonly generation: number;
  readonly engines: readonly EngineBoot[];
  /** Whether lazy engines are set up at once: one worker of a pool is ready for cards. */
  readonly isArtist: boolean;
  /** Names of the theme strategies, in the order in which they are asked. */
  readonly themes: readonly string[];
  /** URLs of plugins to import besides the built-in ones. */
  readonly plugins: readonly string[];
}

export interface Job {
  /** Empty where there is a drawing. */
  readonly body: Uint8Array;
  /** Nobody else holds the body: the worker gets it itself rather than a copy. */
  readonly mayMove?: boolean;
  readonly drawing?: Drawing;
  readonly header: Header;
  readonly plan: Plan;
}

/** Bytes that jobs hold while they wait: an original that several share counts once, the pictures inside a card each time. */
export function waitingBytes(jobs: readonly Job[]): number {
  const pictures = jobs.flatMap(({ drawing }) => Object.values(drawing?.pictures ?? {}));
  const bodies = [...new Set(jobs.map(({ body }) => body))];
  return [...bodies.map(({ byteLength }) => byteLength), ...pictures.map(({ src }) => src.length)].reduce(
    (sum, each) => sum + each,
    0,
  );
}

export interface JobMessage extends Job {
  readonly type: "job";
  readonly id: number;
}

/** The answer to `need`. */
export interface AssetMessage {
  readonly type: "asset";
  readonly kind: "bytes" | "wasm";
  readonly specifier: string;
  readonly asset?: Uint8Array | WebAssembly.Module;
  readonly error?: string;
}

export type ToWorker = Boot | JobMessage | AssetMessage;

/** An error as it crosses from a worker. */
export interface WorkerFailure {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly log?: Readonly<Record<string, unknown>>;
  /** The engine's state can no longer be trusted; the worker must go. */
  readonly isFatal: boolean;
}

/** The error on the pool's side. */
export function toError({ code, detail, log }: WorkerFailure): CameoError {
  return new CameoError(code, detail, log ? { log } : {});
}

export interface JobTimings {
  readonly decodeMs: number;
  readonly operateMs: number;
  readonly encodeMs: number;
}

export interface JobResult {
  readonly rendered: Rendered;
  readonly timings: JobTimings;
  /** Engine that decoded. */
  readonly engine: string;
}

/** How long an engine may take to set up, in milliseconds: a large module is compiled meanwhile, on a machine that may be busy. */
export const setupMs = 30_000;

export type FromWorker =
  | { readonly type: "need"; readonly kind: "bytes" | "wasm"; readonly specifier: string }
  | { readonly type: "ready" }
  /** An engine that was left for later is being set up for the job that needs it; when that is over, the job's time begins. */
  | { readonly type: "setup"; readonly isOver: boolean }
  | { readonly type: "refused"; readonly failure: WorkerFailure }
  | {
      readonly type: "log";
      readonly level: keyof Log;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly type: "done"; readonly id: number; readonly result: JobResult; readonly heapBytes: number }
  | { readonly type: "failed"; readonly id: number; readonly failure: WorkerFailure; readonly heapBytes: number };
