/**
 * Fonts for cards, in a worker: finds those that a text needs, measures with them, fits text into frames, and says which characters no font has.
 * `const fonts = await openFonts(host, folders)`, once; then `const set = await fonts.prepare(texts, families)` for each card, with all of its texts.
 * A run of characters that no font has is drawn as one ellipsis, and reported: never a box that nobody knows of.
 */
import type { CardFont, FitTextOptions, FittedText } from "cameo/plugin";
import type { Font } from "satori";
import { chain, covers, createPicker, nearest } from "./satori-fonts-choose.ts";
import { type EmojiFont, inlineEmoji } from "./satori-fonts-emoji.ts";
import { openHarfbuzz } from "./satori-fonts-harfbuzz.ts";
import { Ruler } from "./satori-fonts-measure.ts";
import { coreFamilies } from "./satori-fonts-packaged.ts";
import { orderByText } from "./satori-fonts-slices.ts";
import { type FontFamily, type FontHost, Stock } from "./satori-fonts-stock.ts";
import { graphemes, isEmoji, markNumbers, markSigns, prepareText } from "./satori-text.ts";
import { markBrackets } from "./satori-text-brackets.ts";
import { fitText } from "./satori-text-fit.ts";

export interface FontLibrary {
  /** Fonts that could not be read: a name, and why, as the rest of a sentence. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
  /** Opens what these texts need, as `prepareText` gave them. `families`: those wanted, first ones first. Quick for what was needed before. */
  prepare(texts: readonly string[], families?: readonly string[]): Promise<FontSet>;
}

export interface FontSet {
  /** For satori: the same array for the same fonts, since it keeps by it what it has parsed. */
  readonly fonts: Font[];
  /** For satori: emoji as data URIs of SVG. */
  readonly graphemeImages: Record<string, string>;
  /** What satori drew, with these emoji as shapes: drawn in a tenth of the time. */
  inlineEmoji(svg: string): string;
  /** What no font has, each once. */
  readonly missing: readonly string[];
  /** Sentences for `?explain` and the log: characters that no font has, families that are not there. */
  readonly remarks: readonly string[];
  /** A text as it can be drawn. */
  drawable(text: string): string;
  /** Names for CSS `fontFamily`: a family and its parts, `["Source Serif 4", "Source Serif 4 greek"]`. */
  stack(family: string): readonly string[];
  /** Width in one line, in pixels. */
  measure(text: string, font: CardFont & { readonly family: string }): number;
  fit(text: string, options: FitTextOptions & { readonly family: string }): FittedText;
}

/** In place of what cannot be drawn. */
const substitute = "…";

/** Fonts of the sets that are kept, so that satori need not parse them again. Usual sets have some thirty; one of rare Chinese characters two hundred. */
const maxKept = 500;

/** Weights that headings and texts have: what is drawable must be so in each. */
const probedWeights = [400, 700];

/** Once per worker; opens the fonts that every card needs. */
export async function openFonts(host: FontHost, folders: readonly string[] = []): Promise<FontLibrary> {
  const stock = new Stock(host, await openHarfbuzz(host));
  await stock.look(folders);
  for (const { file, reason } of stock.refused) host.log.warn(`the font ${file} ${reason}`);
  const core = await open(stock, stock.coreNames());
  const kept = new Map<string, Font[]>();
  return {
    refused: stock.refused,
    async prepare(texts, families = []) {
      // Before, so that what this card needs stays open while it is drawn.
      await stock.tidy();
      const set = await prepare(stock, core, texts, families);
      return new CardFonts(stock, set, keepFonts(kept, set.families), families);
    },
  };
}

async function open(stock: Stock, names: readonly string[]): Promise<FontFamily[]> {
  const opened = await Promise.all([...new Set(names)].map((name) => stock.family(name)));
  return opened.filter((family) => family !== undefined);
}

interface Prepared {
  readonly families: readonly FontFamily[];
  readonly emoji: EmojiFont | undefined;
  readonly graphemes: ReadonlySet<string>;
}

async function prepare(
  stock: Stock,
  core: readonly FontFamily[],
  texts: readonly string[],
  wanted: readonly string[],
): Promise<Prepared> {
  const needed = new Set(
    texts.flatMap(graphemes).filter((each) => !/^[\s\p{Default_Ignorable_Code_Point}]*$/u.test(each)),
  );
  // The first is for headings: what a font lacks is better drawn in the one for text.
  const names = wanted.toReversed().flatMap((family) => stock.parts.get(family.toLowerCase()) ?? []);
  const first = await open(stock, names);
  const families = [...first, ...core.filter(({ name }) => !names.includes(name))];
  const order = orderByText(texts.join(" "));
  const emoji = [...needed].some(mayBePicture) ? await stock.emojiFont().catch(() => undefined) : undefined;
  for (const grapheme of needed) {
    if (isDrawn(families, grapheme) || (isEmoji(grapheme) && emoji?.picture(grapheme))) continue;
    families.push(...(await more(stock, families, grapheme, order)));
  }
  return { families, emoji, graphemes: needed };
}

const mayBePicture = (grapheme: string): boolean =>
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(grapheme);

const isDrawn = (families: readonly FontFamily[], grapheme: string): boolean =>
  families.some(({ faces }) => faces.some((face) => covers(face, grapheme)));

