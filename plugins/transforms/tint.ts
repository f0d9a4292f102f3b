/**
 * Colours the picture in one hue and keeps its lightness: `?tint=ffb000`. Each pixel becomes the colour of the tint at its own CIE
 * lightness; near black and white, where that colour does not exist, it is as strong as the screen can show.
 */
import { type Color, editFrames, transform } from "cameo/plugin";

/** Steps of lightness in the table of colours. */
const steps = 1024;

export default transform({
  name: "tint",
  order: 65,
  reads: ["tint"],
  apply(picture, { tint }) {
    if (!tint) return;
    const table = colorsByLightness(tint);
    const linear = Float64Array.from({ length: 256 }, (_, value) => toLinear(value / 255));
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        const r = linear[data[at] ?? 0] ?? 0;
        const g = linear[data[at + 1] ?? 0] ?? 0;
        const b = linear[data[at + 2] ?? 0] ?? 0;
        const row = Math.round(lightness(0.2126 * r + 0.7152 * g + 0.0722 * b) * steps) * 3;
        data[at] = table[row] ?? 0;
        data[at + 1] = table[row + 1] ?? 0;
        data[at + 2] = table[row + 2] ?? 0;
      }
    });
  },
});

const toLinear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const toSrgb = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** CIE L*, 0..1, of a luminance 0..1. */
const lightness = (y: number): number => 1.16 * curve(y) - 0.16;
const curve = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116);
const inverse = (f: number): number => (f > 6 / 29 ? f ** 3 : ((f * 116 - 16) * 27) / 24389);

/** D65. */
const white = [0.95047, 1, 1.08883] as const;

type Triple = readonly [number, number, number];

function colorsByLightness(tint: Color): Uint8ClampedArray {
  const [, a, b] = toLab([tint.r, tint.g, tint.b]);
  const table = new Uint8ClampedArray((steps + 1) * 3);
  for (let step = 0; step <= steps; step++) {
    table.set(
      strongest(step / steps, a, b).map((channel) => toSrgb(channel) * 255),
      step * 3,
    );
  }
  return table;
}

/** The linear colour of this lightness and hue with as much of the chroma as fits into sRGB, found by halving. */
function strongest(light: number, a: number, b: number): Triple {
  let [low, high] = [0, 1];
  if (isShown(fromLab(light, a, b))) return fromLab(light, a, b);
  for (let round = 0; round < 12; round++) {
    const middle = (low + high) / 2;
    if (isShown(fromLab(light, a * middle, b * middle))) low = middle;
    else high = middle;
  }
  return fromLab(light, a * low, b * low);
}

const isShown = (color: Triple): boolean => color.every((channel) => channel >= -1e-6 && channel <= 1 + 1e-6);

/** L* in 0..1; a* and b* in hundredths. */
function toLab([r, g, b]: Triple): Triple {
  const [x, y, z] = [toLinear(r / 255), toLinear(g / 255), toLinear(b / 255)];
  const fx = curve((0.4124564 * x + 0.3575761 * y + 0.1804375 * z) / white[0]);
  const fy = curve(0.2126729 * x + 0.7151522 * y + 0.072175 * z);
  const fz = curve((0.0193339 * x + 0.119192 * y + 0.9503041 * z) / white[2]);
  return [1.16 * fy - 0.16, 5 * (fx - fy), 2 * (fy - fz)];
}

/** Linear sRGB. */
function fromLab(light: number, a: number, b: number): Triple {
  const fy = (light + 0.16) / 1.16;
  const [x, y, z] = [inverse(fy + a / 5) * white[0], inverse(fy), inverse(fy - b / 2) * white[2]];
  return [
    3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
    -0.969266 * x + 1.8760108 * y + 0.041556 * z,
    0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
  ];
}
