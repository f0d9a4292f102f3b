/**
 * Gaussian blur: `?blur=5` (sigma in pixels of the result, 0.3 to 250). A small sigma uses the Gaussian itself, a larger one three box blurs
 * with running sums, whose time does not depend on it. Colours are weighted by their alpha, so that no hidden colour bleeds out.
 */
import { editFrames, type Pixels, transform } from "cameo/plugin";

const defaultSigma = 3;
/** Below this, boxes of whole pixels are too coarse for the bell's shape. */
const boxesFrom = 2;

/** Smooths a line of `count` pixels, four channels each. */
type Pass = (from: Float32Array, to: Float32Array, count: number) => void;

export default transform({
  name: "blur",
  order: 70,
  reads: ["blur"],
  isNeeded: ({ blur }) => blur !== undefined && blur !== 0,
  apply(picture, { blur = defaultSigma }) {
    const passes = blur < boxesFrom ? [kernelPass(blur)] : boxRadii(blur).map(boxPass);
    editFrames(picture, (pixels) => blurPixels(pixels, passes));
  },
});

function blurPixels(pixels: Pixels, passes: readonly Pass[]): void {
  const { width, height, data } = pixels;
  const plane = premultiplied(data);
  const lines = [new Float32Array(Math.max(width, height) * 4), new Float32Array(Math.max(width, height) * 4)] as const;
  for (let y = 0; y < height; y++) smooth(plane, y * width * 4, 4, width, passes, lines);
  for (let x = 0; x < width; x++) smooth(plane, x * 4, width * 4, height, passes, lines);
  unpremultiply(plane, data);
}

/** Colour × alpha and alpha × 255: both 0..65025, so that 16 bits hold them without loss. */
function premultiplied(data: Uint8ClampedArray): Uint16Array {
  const plane = new Uint16Array(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0;
    plane[at] = (data[at] ?? 0) * alpha;
    plane[at + 1] = (data[at + 1] ?? 0) * alpha;
    plane[at + 2] = (data[at + 2] ?? 0) * alpha;
    plane[at + 3] = alpha * 255;
  }
  return plane;
}

function unpremultiply(plane: Uint16Array, data: Uint8ClampedArray): void {
  for (let at = 0; at < data.length; at += 4) {
    const alpha = plane[at + 3] ?? 0;
    const scale = alpha === 0 ? 0 : 255 / alpha;
    data[at] = (plane[at] ?? 0) * scale;
    data[at + 1] = (plane[at + 1] ?? 0) * scale;
    data[at + 2] = (plane[at + 2] ?? 0) * scale;
    data[at + 3] = alpha / 255;
  }
}

/** One row (`step` 4) or column (`step` of a row) through all passes. */
function smooth(
  plane: Uint16Array,
  start: number,
  step: number,
  count: number,
  passes: readonly Pass[],
  lines: readonly [Float32Array, Float32Array],
): void {
  let [from, to] = lines;
  for (let index = 0, at = start; index < count * 4; index += 4, at += step) {
    from[index] = plane[at] ?? 0;
    from[index + 1] = plane[at + 1] ?? 0;
    from[index + 2] = plane[at + 2] ?? 0;
    from[index + 3] = plane[at + 3] ?? 0;
  }
  for (const pass of passes) {
    pass(from, to, count);
    [from, to] = [to, from];
  }
  for (let index = 0, at = start; index < count * 4; index += 4, at += step) {
    plane[at] = (from[index] ?? 0) + 0.5;
    plane[at + 1] = (from[index + 1] ?? 0) + 0.5;
    plane[at + 2] = (from[index + 2] ?? 0) + 0.5;
    plane[at + 3] = (from[index + 3] ?? 0) + 0.5;
  }
}

/** The radii of three boxes that together have the Gaussian's variance (P. Kovesi, Fast Almost-Gaussian Filtering, 2010). */
export function boxRadii(sigma: number): readonly number[] {
  const ideal = Math.sqrt(4 * sigma * sigma + 1);
  const lower = Math.floor((ideal - 1) / 2);
  const width = 2 * lower + 1;
  const smaller = Math.round((12 * sigma * sigma - 3 * width * width - 12 * width - 9) / (-4 * width - 4));
  return [0, 1, 2].map((index) => (index < smaller ? lower : lower + 1));
}

/** The mean over `2 × radius + 1` pixels; the last pixel goes on beyond the edge. */
const boxPass =
  (radius: number): Pass =>
  (from, to, count) => {
    const share = 1 / (2 * radius + 1);
    const last = count - 1;
    for (let channel = 0; channel < 4; channel++) {
      let sum = (from[channel] ?? 0) * (radius + 1);
      for (let ahead = 1; ahead <= radius; ahead++) sum += from[Math.min(ahead, last) * 4 + channel] ?? 0;
      for (let at = 0; at < count; at++) {
        to[at * 4 + channel] = sum * share;
        const enters = Math.min(at + radius + 1, last) * 4 + channel;
        const leaves = Math.max(at - radius, 0) * 4 + channel;
        sum += (from[enters] ?? 0) - (from[leaves] ?? 0);
      }
    }
  };

function kernelPass(sigma: number): Pass {
  const radius = Math.ceil(sigma * 3);
  const bell = Array.from({ length: 2 * radius + 1 }, (_, at) => Math.exp(-((at - radius) ** 2) / (2 * sigma * sigma)));
  const whole = bell.reduce((sum, each) => sum + each, 0);
  const kernel = Float64Array.from(bell, (each) => each / whole);
  return (from, to, count) => {
    for (let at = 0; at < count; at++) {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let tap = 0; tap < kernel.length; tap++) {
          const place = Math.min(Math.max(at + tap - radius, 0), count - 1);
          sum += (from[place * 4 + channel] ?? 0) * (kernel[tap] ?? 0);
        }
        to[at * 4 + channel] = sum;
      }
    }
  };
}
