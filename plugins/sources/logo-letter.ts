/** What stands for a company without a logo: its first letter on a colour of its own. An SVG, sharp at any size. */
import { createHash } from "node:crypto";
import { letterOf } from "./logo-domain.ts";
import { letterShapes } from "./logo-letter-shapes.ts";
import type { Theme } from "./logo-rank.ts";

const sidePx = 512;
/** As of an app's icon. */
const radiusPx = 116;
/** Height of a capital, and the most that a wide letter may take. */
const letterPx = 244;
const widestPx = 304;

/** Hues of OKLCH that look well at one lightness: no olive, no mud. */
const hues = [8, 22, 38, 52, 142, 158, 174, 195, 222, 240, 256, 268, 282, 296, 312, 332, 350] as const;

/** Lightness at the top and at the bottom, and chroma. Neither so dark nor so light that `theme=` would take it for lost. */
const tones = {
  light: { top: 0.615, bottom: 0.525, chroma: 0.15 },
  dark: { top: 0.66, bottom: 0.575, chroma: 0.135 },
} as const satisfies Record<Theme, object>;

/** The mark of a domain. Where its letter is not of the Latin script, a building stands for it. */
export function drawLetter(domain: string, theme: Theme): string {
  const { top, bottom } = markColors(domain, theme);
  const shape = letterShapes[letterOf(domain)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${sidePx} ${sidePx}" width="${sidePx}" height="${sidePx}">`,
    `<defs><linearGradient id="a" x1="0" y1="0" x2="0.25" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs>`,
    `<rect width="${sidePx}" height="${sidePx}" rx="${radiusPx}" fill="url(#a)"/>`,
    shape ? drawShape(shape) : drawBuilding(),
    "</svg>",
  ].join("");
}

function drawShape({ path, width }: { readonly path: string; readonly width: number }): string {
  const scale = Math.min(letterPx / 100, widestPx / width);
  const x = round((sidePx - width * scale) / 2);
  const y = round((sidePx - 100 * scale) / 2);
  return `<path transform="translate(${x} ${y}) scale(${round(scale)})" d="${path}" fill="#fff"/>`;
}

/** A house with windows, for a name whose letters nothing here can draw. */
const drawBuilding = (): string =>
  `<path fill="#fff" fill-rule="evenodd" d="M152 376V160a24 24 0 0 1 24-24h104a24 24 0 0 1 24 24v56h32a24 24 0 0 1 24 24v136zM192 184v32h32v-32zm48 0v32h32v-32zm-48 64v32h32v-32zm48 0v32h32v-32zm-48 64v32h32v-32zm48 0v32h32v-32zm72-48v32h24v-32zm0 56v32h24v-32z"/>`;

const round = (value: number): number => Math.round(value * 100) / 100;

/** The colours of a domain, always the same ones. */
function markColors(domain: string, theme: Theme): { readonly top: string; readonly bottom: string } {
  const [byte = 0] = createHash("sha256").update(domain).digest();
  const hue = hues[byte % hues.length] ?? 0;
  const { top, bottom, chroma: most } = tones[theme];
  const ends = [
    [top, hue],
    [bottom, hue + 8],
  ] as const;
  // As much of it as sRGB has at both ends, so that one does not look duller than the other.
  const chroma = Math.min(...ends.map(([lightness, angle]) => chromaWithin(lightness, angle, most)));
  const [first = "", last = ""] = ends.map(([lightness, angle]) => toHex(toLinear(lightness, chroma, angle)));
  return { top: first, bottom: last };
}

function chromaWithin(lightness: number, hue: number, most: number): number {
  let chroma = most;
  while (chroma > 0 && toLinear(lightness, chroma, hue).some((value) => value < 0 || value > 1)) chroma -= 0.005;
  return Math.max(0, chroma);
}

/** OKLCH, the hue in degrees, as linear sRGB. https://bottosson.github.io/posts/oklab/ */
function toLinear(lightness: number, chroma: number, hue: number): readonly [number, number, number] {
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const toHex = (linear: readonly number[]): string => `#${linear.map(hexOf).join("")}`;

function hexOf(value: number): string {
  const clipped = Math.min(1, Math.max(0, value));
  const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255)
    .toString(16)
    .padStart(2, "0");
}
