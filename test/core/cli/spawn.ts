/**
 * The real command line, in a process of its own, on the runtime that runs the tests. One worker is enough for most, and what draws
 * cards is set up with the first one.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../config/main.ts", import.meta.url));
const preload = fileURLToPath(new URL("preload.ts", import.meta.url));
const runtime = process.versions.deno ? ["run", "-A", "--no-check", "--quiet"] : [];

/** Each run starts a runtime and a worker: on a busy machine that takes longer than a test has by default. */
export const slow = { timeout: 240_000 };

export interface Options {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether what draws cards is set up at the start, as it is outside of tests. Default: no. */
  readonly preparesCards?: boolean;
  /** Whether nothing can be written to standard error, as on a full disk. Linux has `/dev/full` for that. Default: no. */
  readonly isLogFull?: boolean;
  /** A shell's line around the command, which is `"$0" "$@"`. Default none. */
  readonly line?: string;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly out: string;
  readonly err: string;
}

type Running = ChildProcessByStdio<null, Readable, Readable>;

/** Without the tester's own settings, with one worker. */
function environment(own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("CAMEO_"));
  return { ...(Object.fromEntries(kept) as Record<string, string>), CAMEO_WORKERS: "1", ...own };
}

/** Those that have not ended yet. */
const running = new Set<Running>();

/** Starts `cameo` with these words. */
export function startCameo(args: readonly string[], { cwd, env, preparesCards, isLogFull, line }: Options): Running {
  const first = preparesCards ? [] : ["--preload", preload];
  const words = [process.execPath, ...runtime, ...first, main, ...args];
  const shell = isLogFull ? 'exec "$0" "$@" 2>/dev/full' : line;
  const [command = "", ...rest] = shell === undefined ? words : ["sh", "-c", shell, ...words];
  const child = spawn(command, rest, {
    cwd,
    env: environment(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

/** Runs `cameo` to its end. */
export async function cameo(args: readonly string[], options: Options): Promise<Finished> {
  const child = startCameo(args, options);
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)];
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: stdout(), out: stdout().toString(), err: stderr().toString() };
}

/** What a stream has said so far. */
export function gather(stream: Readable): () => Buffer {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

/** Resolves with the match as soon as a stream's text has one; rejects if the stream ends before. */
export function waitFor(stream: Readable, pattern: RegExp): Promise<RegExpExecArray> {
  const said = gather(stream);
  return new Promise((resolve, reject) => {
    stream.on("data", () => {
      const match = pattern.exec(said().toString());
      if (match) resolve(match);
    });
    stream.on("end", () => reject(new Error(`ended without ${pattern}: ${said()}`)));
  });
}

export interface Served {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly out: () => Buffer;
  readonly err: () => Buffer;
  signal(name: NodeJS.Signals): void;
  /** Sends a signal and gives the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * A server on a free port, once it says that it is ready. Signals go by process ID: after `child.kill` Deno gives no exit
 * code.
 */
export async function serveCameo(args: readonly string[], options: Options): Promise<Served> {
  const child = startCameo(["serve", "--port", "0", ...args], options);
  const [out, err] = [gather(child.stdout), gather(child.stderr)];
  const closed = once(child, "close") as Promise<[number | null]>;
  const [url] = await waitFor(child.stdout, /http:\/\/[\w.[\]:]+:\d+(?=\n)/).catch((cause) => {
    throw new Error(`cameo serve did not start: ${err()}`, { cause });
  });
  const signal = (name: NodeJS.Signals) => void process.kill(child.pid ?? 0, name);
  return {
    url,
    out,
    err,
    signal,
    async end(name) {
      signal(name);
      return (await closed)[0];
    },
  };
}

/** A folder that is gone afterwards; a process that a failed test left behind is gone too. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-cli-"));
  try {
    await work(folder);
  } finally {
    for (const child of running) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}
