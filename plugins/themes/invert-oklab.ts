/** Lightness as the eye sees it, in OKLab, for the theme `invert`. */

/** The colour with another lightness. Hue stays, and as much of the chroma as sRGB can show. */
export function withLightness(
  r: number,
  g: number,
  b: number,
  change: (l: number) => number,
): readonly [number, number, number] {
  const [l, a, bb] = toOklab(r, g, b);
  const next = change(l);
  for (let chroma = 1; chroma > 0; chroma -= 0.1) {
    const rgb = fromOklab(next, a * chroma, bb * chroma);
    if (rgb.every((channel) => channel > -0.002 && channel < 1.002)) return toBytes(rgb);
  }
  return toBytes(fromOklab(next, 0, 0));
}

type Triple = readonly [number, number, number];

const toBytes = (rgb: Triple): Triple =>
  rgb.map((each) => Math.round(gamma(Math.min(1, Math.max(0, each))) * 255)) as unknown as Triple;
const gamma = (linear: number): number => (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055);
const linear = (byte: number): number => (byte <= 10.31475 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
/** 0..1. */
export const lightnessOf = (r: number, g: number, b: number): number => toOklab(r, g, b)[0];

/** sRGB bytes → OKLab. Matrices: https://bottosson.github.io/posts/oklab/ */
function toOklab(red: number, green: number, blue: number): Triple {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** OKLab → linear sRGB, which may lie outside 0..1. */
function fromOklab(lightness: number, a: number, b: number): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}
