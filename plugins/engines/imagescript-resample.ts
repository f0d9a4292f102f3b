/** Changing the size of raw pixels: Lanczos, separable, with colours weighed by their alpha, so that hidden ones do not bleed in. */
import type { Pixels, Size } from "cameo/plugin";

/** Lobes of the kernel. */
const lobes = 3;

/** Which source pixels one result pixel is made of. */
interface Taps {
  readonly first: number;
  readonly weights: Float32Array;
}

export function resample(pixels: Pixels, { width, height }: Size): Pixels {
  if (width === pixels.width && height === pixels.height) return pixels;
  const across = tapsOf(pixels.width, width);
  const rows = new Map<number, Float32Array>();
  const data = new Uint8ClampedArray(width * height * 4);
  tapsOf(pixels.height, height).forEach((taps, y) => {
    for (const row of rows.keys()) if (row < taps.first) rows.delete(row);
    const window = Array.from(taps.weights, (_, index) => {
      const row = rows.get(taps.first + index) ?? squeezeRow(pixels, taps.first + index, across);
      rows.set(taps.first + index, row);
      return row;
    });
    mixRows(window, taps.weights, data.subarray(y * width * 4, (y + 1) * width * 4));
  });
  return { ...pixels, width, height, data };
}

/** For each result pixel the source pixels within the kernel, which widens when shrinking. Weights add up to 1. */
function tapsOf(from: number, to: number): Taps[] {
  const ratio = from / to;
  const stretch = Math.max(1, ratio);
  return Array.from({ length: to }, (_, index) => {
    const center = (index + 0.5) * ratio;
    const first = Math.max(0, Math.ceil(center - lobes * stretch - 0.5));
    const last = Math.min(from - 1, Math.floor(center + lobes * stretch - 0.5));
    const weights = Float32Array.from({ length: last - first + 1 }, (_, tap) =>
      lanczos((first + tap + 0.5 - center) / stretch),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= lobes) return 0;
  const angle = Math.PI * x;
  return (lobes * Math.sin(angle) * Math.sin(angle / lobes)) / (angle * angle);
}

/** One row at its new width: colours times alpha, and alpha. */
function squeezeRow({ width, data }: Pixels, y: number, across: readonly Taps[]): Float32Array {
  const row = new Float32Array(across.length * 4);
  let to = 0;
  for (const { first, weights } of across) {
    let [r, g, b, a] = [0, 0, 0, 0];
    let from = (y * width + first) * 4;
    for (let tap = 0; tap < weights.length; tap++, from += 4) {
      const weight = (weights[tap] ?? 0) * (data[from + 3] ?? 0);
      r += weight * (data[from] ?? 0);
      g += weight * (data[from + 1] ?? 0);
      b += weight * (data[from + 2] ?? 0);
      a += weight;
    }
    row[to++] = r;
    row[to++] = g;
    row[to++] = b;
    row[to++] = a;
  }
  return row;
}

function mixRows(rows: readonly Float32Array[], weights: Float32Array, result: Uint8ClampedArray): void {
  const sums = new Float32Array(result.length);
  rows.forEach((row, tap) => {
    const weight = weights[tap] ?? 0;
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + weight * (row[at] ?? 0);
  });
  for (let at = 0; at < sums.length; at += 4) {
    const alpha = sums[at + 3] ?? 0;
    if (alpha < 0.5) continue;
    result[at] = (sums[at] ?? 0) / alpha;
    result[at + 1] = (sums[at + 1] ?? 0) / alpha;
    result[at + 2] = (sums[at + 2] ?? 0) / alpha;
    result[at + 3] = alpha;
  }
}
