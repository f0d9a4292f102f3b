/**
 * Builds and signs Cameo URLs in other people's apps. No dependency and no `node:` module: it runs in browsers and on every server runtime.
 * URLs come out in the canonical form, so that equal pictures have equal URLs for every cache in between.
 *
 *     import { createClient } from "cameo/client";
 *     const cameo = createClient({ baseUrl: "https://img.example.com" });
 *     cameo.url("/images/photo.jpg", { width: 320, format: "webp" });
 *     // https://img.example.com/images/photo.jpg?w=320&f=webp
 *
 * A key signs, so it belongs on a server, never in a page.
 */
import { CameoError } from "./error.ts";
import type { Area, Edges, OutputFormat } from "./image.ts";
import type { Anchor, Fit, ParameterName } from "./request/parameters.ts";
import { createGrammar, formatRequest, type ParsedRequest, parseRequest, parseValue } from "./request/parse.ts";

export interface ClientOptions {
  /** Address of the Cameo server, such as `https://img.example.com`; a path before the mounts may follow. Empty for relative URLs. */
  readonly baseUrl: string;
  /** Key for `signed`: one of the server's `signingKeys`. */
  readonly key?: string;
}

/**
 * What is shown: a path as it stands in a URL (`/images/a%20b.jpg`, `/meta/images/a.jpg`), or a mount and its ref as plain text
 * (`["remote", "https://example.com/ä.jpg?size=2"]`), which needs no escaping.
 */
export type ImagePath = string | readonly [mount: string, ref: string];

/** Parameters of a picture. Left out means default; the server's reference has the ranges. */
export interface ImageParameters {
  /** Pixels. */
  readonly width?: number;
  /** Pixels. */
  readonly height?: number;
  /** How the image meets width × height. Default `inside`. */
  readonly fit?: Fit;
  /** What `cover` keeps: an anchor, `smart`, or a focal point in 0..1, such as `[0.5, 0.25]`. Default `center`. */
  readonly position?: Anchor | "smart" | readonly [x: number, y: number] | { readonly x: number; readonly y: number };
  /** Device pixel ratio, 0.5..5. */
  readonly dpr?: number;
  /** Allow a result larger than the original. */
  readonly enlarge?: boolean;
  /** Area of the upright original in pixels: `[x, y, width, height]` or by name. */
  readonly crop?: readonly [x: number, y: number, width: number, height: number] | Area;
  /** Cut away edges of one colour; a number is how much a pixel may differ, in percent. */
  readonly trim?: number | boolean;
  /** Degrees clockwise. */
  readonly rotate?: number;
  /** Mirror top to bottom. */
  readonly flip?: boolean;
  /** Mirror left to right. */
  readonly flop?: boolean;
  /** Space around the result in pixels, as CSS has it: all, `[vertical, horizontal]`, `[top, right, bottom, left]`, or by name. */
  readonly pad?:
    | number
    | readonly [vertical: number, horizontal: number]
    | readonly [top: number, right: number, bottom: number, left: number]
    | Edges;
  /** Colour as hex (`#ff8800`, `f80`, `ff880080`) or a basic name. */
  readonly background?: string;
  /** Round corners in pixels; `max` is a circle. */
  readonly radius?: number | "max";
  /** Sigma in pixels; `true` for 3. */
  readonly blur?: number | boolean;
  /** Sigma in pixels; `true` for 1. */
  readonly sharpen?: number | boolean;
  readonly grayscale?: boolean;
  readonly negate?: boolean;
  /** Colour as hex or a basic name. */
  readonly tint?: string;
  /** Percent, -100..100. */
  readonly brightness?: number;
  /** Percent, -100..100. */
  readonly contrast?: number;
  /** Percent, -100..100. */
  readonly saturation?: number;
  /** Degrees. */
  readonly hue?: number;
  /** Default `auto`: what the browser takes. */
  readonly format?: OutputFormat | "auto";
  /** 1..100. */
  readonly quality?: number;
  /** Keep only the first frames of an animation; 1 gives a still. */
  readonly frames?: number;
  /** The page that a logo or drawing is to fit; `auto` asks the browser. */
  readonly theme?: "light" | "dark" | "auto";
  /** Names of presets of the server. */
  readonly preset?: string | readonly string[];
  /** Version or content hash of the source: makes the answer `immutable`. */
  readonly version?: string;
  /** Query parameters of the mount's own source, and those that plugins add. */
  readonly query?: Readonly<Record<string, string>>;
}

export interface SignOptions {
  /** When the URL ends: a date, or Unix time in seconds. Default never. */
  readonly expires?: Date | number;
}

/** One picture in several sizes: by width in pixels, or by density of a picture whose width or height is given. */
export type SrcsetParameters =
  | (Omit<ImageParameters, "dpr"> & { readonly widths: readonly number[]; readonly densities?: never })
  | (Omit<ImageParameters, "dpr"> & { readonly densities: readonly number[]; readonly widths?: never });

