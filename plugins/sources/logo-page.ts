/**
 * What a site's page says of its logo: links to icons, a manifest, structured data.
 *
 * Threat: a page of any kind, made to keep the parser busy. A streaming parser, so that no tree is built; a cap on the text, on how deep it nests and
 * on the links that are kept; no regular expression sees the page.
 */
import { readMarkup } from "./logo-markup.ts";

/** A picture that may be the logo. */
export interface Candidate {
  /** http, https or data. */
  readonly url: string;
  /** Where it was found: `icon`, `apple-touch-icon`, `manifest`, `/favicon.ico` … */
  readonly by: string;
  readonly isVector: boolean;
  /** What the link says of its longer side, in pixels; 0 if nothing. */
  readonly px: number;
  /** The page that it is for, where the link says so. */
  readonly scheme?: "light" | "dark" | undefined;
}

export interface Page {
  readonly candidates: readonly Candidate[];
  /** URL of the manifest. */
  readonly manifest?: string | undefined;
}

/** Characters of a page that are looked at: heads are at its beginning. */
const mostText = 524_288;
const mostLinks = 100;
/** Links that are looked at, and how long an address may be: each one is put together with the page's base. */
const mostLooks = 1000;
const mostAddress = 2048;
const mostJson = 65_536;
/** Characters of a `data:` URI. */
const mostData = 200_000;

const iconRels = ["apple-touch-icon", "apple-touch-icon-precomposed", "fluid-icon", "mask-icon", "icon"] as const;
/** What pictures without `sizes` are as a rule. Of Apple's the largest, of Windows' tile the usual one. */
const usualPx: Readonly<Record<string, number>> = {
  "apple-touch-icon": 180,
  "apple-touch-icon-precomposed": 180,
  "fluid-icon": 512,
  tile: 144,
};

