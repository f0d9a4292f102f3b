/** Avatars: a page of 200 before a Gravatar of 50 ms, and the defaults that are drawn here. */
import { createHash } from "node:crypto";
import { type Services, startServices } from "../../avatar-services.ts";
import type { Bench, Measure } from "../bench.ts";
import { load, median } from "../measure.ts";
import { type CameoServer, startCameo } from "../servers.ts";
import { milliseconds, perSecond, type Row } from "../table.ts";

const pageOf = 200;
const upstreamMs = 50;
/** What a browser opens to one host over HTTP/1.1, and a proxy that speaks HTTP/2 to it. */
const connectionCounts = [6, 100] as const;
const kinds = "mp mmng identicon monsterid wavatar retro robohash pagan color blank".split(" ");

let made = 0;
const newHash = (): string => createHash("md5").update(`avatar ${made++}`).digest("hex");

export const avatars: Measure = async (bench) => {
  const services = await startServices();
  const link = { internal: true, allowPrivate: ["127.0.0.1/32"] };
  const mounts = {
    avatar: { source: "avatar", chain: ["gravatar"] },
    gravatar: { source: "gravatar", base: services.gravatar.base, ...link },
  };
  const server = await startCameo(bench, { settings: { mounts } });
  try {
    await load({ port: server.port, connections: 4, paths: defaultPaths("identicon", 40) });
    const pages: Row[] = [];
    for (const connections of connectionCounts)
      pages.push(...(await measurePage(bench, services, server, connections)));
    return [...pages, ...(await measureDefaults(bench, server))];
  } finally {
    await server.stop();
    await services.close();
  }
};

/** The worst of the rounds counts for the calls. */
async function measurePage(
  bench: Bench,
  { gravatar }: Services,
  { port }: CameoServer,
  connections: number,
): Promise<Row[]> {
  const seconds: Record<"cold" | "warm", number[]> = { cold: [], warm: [] };
  const calls = { cold: 0, warm: 0 };
  gravatar.delayMs = upstreamMs;
  for (let round = 0; round < (bench.isQuick ? 1 : 5); round++) {
    const paths = Array.from({ length: pageOf }, () => {
      const hash = newHash();
      gravatar.pictures.set(hash, { body: bench.album.bytes("photo-460") });
      return `/avatar/${hash}?s=80`;
    });
    for (const state of ["cold", "warm"] as const) {
      gravatar.asked.length = 0;
      seconds[state].push((await load({ port, connections, paths })).seconds);
      calls[state] = Math.max(calls[state], gravatar.asked.length);
    }
  }
  return (["cold", "warm"] as const).map((state) => ({
    name: `page of ${pageOf} avatars, ${state}: last byte, ${connections} connections`,
    ours: milliseconds(median(seconds[state]) * 1000),
    note: `${calls[state]} upstream calls of ${upstreamMs} ms`,
  }));
}

const defaultPaths = (kind: string, count: number): string[] =>
  Array.from({ length: count }, () => `/avatar/${newHash()}?d=${kind}&f=y&s=80`);

async function measureDefaults(bench: Bench, { port }: CameoServer): Promise<Row[]> {
  const count = bench.isQuick ? 50 : 400;
  const rows: Row[] = [];
  for (const kind of [...kinds, "initials"]) {
    const letters = kind === "initials" ? "&initials=AL" : "";
    const paths = () => defaultPaths(kind, count).map((path) => path + letters);
    await load({ port, connections: 1, paths: paths().slice(0, 20) });
    const one = await load({ port, connections: 1, paths: paths() });
    const many = await load({ port, connections: 4, paths: paths() });
    rows.push({
      name: `default ${kind}, 80 px, cold: p50, p95; renders`,
      ours: `${milliseconds(one.p50Ms)}, ${milliseconds(one.p95Ms)}; ${perSecond(many.requests / many.seconds)}`,
      note: "1 connection; 4 connections",
    });
  }
  return rows;
}
