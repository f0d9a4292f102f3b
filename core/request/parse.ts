/** `parseRequest` and `formatRequest` are inverses (a property test holds it). Pure: no clock, no settings, no I/O. */
import { CameoError } from "../error.ts";
import type { Codec } from "./codec.ts";
import { defaultTexts, type Parameters, parameterTable } from "./parameters.ts";
import type { RawUrl, ReadUrl } from "./url.ts";

/** Codecs by long name, in canonical order, and every spelling that leads to one. */
export interface Grammar {
  readonly codecs: Readonly<Record<string, Codec<unknown>>>;
  readonly spellings: ReadonlyMap<string, string>;
}

/** The grammar of every mount, with the parameters that plugins add. Throws if two plugins claim one spelling. */
export function createGrammar(extensions: Readonly<Record<string, Codec<unknown>>> = {}): Grammar {
  const codecs: Record<string, Codec<unknown>> = { ...(parameterTable as Record<string, Codec<unknown>>) };
  for (const name of Object.keys(extensions).sort()) {
    if (codecs[name]) throw new CameoError("bad-setting", `Two plugins define the parameter "${name}".`);
    codecs[name] = extensions[name] as Codec<unknown>;
  }
  const spellings = new Map<string, string>();
  for (const [name, codec] of Object.entries(codecs)) {
    for (const spelling of codec.short ? [name, codec.short] : [name]) {
      if (spellings.has(spelling)) throw new CameoError("bad-setting", `Two parameters are spelled "${spelling}".`);
      spellings.set(spelling, name);
    }
  }
  return { codecs, spellings };
}

/** A request as it was written: nothing looked up, nothing expanded. */
export interface ParsedRequest {
  /** `meta` asks for a description in place of the picture. */
  readonly output: "image" | "meta";
  readonly mount: string;
  readonly ref: string;
  readonly parameters: Parameters;
  /** The source's own query parameters. */
  readonly query: Readonly<Record<string, string>>;
  /** What the mount's source takes where nothing else is said. Absent: nothing. */
  readonly defaults?: Parameters;
}

/** What a mount adds to the grammar. */
export interface MountGrammar {
  /** Query parameters that belong to its source. */
  readonly query?: readonly string[];
  /** Query parameter that may stand for an empty ref. */
  readonly refParameter?: string;
  /** Reads the URL its own way first. */
  read?(url: RawUrl): ReadUrl;
}

export interface SplitPath {
  readonly output: "image" | "meta";
  readonly mount: string;
  /** Still percent-encoded. */
  readonly rest: string;
}

/** `/images/a/b.jpg` → mount `images`, rest `a/b.jpg`; `/meta/images/…` the same with output `meta`. */
export function splitPath(pathname: string): SplitPath {
  const isMeta = pathname.startsWith("/meta/");
  const path = pathname.slice(isMeta ? 6 : 1);
  const slash = path.indexOf("/");
  const mount = slash < 0 ? path : path.slice(0, slash);
  return { output: isMeta ? "meta" : "image", mount, rest: slash < 0 ? "" : path.slice(slash + 1) };
}

/**
 * Parses a path and a query string. Throws `bad-parameter` for an unknown, repeated or malformed parameter, `bad-request` for a path
 * that is not percent-encoded UTF-8.
 */
export function parseRequest(
  pathname: string,
  search: string,
  grammar: Grammar,
  own: MountGrammar = {},
): ParsedRequest {
  const { output, mount, rest } = splitPath(pathname);
  const parameters: Record<string, unknown> = {};
  const read = readOwn(decodeRef(rest), search, grammar, own);
  const query: Record<string, string> = { ...read.own };
  let { ref } = read;
  for (const [key, value] of read.query) {
    if (key === own.refParameter && ref === "") ref = value;
    else if (own.query?.includes(key)) query[key] = value;
    else parseParameter(parameters, key, value, grammar, own);
  }
  const isOverPreset = parameters.preset !== undefined;
  const request = { output, mount, ref, parameters: inOrder(parameters, grammar, isOverPreset), query };
  return read.defaults?.length ? { ...request, defaults: parseDefaults(read.defaults, grammar) } : request;
}

const parseDefaults = (defaults: NonNullable<ReadUrl["defaults"]>, grammar: Grammar): Parameters =>
  inOrder(Object.fromEntries(defaults.map(([name, value]) => [name, parseValue(name, value, grammar)])), grammar);

function readOwn(ref: string, search: string, grammar: Grammar, { read }: MountGrammar): ReadUrl {
  const query = [...new URLSearchParams(search)];
  return read?.({ ref, query, parameter: (name) => grammar.spellings.get(name) }) ?? { ref, own: {}, query };
}

