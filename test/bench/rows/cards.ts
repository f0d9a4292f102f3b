/** Open Graph cards: one template, text, fonts and size, drawn by Cameo and by @vercel/og. Every request is another card. */
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench, Measure } from "../bench.ts";
import { residentBytes } from "../children.ts";
import type { LoadResult } from "../load.ts";
import { load, median } from "../measure.ts";
import { ask, type Server, startCameo, startOg } from "../servers.ts";
import { megabytes, milliseconds, perSecond, type Row } from "../table.ts";

const workers = 2;

const pathOf = (at: number): string =>
  `/og-image/bench-card?${new URLSearchParams({ title: `Card ${at}: a title that takes two lines, or nearly so`, subtitle: `Number ${at}` })}`;
const paths = (from: number, count: number): string[] => Array.from({ length: count }, (_, at) => pathOf(from + at));

export const cards: Measure = async (bench) => {
  const count = bench.isQuick ? 60 : 300;
  const plugins = await writeTemplate(bench);
  // A small memory cache, so that memory that grows is not cards that are kept.
  const cache = { memory: { maxBytes: 16 * 2 ** 20 }, disk: { path: join(bench.scratch, "cards-cache") } };
  const settings = { plugins: [plugins], mounts: { "og-image": { source: "template" } }, cache };
  const cameo = await startCameo(bench, { workers, settings });
  const og = await startOg(bench, workers);
  const first = [await firstMs(cameo), await firstMs(og)] as const;
  for (const server of [cameo, og]) await load({ port: server.port, connections: 4, paths: paths(10, count) });
  const one = await both(cameo, og, bench, (from) => ({ connections: 1, paths: paths(from, count) }));
  const four = await both(cameo, og, bench, (from) => ({ connections: 4, paths: paths(from, count) }));
  const bytes = [await bytesOf(cameo), await bytesOf(og)] as const;
  const rows = [speed(one, bytes), throughput(four), start(first), ...(await growth(cameo, bench))];
  await cameo.stop();
  await og.stop();
  return rows;
};

/** As a plugin: the same tree, and what makes a template of it. */
async function writeTemplate({ scratch }: Bench): Promise<string> {
  const folder = await mkdtemp(join(scratch, "cards-"));
  await mkdir(folder, { recursive: true });
  const tree = await readFile(fileURLToPath(new URL("../card-tree.js", import.meta.url)), "utf8");
  const rest = `
import { template } from "cameo/plugin";
import * as v from "valibot";

export default template({
  name: "bench-card",
  parameters: v.object({ title: v.string(), subtitle: v.string() }),
  examples: [{ title: "A title", subtitle: "A subtitle" }],
  render: ({ title, subtitle }) => cardTree(title, subtitle),
});
`;
  await writeFile(join(folder, "bench-card.js"), tree + rest);
  return folder;
}

/** The first card after the server says that it is ready. */
async function firstMs(server: Server): Promise<number> {
  const started = performance.now();
  const { status } = await ask(server.port, pathOf(0));
  if (status !== 200) throw new Error(`port ${server.port} answers ${status} to ${pathOf(0)}`);
  return performance.now() - started;
}

const bytesOf = async ({ port }: Server): Promise<number> => (await ask(port, pathOf(1))).body.byteLength;

interface Both {
  readonly ours: readonly LoadResult[];
  readonly peer: readonly LoadResult[];
}

/** In turns; each round has cards of its own. */
async function both(
  cameo: Server,
  og: Server,
  { isQuick }: Bench,
  job: (from: number) => { connections: number; paths: string[] },
): Promise<Both> {
  const seen = { ours: [] as LoadResult[], peer: [] as LoadResult[] };
  for (let round = 0; round < (isQuick ? 2 : 5); round++) {
    made += 10_000;
    seen.ours.push(await load({ port: cameo.port, ...job(made) }));
    seen.peer.push(await load({ port: og.port, ...job(made) }));
  }
  return seen;
}

let made = 10_000;

const middle = (results: readonly LoadResult[], value: (result: LoadResult) => number): number =>
  median(results.map(value));
const ratios = ({ ours, peer }: Both, value: (result: LoadResult) => number): number =>
  median(ours.map((result, at) => value(peer[at] ?? result) / value(result)));

function speed(results: Both, bytes: readonly [number, number]): Row {
  const show = (side: readonly LoadResult[]) =>
    `${milliseconds(middle(side, ({ p50Ms }) => p50Ms))}, ${milliseconds(middle(side, ({ p95Ms }) => p95Ms))}`;
  const name = "card 1200 × 630 png: p50, p95";
  const ratio = ratios(results, ({ p50Ms }) => p50Ms);
  return {
    name,
    ours: show(results.ours),
    peer: show(results.peer),
    ratio,
    bytes,
    note: "1 connection, @vercel/og; p95 under 100 ms",
  };
}

const rate = ({ requests, seconds }: LoadResult): number => requests / seconds;

function throughput(results: Both): Row {
  const ratio = 1 / ratios(results, rate);
  const [ours, peer] = [results.ours, results.peer].map((side) => perSecond(middle(side, rate))) as [string, string];
  return { name: "cards, two workers", ours, peer, ratio, note: "4 connections, @vercel/og" };
}

const start = ([ours, peer]: readonly [number, number]): Row => ({
  name: "first card after the start",
  ours: milliseconds(ours),
  peer: milliseconds(peer),
  ratio: peer / ours,
  note: "@vercel/og; under 300 ms",
});

/** Resident memory after further cards, which shows whether it is flat. */
async function growth(server: Server, { isQuick }: Bench): Promise<Row[]> {
  const count = isQuick ? 200 : 2000;
  const rows: Row[] = [];
  for (const batch of [1, 2]) {
    await load({ port: server.port, connections: 4, paths: paths(1_000_000 * batch, count) });
    rows.push({
      name: `resident memory, after ${batch * count} more cards`,
      ours: megabytes(residentBytes(server.pid)),
      note: "2 workers",
    });
  }
  return rows;
}
