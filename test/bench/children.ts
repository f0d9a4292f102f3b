/** Processes that the bench starts. Each leads a group of its own, so that its children end with it, whatever happens here. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";

export interface Child {
  readonly pid: number;
  /** SIGTERM, then SIGKILL after a while; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface Start {
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File for both outputs. */
  readonly log: string;
}

/** How long a server may take to end by itself, in milliseconds. */
const graceMs = 5000;
const groups = new Set<number>();

/** Starts a process in the background. */
export function start({ command: [file, ...args], env, cwd, log }: Start): Child {
  const output = openSync(log, "a");
  const all = { ...process.env, ...env };
  const child = spawn(file, args, { detached: true, env: all, stdio: ["ignore", output, output], ...(cwd && { cwd }) });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} does not start`);
  groups.add(pid);
  child.once("exit", (code, signal) => existsSync(log) && appendFileSync(log, `\nended: ${signal ?? code}\n`));
  return { pid, stop: () => stop(child, pid) };
}

async function stop(child: ChildProcess, pid: number): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null) {
    const timer = setTimeout(() => end(pid), graceMs);
    child.kill("SIGTERM");
    await gone;
    clearTimeout(timer);
  }
  end(pid);
}

/** Ends what is left of a group. */
function end(pid: number): void {
  groups.delete(pid);
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/** Ends everything that was started; synchronous, so that it works while the process exits. */
export function endAll(): void {
  for (const pid of groups) end(pid);
}

/** Runs a command to its end and answers what it printed. Throws with its words if it fails. */
export function run([file, ...args]: readonly [string, ...string[]], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "pipe" });
    let text = "";
    let trouble = "";
    child.stdout.on("data", (chunk) => (text += String(chunk)));
    child.stderr.on("data", (chunk) => (trouble += String(chunk)));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${file} ended with ${code}: ${trouble}${text}`)),
    );
    child.stdin.end(input);
  });
}

/** Like `run`; `undefined` if the command is not there or fails. */
export async function tryRun(command: readonly [string, ...string[]]): Promise<string | undefined> {
  return run(command).catch(() => undefined);
}

/** Resident memory of a process, in bytes (`VmRSS`, proc(5)). */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) * 1024;
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
