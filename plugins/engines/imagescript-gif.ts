/**
 * Raw pixels → GIF89a. The package's own encoder learns its colours by a neural net, which misses those of small and plain pictures; here up to
 * 256 colours are kept exactly, and more are reduced by splitting them where they differ most. No dithering. Half transparency does not exist: from half on a pixel is opaque.
 */
import type { Pixels } from "cameo/plugin";
import { compressLzw } from "./imagescript-lzw.ts";

/** Number of the transparent colour: the last one. */
const clear = 255;

interface Indexed {
  /** 256 colours of three bytes. */
  readonly colors: Uint8Array;
  readonly indexes: Uint8Array;
}

const isClearSomewhere = ({ data }: Pixels): boolean => data.some((value, at) => at % 4 === 3 && value < 128);

/** `repeats` of an animation: 0 is for ever, `null` not at all. */
export function encodeGif(frames: readonly Pixels[], repeats: number | null): Uint8Array<ArrayBuffer> {
  const [first] = frames;
  const isMoving = frames.length > 1;
  const parts: Uint8Array[] = [
    text("GIF89a"),
    ...u16(first?.width ?? 1, first?.height ?? 1),
    Uint8Array.of(0x70, 0, 0),
  ];
  if (isMoving && repeats !== null) {
    parts.push(
      Uint8Array.of(0x21, 0xff, 11),
      text("NETSCAPE2.0"),
      Uint8Array.of(3, 1),
      ...u16(repeats),
      Uint8Array.of(0),
    );
  }
  // What is to be clear in one frame has to be cleared by the one before.
  const hasClear = frames.some(isClearSomewhere);
  for (const frame of frames) {
    const { colors, indexes } = toIndexed(frame);
    const disposal = isMoving && hasClear ? 2 : 1;
    const delay = Math.min(65535, Math.round((frame.delayMs ?? 0) / 10));
    if (isMoving || hasClear) {
      parts.push(
        Uint8Array.of(0x21, 0xf9, 4, (disposal << 2) | Number(hasClear)),
        ...u16(delay),
        Uint8Array.of(clear, 0),
      );
    }
    parts.push(
      Uint8Array.of(0x2c),
      ...u16(0, 0, frame.width, frame.height),
      Uint8Array.of(0x87),
      colors,
      Uint8Array.of(8),
    );
    parts.push(...subBlocks(compressLzw(indexes)), Uint8Array.of(0));
  }
  parts.push(Uint8Array.of(0x3b));
  return join(parts);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const u16 = (...values: readonly number[]): Uint8Array[] =>
  values.map((value) => Uint8Array.of(value & 255, value >> 8));

function* subBlocks(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255);
    yield Uint8Array.of(block.length);
    yield block;
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function toIndexed({ data }: Pixels): Indexed {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  const exact = exactColors(data, words);
  const bins = exact ? undefined : reduceColors(data);
  const colors = new Uint8Array(256 * 3);
  for (const [word, index] of exact ?? []) colors.set([word & 255, (word >> 8) & 255, (word >> 16) & 255], index * 3);
  if (bins) colors.set(bins.colors);
  const indexes = Uint8Array.from(words, (word, pixel) => {
    const at = pixel * 4;
    if ((data[at + 3] ?? 0) < 128) return clear;
    return exact ? (exact.get(word & 0xffffff) ?? 0) : (bins?.ofBin[binOf(data, at)] ?? 0);
  });
  return { colors, indexes };
}

/** The colours and their numbers; `undefined` if there are more than fit beside the transparent one. */
function exactColors(data: Uint8ClampedArray, words: Uint32Array): ReadonlyMap<number, number> | undefined {
  const found = new Map<number, number>();
  for (let pixel = 0; pixel < words.length; pixel++) {
    const color = (words[pixel] ?? 0) & 0xffffff;
    if ((data[pixel * 4 + 3] ?? 0) < 128 || found.has(color)) continue;
    if (found.size === clear) return undefined;
    found.set(color, found.size);
  }
  return found;
}

/** Five bits of each channel. */
const binOf = (data: Uint8ClampedArray, at: number): number =>
  (((data[at] ?? 0) >> 3) << 10) | (((data[at + 1] ?? 0) >> 3) << 5) | ((data[at + 2] ?? 0) >> 3);

interface Reduced {
  readonly colors: Uint8Array;
  /** Number of the colour of each bin. */
  readonly ofBin: Uint8Array;
}

/** Splits the bins that occur, always the box whose pixels differ most, at their mean. */
function reduceColors(data: Uint8ClampedArray): Reduced {
  const counts = new Uint32Array(32768);
  const sums = new Float64Array(32768 * 3);
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < 128) continue;
    const bin = binOf(data, at);
    counts[bin] = (counts[bin] ?? 0) + 1;
    for (let axis = 0; axis < 3; axis++) sums[bin * 3 + axis] = (sums[bin * 3 + axis] ?? 0) + (data[at + axis] ?? 0);
  }
  const boxes = [
    boxOf(
      Array.from(counts.keys()).filter((bin) => counts[bin]),
      counts,
    ),
  ];
  while (boxes.length < clear) {
    const widest = boxes.reduce((one, other) => (other.spread > one.spread ? other : one));
    if (widest.spread < 1e-6) break;
    boxes.splice(boxes.indexOf(widest), 1, ...split(widest, counts));
  }
  const colors = new Uint8Array(256 * 3);
  const ofBin = new Uint8Array(32768);
  boxes.forEach(({ bins, total }, index) => {
    for (const bin of bins) ofBin[bin] = index;
    for (let axis = 0; axis < 3; axis++) {
      colors[index * 3 + axis] = Math.round(bins.reduce((sum, bin) => sum + (sums[bin * 3 + axis] ?? 0), 0) / total);
    }
  });
  return { colors, ofBin };
}

interface Box {
  readonly bins: readonly number[];
  readonly total: number;
  /** Position in a bin's bits of the axis along which its pixels differ most, and their mean there. */
  readonly shift: number;
  readonly mean: number;
  /** Sum of the squared distances from the mean. */
  readonly spread: number;
}

const part = (bin: number, shift: number): number => (bin >> shift) & 31;

function boxOf(bins: readonly number[], counts: Uint32Array): Box {
  const sumOf = (value: (bin: number) => number): number =>
    bins.reduce((sum, bin) => sum + (counts[bin] ?? 0) * value(bin), 0);
  const total = sumOf(() => 1);
  const axes = [10, 5, 0].map((shift) => {
    const mean = sumOf((bin) => part(bin, shift)) / total;
    return { shift, mean, spread: sumOf((bin) => (part(bin, shift) - mean) ** 2) };
  });
  return { bins, total, ...axes.reduce((one, other) => (other.spread > one.spread ? other : one)) };
}

/** Both halves have bins, since a box that is split has some on either side of its mean. */
function split({ bins, shift, mean }: Box, counts: Uint32Array): readonly [Box, Box] {
  const isBelow = (bin: number): boolean => part(bin, shift) < mean;
  return [
    boxOf(bins.filter(isBelow), counts),
    boxOf(
      bins.filter((bin) => !isBelow(bin)),
      counts,
    ),
  ];
}
