/**
 * Logos and drawings for the other kind of page: `/logos/acme.svg?theme=dark`.
 *
 * A graphic whose ink would drown in the page (dark ink, or a white sheet, on a dark page) gets its lightness mirrored in OKLab; hues stay, so that a red
 * logo stays red. What reads well already, and photos, are left alone.
 */
import { editFrames, type Picture, type Pixels, theme } from "cameo/plugin";
import { lightnessOf, withLightness } from "./invert-oklab.ts";

export default theme({
  name: "invert",
  order: 50,
  apply(picture, page) {
    const look = examine(tellingFrame(picture));
    if (look.isPhoto || !isLost(look, page)) return null;
    editFrames(picture, (pixels) => (look.isSheet || inlay(look, page) > 0.03 ? mirrorAll : mirrorInk)(pixels, page));
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
  /** Share of its outline, where it meets the page, that is dark and light. */
  readonly dark: number;
  readonly light: number;
  /** The same shares of all that is visible. */
  readonly darkInk: number;
  readonly lightInk: number;
}

/** The first frame with something in it: many animations start with nothing. */
function tellingFrame(picture: Picture): Pixels {
  for (let frame = 0; frame < picture.frames; frame++) {
    const pixels = picture.pixels(frame);
    if (pixels.data.some((value, at) => at % 4 === 3 && value > 127)) return pixels;
  }
  return picture.pixels();
}

const darkBelow = 0.45;
const lightAbove = 0.75;

/** Enough to know a logo by. */
const samples = 8192;
/** Different colours, five bits a channel, per hundred visible samples: logos have a few, photos tens. */
const photoColors = 5;

function examine(pixels: Pixels): Look {
  const { data, width, height } = pixels;
  const step = Math.max(1, Math.floor((width * height) / samples));
  const colors = new Map<number, number>();
  const tally = { seen: 0, visible: 0, clear: 0, dark: 0, light: 0 };
  for (let at = 0; at < width * height; at += step) {
    const [r = 0, g = 0, b = 0, alpha = 0] = data.subarray(at * 4, at * 4 + 4);
    tally.seen += 1;
    if (alpha < 32) tally.clear += 1;
    if (alpha < 128) continue;
    tally.visible += 1;
    const lightness = lightnessOf(r, g, b);
    if (lightness < darkBelow) tally.dark += 1;
    if (lightness > lightAbove) tally.light += 1;
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
    darkInk: tally.dark / visible,
    lightInk: tally.light / visible,
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
    if (lightness < darkBelow) tally.dark += 1;
    if (lightness > lightAbove) tally.light += 1;
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
function isLost(look: Look, page: "light" | "dark"): boolean {
  if (look.isSheet) return page === "dark" ? look.sheet > 0.85 : look.sheet < 0.25;
  return (page === "dark" ? look.dark : look.light) > 0.3 && inlay(look, page) < 0.5;
}

/**
 * How much of the ink is let into ink of the page's lightness, and stands out from it: a sign in a badge. Were only the badge mirrored, both
 * would be alike. Where it is most of the picture, such as a face with an outline, the picture reads well without.
 */
function inlay({ dark, light, darkInk, lightInk }: Look, page: "light" | "dark"): number {
  const [inside, outside] = page === "dark" ? [lightInk, light] : [darkInk, dark];
  return outside < 0.05 ? inside : 0;
}

/** All of it: white becomes a soft black, black a soft white, so that neither glares. */
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
