/** What can be read off a file's structure without decoding it, where the decoder itself does not look. */

/** Number of scans of a JPEG. A small file can hold thousands, each of which costs as much as decoding the whole image. */
export function countJpegScans(body: Uint8Array): number {
  let scans = 0;
  for (let at = body.indexOf(0xff); at >= 0 && at + 1 < body.length; at = body.indexOf(0xff, at + 1)) {
    const marker = body[at + 1] ?? 0;
    if (marker === 0xda) scans += 1;
    const hasLength = (marker >= 0xc0 && marker <= 0xcf) || marker === 0xdb || marker >= 0xdd;
    if (hasLength && marker !== 0xff) at += 1 + u16(body, at + 2);
  }
  return scans;
}

/** A JPEG up to its first scan, which says all that there is to know without decoding; the whole file if there is none. */
export function headOfJpeg(body: Uint8Array): Uint8Array {
  for (let at = 2; at + 3 < body.length && body[at] === 0xff; ) {
    const marker = body[at + 1] ?? 0;
    if (marker === 0xff) at += 1;
    else at += 2 + u16(body, at + 2);
    if (marker === 0xda) return body.subarray(0, at);
  }
  return body;
}

export interface GifExtent {
  /** Whether it goes on to its trailer: a decoder takes one that was cut between two frames for a shorter animation. */
  readonly isWhole: boolean;
  /** Where the last whole frame ends; 0 if there is none. */
  readonly framesEnd: number;
}

export function measureGif(body: Uint8Array): GifExtent {
  let at = 13 + tableBytes(body[10] ?? 0);
  let framesEnd = 0;
  while (at < body.length) {
    const block = body[at];
    if (block === 0x3b) return { isWhole: true, framesEnd };
    if (block === 0x21) at = skipSubBlocks(body, at + 2);
    else if (block === 0x2c) {
      at = skipSubBlocks(body, at + 11 + tableBytes(body[at + 9] ?? 0));
      if (at <= body.length) framesEnd = at;
    } else return { isWhole: block === 0 && body.indexOf(0x3b, at) >= 0, framesEnd };
  }
  return { isWhole: false, framesEnd };
}

/** The whole frames of a GIF that was cut, as a GIF. */
export function wholeFrames(body: Uint8Array, { framesEnd }: GifExtent): Uint8Array {
  const file = new Uint8Array(framesEnd + 1);
  file.set(body.subarray(0, framesEnd));
  file[framesEnd] = 0x3b;
  return file;
}

/** Size of a colour table, from the flags of a screen or an image. */
const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

function skipSubBlocks(body: Uint8Array, start: number): number {
  let at = start;
  while (at < body.length && body[at] !== 0) at += (body[at] ?? 0) + 1;
  return at + 1;
}

/** The largest picture of an icon, deepest first among equals: alone in an icon of its own, or as the PNG that it is. `undefined` if it is not whole. */
export function largestOfIcon(body: Uint8Array): { readonly body: Uint8Array; readonly isPng: boolean } | undefined {
  const count = Math.min(u16le(body, 4), Math.floor((body.length - 6) / 16));
  let best: number | undefined;
  for (let at = 6; at < 6 + count * 16; at += 16) {
    if (best === undefined || rank(body, at) > rank(body, best)) best = at;
  }
  if (best === undefined) return undefined;
  const [bytes, offset] = [u32le(body, best + 8), u32le(body, best + 12)];
  if (offset + bytes > body.length || bytes === 0) return undefined;
  const picture = body.subarray(offset, offset + bytes);
  if (picture[0] === 0x89 && picture[1] === 0x50) return { body: picture, isPng: true };
  const icon = new Uint8Array(22 + bytes);
  icon.set([0, 0, 1, 0, 1, 0]);
  icon.set(body.subarray(best, best + 12), 6);
  icon[18] = 22;
  icon.set(picture, 22);
  return { body: icon, isPng: false };
}

/** Area first, then bits per pixel. A side of 0 means 256. */
const rank = (body: Uint8Array, entry: number): number =>
  (body[entry] || 256) * (body[entry + 1] || 256) * 65536 + u16le(body, entry + 6);

const u16 = (body: Uint8Array, at: number): number => ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0);
const u16le = (body: Uint8Array, at: number): number => (body[at] ?? 0) | ((body[at + 1] ?? 0) << 8);
const u32le = (body: Uint8Array, at: number): number => u16le(body, at) + u16le(body, at + 2) * 65536;
