/** The parameters that every mount takes (DESIGN §1), in canonical order: one table that the parser, the formatter, the client and the documentation share. */
import type { Area, Color, Edges, OutputFormat } from "../image.ts";
import { outputFormats } from "../image.ts";
import { boolean, type Codec, color, degrees, edges, integer, number, numbers, strength, text, word } from "./codec.ts";

export const fits = ["inside", "cover", "contain", "fill", "outside"] as const;
export type Fit = (typeof fits)[number];

export const anchors = [
  "center",
  "top",
  "bottom",
  "left",
  "right",
  "top-left",
  "top-right",
  "bottom-left",
  "bottom-right",
] as const;
export type Anchor = (typeof anchors)[number];

/** An anchor, `smart`, or a focal point in 0..1 of width and height. */
export type Position = Anchor | "smart" | { readonly x: number; readonly y: number };

/** The largest side that any instance can allow; `limits.outputPx` is lower by default. */
export const maxSidePx = 16384;

const side = integer({ min: 1, max: maxSidePx, unit: "px" });
const percent = number({ min: -100, max: 100, unit: "percent" });
const focalPoint = numbers(2, { min: 0, max: 1 }, "");
const areaNumbers = numbers(4, { min: 0, max: 65535 }, "");

const position: Codec<Position> = {
  parse(value) {
    const lower = value.toLowerCase();
    const named = ([...anchors, "smart"] as const).find((each) => each === lower);
    if (named !== undefined) return named;
    const [x, y] = focalPoint.parse(value) ?? [];
    return x === undefined || y === undefined ? undefined : { x, y };
  },
  format: (value) => (typeof value === "string" ? value : focalPoint.format([value.x, value.y])),
  takes: `one of ${anchors.join(", ")}, smart, or a focal point such as 0.5,0.25`,
};

const crop: Codec<Area> = {
  parse(value) {
    const [x, y, width, height] = areaNumbers.parse(value) ?? [];
    if (x === undefined || y === undefined || !width || !height) return undefined;
    return [x, y, width, height].every(Number.isInteger) ? { x, y, width, height } : undefined;
  },
  format: ({ x, y, width, height }) => areaNumbers.format([x, y, width, height]),
  takes: "x,y,width,height in whole pixels of the upright original, such as 10,20,300,200",
};

const radius: Codec<number | "max"> = {
  parse: (value) => (value.toLowerCase() === "max" ? "max" : integer({ min: 0, max: maxSidePx }).parse(value)),
  format: String,
  takes: `a whole number from 0 to ${maxSidePx} px, or max for a circle`,
};

const named = <T>(codec: Codec<T>, about: string, short?: string): Codec<T> => ({
  ...codec,
  about,
  ...(short ? { short } : {}),
});

export const parameterTable = {
  width: named(side, "Width of the result.", "w"),
  height: named(side, "Height of the result.", "h"),
  fit: named(word(fits), "How the image meets width × height. Default `inside`."),
  position: named(position, "What `cover` keeps, and where `contain` puts the image. Default `center`.", "pos"),
  dpr: named(number({ min: 0.5, max: 5 }), "Device pixel ratio: multiplies width, height, pad and radius. Default 1."),
  enlarge: named(boolean, "Allow a result larger than the original. Default 0."),
  crop: named(crop, "Keep this area of the original, before anything else."),
  trim: named(
    strength({ min: 1, max: 100, unit: "percent" }, 10),
    "Cut away edges of one colour; the number is how much a pixel may differ.",
  ),
  rotate: named(degrees, "Turn clockwise."),
  flip: named(boolean, "Mirror top to bottom."),
  flop: named(boolean, "Mirror left to right."),
  pad: named(edges(4096), "Space around the result, as CSS writes it."),
  background: named(
    color,
    "Colour under transparent pixels, of padding and of corners. Default white where the output has no alpha.",
    "bg",
  ),
  radius: named(radius, "Round the corners."),
  blur: named(strength({ min: 0.3, max: 250, unit: "px" }, 3), "Gaussian blur; the number is its sigma."),
  sharpen: named(strength({ min: 0.1, max: 10, unit: "px" }, 1), "Unsharp mask; the number is its sigma."),
  grayscale: named(boolean, "Shades of grey."),
  negate: named(boolean, "Invert the colours."),
  tint: named(color, "Colour the image, keeping its lightness."),
  brightness: named(percent, "Lighter or darker."),
  contrast: named(percent, "More or less contrast."),
  saturation: named(percent, "More or less colour; -100 is grey."),
  hue: named(degrees, "Turn the hues."),
  theme: named(
    word(["light", "dark", "auto"]),
    "Make a logo or drawing fit a light or dark page; `auto` asks the browser (`Sec-CH-Prefers-Color-Scheme`). Photos stay as they are.",
  ),
  format: named(
    word(["auto", ...outputFormats], { jpg: "jpeg" }),
    "Output format. `auto` picks from the `Accept` header: avif, webp, then the source's own family.",
    "f",
  ),
  quality: named(integer({ min: 1, max: 100 }), "Quality of lossy formats. Default by format.", "q"),
  frames: named(integer({ min: 1, max: 1024 }), "Keep only the first frames of an animation; 1 gives a still."),
  preset: named(
    text(/^[\w-]{1,64}(,[\w-]{1,64}){0,7}$/, "names of presets, separated by commas"),
    "Named sets of parameters from the settings.",
    "p",
  ),
  version: named(
    text(/^[\w.-]{1,64}$/, "up to 64 letters, digits, dots, dashes or underscores"),
    "Any version or content hash of the source: part of the cache key, and makes the answer `immutable`.",
    "v",
  ),
  expires: named(
    integer({ min: 0, max: 99_999_999_999 }),
    "Unix time in seconds after which the URL is refused.",
    "exp",
  ),
  signature: named(text(/^[\w-]{16,128}$/, "a base64url signature"), "HMAC-SHA256 of the canonical URL.", "sig"),
} as const satisfies Record<string, Codec<never> | Codec<unknown>>;

export type ParameterName = keyof typeof parameterTable;

/** The parsed parameters of a request; absent means default. Plugins may add names of their own. */
export interface Parameters {
  readonly width?: number;
  readonly height?: number;
  readonly fit?: Fit;
  readonly position?: Position;
  readonly dpr?: number;
  readonly enlarge?: boolean;
  readonly crop?: Area;
  readonly trim?: number;
  readonly rotate?: number;
  readonly flip?: boolean;
  readonly flop?: boolean;
  readonly pad?: Edges;
  readonly background?: Color;
  readonly radius?: number | "max";
  readonly blur?: number;
  readonly sharpen?: number;
  readonly grayscale?: boolean;
  readonly negate?: boolean;
  readonly tint?: Color;
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  readonly hue?: number;
  readonly theme?: "light" | "dark" | "auto";
  readonly format?: OutputFormat | "auto";
  readonly quality?: number;
  readonly frames?: number;
  readonly preset?: string;
  readonly version?: string;
  readonly expires?: number;
  readonly signature?: string;
  readonly [extension: string]: unknown;
}

/** Values that mean the same as leaving the parameter out; the parser drops them, so that equal requests are equal. */
export const defaultTexts: Readonly<Record<string, string>> = {
  fit: "inside",
  position: "center",
  dpr: "1",
  enlarge: "0",
  trim: "0",
  rotate: "0",
  flip: "0",
  flop: "0",
  pad: "0",
  radius: "0",
  blur: "0",
  sharpen: "0",
  grayscale: "0",
  negate: "0",
  brightness: "0",
  contrast: "0",
  saturation: "0",
  hue: "0",
  format: "auto",
};
