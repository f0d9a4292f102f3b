/** Pictures made anew for each request, against IPX (sharp, native), over four connections. */
import type { Bench, Measure } from "../bench.ts";
import { inTurn, load, median, type Rounds, ratioOf } from "../measure.ts";
import { createJudge, type SourceName } from "../pictures.ts";
import { ask, type Server, startCameo, startIpx } from "../servers.ts";
import { perSecond, type Row } from "../table.ts";

interface Case {
  readonly source: SourceName;
  readonly widthPx: number;
  readonly format: "webp" | "jpeg" | "avif";
  readonly quality: number;
  /** Requests of a round. */
  readonly requests: number;
  /** Ratio to reach, by contender; none where the number is only told. */
  readonly targets: Readonly<Partial<Record<Contender, number>>>;
}
type Contender = "magick" | "bun";

const cases: readonly Case[] = [
  { source: "photo-460", widthPx: 128, format: "webp", quality: 80, requests: 250, targets: { magick: 1, bun: 2 } },
  { source: "photo-2725", widthPx: 720, format: "webp", quality: 80, requests: 40, targets: { magick: 1 } },
  { source: "photo-2725", widthPx: 720, format: "jpeg", quality: 80, requests: 60, targets: {} },
  { source: "photo-2725", widthPx: 720, format: "avif", quality: 60, requests: 6, targets: {} },
];

const engines: Readonly<Record<Contender, string | string[]>> = { magick: "magick", bun: ["bun", "magick"] };
const connections = 4;

/** Most requests for one source at one size, over warm-up and rounds: as many copies are needed. */
export const coldCopies = 2000;

export const cold: Measure = async (bench) => {
  const first = bench.album.file("photo-460", 0);
  const servers: Readonly<Record<Contender | "ipx", Server>> = {
    magick: await startCameo(bench, { settings: { engine: engines.magick } }),
    bun: await startCameo(bench, { settings: { engine: engines.bun } }),
    ipx: await startIpx(bench, `/w_64/${first}`),
  };
  const rows: Row[] = [];
  for (const each of cases) rows.push(...(await measureCase(bench, each, servers)));
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return rows;
};

type Servers = Readonly<Record<Contender | "ipx", Server>>;

async function measureCase(bench: Bench, given: Case, servers: Servers): Promise<Row[]> {
  const requests = bench.isQuick ? Math.ceil(given.requests / 4) : given.requests;
  let asked = 0;
  const measure = async (name: keyof Servers, count = requests) => {
    const copies = Array.from({ length: count }, () => asked++ % coldCopies);
    const paths = copies.map((copy) => pathFor(name, bench.album.file(given.source, copy), given));
    const { requests: done, seconds } = await load({ port: servers[name].port, connections, paths });
    return done / seconds;
  };
  const names = Object.keys(servers) as (keyof Servers)[];
  for (const name of names) await measure(name, Math.ceil(requests / 5));
  const rates = await inTurn(bench.isQuick ? 1 : 5, {
    magick: () => measure("magick"),
    ipx: () => measure("ipx"),
    bun: () => measure("bun"),
  });
  bench.say(
    `  ${given.format} ${given.widthPx}: ${names.map((name) => `${name} ${perSecond(median(rates[name]))}`).join(", ")}`,
  );
  const looks = await look(bench, given, servers);
  const contenders: Contender[] = given.format === "avif" ? ["magick"] : ["magick", "bun"];
  return contenders.map((name) => rowOf(given, name, rates, looks));
}

function pathFor(name: keyof Servers, file: string, { widthPx, format, quality }: Case): string {
  if (name === "ipx") return `/w_${widthPx},f_${format},q_${quality}/${file}`;
  return `/images/${file}?w=${widthPx}&format=${format}&q=${quality}`;
}

interface Look {
  readonly bytes: number;
  readonly distance: number;
}

async function look(bench: Bench, given: Case, servers: Servers): Promise<Record<keyof Servers, Look>> {
  const judge = await createJudge(bench.album.bytes(given.source), given.widthPx);
  const one = async (name: keyof Servers): Promise<Look> => {
    const { body } = await ask(servers[name].port, pathFor(name, bench.album.file(given.source, 0), given));
    return { bytes: body.length, distance: await judge(body) };
  };
  return { magick: await one("magick"), bun: await one("bun"), ipx: await one("ipx") };
}

type PerServer<T> = Readonly<Record<keyof Servers, T>>;

function rowOf(given: Case, name: Contender, rates: Rounds<keyof Servers>, looks: PerServer<Look>): Row {
  const side = given.source.replace("photo-", "");
  const target = given.targets[name];
  return {
    name: `cold ${side} → ${given.widthPx} px ${given.format} q${given.quality}, ${name}`,
    ours: perSecond(median(rates[name])),
    peer: perSecond(median(rates.ipx)),
    ratio: ratioOf(rates[name], rates.ipx),
    ...(target && { target: { atLeast: target } }),
    bytes: [looks[name].bytes, looks.ipx.bytes],
    distance: [looks[name].distance, looks.ipx.distance],
    note: "IPX, 4 connections",
  };
}
