/**
 * Unsharp mask: `?sharpen`, `?sharpen=2` (sigma in pixels of the result, 0.1 to 10). Adds to each pixel how much lighter it is than its
 * surroundings. Works on luma alone, so that coloured edges get no fringe; transparent surroundings do not count.
 */
import { editFrames, type Pixels, transform } from "cameo/plugin";

const defaultSigma = 1;
/** How much of the difference is added. */
const amount = 1;

export default transform({
  name: "sharpen",
  order: 71,
  reads: ["sharpen"],
  isNeeded: ({ sharpen }) => sharpen !== undefined && sharpen !== 0,
  apply(picture, { sharpen = defaultSigma }) {
    const kernel = gaussian(sharpen);
    editFrames(picture, (pixels) => sharpenPixels(pixels, kernel));
  },
});

function sharpenPixels({ width, height, data }: Pixels, kernel: Float32Array): void {
  const weight = new Float32Array(width * height);
  const light = new Float32Array(width * height);
  for (let at = 0; at < weight.length; at++) {
    weight[at] = (data[at * 4 + 3] ?? 0) / 255;
    light[at] = luma(data, at * 4) * (weight[at] ?? 0);
  }
  const blurred = blur(light, width, height, kernel);
  const around = weight.every((each) => each === 1) ? undefined : blur(weight, width, height, kernel);
  for (let at = 0; at < weight.length; at++) {
    if (weight[at] === 0) continue;
    const mean = (blurred[at] ?? 0) / (around?.[at] ?? 1);
    const more = (luma(data, at * 4) - mean) * amount;
    data[at * 4] = (data[at * 4] ?? 0) + more;
    data[at * 4 + 1] = (data[at * 4 + 1] ?? 0) + more;
    data[at * 4 + 2] = (data[at * 4 + 2] ?? 0) + more;
  }
}

/** Rec. 709. */
const luma = (data: Uint8ClampedArray, at: number): number =>
  0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0);

/** The right half of the bell, from its middle outwards; with its mirror image it sums to 1. */
function gaussian(sigma: number): Float32Array {
  const half = Array.from({ length: Math.ceil(sigma * 3) + 1 }, (_, at) => Math.exp(-(at * at) / (2 * sigma * sigma)));
  const whole = half.reduce((sum, each) => sum + 2 * each, -1);
  return Float32Array.from(half, (each) => each / whole);
}

function blur(plane: Float32Array, width: number, height: number, kernel: Float32Array): Float32Array {
  const across = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) convolve(plane, across, y * width, 1, width, kernel);
  const down = new Float32Array(plane.length);
  for (let x = 0; x < width; x++) convolve(across, down, x, width, height, kernel);
  return down;
}

/** One row or column; the last value goes on beyond the edge. */
function convolve(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  count: number,
  kernel: Float32Array,
): void {
  const last = count - 1;
  for (let at = 0; at < count; at++) {
    let sum = (from[start + at * step] ?? 0) * (kernel[0] ?? 0);
    for (let tap = 1; tap < kernel.length; tap++) {
      const before = from[start + Math.max(at - tap, 0) * step] ?? 0;
      const after = from[start + Math.min(at + tap, last) * step] ?? 0;
      sum += (before + after) * (kernel[tap] ?? 0);
    }
    to[start + at * step] = sum;
  }
}
