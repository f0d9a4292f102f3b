/** What one visitor waits for: one connection, p50 and p95. */
import type { Bench, Measure } from "../bench.ts";
import type { LoadResult } from "../load.ts";
import { load } from "../measure.ts";
import { startCameo, startIpx } from "../servers.ts";
import { milliseconds, type Row } from "../table.ts";

const kept = 300;
const size = "w=128&format=webp&q=80";

export const latency: Measure = async (bench) => {
  const count = bench.isQuick ? 60 : kept;
  const paths = (from: number) =>
    Array.from({ length: count }, (_, at) => `/images/${bench.album.file("photo-460", from + at)}?${size}`);
  const first = await startCameo(bench);
  await load({ port: first.port, connections: 1, paths: paths(count) });
  const cold = await load({ port: first.port, connections: 1, paths: paths(0) });
  const one = paths(0).slice(0, 1);
  await load({ port: first.port, connections: 1, paths: one, seconds: 0.5 });
  const memory = await load({ port: first.port, connections: 1, paths: one, seconds: bench.isQuick ? 0.5 : 2 });
  await first.stop();
  const again = await startCameo(bench, { home: first.home });
  await load({ port: again.port, connections: 1, paths: paths(count) });
  const disk = await load({ port: again.port, connections: 1, paths: paths(0) });
  await again.stop();
  const peer = await coldPeer(bench, count);
  return [row("memory hit", memory), row("disk hit, after a restart", disk), row("cold 460 → 128 px webp", cold, peer)];
};

async function coldPeer(bench: Bench, count: number): Promise<LoadResult> {
  const paths = Array.from({ length: count }, (_, at) => `/w_128,f_webp,q_80/${bench.album.file("photo-460", at)}`);
  const ipx = await startIpx(bench, paths[0] ?? "/");
  await load({ port: ipx.port, connections: 1, paths });
  const result = await load({ port: ipx.port, connections: 1, paths });
  await ipx.stop();
  return result;
}

const both = ({ p50Ms, p95Ms }: LoadResult): string => `${milliseconds(p50Ms)}, ${milliseconds(p95Ms)}`;

function row(name: string, ours: LoadResult, peer?: LoadResult): Row {
  const compared = peer ? { peer: both(peer), ratio: peer.p50Ms / ours.p50Ms } : {};
  return { name: `${name}: p50, p95`, ours: both(ours), ...compared, note: `1 connection${peer ? ", IPX" : ""}` };
}
