/**
 * Logos and drawings for the other kind of page: `/logos/acme.svg?theme=dark`.
 *
 * A graphic whose ink would drown in the page (dark ink, or a white sheet, on a dark page) gets its lightness mirrored in OKLab; hues stay, so that a red
 * logo stays red. What reads well already, and photos, are left alone.
 */
import { editFrames, type Pixels, theme } from "cameo/plugin";

export default theme({
  name: "invert",
  order: 50,
  apply(picture, page) {
    const look = examine(picture.pixels());
    if (look.isPhoto || !isLost(look, page)) return null;
    editFrames(picture, (pixels) => (look.isSheet ? mirrorAll : mirrorInk)(pixels, page));
    return true;
  },
});

/** What a picture is, from a sample of its pixels. */
interface Look {
  /** Too many colours for a graphic. */
  readonly isPhoto: boolean;
  /** Nothing is transparent: it brings its own sheet along. */
  readonly isSheet: boolean;
  /** Lightness of the sheet, by its border, 0..1. */
  readonly sheet: number;
  /** Share of its outline, where it meets the page, that is dark (below 0.45) and light (above 0.75). */
  readonly dark: number;
  readonly light: number;
}

/** Enough to know a logo by. */
const samples = 8192;
/** Different colours, five bits a channel, per hundred visible samples: logos have a few, photos tens. */
const photoColors = 5;

function examine(pixels: Pixels): Look {
  const { data, width, height } = pixels;
  const step = Math.max(1, Math.floor((width * height) / samples));
  const colors = new Map<number, number>();
  const tally = { seen: 0, visible: 0, clear: 0 };
  for (let at = 0; at < width * height; at += step) {
    const [r = 0, g = 0, b = 0, alpha = 0] = data.subarray(at * 4, at * 4 + 4);
    tally.seen += 1;
    if (alpha < 32) tally.clear += 1;
    if (alpha < 128) continue;
    tally.visible += 1;
    const color = ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
    colors.set(color, (colors.get(color) ?? 0) + 1);
  }
  const visible = Math.max(1, tally.visible);
  // Colours that stand alone are edges between two others, not the work of a camera.
  const common = [...colors.values()].filter((count) => count > 1).length;
  const isSheet = tally.clear / tally.seen < 0.02;
  return {
    isPhoto: (common * 100) / visible > photoColors && common > 96,
    isSheet,
    sheet: isSheet ? borderLightness(pixels) : 0.5,
    ...(isSheet ? { dark: 0, light: 0 } : examineOutline(pixels)),
  };
}

/** Pixels from the clear ground to the ink: past the soft edge between them. */
const edgePx = 2;

/** Only the outline decides: what lies within stands out against the rest of the picture, whatever the page. */
function examineOutline(pixels: Pixels): { readonly dark: number; readonly light: number } {
  const { data, width, height } = pixels;
  const tally = { edge: 0, dark: 0, light: 0 };
  for (let place = 0; place < width * height; place++) {
    if (!isOutline(pixels, place % width, Math.floor(place / width))) continue;
    const lightness = lightnessOf(data[place * 4] ?? 0, data[place * 4 + 1] ?? 0, data[place * 4 + 2] ?? 0);
    tally.edge += 1;
    if (lightness < 0.45) tally.dark += 1;
    if (lightness > 0.75) tally.light += 1;
  }
  const edge = Math.max(1, tally.edge);
  return { dark: tally.dark / edge, light: tally.light / edge };
}

/** Ink to the right of, or below, the clear ground. */
function isOutline({ data, width }: Pixels, x: number, y: number): boolean {
  const alphaAt = (column: number, row: number) =>
    column < 0 || row < 0 ? 0 : (data[(row * width + column) * 4 + 3] ?? 0);
  return alphaAt(x, y) > 127 && (alphaAt(x - edgePx, y) < 32 || alphaAt(x, y - edgePx) < 32);
}

/** Median lightness of the outermost pixels. */
function borderLightness({ data, width, height }: Pixels): number {
  const found: number[] = [];
  const look = (x: number, y: number) => {
    const at = (y * width + x) * 4;
    found.push(lightnessOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0));
  };
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) look(x, y);
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) look(x, y);
  return found.sort((a, b) => a - b)[found.length >> 1] ?? 0.5;
}

/** Ink on a clear ground is lost when a third of its outline has the page's own lightness; a sheet, when it glares. */
function isLost({ isSheet, sheet, dark, light }: Look, page: "light" | "dark"): boolean {
  if (isSheet) return page === "dark" ? sheet > 0.85 : sheet < 0.25;
  return (page === "dark" ? dark : light) > 0.3;
}

/** The whole sheet: white becomes a soft black, black a soft white, so that neither glares. */
function mirrorAll({ data }: Pixels): void {
  eachPixel(data, (lightness) => 0.19 + (1 - lightness) * 0.78);
}

/** Only ink that the page would swallow; what stands out already keeps its colour. */
function mirrorInk({ data }: Pixels, page: "light" | "dark"): void {
  eachPixel(data, (lightness) => {
    if (page === "dark") return lightness < 0.6 ? 0.97 - lightness * 0.62 : lightness;
    return lightness > 0.7 ? 0.7 - (lightness - 0.7) * 1.8 : lightness;
  });
}

/** Changes lightness, keeps hue, and as much of the chroma as sRGB can show. Few colours come again and again: each is worked out once. */
function eachPixel(data: Uint8ClampedArray, change: (lightness: number) => number): void {
  const known = new Map<number, readonly [number, number, number]>();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue;
    const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
    const key = (r << 16) | (g << 8) | b;
    const next = known.get(key) ?? withLightness(r, g, b, change);
    known.set(key, next);
    data.set(next, at);
  }
}

function withLightness(
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
const lightnessOf = (r: number, g: number, b: number): number => toOklab(r, g, b)[0];

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
