/** A card's pixels → PNG (ISO/IEC 15948), several times as fast as a library that knows nothing of flat areas. Same bytes on every runtime. */
import { crc32 } from "node:zlib";
import type { Pixels } from "cameo/plugin";
import { Deflater } from "./satori-deflate.ts";
import { filterRows } from "./satori-png-filter.ts";
import { Matcher } from "./satori-png-match.ts";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** RGB where it is opaque, else RGBA. What is in `data` afterwards is of no use. */
export function encodePng({ width, height, data }: Pixels, hasAlpha: boolean): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, hasAlpha ? 6 : 2);
  const parts = [
    signature,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", compressed(new Uint32Array(data.buffer, data.byteOffset, width * height), width, hasAlpha ? 4 : 3)),
    chunk("IEND", new Uint8Array()),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** As a zlib stream (RFC 1950). */
function compressed(pixels: Uint32Array, width: number, channels: 3 | 4): Uint8Array {
  const { filters, checksum } = filterRows(pixels, width, channels);
  const deflater = new Deflater(pixels.length >> 2);
  const matcher = new Matcher(pixels, width, channels);
  for (const [row, filter] of filters.entries()) {
    if (matcher.isFull) deflater.block(matcher.take(), false);
    matcher.row(row, filter);
  }
  deflater.block(matcher.take(), true);
  const body = deflater.bytes();
  const stream = new Uint8Array(body.length + 6);
  stream.set([0x78, 0x01]);
  stream.set(body, 2);
  new DataView(stream.buffer).setUint32(body.length + 2, checksum);
  return stream;
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
