/** Resident memory: idle, after 2,000 mixed requests, and after 2,000 more, which shows whether it is flat. */
import type { Bench, Measure } from "../bench.ts";
import { residentBytes } from "../children.ts";
import { load } from "../measure.ts";
import type { SourceName } from "../pictures.ts";
import { ask, type Server, startCameo, startIpx } from "../servers.ts";
import { megabytes, type Row } from "../table.ts";

/** Of ten requests, which sources they are for. */
const mix: readonly SourceName[] = [
  "photo-460",
  "photo-2725",
  "gif-animated",
  "photo-460",
  "png-rgba",
  "webp-alpha",
  "photo-460",
  "jpeg-progressive",
  "photo-2725",
  "photo-460",
];
const widths = [64, 128, 200, 320, 480, 720];
const formats = ["webp", "jpeg", "webp", "png", "webp", "jpeg", "avif"];
const batch = 2000;
const targetBytes = 450 * 2 ** 20;

interface Wish {
  readonly source: SourceName;
  readonly width: number;
  readonly format: string;
}

export const memory: Measure = async (bench) => {
  const count = bench.isQuick ? batch / 10 : batch;
  const cameo = await startCameo(bench, { workers: 2 });
  const ours = await grow(cameo, [0, count], count, (at, wish) => cameoPath(bench, at, wish));
  const held = await memoryTierBytes(cameo);
  await cameo.stop();
  const ipx = await startIpx(bench, `/w_64/${bench.album.file("photo-460", 0)}`);
  const peer = await grow(ipx, [0], count, (at, wish) => ipxPath(bench, at, wish));
  await ipx.stop();
  const names = ["idle", `after ${count} mixed requests`, `after ${2 * count}`];
  const notes = ["", `target under ${megabytes(targetBytes)}`, `${megabytes(held)} of it the memory cache`];
  return names.map((name, at) => rowOf(`resident memory, ${name}`, ours[at] ?? 0, peer[at], notes[at] ?? ""));
};

function rowOf(name: string, ours: number, peer: number | undefined, note: string): Row {
  const words = [peer === undefined ? "2 workers" : "2 workers, IPX", note].filter(Boolean).join("; ");
  const compared = peer === undefined ? {} : { peer: megabytes(peer), ratio: peer / ours };
  return { name, ours: megabytes(ours), ...compared, note: words };
}

/** Resident bytes before, and after each batch of `count` requests. */
async function grow(
  server: Server,
  batches: readonly number[],
  count: number,
  path: (at: number, wish: Wish) => string,
): Promise<number[]> {
  const seen = [residentBytes(server.pid)];
  for (const from of batches) {
    const paths = Array.from({ length: count }, (_, at) => path(from + at, wishAt(from + at)));
    await load({ port: server.port, connections: 4, paths });
    seen.push(residentBytes(server.pid));
  }
  return seen;
}

/** Steps with no common factor, so that all sources meet all sizes and formats. */
function wishAt(at: number): Wish {
  const source = mix[at % mix.length] ?? "photo-460";
  const format = formats[Math.floor(at / 11) % formats.length] ?? "webp";
  return {
    source,
    width: widths[Math.floor(at / 3) % widths.length] ?? 64,
    format: source === "gif-animated" ? "gif" : format,
  };
}

const cameoPath = ({ album }: Bench, at: number, { source, width, format }: Wish): string =>
  `/images/${album.file(source, at)}?w=${width}&format=${format}`;

const ipxPath = ({ album }: Bench, at: number, { source, width, format }: Wish): string =>
  `/w_${width},f_${format},q_${format === "avif" ? 60 : 80}/${album.file(source, at)}`;

interface Health {
  readonly tiers?: readonly { readonly name: string; readonly bytes?: number }[];
}

/** What `/health` says of the memory tier; 0 if it says nothing. */
async function memoryTierBytes({ port }: Server): Promise<number> {
  const { body } = await ask(port, "/health");
  const health = JSON.parse(new TextDecoder().decode(body)) as Health;
  return health.tiers?.find(({ name }) => name === "memory")?.bytes ?? 0;
}
