/** The load tool: `bun test/bench/load.ts` with a job as JSON on standard input; a process of its own, so that it shares no thread with the bench. */
import process from "node:process";
import { text } from "node:stream/consumers";
import { openConnection } from "./http-client.ts";

export interface LoadJob {
  readonly port: number;
  readonly connections: number;
  /** Asked once each, in order, or round and round for `seconds`. */
  readonly paths: readonly string[];
  readonly seconds?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Answers other than 200, by status. */
  readonly failures: Readonly<Record<string, number>>;
}

/** The value below which `share` of the sorted numbers lie. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function load({ port, connections, paths, seconds }: LoadJob): Promise<LoadResult> {
  const latencies: number[] = [];
  const failures: Record<string, number> = {};
  let next = 0;
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection("127.0.0.1", port)));
  const started = performance.now();
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : started + seconds * 1000;
  await Promise.all(
    opened.map(async (connection) => {
      for (;;) {
        const path = paths[seconds === undefined ? next++ : next++ % paths.length];
        const asked = performance.now();
        if (path === undefined || asked > until) return;
        const { status } = await connection.get(path);
        latencies.push(performance.now() - asked);
        if (status !== 200) failures[status] = (failures[status] ?? 0) + 1;
      }
    }),
  );
  const spent = (performance.now() - started) / 1000;
  for (const connection of opened) connection.close();
  latencies.sort((a, b) => a - b);
  const [p50Ms, p95Ms] = [percentile(latencies, 0.5), percentile(latencies, 0.95)];
  return { requests: latencies.length, seconds: spent, p50Ms, p95Ms, failures };
}

if (import.meta.main) {
  const job = JSON.parse(await text(process.stdin)) as LoadJob;
  process.stdout.write(JSON.stringify(await load(job)));
}
