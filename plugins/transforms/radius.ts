/**
 * Rounds the corners: `?radius=16`, `?radius=max` (a circle, of a picture that is not square a capsule). Multiplied by `dpr`.
 * The corners become transparent, or `background`.
 */
import { type Color, editFrames, type Pixels, transform } from "cameo/plugin";

const clear = { r: 0, g: 0, b: 0, a: 0 };

export default transform({
  name: "radius",
  order: 90,
  reads: ["radius", "dpr", "background"],
  isNeeded: ({ radius = 0 }) => radius !== 0,
  apply(picture, { radius = 0, dpr = 1, background = clear }) {
    const most = Math.min(picture.width, picture.height) / 2;
    const rounded = radius === "max" ? most : Math.min(most, radius * dpr);
    editFrames(picture, (pixels) => roundCorners(pixels, rounded, background));
  },
});

function roundCorners(pixels: Pixels, radius: number, background: Color): void {
  const { width, height, data } = pixels;
  const side = Math.ceil(radius);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const part = coverage(x, y, radius);
      if (part === 1) break;
      for (const row of mirrored(y, height)) {
        for (const column of mirrored(x, width)) fade(data, (row * width + column) * 4, part, background);
      }
    }
  }
}

/** A place and its mirror image; the middle of an odd length is its own, and must not fade twice. */
const mirrored = (at: number, length: number): readonly number[] =>
  at === length - 1 - at ? [at] : [at, length - 1 - at];

/** How much of a pixel near the top left corner lies inside the arc: by the distance of its middle, which is within 1/50 of the area. */
function coverage(x: number, y: number, radius: number): number {
  const distance = Math.hypot(radius - x - 0.5, radius - y - 0.5);
  return Math.min(1, Math.max(0, radius - distance + 0.5));
}

/** The pixel's own colour for `part` of it, the background for the rest; both by their alpha. */
function fade(data: Uint8ClampedArray, at: number, part: number, background: Color): void {
  const own = (data[at + 3] ?? 0) * part;
  const other = background.a * (1 - part);
  const whole = own + other;
  if (whole > 0) {
    data[at] = ((data[at] ?? 0) * own + background.r * other) / whole;
    data[at + 1] = ((data[at + 1] ?? 0) * own + background.g * other) / whole;
    data[at + 2] = ((data[at + 2] ?? 0) * own + background.b * other) / whole;
  }
  data[at + 3] = whole;
}
