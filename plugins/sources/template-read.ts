/** Reads a card's URL: which template, its own parameters, and what is left for Cameo. Pure and idempotent over the canonical URL. */
import type { RawUrl, ReadUrl, Size, SourceHost, TemplateDefinition } from "cameo/plugin";
import type { Catalog } from "./template-catalog.ts";
import type { Options } from "./template-options.ts";
import { accepted, isPicture, namesOf, refuseBad, type Texts, unknownParameter } from "./template-parameters.ts";
import { canonicalRef } from "./template-reference.ts";
import { cleanText, graphemesOf, shorten } from "./template-text.ts";

export interface Reader {
  readonly catalog: Catalog;
  readonly options: Pick<Options, "default" | "maxPictures" | "maxTextGraphemes">;
  readonly host: Pick<SourceHost, "fail" | "mount" | "baseUrl">;
}

/** Of a card whose template says nothing: what Open Graph readers expect. */
export const cardSize: Size = { width: 1200, height: 630 };

/** Parameters that stay Cameo's whatever a template calls its own: they say who may ask and what comes out. */
const cameos: ReadonlySet<string | undefined> = new Set(["format", "preset", "expires", "signature"]);

type Pair = readonly [name: string, value: string];

/** Throws `not-found` for a template that is not there, `bad-parameter` for what it does not take. */
export function readUrl(url: RawUrl, reader: Reader): ReadUrl {
  const [, name = "", ending] = /^(.*?)(?:\.(png|webp|jpe?g|avif|gif))?$/is.exec(url.ref) ?? [];
  const ref = templateOf(name, url, reader);
  const definitions = reader.catalog.versions(ref).map((each) => each.definition);
  const names = new Set(definitions.flatMap(namesOf));
  const own = new Map<string, string>();
  const rest: Pair[] = ending === undefined ? [] : [["format", ending]];
  for (const pair of url.query) {
    if (isCameos(pair[0], names, url)) rest.push(pair);
    else if (pair[0] !== "template") addOnce(own, pair, reader);
  }
  const theme = readTheme(own, reader);
  dropEmpty(own, names);
  const read = isOnlyImage([...own.keys()], names) ? readImage : readCard;
  return { ref, ...read({ url, definitions, names, own, rest, theme, reader }) };
}

/** From the path, else from `template=`, else the default. */
function templateOf(name: string, { query }: RawUrl, { options, host }: Reader): string {
  const given = query.filter(([key]) => key === "template").map(([, value]) => value);
  if (name === "" && given.length < 2) return given[0] || options.default;
  if (given.every((each) => each === name)) return name;
  throw host.fail("bad-parameter", '"template" is given twice; give it once, in the path or as a parameter.', {
    fields: { parameter: "template" },
  });
}

/**
 * Whether a name is read by Cameo. A template may call a parameter as Cameo calls one; a short spelling that it claims takes the long one away, for the
 * canonical URL has the short one.
 */
function isCameos(name: string, names: ReadonlySet<string>, { parameter }: RawUrl): boolean {
  const long = parameter(name);
  if (long === undefined || long === "theme") return false;
  if (cameos.has(long)) return true;
  return !names.has(name) && !isTaken(long, names, { parameter });
}

const isTaken = (long: string, names: ReadonlySet<string>, { parameter }: Pick<RawUrl, "parameter">): boolean =>
  [...names].some((each) => each !== long && parameter(each) === long);

function addOnce(own: Map<string, string>, [name, value]: Pair, { host }: Reader): void {
  if (own.has(name))
    throw host.fail("bad-parameter", `"${shorten(name)}" is given twice; give it once.`, {
      fields: { parameter: shorten(name) },
    });
  own.set(name, value);
}

/** A field that was left empty is one that was left out. */
function dropEmpty(own: Map<string, string>, names: ReadonlySet<string>): void {
  for (const [name, value] of own) {
    if (cleanText(value) === "" && (names.has(name) || name === "image")) own.delete(name);
  }
}

/** `dark`, `auto` (in whose place Cameo puts the browser's wish), or nothing for the default. Taken out of `own`. */
function readTheme(own: Map<string, string>, { host }: Reader): Texts {
  const given = own.get("theme")?.trim().toLowerCase() ?? "";
  own.delete("theme");
  if (given === "dark" || given === "auto") return { theme: given };
  if (given === "" || given === "light") return {};
  const [got, takes] = [shorten(given), "one of light, dark, auto"];
  throw host.fail("bad-parameter", `"theme" got "${got}"; it takes ${takes}.`, {
    fields: { parameter: "theme", got, takes },
  });
}

interface Parts {
  readonly url: RawUrl;
  readonly definitions: readonly TemplateDefinition[];
  readonly names: ReadonlySet<string>;
  readonly own: ReadonlyMap<string, string>;
  readonly rest: readonly Pair[];
  readonly theme: Texts;
  readonly reader: Reader;
}

function readCard({ url, definitions, names, own, rest, theme, reader }: Parts): Omit<ReadUrl, "ref"> {
  const [definition] = definitions;
  const { host } = reader;
  if (!definition) throw host.fail("not-found", "There is no such template.");
  const unknown = [...own.keys()].find((name) => !names.has(name));
  if (unknown !== undefined) throw unknownParameter(definition, unknown, host);
  const pictures = new Set([...names].filter((name) => definitions.some((each) => isPicture(each, name))));
  const clean = (name: string, value: string) =>
    pictures.has(name) ? canonicalRef(name, value, host) : cleanText(value);
  const texts: Texts = Object.fromEntries(
    [...names].flatMap((name) => (own.has(name) ? [[name, clean(name, own.get(name) ?? "")]] : [])),
  );
  if (!definitions.some((each) => accepted(each, texts))) refuseBad(definition, texts, host);
  refuseMany(texts, pictures, reader);
  const query = withoutPng(rest, url);
  return { own: { ...texts, ...theme, ...autoFormat(rest, url) }, query, defaults: formatOf(query, url) };
}

