/** Where the subject is, for `position=smart`: looks for detail, skin and strong colours on a small copy. */
import type { Pixels, Size } from "cameo/plugin";
import smartcrop, { type CropResult } from "smartcrop";

/** Longest side of the copy: enough to find a face, and bounds the time for a panorama. */
const copyPx = 256;
/** The window moves in steps of this many pixels of the copy. */
const stepPx = 4;

/** The middle of the best window of the shape of `window`, as a focal point. */
export async function findSubject(pixels: Pixels, window: Size): Promise<{ readonly x: number; readonly y: number }> {
  const copy = averaged(pixels, Math.min(1, copyPx / Math.max(pixels.width, pixels.height)));
  const imageOperations = { open: async () => copy, resample: async () => copy, getData: async () => copy };
  const scale = Math.min(copy.width / window.width, copy.height / window.height);
  const options = {
    width: Math.max(1, window.width * scale),
    height: Math.max(1, window.height * scale),
    step: stepPx,
    minScale: 1,
    prescale: false,
    imageOperations,
  };
  // The library's types know only pictures of the DOM; with operations of one's own it passes on what it was given.
  const { topCrop } = (await smartcrop.crop(copy as never, options as never)) as Partial<CropResult>;
  if (!topCrop) return { x: 0.5, y: 0.5 };
  return { x: (topCrop.x + topCrop.width / 2) / copy.width, y: (topCrop.y + topCrop.height / 2) / copy.height };
}

/** A smaller copy, each pixel the mean of those it stands for. Transparent pixels count as black, which draws no attention. */
export function averaged(pixels: Pixels, ratio: number): Pixels {
  const width = Math.max(1, Math.round(pixels.width * ratio));
  const height = Math.max(1, Math.round(pixels.height * ratio));
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, pixels.height, height);
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, pixels.width, width);
      data.set(mean(pixels, left, top, right, bottom), (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

/** The pixels from (inclusive) and to (exclusive) that one pixel of the copy stands for. */
const span = (at: number, from: number, to: number): readonly [number, number] => {
  const start = Math.floor((at * from) / to);
  return [start, Math.max(start + 1, Math.floor(((at + 1) * from) / to))];
};

function mean(
  { width, data }: Pixels,
  left: number,
  top: number,
  right: number,
  bottom: number,
): readonly [number, number, number, number] {
  let [r, g, b] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      const alpha = (data[at + 3] ?? 0) / 255;
      r += (data[at] ?? 0) * alpha;
      g += (data[at + 1] ?? 0) * alpha;
      b += (data[at + 2] ?? 0) * alpha;
    }
  }
  const count = (right - left) * (bottom - top);
  return [r / count, g / count, b / count, 255];
}
