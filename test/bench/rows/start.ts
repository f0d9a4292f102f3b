/** From the start of the process to its first picture, on an empty cache. */
import { existsSync } from "node:fs";
import type { Bench, Measure } from "../bench.ts";
import { inTurn, median, ratioOf } from "../measure.ts";
import { binary, type Server, startCameo, startIpx } from "../servers.ts";
import { milliseconds, type Row } from "../table.ts";

export const startUp: Measure = async (bench) => {
  const file = bench.album.file("photo-460", 0);
  const firstPath = `/images/${file}?w=128&format=webp`;
  const spent = await inTurn(bench.isQuick ? 1 : 5, {
    source: () => startAndStop(startCameo(bench, { firstPath })),
    ipx: () => startAndStop(startIpx(bench, `/w_128,f_webp/${file}`)),
    binary: async () => (existsSync(binary) ? await startBinary(bench, firstPath) : Number.NaN),
  });
  const row = (name: string, own: readonly number[]): Row => ({
    name: `start to first image, ${name}`,
    ours: milliseconds(median(own)),
    peer: milliseconds(median(spent.ipx)),
    ratio: ratioOf(spent.ipx, own),
    note: "IPX",
  });
  const rows = [row("from source", spent.source)];
  return existsSync(binary) ? [...rows, row("the binary", spent.binary)] : rows;
};

const startBinary = (bench: Bench, firstPath: string) =>
  startAndStop(startCameo(bench, { firstPath, program: [binary] }));

async function startAndStop(starting: Promise<Server>): Promise<number> {
  const server = await starting;
  await server.stop();
  return server.startMs;
}