/** Every method throws `CameoError` with code `bad-parameter` for a value that the server would refuse. */
export interface Client {
  /** `url(["images", "a b.jpg"], { width: 320 })` → `https://img.example.com/images/a%20b.jpg?w=320`. */
  url(path: ImagePath, parameters?: ImageParameters): string;
  /** The same with a signature: `await signed("/images/a.jpg", { width: 320 }, { expires: new Date("2026-12-31") })`. */
  signed(path: ImagePath, parameters?: ImageParameters, options?: SignOptions): Promise<string>;
  /**
   * For `<img srcset>`: `srcset("/images/a.jpg", { widths: [320, 640], format: "webp" })` → `…?w=320&f=webp 320w, …?w=640&f=webp 640w`.
   * With a `width` and a `height` besides `widths`, each candidate keeps their ratio.
   */
  srcset(path: ImagePath, parameters: SrcsetParameters): string;
  /** `srcset` with every candidate signed. */
  signedSrcset(path: ImagePath, parameters: SrcsetParameters, options?: SignOptions): Promise<string>;
}

const grammar = createGrammar();

/** A client of one server. */
export function createClient({ baseUrl, key }: ClientOptions): Client {
  const base = baseUrl.replace(/\/+$/, "");
  const url = (path: ImagePath, parameters: ImageParameters = {}) =>
    base + formatRequest(toRequest(path, parameters), grammar);
  const signed = async (path: ImagePath, parameters: ImageParameters = {}, { expires }: SignOptions = {}) => {
    if (!key) throw new CameoError("bad-setting", "createClient() needs a `key` to sign URLs.");
    const request = withParameters(
      toRequest(path, parameters),
      expires === undefined ? {} : { expires: toSeconds(expires) },
    );
    const signature = await hmac(formatRequest(request, grammar, ["signature"]), key);
    return base + formatRequest(withParameters(request, { signature }), grammar);
  };
  return {
    url,
    signed,
    srcset: (path, parameters) =>
      candidates(parameters)
        .map(([own, mark]) => `${url(path, own)} ${mark}`)
        .join(", "),
    async signedSrcset(path, parameters, options) {
      const made = candidates(parameters).map(async ([own, mark]) => `${await signed(path, own, options)} ${mark}`);
      return (await Promise.all(made)).join(", ");
    },
  };
}

/** Written as a URL and read by the server's own parser, so that both agree on what is valid and what is canonical. */
function toRequest(path: ImagePath, { query = {}, ...parameters }: ImageParameters): ParsedRequest {
  const [pathname = "", ...search] =
    typeof path === "string" ? splitPath(path) : [`/${path[0]}/${encodeURIComponent(path[1].toWellFormed())}`];
  if (/^\/(?:meta\/)?[^/]*\/\.{1,2}$/.test(decodedDots(pathname))) throw unsendable();
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, toText(name as ParameterName, value)]],
  );
  const written = new URLSearchParams([...given, ...Object.entries(query)]).toString();
  return parseRequest(pathname, [...search, written].filter(Boolean).join("&"), grammar, { query: Object.keys(query) });
}

const decodedDots = (pathname: string): string => pathname.replace(/%2e/gi, ".");

/** A last part of dots is taken away by whoever sends the URL, however it is escaped; beside others it is kept by an escaped slash. */
const unsendable = (): CameoError =>
  new CameoError("bad-parameter", "The ref is only dots, which no URL can carry; it takes the name of an image.");

/** A path that already has a query keeps it: `/images/a.jpg?w=320`. */
function splitPath(path: string): string[] {
  const full = path.startsWith("/") ? path : `/${path}`;
  const at = full.indexOf("?");
  return at < 0 ? [full] : [full.slice(0, at), full.slice(at + 1)];
}

/** Names of the parts of a value that is written as a list. */
const partNames: Partial<Record<ParameterName, readonly string[]>> = {
  position: ["x", "y"],
  crop: ["x", "y", "width", "height"],
  pad: ["top", "right", "bottom", "left"],
};

/** The text of a value, as the query has it. */
function toText(name: ParameterName, value: unknown): string {
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return decimal(value);
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Array.isArray(value)
    ? value
    : (partNames[name] ?? []).map((part) => (value as Record<string, unknown>)[part]);
  return parts.map((part) => (typeof part === "number" ? decimal(part) : String(part))).join(",");
}

/** At most four decimals, never in exponent form: what the parser reads. */
const decimal = (value: number): string => String(Math.round(value * 1e4) / 1e4);

const withParameters = (request: ParsedRequest, more: ParsedRequest["parameters"]): ParsedRequest => ({
  ...request,
  parameters: { ...request.parameters, ...more },
});

/** Throws `bad-parameter` for what no server takes: a date that is none, milliseconds, the year 9999. */
function toSeconds(expires: Date | number): number {
  const seconds = Math.floor(expires instanceof Date ? expires.getTime() / 1000 : expires);
  return parseValue("expires", String(seconds), grammar) as number;
}

/** HMAC-SHA256 in base64url, with Web Crypto. */
async function hmac(message: string, key: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(message)));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Each candidate's parameters and its mark: `320w` or `2x`. */
function candidates({ widths, densities, ...parameters }: SrcsetParameters): (readonly [ImageParameters, string])[] {
  if (densities) return densities.map((dpr) => [{ ...parameters, dpr }, `${dpr}x`] as const);
  const { width, height } = parameters;
  return widths.map((own) => {
    const scaled =
      width !== undefined && height !== undefined ? { height: Math.max(1, Math.round((height * own) / width)) } : {};
    return [{ ...parameters, ...scaled, width: own }, `${own}w`] as const;
  });
}
