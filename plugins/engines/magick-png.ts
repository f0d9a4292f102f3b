/**
 * A PNG that was cut, made whole (ISO/IEC 15948): the library shows nothing of half a PNG. The rows that are there stay as they are, the rest is
 * transparent, or the grey that half a JPEG has. An interlaced one comes out plain, and coarse where its later passes are missing.
 */
import { constants, crc32, deflateSync, inflateSync } from "node:zlib";
import { join } from "./magick-bytes.ts";
import { lineBytes, type PngHeader, paintPasses, passesOf, sizeOf } from "./magick-png-passes.ts";

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
  readonly isCut: boolean;
}

/** A whole PNG with what there is of a cut one. The file itself where it is whole, is of more than `maxPixels`, or has not one row. */
export function mendPng(file: Uint8Array, maxPixels: number): Uint8Array {
  const chunks = [...chunksOf(file)];
  const header = headerOf(chunks[0]);
  const isWhole = chunks.some(({ type, isCut }) => type === "IEND" && !isCut);
  if (!header || isWhole || header.width * header.height > maxPixels) return file;
  const known = inflateSome(chunks, header);
  if (known.length === 0) return file;
  const rows = blankRows(header, fillOf(header, chunks));
  const painted = header.isInterlaced ? paintPasses(rows, known, header) : keepRows(rows, known, header);
  if (painted === 0) return file;
  const kept = chunks.slice(1).filter(({ type, isCut }) => !isCut && type !== "IDAT");
  return join(
    file.subarray(0, 8),
    chunk("IHDR", plainHeader(file)),
    ...kept.map(({ whole }) => whole),
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", new Uint8Array()),
  );
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function* chunksOf(file: Uint8Array): Generator<Chunk> {
  const view = viewOf(file);
  for (let at = 8; at + 8 <= file.length; ) {
    const end = at + 8 + view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    yield { type, data: file.subarray(at + 8, end), whole: file.subarray(at, end + 4), isCut: end + 4 > file.length };
    at = end + 4;
  }
}

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** `undefined` for what is no header, or of a kind that the standard does not have. */
function headerOf(first: Chunk | undefined): PngHeader | undefined {
  if (first?.type !== "IHDR" || first.isCut || first.data.length !== 13) return undefined;
  const view = viewOf(first.data);
  const [depth = 0, color = 0, compression, filter, interlace = 0] = first.data.subarray(8);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const isKnown = depthsOf[color]?.includes(depth) && compression === 0 && filter === 0 && interlace <= 1;
  if (!isKnown || width === 0 || height === 0) return undefined;
  const channels = channelsOf[color] ?? 1;
  return { width, height, depth, color, channels, bits: channels * depth, isInterlaced: interlace === 1 };
}

/** Not interlaced, whatever it was. */
function plainHeader(file: Uint8Array): Uint8Array {
  const data = file.slice(16, 29);
  data[12] = 0;
  return data;
}

/** Filtered rows as far as they go: nothing where the data is damaged, or more than the header says. */
function inflateSome(chunks: readonly Chunk[], header: PngHeader): Uint8Array {
  const sizes = passesOf(header)
    .map((pass) => sizeOf(header, pass))
    .filter(({ columns }) => columns > 0);
  const maxOutputLength = sizes.reduce((sum, { columns, rows }) => sum + rows * lineBytes(header, columns), 0);
  const data = join(...chunks.filter(({ type }) => type === "IDAT").map((each) => each.data));
  try {
    return inflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength });
  } catch {
    return new Uint8Array();
  }
}

/** The bytes of a pixel where nothing is known; of eight bits' worth of pixels where one is smaller than that. */
function fillOf({ color, depth, channels }: PngHeader, chunks: readonly Chunk[]): readonly number[] {
  const find = (name: string) => chunks.find(({ type }) => type === name)?.data;
  const [palette, clear] = [find("PLTE"), find("tRNS")];
  if (color === 3) return [spread(emptiest(palette ?? new Uint8Array(), clear), depth)];
  const middle = depth === 16 ? 0x8080 : 2 ** (depth - 1);
  const samples = Array.from({ length: channels }, (_, at) => {
    if (color >= 4) return 0;
    return clear && clear.length >= channels * 2 ? viewOf(clear).getUint16(at * 2) : middle;
  });
  if (depth === 16) return samples.flatMap((each) => [each >> 8, each & 255]);
  return samples.map((each) => (depth < 8 ? spread(each, depth) : each & 255));
}

/** A sample repeated over a byte. */
const spread = (sample: number, depth: number): number => (sample & (2 ** depth - 1)) * (255 / (2 ** depth - 1));

/** The first entry of a palette that is transparent, else the one nearest to grey. */
function emptiest(palette: Uint8Array, alphas: Uint8Array = new Uint8Array()): number {
  const clear = alphas.indexOf(0);
  if (clear >= 0) return clear;
  const apart = Array.from({ length: palette.length / 3 }, (_, at) =>
    palette.subarray(at * 3, at * 3 + 3).reduce((sum, each) => sum + Math.abs(each - 128), 0),
  );
  return Math.max(0, apart.indexOf(Math.min(...apart)));
}

/** All rows, unfiltered, of the filling alone. */
function blankRows(header: PngHeader, fill: readonly number[]): Uint8Array {
  const line = Uint8Array.from({ length: lineBytes(header, header.width) }, (_, at) =>
    at === 0 ? 0 : (fill[(at - 1) % fill.length] ?? 0),
  );
  const rows = new Uint8Array(line.length * header.height);
  for (let at = 0; at < rows.length; at += line.length) rows.set(line, at);
  return rows;
}

/** Puts the rows in that are there, filtered as they are. Returns how many. */
function keepRows(rows: Uint8Array, known: Uint8Array, header: PngHeader): number {
  const count = Math.floor(known.length / lineBytes(header, header.width));
  rows.set(known.subarray(0, count * lineBytes(header, header.width)));
  return count;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + 12);
  const view = viewOf(whole);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(data, 8);
  view.setUint32(data.length + 8, crc32(whole.subarray(4, data.length + 8)));
  return whole;
}
