/** Lanczos for opaque RGB that becomes smaller: the library's own takes four times as long, and cannot count a part of a pixel. */
import type { Size } from "cameo/plugin";
import { createKernel, fixedOne, type Kernel } from "./magick-kernel.ts";

/** Three bytes a pixel, rows without gaps. */
export interface Rgb extends Size {
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** For each pixel of the result the first one of the source, and weights that add up to 1. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: Int16Array;
  readonly pairs: number;
}

/** Three lobes are what the eye expects of a thumbnail. */
const lobes = 3;
const pageBytes = 65_536;
/** The kernel's loads and stores may reach this far beyond what they need. */
const spareBytes = 64;

let kernel: Kernel | undefined;

/**
 * The source at the size of `target`, which is not larger. `exact` is how much of the source counts: a JPEG decoder that shrinks rounds up,
 * so that the last column and row lie partly outside; taking them as whole stretches the picture visibly.
 */
export function resampleRgb(source: Rgb, target: Size, exact: Size = source): Uint8Array<ArrayBuffer> {
  kernel ??= createKernel();
  const { memory, rows, along } = kernel;
  const down = makeTaps(source.height, exact.height, target.height);
  const across = makeTaps(source.width, exact.width, target.width);
  const [stride, targetStride] = [source.width * 3, target.width * 3];
  const place = layOut([
    down.weights.byteLength,
    (across.pairs + 1) * 4 * target.width,
    stride,
    targetStride * target.height,
    source.data.length + stride,
  ]);
  const [weightsAt = 0, tableAt = 0, rowAt = 0, madeAt = 0, sourceAt = 0, end = 0] = place;
  reserve(memory, end);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(source.data, sourceAt);
  bytes.set(new Uint8Array(down.weights.buffer), weightsAt);
  writeTable(new DataView(memory.buffer, tableAt), across);
  for (let y = 0, at = madeAt; y < target.height; y++, at += targetStride) {
    rows(sourceAt + (down.first[y] ?? 0) * stride, stride, rowAt, weightsAt + y * down.pairs * 4, down.pairs);
    along(rowAt, tableAt, at, at + targetStride, across.pairs);
  }
  return bytes.subarray(madeAt, madeAt + targetStride * target.height);
}

function makeTaps(from: number, exact: number, to: number): Taps {
  const ratio = Math.max(1, exact / to);
  const pairs = Math.ceil(Math.min(2 * lobes * ratio, from) / 2);
  const count = pairs * 2;
  const taps = { first: new Int32Array(to), weights: new Int16Array(to * count), pairs };
  const scratch = new Float64Array(count);
  for (let at = 0; at < to; at++) {
    const center = ((at + 0.5) * exact) / to - 0.5;
    const start = Math.max(0, Math.min(Math.ceil(center - lobes * ratio), from - count));
    taps.first[at] = start;
    for (let tap = 0; tap < count; tap++) {
      scratch[tap] = start + tap < from ? lanczos((start + tap - center) / ratio) : 0;
    }
    setWeights(taps.weights, at * count, scratch);
  }
  return taps;
}

/** Fixed-point numbers in the proportions of `exact`; what rounding leaves over goes to the heaviest. */
function setWeights(weights: Int16Array, at: number, exact: Float64Array): void {
  let sum = 0;
  let heaviest = 0;
  for (let tap = 0; tap < exact.length; tap++) {
    sum += exact[tap] ?? 0;
    if ((exact[tap] ?? 0) > (exact[heaviest] ?? 0)) heaviest = tap;
  }
  let left = fixedOne;
  for (let tap = 0; tap < exact.length; tap++) {
    const weight = Math.round(((exact[tap] ?? 0) / sum) * fixedOne);
    weights[at + tap] = weight;
    left -= weight;
  }
  weights[at + heaviest] = (weights[at + heaviest] ?? 0) + left;
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= lobes) return 0;
  const at = Math.PI * x;
  return (lobes * Math.sin(at) * Math.sin(at / lobes)) / (at * at);
}

function writeTable(view: DataView, { first, weights, pairs }: Taps): void {
  let at = 0;
  for (let pixel = 0, weight = 0; pixel < first.length; pixel++) {
    view.setInt32(at, (first[pixel] ?? 0) * 3, true);
    at += 4;
    for (let end = weight + pairs * 2; weight < end; weight++, at += 2) view.setInt16(at, weights[weight] ?? 0, true);
  }
}

/** Where each block begins, and where the last one ends. */
function layOut(sizes: readonly number[]): number[] {
  const places = [0];
  for (const size of sizes) places.push((places.at(-1) ?? 0) + Math.ceil((size + spareBytes) / 16) * 16);
  return places;
}

function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing > 0) memory.grow(missing);
}

/** Bytes of memory that the kernel holds. */
export const kernelBytes = (): number => kernel?.memory.buffer.byteLength ?? 0;
