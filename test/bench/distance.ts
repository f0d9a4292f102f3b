/**
 * How far a picture is from a reference, as the eye sees it: structural dissimilarity (1 − SSIM) / 2, of luma and, with less weight, of chroma.
 * 0 is the same picture; about 0.01 is hard to see, 0.05 is plain. SSIM: Wang et al., IEEE Transactions on Image Processing 13 (4), 2004.
 */

/** 8-bit RGB, three bytes a pixel. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Windows of 8×8 pixels, every 4: a box stands in for the Gaussian of the paper. */
const windowPx = 8;
const stepPx = 4;
/** (0.01 × 255)² and (0.03 × 255)², the paper's constants against division by nothing. */
const c1 = 6.5025;
const c2 = 58.5225;
/** Weights from RGB (ITU-R BT.601): luma, and the two chroma differences. */
const planes = [
  { weight: 0.8, rgb: [0.299, 0.587, 0.114] },
  { weight: 0.1, rgb: [-0.1687, -0.3313, 0.5] },
  { weight: 0.1, rgb: [0.5, -0.4187, -0.0813] },
] as const;

/** Throws if the sizes differ. */
export function distance(reference: Pixels, other: Pixels): number {
  if (reference.width !== other.width || reference.height !== other.height) {
    throw new Error(`${other.width}×${other.height} is not the reference's ${reference.width}×${reference.height}`);
  }
  const parts = planes.map(
    ({ weight, rgb }) => weight * dissimilarity(plane(reference, rgb), plane(other, rgb), reference),
  );
  return parts.reduce((sum, part) => sum + part, 0);
}

function plane({ data }: Pixels, [red, green, blue]: readonly [number, number, number]): Float32Array {
  const out = new Float32Array(data.length / 3);
  for (let at = 0; at < out.length; at++) {
    out[at] = red * (data[at * 3] ?? 0) + green * (data[at * 3 + 1] ?? 0) + blue * (data[at * 3 + 2] ?? 0);
  }
  return out;
}

function dissimilarity(a: Float32Array, b: Float32Array, { width, height }: Pixels): number {
  let sum = 0;
  let windows = 0;
  for (let y = 0; y + windowPx <= height; y += stepPx) {
    for (let x = 0; x + windowPx <= width; x += stepPx) {
      sum += similarity(a, b, y * width + x, width);
      windows += 1;
    }
  }
  return (1 - sum / windows) / 2;
}

/** SSIM of one window. */
function similarity(a: Float32Array, b: Float32Array, start: number, width: number): number {
  let [sumA, sumB, sumAa, sumBb, sumAb] = [0, 0, 0, 0, 0];
  for (let row = 0; row < windowPx; row++) {
    for (let at = start + row * width, end = at + windowPx; at < end; at++) {
      const [left, right] = [a[at] ?? 0, b[at] ?? 0];
      sumA += left;
      sumB += right;
      sumAa += left * left;
      sumBb += right * right;
      sumAb += left * right;
    }
  }
  const count = windowPx * windowPx;
  const [meanA, meanB] = [sumA / count, sumB / count];
  const varianceA = sumAa / count - meanA * meanA;
  const varianceB = sumBb / count - meanB * meanB;
  const covariance = sumAb / count - meanA * meanB;
  const luminance = (2 * meanA * meanB + c1) / (meanA * meanA + meanB * meanB + c1);
  return (luminance * (2 * covariance + c2)) / (varianceA + varianceB + c2);
}
