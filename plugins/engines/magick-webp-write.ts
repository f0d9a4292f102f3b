/**
 * Animated WebP from still ones: of each frame after the first only the part that changed is encoded, and laid over what is there. The library's own
 * writer encodes every frame whole, without SIMD. Container: https://developers.google.com/speed/webp/docs/riff_container
 */
import type { Area, Pixels, Size } from "cameo/plugin";
import { join } from "./magick-bytes.ts";

export interface Movie {
  readonly frames: number;
  readonly hasAlpha: boolean;
  /** How often it is shown; 0 is for ever. */
  readonly loops: number;
  /** One frame, whole. */
  pixels(frame: number): Pixels;
}

/** A part of the canvas for a time. */
interface Part extends Area {
  delayMs: number;
  readonly chunks: Uint8Array;
  /** Laid over what is there, rather than put in its place. */
  readonly isBlended: boolean;
}

const animationFlag = 0x02;
const alphaFlag = 0x10;
/** Of a part: it replaces what lies under it, with its transparent pixels too. */
const replacesFlag = 0x02;
/** Delays have 24 bits. */
const maxDelayMs = 0xffffff;

/** The file. `encode` makes a still WebP of pixels. */
export function writeAnimation(movie: Movie, encode: (pixels: Pixels) => Uint8Array): Uint8Array {
  const parts: Part[] = [];
  let before: Pixels | undefined;
  for (let index = 0; index < movie.frames; index++) {
    const frame = movie.pixels(index);
    const delayMs = Math.min(maxDelayMs, frame.delayMs ?? 0);
    const area = before ? changedArea(before, frame) : { x: 0, y: 0, width: frame.width, height: frame.height };
    const last = parts.at(-1);
    if (area) {
      const part = cut(frame, area);
      const isBlended = before !== undefined && clearSame(part, cut(before, area));
      parts.push({ ...area, delayMs, chunks: pictureChunks(encode(part)), isBlended });
    } else if (last) last.delayMs = Math.min(maxDelayMs, last.delayMs + delayMs);
    before = frame;
  }
  return assemble(before ?? { width: 1, height: 1 }, movie, parts);
}

/** The smallest area that holds every pixel that differs, with an even place, as the format wants it; `undefined` where none does. */
export function changedArea({ data: one, width, height }: Pixels, { data: other }: Pixels): Area | undefined {
  const [before, after] = [words(one), words(other)];
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (before[at] === after[at]) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  if (bottom < 0) return undefined;
  const [x, y] = [left & ~1, top & ~1];
  return { x, y, width: right + 1 - x, height: bottom + 1 - y };
}

const words = (data: Uint8ClampedArray): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length / 4);

/** A copy. */
function cut(from: Pixels, { x, y, width, height }: Area): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * from.width + x) * 4;
    data.set(from.data.subarray(start, start + width * 4), row * width * 4);
  }
  return { width, height, data };
}

/** The encoder flattens transparent squares of this size, so that they cost next to nothing. */
const squarePx = 8;
/** Below this share of squares that stayed, the mask costs more than it saves. */
const worthwhile = 0.2;

/** Makes the squares that did not change transparent, if they are many and the part is opaque; answers whether it did. */
function clearSame({ width, height, data }: Pixels, { data: before }: Pixels): boolean {
  const [now, then] = [words(data), words(before)];
  if (now.some((pixel) => pixel >>> 24 !== 255)) return false;
  const [across, down] = [Math.ceil(width / squarePx), Math.ceil(height / squarePx)];
  const changed = new Uint8Array(across * down);
  const squareOf = (at: number) => Math.floor(at / width / squarePx) * across + Math.floor((at % width) / squarePx);
  for (let at = 0; at < now.length; at++) if (now[at] !== then[at]) changed[squareOf(at)] = 1;
  const same = changed.reduce((count, each) => count - each, changed.length);
  if (same < changed.length * worthwhile) return false;
  for (let at = 0; at < now.length; at++) if (changed[squareOf(at)] === 0) now[at] = 0;
  return true;
}

const fileHeadBytes = 12;
const chunkHeadBytes = 8;

/** Of a still WebP, what makes up its picture: `VP8L`, or `VP8 ` with its `ALPH` before it. */
function pictureChunks(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: Uint8Array[] = [];
  for (let at = fileHeadBytes; at + chunkHeadBytes <= file.length; ) {
    const length = chunkHeadBytes + view.getUint32(at + 4, true);
    const end = at + length + (length % 2);
    if (/^(ALPH|VP8[ L])$/.test(String.fromCharCode(...file.subarray(at, at + 4)))) found.push(file.subarray(at, end));
    at = end;
  }
  return join(...found);
}

function assemble({ width, height }: Size, { hasAlpha, loops }: Movie, parts: readonly Part[]): Uint8Array {
  const flags = animationFlag | (hasAlpha || parts.some(({ isBlended }) => isBlended) ? alphaFlag : 0);
  const body = [
    ...chunk("VP8X", u32(flags), u24(width - 1), u24(height - 1)),
    ...chunk("ANIM", u32(0), Uint8Array.of(loops & 255, (loops >> 8) & 255)),
    ...parts.flatMap((part) =>
      chunk(
        "ANMF",
        ...[part.x / 2, part.y / 2, part.width - 1, part.height - 1, part.delayMs].map(u24),
        Uint8Array.of(part.isBlended ? 0 : replacesFlag),
        part.chunks,
      ),
    ),
  ];
  const length = body.reduce((sum, each) => sum + each.length, 4);
  return join(text("RIFF"), u32(length), text("WEBP"), ...body);
}

/** Chunks of the pictures have even lengths already. */
function chunk(name: string, ...body: readonly Uint8Array[]): readonly Uint8Array[] {
  return [text(name), u32(body.reduce((sum, each) => sum + each.length, 0)), ...body];
}

const text = (name: string): Uint8Array => new TextEncoder().encode(name);
const u24 = (value: number): Uint8Array => Uint8Array.of(value & 255, (value >> 8) & 255, (value >> 16) & 255);
const u32 = (value: number): Uint8Array => Uint8Array.of(...u24(value), value >>> 24);
