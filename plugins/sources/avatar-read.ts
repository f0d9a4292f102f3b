/** The grammar of Gravatar and Libravatar, read from a URL: odd values are forgiven as they do it. Pure. */
import { createHash } from "node:crypto";
import type { RawUrl, ReadUrl } from "cameo/plugin";
import { artKinds } from "./avatar-art.ts";
import { initialsOf } from "./avatar-initials.ts";

/** What the settings say. */
export interface AvatarGrammar {
  /** Links that may be asked by name, `/avatar/github/octocat`. */
  readonly links: ReadonlySet<string>;
  /** What is shown where `d` says nothing. */
  readonly default: string;
  readonly theme: "light" | "dark";
  /** The highest rating that is ever shown. */
  readonly rating: Rating;
}

export const ratings = ["g", "pg", "r", "x"] as const;
export type Rating = (typeof ratings)[number];

export const themes = ["light", "dark"] as const;
/** Cameo puts the browser's wish in the place of `auto`. */
const wanted: ReadonlySet<string> = new Set([...themes, "auto"]);

/** Gravatar's default size and its range, in pixels. */
const defaultPx = 80;
const maxPx = 2048;

/** What belongs to avatars, and not to Cameo; `f` may be either. */
const claimed: ReadonlySet<string> = new Set([
  ..."s size d default f format forcedefault r rating initials name theme".split(" "),
]);

const yes: ReadonlySet<string> = new Set(["y", "yes", "1", "true", "on"]);
const formats: ReadonlySet<string> = new Set(["auto", "avif", "webp", "jpeg", "jpg", "png", "gif"]);

type Query = RawUrl["query"];

/** The last value of the long name, else of the short one. */
function either(query: Query, long: string, short?: string): string | undefined {
  const last = (wanted: string | undefined) => query.findLast(([name]) => name === wanted)?.[1];
  return last(long) ?? last(short);
}

export function readAvatarUrl(url: RawUrl, grammar: AvatarGrammar): ReadUrl {
  const { ref, format } = readRef(url.ref, grammar.links);
  const cameo = url.query.filter(([name]) => !claimed.has(name) && url.parameter(name) !== undefined);
  const size = readSize(url, cameo);
  const isAsked = either(url.query, "size", "s") !== undefined;
  return {
    ref,
    own: readOwn(url.query, grammar),
    query: [...cameo, ...(isAsked ? size : []), ...readFormat(url.query, format)],
    ...(isAsked ? {} : { defaults: size }),
  };
}

const endings = /\.(png|jpe?g|gif|webp|avif)$/i;

/** An ending is a format, and a slash after all is nothing. A hash or private ID in lower case, a link's own ref, or a stand-in for what is neither. */
function readRef(text: string, links: ReadonlySet<string>): { ref: string; format: string | undefined } {
  let id = withoutEnd(text);
  let format: string | undefined;
  for (let ending = endings.exec(id); ending; ending = endings.exec(id)) {
    format ??= ending[1];
    id = withoutEnd(id.slice(0, ending.index));
  }
  return { ref: isLinkRef(id, links) ? id : oneId(id.toLowerCase()), format };
}

/** The look behind keeps the time linear where there are thousands of slashes. */
const withoutEnd = (text: string): string => text.replace(/(?<![\s/])[\s/]+$/, "").trimStart();

function isLinkRef(id: string, links: ReadonlySet<string>): boolean {
  const slash = id.indexOf("/");
  return slash > 0 && slash < id.length - 1 && links.has(id.slice(0, slash));
}

export const isHash = (id: string): boolean => /^([0-9a-f]{32}|[0-9a-f]{64})$/.test(id);
export const isPrivateId = (id: string): boolean => /^~[0-9a-f]{32}$/.test(id);
/** What stands for an ID that is none: it has a default of its own, and nothing is looked up for it. */
export const isOdd = (id: string): boolean => /^odd-[0-9a-f]{32}$/.test(id);

function oneId(id: string): string {
  if (isHash(id) || isPrivateId(id) || isOdd(id)) return id;
  return `odd-${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;
}

/** Square, exactly of that size, unless Cameo's own parameters say another. */
function readSize({ query, parameter }: RawUrl, cameo: Query): Query {
  const names = new Set(cameo.map(([name]) => parameter(name)));
  const asked = either(query, "size", "s");
  if (names.has("width") || names.has("height") || (asked === undefined && names.has("preset"))) return [];
  const side = String(pixels(asked ?? ""));
  const shape = [
    ["fit", "cover"],
    ["enlarge", "1"],
  ] as const;
  return [["width", side], ["height", side], ...shape.filter(([name]) => !names.has(name))];
}

function pixels(text: string): number {
  if (!/^\s*[+-]?\d+(\.\d*)?\s*$/.test(text)) return defaultPx;
  return Math.min(maxPx, Math.max(1, Math.floor(Number(text))));
}

/** `f=y` belongs to Gravatar, `f=webp` to Cameo, `f=else` to nobody. A bad `format` is left for Cameo to refuse. */
function readFormat(query: Query, ending: string | undefined): Query {
  const short = query.findLast(([name, value]) => name === "f" && formats.has(value.toLowerCase()))?.[1];
  const format = either(query, "format") ?? short ?? ending;
  return format === undefined ? [] : [["format", format]];
}

/** Each by its long name, and only where it says more than nothing. */
function readOwn(query: Query, grammar: AvatarGrammar): Record<string, string> {
  const kind = readDefault(either(query, "default", "d")) ?? grammar.default;
  const initials = kind === "initials" ? initialsOf(either(query, "initials"), either(query, "name")) : "";
  const rating = readRating(either(query, "rating", "r"), grammar.rating);
  const theme = either(query, "theme")?.toLowerCase();
  return {
    ...(kind === grammar.default ? {} : { default: kind }),
    ...(isForced(query) ? { forcedefault: "y" } : {}),
    ...(rating === "g" ? {} : { rating }),
    ...(initials === "" ? {} : { initials }),
    ...(theme !== undefined && theme !== grammar.theme && wanted.has(theme) ? { theme } : {}),
  };
}

function isForced(query: Query): boolean {
  const long = either(query, "forcedefault");
  if (long !== undefined) return yes.has(long.toLowerCase());
  return query.some(([name, value]) => name === "f" && yes.has(value.toLowerCase()));
}

function readRating(text: string | undefined, most: Rating): Rating {
  const asked = ratings.indexOf((text?.toLowerCase() ?? "g") as Rating);
  return ratings[Math.min(Math.max(0, asked), ratings.indexOf(most))] ?? "g";
}

const aliases: Readonly<Record<string, string>> = { mm: "mp", mystery: "mp", mysteryperson: "mp" };
const kinds: ReadonlySet<string> = new Set([...artKinds, "404", "initials"]);

/** A kind, or the URL of a picture; `undefined` for what is neither. */
export function readDefault(text: string | undefined): string | undefined {
  const lower = text?.trim().toLowerCase() ?? "";
  const kind = Object.hasOwn(aliases, lower) ? aliases[lower] : lower;
  if (kind !== undefined && kinds.has(kind)) return kind;
  return /^https?:\/\//.test(lower) ? readUrl(text?.trim() ?? "") : undefined;
}

/** As Gravatar demands it: the ports of the web, and an ending of a picture. */
function readUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.hash = "";
  const isOpen = url.username === "" && url.password === "" && ["", "80", "443"].includes(url.port);
  return isOpen && /\.(png|jpe?g|gif|webp|avif|heic|svg)$/i.test(url.pathname) ? url.href : undefined;
}
