/** JSON lines, written in batches so that a log never slows an answer. */
import type { Log } from "./plugin.ts";

const levels = ["debug", "info", "warn", "error", "silent"] as const;
export type Level = (typeof levels)[number];

export interface LogSink {
  write(text: string): void;
}

export interface RootLog extends Log {
  /** The same log with fields on every line. */
  child(fields: Readonly<Record<string, unknown>>): Log;
  /** For one line over and over, of level `info`, with a number that changes: nothing else of it is put into words again. */
  repeated(message: string, fields: Readonly<Record<string, string | number>>, name: string): (value: number) => void;
  /** Writes what is held back. Call before exit. */
  flush(): void;
}

/** How long lines may be held back, in milliseconds. */
const holdMs = 50;

export function createLog(options: { readonly level: Level; readonly sink: LogSink; now(): number }): RootLog {
  const least = levels.indexOf(options.level);
  const stamp = createStamp();
  let held: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held.length > 0) options.sink.write(`${held.join("\n")}\n`);
    held = [];
  };
  const write = (level: Level, message: string, fields: object) => {
    if (levels.indexOf(level) < least) return;
    hold(`","level":"${level}","message":${JSON.stringify(message)}${rest(fields)}`);
    if (level === "error") flush();
  };
  /** `text`: what follows the time. */
  const hold = (text: string) => {
    held.push(`{"time":"${stamp(options.now())}${text}`);
    if (held.length >= 256) flush();
    else timer ??= unrefTimer(setTimeout(flush, holdMs));
  };
  const child = (base: Readonly<Record<string, unknown>>): Log => ({
    debug: (message, fields) => write("debug", message, { ...base, ...fields }),
    info: (message, fields) => write("info", message, { ...base, ...fields }),
    warn: (message, fields) => write("warn", message, { ...base, ...fields }),
    error: (message, fields) => write("error", message, { ...base, ...fields }),
  });
  const repeated: RootLog["repeated"] = (message, fields, name) => {
    if (levels.indexOf("info") < least) return () => {};
    const known = `","level":"info","message":${JSON.stringify(message)}${rest({ ...fields, [name]: 0 }).slice(0, -2)}`;
    return (value) => hold(`${known}${value}}`);
  };
  return { ...child({}), child, repeated, flush };
}

/** ISO 8601 times; many lines share a millisecond. */
function createStamp(): (now: number) => string {
  let [last, text] = [Number.NaN, ""];
  return (now) => {
    if (now !== last) [last, text] = [now, new Date(now).toISOString()];
    return text;
  };
}

/** Fields as the rest of a JSON object. A replacer makes `JSON.stringify` several times slower, so it is used only where a field may need it. */
function rest(fields: object): string {
  const isFlat = Object.values(fields).every((value) => typeof value !== "object");
  const text = isFlat ? JSON.stringify(fields) : JSON.stringify(fields, plain);
  return text === "{}" ? "}" : `,${text.slice(1)}`;
}

/** A pending log line does not keep the process alive. */
function unrefTimer(timer: ReturnType<typeof setTimeout>): ReturnType<typeof setTimeout> {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}

/** Errors as their message and chain of causes: their own JSON form is `{}`. */
function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? {} : { cause: value.cause };
  return { error: value.message, name: value.name, ...cause };
}

/** A log that goes nowhere, for tests and for one-shot commands. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