/** Reads a page; never throws. */
export function readPage(bytes: Uint8Array, type: string, url: URL): Page {
  const said = /charset\s*=\s*["']?([\w-]{1,40})/i.exec(type)?.[1];
  const first = decode(bytes, said);
  const found = parse(first, url);
  // Addresses are ASCII nearly always: only a page that says another charset within is read again.
  if (said !== undefined || found.charset === undefined) return found;
  const second = decode(bytes, found.charset);
  return second === first ? found : parse(second, url);
}

function decode(bytes: Uint8Array, charset = "utf-8"): string {
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const label = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : charset;
  try {
    return new TextDecoder(label).decode(bytes).slice(0, mostText);
  } catch {
    return new TextDecoder().decode(bytes).slice(0, mostText);
  }
}

type Attributes = Readonly<Record<string, string>>;

interface Reading {
  base: URL;
  hasBase: boolean;
  charset: string | undefined;
  manifest: string | undefined;
  readonly candidates: Candidate[];
  /** Links and tiles so far. */
  looks: number;
  /** Text of a script with structured data, while it is open. */
  json: string | undefined;
  isInBody: boolean;
}

function parse(text: string, url: URL): Reading {
  const reading: Reading = {
    base: url,
    hasBase: false,
    charset: undefined,
    manifest: undefined,
    candidates: [],
    looks: 0,
    json: undefined,
    isInBody: false,
  };
  readMarkup(text, {}, () => ({
    onopentag(name, attributes) {
      if (name === "body") reading.isInBody = true;
      if (name === "script" && attributes.type?.trim().toLowerCase() === "application/ld+json") reading.json = "";
      else if (!reading.isInBody) openTag(name, attributes, reading);
    },
    ontext(part) {
      if (reading.json !== undefined && reading.json.length < mostJson) reading.json += part;
    },
    onclosetag(name) {
      if (name !== "script" || reading.json === undefined) return;
      readJson(reading.json, reading);
      reading.json = undefined;
    },
  }));
  return reading;
}

function openTag(name: string, attributes: Attributes, reading: Reading): void {
  if (name === "base" && !reading.hasBase && attributes.href !== undefined) setBase(attributes.href, reading);
  if (name === "link" || name === "meta") reading.looks += 1;
  if (reading.looks > mostLooks) return;
  if (name === "link") readLink(attributes, reading);
  if (name !== "meta") return;
  reading.charset ??= attributes.charset ?? /charset\s*=\s*([\w-]{1,40})/i.exec(attributes.content ?? "")?.[1];
  const isTile = attributes.name?.trim().toLowerCase() === "msapplication-tileimage";
  if (isTile) add(reading, { href: attributes.content, by: "tile", px: 144 });
}

function setBase(href: string, reading: Reading): void {
  reading.hasBase = true;
  const isShort = href.length <= mostAddress;
  const url = isShort && URL.canParse(href, reading.base) ? new URL(href, reading.base) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") reading.base = url;
}

function readLink(attributes: Attributes, reading: Reading): void {
  const rels = new Set((attributes.rel ?? "").toLowerCase().split(/\s+/, 8));
  if (rels.has("manifest") && URL.canParse(attributes.href ?? "", reading.base))
    reading.manifest ??= new URL(attributes.href ?? "", reading.base).href;
  const by = iconRels.find((each) => rels.has(each));
  if (by === undefined) return;
  const px = Math.max(0, ...readSizes(attributes.sizes));
  add(reading, {
    href: attributes.href,
    by,
    px: px || (usualPx[by] ?? 0),
    isVector: isSvg(attributes.type, attributes.href),
    scheme: schemeOf(attributes.media),
  });
}

/** `16x16 32x32` → 16, 32. */
const readSizes = (text: string | undefined): readonly number[] =>
  (text ?? "")
    .toLowerCase()
    .split(/\s+/, 16)
    .map((each) => Math.max(...each.split("x", 2).map(Number)))
    .filter((px) => px > 0 && px <= 4096);

function isSvg(type: string | undefined, href = ""): boolean {
  if (type?.trim() || href.startsWith("data:"))
    return (type?.trim() || href.slice(5)).toLowerCase().startsWith("image/svg");
  return (href.split(/[?#]/, 1)[0] ?? "").toLowerCase().endsWith(".svg");
}

function schemeOf(media: string | undefined): Candidate["scheme"] {
  const words = (media ?? "").toLowerCase().replaceAll(" ", "");
  if (words.includes("prefers-color-scheme:dark")) return "dark";
  return words.includes("prefers-color-scheme:light") ? "light" : undefined;
}

interface Found {
  readonly href: string | undefined;
  readonly by: string;
  readonly px: number;
  readonly isVector?: boolean;
  readonly scheme?: Candidate["scheme"];
}

/** Only what may be fetched: no other scheme, no user name, no port but those of the web. */
function add(
  { candidates, base }: Pick<Reading, "candidates" | "base">,
  { href = "", by, px, isVector, scheme }: Found,
): void {
  const text = href.trim();
  if (text === "" || text.length > mostData || candidates.length >= mostLinks || !URL.canParse(text, base)) return;
  const url = new URL(text, base);
  url.hash = "";
  if (!isOpen(url) && url.protocol !== "data:") return;
  if (candidates.some((each) => each.url === url.href && each.scheme === scheme)) return;
  candidates.push({ url: url.href, by, px, isVector: isVector ?? isSvg(undefined, text), scheme });
}

/** What may be asked for at all. The guard looks at where it leads. */
export const isOpen = (url: URL): boolean =>
  (url.protocol === "https:" || url.protocol === "http:") &&
  url.port === "" &&
  url.username === "" &&
  url.password === "";

/** Icons of a web app's manifest, those cut to be masked last. https://www.w3.org/TR/appmanifest/#icons-member */
export function readManifest(bytes: Uint8Array, url: URL): readonly Candidate[] {
  const found = { candidates: [] as Candidate[], base: url };
  const icons = property(parseJson(new TextDecoder().decode(bytes)), "icons");
  for (const icon of Array.isArray(icons) ? icons.slice(0, mostLinks) : []) {
    const purposes = texts(property(icon, "purpose"))[0] ?? "any";
    if (!purposes.includes("any") && !purposes.includes("maskable")) continue;
    const [href, type, sizes] = ["src", "type", "sizes"].map((name) => texts(property(icon, name))[0]);
    const by = purposes.includes("any") ? "manifest" : "manifest:maskable";
    add(found, { href, by, px: Math.max(0, ...readSizes(sizes)), isVector: isSvg(type, href) });
  }
  return found.candidates;
}

/** Logos of organisations, wherever they stand in the structured data. https://schema.org/Organization */
function readJson(text: string, reading: Reading): void {
  const open: unknown[] = [parseJson(text)];
  for (let steps = 0; open.length > 0 && steps < 500; steps++) {
    const next = open.shift();
    const isOrganization = texts(property(next, "@type")).some((each) =>
      /(Organization|Corporation|Business|Store|Brand)$/.test(each),
    );
    if (isOrganization)
      for (const href of logosOf(property(next, "logo"))) add(reading, { href, by: "organization", px: 0 });
    if (typeof next === "object" && next !== null) open.push(...Object.values(next).slice(0, 50));
  }
}

function logosOf(logo: unknown): readonly string[] {
  if (Array.isArray(logo)) return logo.slice(0, 4).flatMap((each) => (Array.isArray(each) ? [] : logosOf(each)));
  return typeof logo === "string" ? [logo] : texts(property(logo, "url") ?? property(logo, "contentUrl"));
}

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value.slice(0, 16) : [value]).filter((each) => typeof each === "string");

const property = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
