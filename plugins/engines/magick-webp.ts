/**
 * Animated WebP, frame by frame. The library takes what a first frame leaves uncovered for black, where the format has it transparent;
 * encoders crop the first frame of a sticker, so the frames are laid on the canvas here, as the container's specification has it
 * (https://developers.google.com/speed/webp/docs/riff_container).
 */
import type { Pixels, Size } from "cameo/plugin";

/** One `ANMF` chunk: a picture of its own, and how it goes onto the canvas. */
export interface WebpFrame extends Size {
  readonly x: number;
  readonly y: number;
  readonly delayMs: number;
  /** Laid over what is there, rather than put in its place. */
  readonly isBlended: boolean;
  /** Cleared before the next frame. */
  readonly isCleared: boolean;
  /** A WebP file with this frame alone. */
  readonly body: Uint8Array;
}

export interface WebpAnimation extends Size {
  /** 0 is for ever. */
  readonly loops: number;
  readonly frames: readonly WebpFrame[];
}

interface Chunk {
  readonly name: string;
  readonly body: Uint8Array;
}

/** The animation in a WebP file, up to `maxFrames`; `undefined` for a still. Throws `RangeError` if it is cut short, unless it may be. */
export function readAnimation(file: Uint8Array, maxFrames: number, mayBeCut: boolean): WebpAnimation | undefined {
  const frames: WebpFrame[] = [];
  let canvas: Size | undefined;
  let loops = 0;
  for (const { name, body } of chunksOf(file.subarray(12), mayBeCut)) {
    if (name === "VP8X") canvas = { width: u24(body, 4) + 1, height: u24(body, 7) + 1 };
    else if (name === "ANIM") loops = u16(body, 4);
    else if (name === "ANMF" && canvas && frames.push(readFrame(body)) >= maxFrames) break;
  }
  return canvas && frames.length > 0 ? { ...canvas, loops, frames } : undefined;
}

function* chunksOf(bytes: Uint8Array, mayBeCut: boolean): Generator<Chunk> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = u16(bytes, at + 4) + u16(bytes, at + 6) * 65536;
    if (at + 8 + length > bytes.length) {
      if (mayBeCut) return;
      throw new RangeError("a chunk is cut short");
    }
    yield { name: String.fromCharCode(...bytes.subarray(at, at + 4)), body: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length % 2);
  }
}

function readFrame(body: Uint8Array): WebpFrame {
  const size = { width: u24(body, 6) + 1, height: u24(body, 9) + 1 };
  const flags = body[15] ?? 0;
  return {
    ...size,
    x: u24(body, 0) * 2,
    y: u24(body, 3) * 2,
    delayMs: u24(body, 12),
    isBlended: (flags & 2) === 0,
    isCleared: (flags & 1) === 1,
    body: standalone(size, body.subarray(16)),
  };
}

/** Flag of a `VP8X` chunk: the picture has an alpha channel. */
const alphaFlag = 0x10;

/** The frame's own chunks, behind the header that a file with alpha needs. */
function standalone({ width, height }: Size, chunks: Uint8Array): Uint8Array {
  const extended = [
    ...text("VP8X"),
    ...u32(10),
    alphaFlag,
    0,
    0,
    0,
    ...u32(width - 1).slice(0, 3),
    ...u32(height - 1).slice(0, 3),
  ];
  const head = [...text("RIFF"), ...u32(4 + extended.length + chunks.length), ...text("WEBP"), ...extended];
  const file = new Uint8Array(head.length + chunks.length);
  file.set(head);
  file.set(chunks, head.length);
  return file;
}

/** Every frame as a full canvas, one at a time: the next overwrites it. `decode` gives the pixels of one frame's own file. */
export function* composeFrames(animation: WebpAnimation, decode: (body: Uint8Array) => Pixels): Generator<Pixels> {
  const { width, height } = animation;
  const canvas = new Uint8ClampedArray(width * height * 4);
  for (const frame of animation.frames) {
    lay(canvas, animation, frame, decode(frame.body));
    yield { width, height, data: canvas, delayMs: frame.delayMs };
    if (frame.isCleared) eachRow(animation, frame, (start, length) => canvas.fill(0, start, start + length));
  }
}

function lay(canvas: Uint8ClampedArray, size: Size, frame: WebpFrame, { data, width }: Pixels): void {
  eachRow(size, frame, (start, length, row) => {
    const line = data.subarray(row * width * 4, row * width * 4 + length);
    if (frame.isBlended) blend(canvas, start, line);
    else canvas.set(line, start);
  });
}

/** Calls for each row of the frame that lies on the canvas, with the place of its first byte and its length in bytes. */
function eachRow(
  canvas: Size,
  { x, y, width, height }: WebpFrame,
  work: (start: number, length: number, row: number) => void,
): void {
  const length = Math.max(0, Math.min(width, canvas.width - x)) * 4;
  for (let row = 0; row < Math.min(height, canvas.height - y); row++)
    work(((y + row) * canvas.width + x) * 4, length, row);
}

/** Source over destination, neither premultiplied. */
function blend(canvas: Uint8ClampedArray, start: number, line: Uint8ClampedArray): void {
  for (let at = 0; at < line.length; at += 4) {
    const over = (line[at + 3] ?? 0) / 255;
    if (over === 0) continue;
    const under = ((canvas[start + at + 3] ?? 0) / 255) * (1 - over);
    const alpha = over + under;
    for (let channel = at; channel < at + 3; channel++) {
      canvas[start + channel] = ((line[channel] ?? 0) * over + (canvas[start + channel] ?? 0) * under) / alpha;
    }
    canvas[start + at + 3] = alpha * 255;
  }
}

const text = (name: string): number[] => [...name].map((character) => character.charCodeAt(0));
const u32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
const u16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
const u24 = (bytes: Uint8Array, at: number): number => u16(bytes, at) | ((bytes[at + 2] ?? 0) << 16);
