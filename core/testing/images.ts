/** Tiny valid images, made in code. */
import { crc32, deflateSync } from "node:zlib";
import type { Color, Pixels } from "../image.ts";

/** Pixels by a function of their place. */
export function draw(width: number, height: number, at: (x: number, y: number) => Color): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let index = 0; index < width * height; index++) {
    const { r, g, b, a } = at(index % width, Math.floor(index / width));
    data.set([r, g, b, a], index * 4);
  }
  return { width, height, data };
}

/** All colours and all opacities, no two neighbours alike: what a transform should be shown. */
export const gradient = (width = 16, height = 12): Pixels =>
  draw(width, height, (x, y) => ({
    r: Math.round((x / Math.max(1, width - 1)) * 255),
    g: Math.round((y / Math.max(1, height - 1)) * 255),
    b: (x * 31 + y * 57) % 256,
    a: (x + y) % 5 === 0 ? 128 : 255,
  }));

/** The colour of one pixel. */
export function colorAt({ width, data }: Pixels, x: number, y: number): Color {
  const at = (y * width + x) * 4;
  return { r: data[at] ?? 0, g: data[at + 1] ?? 0, b: data[at + 2] ?? 0, a: data[at + 3] ?? 0 };
}

const grey: Color = { r: 128, g: 128, b: 128, a: 255 };
const solid = (): Pixels => draw(2, 2, () => grey);

/** A PNG, with alpha. Default: 2 × 2 grey pixels. */
export function png(pixels: Pixels = solid()): Uint8Array<ArrayBuffer> {
  const { width, height, data } = pixels;
  const rows = Buffer.alloc(height * (width * 4 + 1));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return new Uint8Array(
    Buffer.concat([magic, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]),
  );
}

/** Length, name, data, checksum (PNG §5.3). */
function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A BMP of 24 bits, without alpha. Default: 2 × 2 grey pixels. */
export function bmp(pixels: Pixels = solid()): Uint8Array<ArrayBuffer> {
  const { width, height } = pixels;
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + stride * height);
  bytes.write("BM", 0, "latin1");
  bytes.writeUInt32LE(bytes.length, 2);
  for (const [at, value] of Object.entries({ 10: 54, 14: 40, 18: width, 22: height }))
    bytes.writeUInt32LE(value, Number(at));
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let index = 0; index < width * height; index++) {
    const { r, g, b } = colorAt(pixels, index % width, Math.floor(index / width));
    bytes.set([b, g, r], 54 + (height - 1 - Math.floor(index / width)) * stride + (index % width) * 3);
  }
  return new Uint8Array(bytes);
}

/** An SVG of one colour. Default: 2 × 2 pixels of grey. */
export function svg(width = 2, height = 2, color = "#808080"): Uint8Array<ArrayBuffer> {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${color}"/></svg>`;
  return new TextEncoder().encode(text);
}