function decodeRef(rest: string): string {
  try {
    return decodeURIComponent(rest);
  } catch {
    throw new CameoError("bad-request", "The path is not valid percent-encoded UTF-8.");
  }
}

function parseParameter(
  into: Record<string, unknown>,
  key: string,
  value: string,
  grammar: Grammar,
  own: MountGrammar,
): void {
  const name = grammar.spellings.get(key);
  if (name === undefined) throw unknownParameter(key, grammar, own);
  if (Object.hasOwn(into, name)) {
    throw new CameoError("bad-parameter", `"${name}" is given twice; give it once.`, { fields: { parameter: name } });
  }
  into[name] = parseValue(name, value, grammar);
}

/** The value of one parameter. Throws `bad-parameter` that says what it got and what it takes. */
export function parseValue(name: string, value: string, grammar: Grammar): unknown {
  const codec = grammar.codecs[name];
  const parsed = codec?.parse(value);
  if (codec && parsed !== undefined) return parsed;
  const got = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  const takes = codec?.takes ?? "";
  throw new CameoError("bad-parameter", `"${name}" got "${got}"; it takes ${takes}.`, {
    fields: { parameter: name, got, takes },
  });
}

function unknownParameter(key: string, grammar: Grammar, { refParameter }: MountGrammar): CameoError {
  const shown = key.length > 40 ? `${key.slice(0, 40)}…` : key;
  const takes = Object.keys(grammar.codecs).join(", ");
  const hint = refParameter
    ? ` If it belongs to the image's own URL, write the "?" and "&" there as %3F and %26, or the whole URL encoded in "${refParameter}".`
    : "";
  return new CameoError("bad-parameter", `There is no parameter "${shown}"; see "takes" for all of them.${hint}`, {
    fields: { parameter: shown, takes },
  });
}

/** In canonical order, without values that say no more than the default, unless they are to win over those of a preset. */
export function inOrder(
  parameters: Readonly<Record<string, unknown>>,
  grammar: Grammar,
  keepsDefaults = false,
): Parameters {
  const kept: Record<string, unknown> = {};
  for (const [name, codec] of Object.entries(grammar.codecs)) {
    const value = parameters[name];
    if (value === undefined) continue;
    if (keepsDefaults || codec.format(value) !== defaultTexts[name]) kept[name] = value;
  }
  return kept as Parameters;
}

/** The canonical query string of parameters, short names, fixed order; empty if all are default. */
export function formatParameters(parameters: Parameters, grammar: Grammar, except: readonly string[] = []): string {
  const parts: string[] = [];
  for (const [name, codec] of Object.entries(grammar.codecs)) {
    const value = parameters[name];
    if (value !== undefined && !except.includes(name))
      parts.push(`${codec.short ?? name}=${escapeValue(codec.format(value))}`);
  }
  return parts.join("&");
}

/** The canonical URL of a request: what is signed, hashed and shown. `except` leaves parameters out (the signature itself). */
export function formatRequest(request: ParsedRequest, grammar: Grammar, except: readonly string[] = []): string {
  const own = Object.keys(request.query)
    .sort()
    .map((key) => `${escapeValue(key)}=${escapeValue(request.query[key] ?? "")}`);
  const query = [formatParameters(request.parameters, grammar, except), ...own].filter(Boolean).join("&");
  const prefix = request.output === "meta" ? "/meta/" : "/";
  return `${prefix}${request.mount}/${escapeRef(request.ref)}${query ? `?${query}` : ""}`;
}

/** A URL as it was written, its escapes alike and without a signature: what a client signs that does not know how the mount reads its URLs. */
export function formatWritten(pathname: string, search: string): string {
  const { output, mount, rest } = splitPath(pathname);
  const signed = [...new URLSearchParams(search)].filter(([name]) => name !== "sig" && name !== "signature");
  const query = signed.map(([name, value]) => `${escapeValue(name)}=${escapeValue(value)}`).join("&");
  return `${output === "meta" ? "/meta/" : "/"}${mount}/${escapeRef(decodeRef(rest))}${query ? `?${query}` : ""}`;
}

/**
 * Percent-encodes a ref, keeping `/`, `:`, `@`, `,` and `~` readable, but not the `/` beside a `.` or `..`: whoever sends a URL takes such parts out
 * of its path, and another image would be asked for.
 */
export function escapeRef(ref: string): string {
  const escaped = encodeURIComponent(ref.toWellFormed()).replace(/%(2F|3A|40|2C)/g, decodeURIComponent);
  return escaped.replace(/\/(?=\.{1,2}(?:\/|$))/g, "%2F").replace(/^(\.{1,2})\//, "$1%2F");
}

const escapeValue = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replace(/%(2C|3A|2F)/g, decodeURIComponent);
