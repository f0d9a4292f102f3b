/** A decoded image as plain RGBA, and what can be done with it. */
import type { Area, Color, Edges, Picture, Pixels, Size } from "cameo/plugin";
import { resample } from "./imagescript-resample.ts";

export class RasterPicture implements Picture {
  readonly scale: number;
  /** How often an animation is shown again: 0 is for ever, `null` not at all. */
  readonly repeats: number | null;
  #frames: readonly Pixels[];

  /** Takes the frames over; they must not be used elsewhere. */
  constructor(frames: readonly Pixels[], scale: number, repeats: number | null = 0) {
    this.#frames = frames;
    this.scale = scale;
    this.repeats = repeats;
  }

  get width(): number {
    return this.#frame(0).width;
  }

  get height(): number {
    return this.#frame(0).height;
  }

  get frames(): number {
    return this.#frames.length;
  }

  get hasAlpha(): boolean {
    return this.#frames.some(({ data }) => !isOpaque(data));
  }

  resize(size: Size): void {
    this.#each((frame) => resample(frame, size));
  }

  crop({ x, y, width, height }: Area): void {
    this.#each((frame) => remap(frame, { width, height }, (toX, toY) => (y + toY) * frame.width + x + toX));
  }

  extend({ top, right, bottom, left }: Edges, background: Color): void {
    this.#each((frame) => {
      const size = { width: frame.width + left + right, height: frame.height + top + bottom };
      const whole = fill(frame, size, background);
      for (let y = 0; y < frame.height; y++) {
        const row = frame.data.subarray(y * frame.width * 4, (y + 1) * frame.width * 4);
        whole.data.set(row, ((y + top) * size.width + left) * 4);
      }
      return whole;
    });
  }

  rotate(degrees: number, background: Color): void {
    const turn = ((degrees % 360) + 360) % 360;
    if (turn === 0) return;
    this.#each((frame) => (turn % 90 === 0 ? turnQuarters(frame, turn / 90) : spin(frame, turn, background)));
  }

  flip(): void {
    this.#each((frame) => remap(frame, frame, (x, y) => (frame.height - 1 - y) * frame.width + x));
  }

  flop(): void {
    this.#each((frame) => remap(frame, frame, (x, y) => y * frame.width + frame.width - 1 - x));
  }

  composite(overlay: Pixels, x: number, y: number): void {
    for (const frame of this.#frames) layOver(frame, overlay, x, y);
  }

  pixels(frame = 0): Pixels {
    return copy(this.#frame(frame));
  }

  setPixels(pixels: Pixels, frame = 0): void {
    this.#frame(frame).data.set(pixels.data);
  }

  dispose(): void {
    this.#frames = [];
  }

  /** The frames themselves, for encoders: read only. */
  get raw(): readonly Pixels[] {
    return this.#frames;
  }

  #frame(index: number): Pixels {
    const frame = this.#frames[index];
    if (!frame) throw new RangeError(`frame ${index} of ${this.#frames.length}`);
    return frame;
  }

  #each(change: (frame: Pixels) => Pixels): void {
    this.#frames = this.#frames.map(change);
  }
}

export const copy = (pixels: Pixels): Pixels => ({ ...pixels, data: pixels.data.slice() });

export function isOpaque(data: Uint8ClampedArray): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

const words = ({ data }: Pixels): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length / 4);

/** Each pixel from the one whose number `from` tells. */
function remap(frame: Pixels, { width, height }: Size, from: (x: number, y: number) => number): Pixels {
  const result = { ...frame, width, height, data: new Uint8ClampedArray(width * height * 4) };
  const [source, target] = [words(frame), words(result)];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) target[at] = source[from(x, y)] ?? 0;
  }
  return result;
}

function turnQuarters(frame: Pixels, quarters: number): Pixels {
  const { width, height } = frame;
  const lying = { width: height, height: width };
  if (quarters === 1) return remap(frame, lying, (x, y) => (height - 1 - x) * width + y);
  if (quarters === 3) return remap(frame, lying, (x, y) => x * width + width - 1 - y);
  return remap(frame, frame, (x, y) => (height - 1 - y) * width + width - 1 - x);
}

function fill(frame: Pixels, { width, height }: Size, { r, g, b, a }: Color): Pixels {
  const result = { ...frame, width, height, data: new Uint8ClampedArray(width * height * 4) };
  result.data.set([r, g, b, a]);
  words(result).fill(words(result)[0] ?? 0);
  return result;
}

/** Other than quarter turns, onto a canvas that holds all of it: each pixel is mixed of the four that it comes from. */
function spin(frame: Pixels, degrees: number, background: Color): Pixels {
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const { width, height } = frame;
  const sides = (one: number, other: number): number => Math.ceil(one * Math.abs(cos) + other * Math.abs(sin) - 1e-6);
  const result = fill(frame, { width: sides(width, height), height: sides(height, width) }, background);
  for (let y = 0, at = 0; y < result.height; y++) {
    const down = y + 0.5 - result.height / 2;
    for (let x = 0; x < result.width; x++, at += 4) {
      const right = x + 0.5 - result.width / 2;
      const fromX = right * cos + down * sin + width / 2 - 0.5;
      const fromY = down * cos - right * sin + height / 2 - 0.5;
      const isInside = fromX > -1 && fromY > -1 && fromX < width && fromY < height;
      if (isInside) result.data.set(sample(frame, fromX, fromY, background), at);
    }
  }
  return result;
}

/** The mix of the four pixels around a place, `background` beyond the edge; weighed by alpha. */
function sample({ width, height, data }: Pixels, x: number, y: number, background: Color): readonly number[] {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  let [r, g, b, a] = [0, 0, 0, 0];
  for (let corner = 0; corner < 4; corner++) {
    const [column, row] = [left + (corner & 1), top + (corner >> 1)];
    const share = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
    const isInside = column >= 0 && row >= 0 && column < width && row < height;
    const at = (row * width + column) * 4;
    const weight = share * (isInside ? (data[at + 3] ?? 0) : background.a);
    r += weight * (isInside ? (data[at] ?? 0) : background.r);
    g += weight * (isInside ? (data[at + 1] ?? 0) : background.g);
    b += weight * (isInside ? (data[at + 2] ?? 0) : background.b);
    a += weight;
  }
  return a === 0 ? [0, 0, 0, 0] : [r / a, g / a, b / a, a];
}

/** Source over, in place; what lies outside is left out. */
function layOver(frame: Pixels, overlay: Pixels, x: number, y: number): void {
  for (let row = Math.max(0, -y); row < Math.min(overlay.height, frame.height - y); row++) {
    for (let column = Math.max(0, -x); column < Math.min(overlay.width, frame.width - x); column++) {
      const from = (row * overlay.width + column) * 4;
      blend(frame.data, ((row + y) * frame.width + column + x) * 4, overlay.data, from);
    }
  }
}

function blend(under: Uint8ClampedArray, at: number, over: Uint8ClampedArray, from: number): void {
  const top = (over[from + 3] ?? 0) / 255;
  const rest = ((under[at + 3] ?? 0) / 255) * (1 - top);
  const alpha = top + rest;
  if (top === 0) return;
  for (let channel = 0; channel < 3; channel++) {
    under[at + channel] = ((over[from + channel] ?? 0) * top + (under[at + channel] ?? 0) * rest) / alpha;
  }
  under[at + 3] = alpha * 255;
}