async function more(stock: Stock, families: readonly FontFamily[], grapheme: string, order: readonly string[]) {
  for (const family of await open(stock, stock.namesFor(grapheme))) {
    if (!families.includes(family) && isDrawn([family], grapheme)) return [family];
  }
  const slice = await stock.slice(grapheme.codePointAt(0) ?? 0, order);
  return slice && !families.includes(slice) ? [slice] : [];
}

function keepFonts(kept: Map<string, Font[]>, families: readonly FontFamily[]): Font[] {
  const key = families.map(({ name }) => name).join("|");
  const fonts = kept.get(key) ?? families.flatMap(toFonts);
  kept.delete(key);
  kept.set(key, fonts);
  let count = [...kept.values()].reduce((sum, { length }) => sum + length, 0);
  for (const [oldest, { length }] of kept) {
    if (count <= maxKept || oldest === key) break;
    kept.delete(oldest);
    count -= length;
  }
  return fonts;
}

function toFonts({ name, faces }: FontFamily): Font[] {
  return faces.map(({ data, weight, style }) => ({ name, data, weight: weight as NonNullable<Font["weight"]>, style }));
}

class CardFonts implements FontSet {
  readonly fonts: Font[];
  readonly graphemeImages: Record<string, string> = {};
  readonly missing: readonly string[];
  readonly remarks: readonly string[];
  private readonly stock: Stock;
  private readonly families: readonly FontFamily[];
  private readonly emoji: EmojiFont | undefined;
  private readonly shown = new Map<string, string>();
  private readonly shapes = new Map<string, string>();
  private readonly pickers: readonly ReturnType<typeof createPicker<FontFamily["faces"][number]>>[];
  private readonly ruler = new Ruler((grapheme) => Object.hasOwn(this.graphemeImages, grapheme));

  constructor(
    stock: Stock,
    { families, emoji, graphemes: needed }: Prepared,
    fonts: Font[],
    wanted: readonly string[],
  ) {
    this.stock = stock;
    this.families = families;
    this.emoji = emoji;
    this.fonts = fonts;
    const stacks = [...new Set([...wanted, ...coreFamilies])].map((family) => chain(families, this.stack(family)));
    this.pickers = stacks.flatMap((stack) =>
      probedWeights.map((weight) => createPicker(stack.flatMap(({ faces }) => nearest(faces, weight, "normal") ?? []))),
    );
    this.missing = [...needed].filter((each) => this.show(each) !== each);
    this.remarks = remarksOn(
      this.missing,
      wanted.filter((family) => !stock.parts.has(family.toLowerCase())),
    );
  }

  drawable(text: string): string {
    const shown = graphemes(text).map((each) => this.show(each));
    const all = shown.filter((each, index) => each !== substitute || shown[index - 1] !== substitute).join("");
    return markBrackets(markSigns(markNumbers(all)));
  }

  inlineEmoji(svg: string): string {
    return this.shapes.size > 0 ? inlineEmoji(svg, (uri) => this.shapes.get(uri)) : svg;
  }

  stack(family: string): readonly string[] {
    return this.stock.parts.get(family.toLowerCase()) ?? [family];
  }

  measure(text: string, font: CardFont & { readonly family: string }): number {
    return this.ruler.width(this.drawable(text), chain(this.families, this.stack(font.family)), font);
  }

  fit(text: string, options: FitTextOptions & { readonly family: string }): FittedText {
    const families = chain(this.families, this.stack(options.family));
    return fitText(this.drawable(prepareText(text)), options, (line, sizePx) =>
      this.ruler.width(line, families, { ...options, sizePx }),
    );
  }

  /** What is drawn for a grapheme: itself, wherever that is possible. */
  private show(grapheme: string): string {
    const known = this.shown.get(grapheme);
    if (known !== undefined) return known;
    const shown = this.find(grapheme);
    this.shown.set(grapheme, shown);
    return shown;
  }

  private find(grapheme: string): string {
    if (/^[\s\p{Default_Ignorable_Code_Point}]*$/u.test(grapheme)) return grapheme;
    if (isEmoji(grapheme) && this.hasPicture(grapheme)) return grapheme;
    if (this.isDrawn(grapheme) || this.hasPicture(grapheme)) return grapheme;
    const joined = grapheme.split("\u200d").filter((each) => each !== "");
    if (joined.length > 1 && joined.every((each) => this.hasPicture(each))) return joined.join("");
    const [base = ""] = grapheme;
    return base !== grapheme && this.isDrawn(base) ? base : substitute;
  }

  private isDrawn(grapheme: string): boolean {
    return this.pickers.every((pick) => {
      const face = pick(grapheme);
      return face !== undefined && covers(face, grapheme);
    });
  }

  private hasPicture(grapheme: string): boolean {
    const picture = mayBePicture(grapheme) ? this.emoji?.picture(grapheme) : undefined;
    if (!picture) return false;
    this.graphemeImages[grapheme] = picture.uri;
    this.shapes.set(picture.uri, picture.shapes);
    return true;
  }
}

/** How many characters a remark names. */
const maxNamed = 12;

function remarksOn(missing: readonly string[], absent: readonly string[]): string[] {
  const named = missing.slice(0, maxNamed).map((each) => `“${each}”`);
  const rest = missing.length > maxNamed ? ` and ${missing.length - maxNamed} more` : "";
  return [
    ...(missing.length > 0 ? [`no font here has: ${named.join(", ")}${rest}`] : []),
    ...absent.map((family) => `no font here is called “${family}”`),
  ];
}
