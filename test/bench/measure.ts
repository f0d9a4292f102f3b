/** Load as the rows use it: `wrk` where it is installed, else the bundled tool; medians and rounds in turn. */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { run, tryRun } from "./children.ts";
import type { LoadJob, LoadResult } from "./load.ts";

const tool = fileURLToPath(new URL("./load.ts", import.meta.url));

/** Runs the bundled tool. Throws if an answer was not a 200. */
export async function load(job: LoadJob): Promise<LoadResult> {
  const result = JSON.parse(await run([process.execPath, tool], JSON.stringify(job))) as LoadResult;
  if (Object.keys(result.failures).length > 0) {
    throw new Error(`port ${job.port} refused ${JSON.stringify(result.failures)}, e.g. of ${job.paths[0]}`);
  }
  return result;
}

/** `wrk 4.1.0`, or what stands in for it. */
export async function loadTool(): Promise<string> {
  const text = await run(["sh", "-c", "wrk -v 2>&1 || true"]);
  return /^wrk \S+/.exec(text)?.[0]?.replace(/^wrk (debian\/)?/, "wrk ") ?? "bundled load tool";
}

/** Requests per second for one path, 32 connections. */
export async function requestsPerSecond(port: number, path: string, seconds: number): Promise<number> {
  const text = await tryRun(["wrk", "-t1", "-c32", `-d${seconds}s`, `http://127.0.0.1:${port}${path}`]);
  if (text === undefined) {
    const { requests, seconds: spent } = await load({ port, connections: 32, paths: [path], seconds });
    return requests / spent;
  }
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1];
  if (failed) throw new Error(`${failed} answers for ${path} were no success`);
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1] ?? Number.NaN);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** What each contender did, round by round. */
export type Rounds<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** Measures each contender once per round, in turn, so that a slow minute of the machine hits all of them. */
export async function inTurn<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, (round: number) => Promise<number>>>,
): Promise<Rounds<Name>> {
  const names = Object.keys(contenders) as Name[];
  const seen = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      seen[name].push(await contenders[name](round));
    }
  }
  return seen;
}

/** The median of the ratios within each round: what slows a whole round down does not count. */
export function ratioOf(above: readonly number[], below: readonly number[]): number {
  return median(above.map((value, round) => value / (below[round] ?? Number.NaN)));
}