function refuseMany(texts: Texts, pictures: ReadonlySet<string>, { options, host }: Reader): void {
  const { maxPictures, maxTextGraphemes } = options;
  const named = Object.keys(texts).filter((name) => pictures.has(name));
  if (named.length > maxPictures)
    throw host.fail("bad-parameter", `A card has at most ${maxPictures} pictures here.`, {
      fields: { parameter: named.at(-1) ?? "", got: named.length, takes: `${maxPictures} pictures` },
    });
  const words = Object.entries(texts).filter(([name]) => !pictures.has(name));
  const count = words.reduce((sum, [, text]) => sum + graphemesOf(text).length, 0);
  if (count <= maxTextGraphemes) return;
  throw host.fail(
    "bad-parameter",
    `The texts have ${count} characters together; a card has at most ${maxTextGraphemes} here.`,
    { fields: { got: count, takes: `${maxTextGraphemes} characters` } },
  );
}

const given = (rest: readonly Pair[], { parameter }: RawUrl, long: string): string | undefined =>
  rest.find(([name]) => parameter(name) === long)?.[1];

/** PNG unless the URL or a preset says otherwise: those who read cards take that one. */
function formatOf(rest: readonly Pair[], url: RawUrl): readonly Pair[] {
  return given(rest, url, "format") === undefined ? [["format", "png"]] : [];
}

/** What a card is anyway is left out, as Cameo leaves its own defaults out: `card.png` is `card`, also where only presets are taken. */
function withoutPng(rest: readonly Pair[], url: RawUrl): readonly Pair[] {
  const formats = rest.filter(([name]) => url.parameter(name) === "format");
  const isPng = formats.length === 1 && formats[0]?.[1].toLowerCase() === "png";
  return isPng && given(rest, url, "preset") === undefined ? rest.filter((pair) => pair !== formats[0]) : rest;
}

/** A default that was asked for is kept as the mount's own parameter: Cameo's canonical URL leaves defaults out. */
function keptDefault(rest: readonly Pair[], url: RawUrl, name: string, plain: string): Texts {
  const isPreset = given(rest, url, "preset") !== undefined;
  return !isPreset && given(rest, url, name)?.toLowerCase() === plain ? { [name]: plain } : {};
}

const autoFormat = (rest: readonly Pair[], url: RawUrl): Texts => keptDefault(rest, url, "format", "auto");

/** Parameters beside `image` that do not make a card of it. */
const imageNames: readonly string[] = ["kind", "fit", "position", "format"];

/** Whether a picture is all that is asked for, by the names of parameters, without `theme`. */
export function isOnlyImage(own: readonly string[], names: ReadonlySet<string>): boolean {
  const isBeside = (name: string) => imageNames.includes(name) && !names.has(name);
  return own.includes("image") && own.every((name) => name === "image" || name === "theme" || isBeside(name));
}

/** The picture itself, brought to the card's shape by Cameo, so that an animation stays one. */
function readImage({ url, definitions, names, own, rest, theme, reader }: Parts): Omit<ReadUrl, "ref"> {
  const image = canonicalRef("image", own.get("image") ?? "", reader.host);
  const kind = readKind(own.get("kind") ?? "", reader);
  const defaults = { ...keptDefault(rest, url, "fit", "inside"), ...keptDefault(rest, url, "position", "center") };
  const added = shape(definitions[0]?.size ?? cardSize, rest, url);
  const shaped = added.filter(([long]) => !isTaken(long, names, url));
  return { own: { image, ...kind, ...theme, ...defaults }, query: rest, defaults: shaped };
}

/** What stands in for a picture that is not there. */
export const kinds = ["person", "company", "card"] as const;

function readKind(text: string, { host }: Reader): Texts {
  const kind = text.trim().toLowerCase();
  if (kind === "") return {};
  if ((kinds as readonly string[]).includes(kind)) return { kind };
  const [got, takes] = [shorten(text), `one of ${kinds.join(", ")}`];
  throw host.fail("bad-parameter", `"kind" got "${got}"; it takes ${takes}.`, {
    fields: { parameter: "kind", got, takes },
  });
}

/** Width, height and fit that are not given: the card's. One given side keeps the card's shape. */
function shape({ width, height }: Size, rest: readonly Pair[], url: RawUrl): Pair[] {
  if (given(rest, url, "preset") !== undefined) return [];
  const [wide, high, fit] = ["width", "height", "fit"].map((name) => given(rest, url, name));
  const side = (text: string | undefined, ratio: number, plain: number) =>
    String(/^\d{1,5}$/.test(text ?? "") ? Math.max(1, Math.round(Number(text) * ratio)) : plain);
  const isPlaced = fit !== undefined || given(rest, url, "position") !== undefined;
  return [
    ...(wide === undefined ? [["width", side(high, width / height, width)] as const] : []),
    ...(high === undefined ? [["height", side(wide, height / width, height)] as const] : []),
    ...(fit === undefined ? [["fit", "cover"] as const] : []),
    ...(isPlaced ? [] : [["position", "smart"] as const]),
  ];
}
