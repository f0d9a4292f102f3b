/** Colours as templates use them: with alpha, mixed, legible, or chosen by a text. Pure. */

type Rgb = readonly [number, number, number];

/** `#abc`, `#aabbcc` or `#aabbccdd`, whose alpha is left out. Anything else is black. */
function parseHex(hex: string): Rgb {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(hex)?.[1] ?? "000000";
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const channel = (at: number) => Number.parseInt(full.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4)];
}

const toHex = (rgb: Rgb): string => `#${rgb.map((each) => Math.round(each).toString(16).padStart(2, "0")).join("")}`;

/** The same colour, translucent. `amount` 0 to 1. Cheaper to draw than a group with opacity. */
export function alpha(hex: string, amount: number): string {
  return `rgba(${parseHex(hex).join(", ")}, ${amount})`;
}

/** `share` of the second colour in the first, 0 to 1. */
export function mix(first: string, second: string, share: number): string {
  const to = parseHex(second);
  return toHex(parseHex(first).map((each, at) => each + ((to[at] ?? 0) - each) * share) as unknown as Rgb);
}

/** Contrast ratio, 1 to 21, as WCAG 2.2 defines it: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(first: string, second: string): number {
  const [light = 0, dark = 0] = [luminance(first), luminance(second)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = parseHex(hex).map((each) => toLinear(each / 255)) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const toLinear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** WCAG's level AA for texts of usual size. */
const leastContrast = 4.5;

/** `color`, moved towards `anchor` as far as it takes to be legible upon `background`. */
export function legible(color: string, background: string, anchor: string): string {
  for (let share = 0; share < 1; share += 0.1) {
    const candidate = mix(color, anchor, share);
    if (contrast(candidate, background) >= leastContrast) return candidate;
  }
  return anchor;
}

/** White, or a soft black, or black: the first that is legible upon `background`, as one of them always is. */
export function inkOn(background: string): string {
  return ["#ffffff", "#16181d"].find((ink) => contrast(ink, background) >= leastContrast) ?? "#000000";
}

/** One of a few calm colours, always the same for a text: by its FNV-1a hash, http://www.isthe.com/chongo/tech/comp/fnv/ */
export function colorOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return palette[((hash ^ (hash >>> 15)) >>> 0) % palette.length] ?? "#54606e";
}

/** White text is legible on each (4.5 : 1). */
export const palette: readonly string[] = [
  "#b5442a",
  "#ab3a48",
  "#a83a6c",
  "#8a4290",
  "#6d4bad",
  "#4d55b5",
  "#35639f",
  "#1d6c93",
  "#11717f",
  "#12745f",
  "#33743f",
  "#5c6d2a",
  "#85641a",
  "#99561c",
  "#7c5140",
  "#54606e",
];
