/** Raw pixels out of `Bun.Image`, which gives none: a PNG of level 0 holds them as they are. */
import type { Pixels } from "cameo/plugin";

const headBytes = 8;
const chunkBytes = 12;
/** Of a PNG's header: 8 bits a channel, RGBA, not interlaced. */
const plainHeader = [8, 6, 0, 0, 0];

/** The pixels of a PNG of 8-bit RGBA whose rows are neither filtered nor compressed (RFC 2083, RFC 1951 §3.2.4); `undefined` for any other. */
export function readStoredPng(png: Uint8Array): Pixels | undefined {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < headBytes + chunkBytes + 13) return undefined;
  if (!plainHeader.every((value, at) => png[headBytes + 16 + at] === value)) return undefined;
  const [width, height] = [view.getUint32(headBytes + 8), view.getUint32(headBytes + 12)];
  const data = new Uint8ClampedArray(width * height * 4);
  return copyRows(joinData(png, view), data, width * 4) ? { width, height, data } : undefined;
}

function joinData(png: Uint8Array, view: DataView): Uint8Array {
  const joined = new Uint8Array(png.length);
  let length = 0;
  for (let at = headBytes; at + chunkBytes <= png.length; at += chunkBytes + view.getUint32(at)) {
    if (view.getUint32(at + 4) !== 0x49444154) continue; // IDAT
    const part = png.subarray(at + 8, at + 8 + view.getUint32(at));
    joined.set(part, length);
    length += part.length;
  }
  return joined.subarray(0, length);
}

/** Whether the zlib stream held every row, as stored blocks; each row comes behind the number of its filter, which is 0 for none. */
function copyRows(stream: Uint8Array, data: Uint8ClampedArray, rowBytes: number): boolean {
  let to = 0;
  let left = 0; // of the row
  for (let at = 2, isLast = false; !isLast; ) {
    const [kind = 6, low = 0, high = 0] = stream.subarray(at, at + 3);
    if (kind > 1) return false;
    isLast = kind === 1;
    at += 5;
    for (const end = at + low + high * 256; at < end; ) {
      if (left === 0) {
        if (stream[at++] !== 0) return false;
        left = rowBytes;
        continue;
      }
      const taken = stream.subarray(at, at + Math.min(left, end - at));
      if (taken.length === 0 || to + taken.length > data.length) return false;
      data.set(taken, to);
      at += taken.length;
      to += taken.length;
      left -= taken.length;
    }
  }
  return to === data.length;
}
