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

/** Between four neighbours in proportion, each row with the filter byte of a PNG before it: 0, none. */
function enlargedAlpha({ width, height, pixels }: Raster, by: number): Uint8Array {
  const columns = stops(width, by);
  const wide = width * by + 1;
  const rows = new Uint8Array(wide * height * by);
  for (const [y, [top, bottom, down]] of stops(height, by).entries()) {
    for (const [x, [left, right, along]] of columns.entries()) {
      const upper = between(pixels, (top * width + left) * 4 + 3, (top * width + right) * 4 + 3, along);
      const lower = between(pixels, (bottom * width + left) * 4 + 3, (bottom * width + right) * 4 + 3, along);
      rows[y * wide + x + 1] = upper + (lower - upper) * down + 0.5;
    }
  }
  return rows;
}

const between = (values: Uint8Array, from: number, to: number, part: number): number => {
  const start = values[from] ?? 0;
  return start + ((values[to] ?? 0) - start) * part;
};

/** For each pixel of the enlarged side, its two neighbours in the small one, and how far it is from the first. */
function stops(length: number, by: number): (readonly [number, number, number])[] {
  return Array.from({ length: length * by }, (_, index) => {
    const place = Math.min(length - 1, Math.max(0, (index + 0.5) / by - 0.5));
    const first = Math.floor(place);
    return [first, Math.min(length - 1, first + 1), place - first] as const;
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
