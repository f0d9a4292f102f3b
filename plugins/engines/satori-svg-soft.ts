/** A soft shape of one colour, drawn small: enlarged, as a PNG whose palette is that colour in every opacity. The renderer's own enlarging takes ten times as long. */
import { crc32, deflateSync } from "node:zlib";
import type { Size } from "cameo/plugin";

/** RGBA, colours multiplied by alpha, as the renderer gives them. */
export interface Raster extends Size {
  readonly pixels: Uint8Array;
}

/** `by` times as wide and high. */
export function enlargedPng(raster: Raster, by: number): Uint8Array {
  const size = { width: raster.width * by, height: raster.height * by };
  const [r, g, b] = colorOf(raster.pixels);
  return indexedPng(
    size,
    enlargedAlpha(raster, by),
    Uint8Array.from({ length: 768 }, (_, at) => [r, g, b][at % 3] ?? 0),
  );
}

/** That of the least transparent pixel. */
function colorOf(pixels: Uint8Array): readonly [number, number, number] {
  let best = 0;
  for (let at = 0; at < pixels.length; at += 4) if (alphaAt(pixels, at) > alphaAt(pixels, best)) best = at;
  const channel = (index: number) =>
    Math.round(((pixels[best + index] ?? 0) * 255) / Math.max(1, alphaAt(pixels, best)));
  return [channel(0), channel(1), channel(2)];
}

const alphaAt = (pixels: Uint8Array, at: number): number => pixels[at + 3] ?? 0;

/** Between neighbours in proportion, first along the rows, then down; each row with the filter byte of a PNG before it: 0, none. */
function enlargedAlpha({ width, height, pixels }: Raster, by: number): Uint8Array {
  const wide = width * by + 1;
  const stretched = new Float32Array(wide * height);
  for (const { at, from, to, part } of stops(width, by)) {
    for (let y = 0; y < height; y++) {
      const [start, end] = [alphaAt(pixels, (y * width + from) * 4), alphaAt(pixels, (y * width + to) * 4)];
      stretched[y * wide + at + 1] = start + (end - start) * part;
    }
  }
  const rows = new Uint8Array(wide * height * by);
  for (const { at, from, to, part } of stops(height, by)) {
    const upper = stretched.subarray(from * wide, (from + 1) * wide);
    const lower = stretched.subarray(to * wide, (to + 1) * wide);
    mix(upper, lower, part, rows.subarray(at * wide, (at + 1) * wide));
  }
  return rows;
}

/** The first byte is the filter's. */
function mix(upper: Float32Array, lower: Float32Array, part: number, into: Uint8Array): void {
  for (let x = 1; x < into.length; x++) {
    const start = upper[x] ?? 0;
    into[x] = start + ((lower[x] ?? 0) - start) * part + 0.5;
  }
}

interface Stop {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly part: number;
}

/** For each pixel of the enlarged side, its two neighbours in the small one, and how far it is from the first. */
function stops(length: number, by: number): Stop[] {
  return Array.from({ length: length * by }, (_, at) => {
    const place = Math.min(length - 1, Math.max(0, (at + 0.5) / by - 0.5));
    const from = Math.floor(place);
    return { at, from, to: Math.min(length - 1, from + 1), part: place - from };
  });
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** `rows` have their filter bytes. Index n of the palette has the opacity n. */
function indexedPng({ width, height }: Size, rows: Uint8Array, palette: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3], 8);
  const opacity = Uint8Array.from({ length: 256 }, (_, index) => index);
  const body = [chunk("IHDR", header), chunk("PLTE", palette), chunk("tRNS", opacity)];
  return Buffer.concat([
    signature,
    ...body,
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}
