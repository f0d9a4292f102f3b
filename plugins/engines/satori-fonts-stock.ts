/** What fonts there are in a worker: shipped ones, those of folders, slices; opened when a text first needs them, and kept. */

import { basename } from "node:path";
import type { WorkerHost } from "cameo/plugin";
import type { Family } from "./satori-fonts-choose.ts";
import type { EmojiFont } from "./satori-fonts-emoji.ts";
import { openEmoji } from "./satori-fonts-emoji.ts";
import { type Face, openFace } from "./satori-fonts-face.ts";
import { findFonts, readFrom } from "./satori-fonts-folder.ts";
import type { Harfbuzz } from "./satori-fonts-harfbuzz.ts";
import { intoParts, openOwn, type Refused, readOwn, type Source } from "./satori-fonts-own.ts";
import { emojiFont, type PackagedFont, packagedFonts, slicedFonts } from "./satori-fonts-packaged.ts";
import { openSliced, type Sliced } from "./satori-fonts-slices.ts";

export type FontFamily = Family<Face>;

/** What fonts need of a worker's host. */
export type FontHost = Pick<WorkerHost, "asset" | "wasm" | "log">;

/** Slices that are kept open; each has about 300 kB in its two weights. A text of Chinese needs about ten. */
const maxSlices = 60;

const scripts = {
  arabic: /\p{scx=Arabic}/u,
  hebrew: /\p{scx=Hebrew}/u,
  devanagari: /\p{scx=Devanagari}/u,
  thai: /\p{scx=Thai}/u,
} satisfies Record<Exclude<PackagedFont["script"], "core">, RegExp>;

export class Stock {
  readonly refused: Refused[] = [];
  /** By the name of a family: the names of its parts. */
  readonly parts = new Map<string, string[]>();
  private readonly host: FontHost;
  private readonly harfbuzz: Harfbuzz;
  private readonly own = new Map<string, Source[]>();
  private readonly sliced: Sliced[] = [];
  private readonly opened = new Map<string, Promise<FontFamily | undefined>>();
  private readonly slices = new Map<string, Promise<FontFamily | undefined>>();
  private emoji: Promise<EmojiFont> | undefined;

  constructor(host: FontHost, harfbuzz: Harfbuzz) {
    this.host = host;
    this.harfbuzz = harfbuzz;
  }

  /** Learns what is in the folders and in the optional packages. */
  async look(folders: readonly string[]): Promise<void> {
    const found = await findFonts(folders);
    const { sources, refused } = await readOwn(found.files);
    this.refused.push(...refused);
    for (const [name, part] of intoParts(sources)) this.own.set(name, part);
    for (const [name, [source]] of this.own) if (source) this.addPart(source.family, name);
    for (const font of packagedFonts) this.addPart(font.family, nameOf(font));
    for (const folder of found.sliced) await this.addSliced(basename(folder), readFrom(folder));
    for (const name of slicedFonts) {
      await this.addSliced(name, (path) => this.host.asset(`@fontsource-variable/${name}/${path}`));
    }
  }

  private addPart(family: string, name: string): void {
    const names = this.parts.get(family.toLowerCase()) ?? [];
    if (!names.includes(name)) this.parts.set(family.toLowerCase(), [...names, name]);
  }

  /** A package that is not there is not missed until a text needs it. */
  private async addSliced(name: string, read: (path: string) => Promise<Uint8Array>): Promise<void> {
    const sliced = await openSliced(name, read, this.harfbuzz).catch(() => undefined);
    if (sliced && !this.sliced.some(({ family }) => family === sliced.family)) this.sliced.push(sliced);
  }

  /** Names of the families that are always at hand, those of folders first. */
  coreNames(): string[] {
    return [...new Set(packagedFonts.filter(({ script }) => script === "core").map(nameOf))];
  }

  /** Names of the families beyond those that may have a grapheme, best first. */
  namesFor(grapheme: string): string[] {
    const codePoint = grapheme.codePointAt(0) ?? 0;
    const own = [...this.own].filter(([, sources]) => sources.some(({ coverage }) => coverage.has(codePoint)));
    const packaged = packagedFonts.filter(({ script }) => script !== "core" && scripts[script].test(grapheme));
    return [...own.map(([name]) => name), ...new Set(packaged.map(nameOf))];
  }

  /** A family by its name; `undefined` if it cannot be opened, which is noted once. */
  async family(name: string): Promise<FontFamily | undefined> {
    const opened = this.opened.get(name) ?? this.open(name);
    this.opened.set(name, opened);
    return opened;
  }

  /** The folder's fonts of this name, or else the shipped ones. */
  private async open(name: string): Promise<FontFamily | undefined> {
    const own = this.own.get(name) ?? [];
    const faces = await this.openAll(name, own, (source) => openOwn(source, this.harfbuzz));
    if (faces.length > 0) return { name, faces };
    const packaged = await this.openAll(
      name,
      packagedFonts.filter((font) => nameOf(font) === name),
      async (font) => openFace(await this.host.asset(font.specifier), this.harfbuzz, font),
    );
    return packaged.length > 0 ? { name, faces: packaged } : undefined;
  }

  /** Those that can be opened. */
  private async openAll<T>(name: string, fonts: readonly T[], openOne: (font: T) => Promise<Face>): Promise<Face[]> {
    const opened = fonts.map((font) => openOne(font).catch((error: unknown) => this.refuse(name, error)));
    return (await Promise.all(opened)).filter((face) => face !== undefined);
  }

  private refuse(file: string, error: unknown): undefined {
    const reason = error instanceof Error ? error.message : "cannot be read";
    this.refused.push({ file, reason });
    this.host.log.warn(`the font ${file} ${reason}`);
  }

  /** The slice that has a character, of the first of the given families that has it. */
  async slice(codePoint: number, order: readonly string[]): Promise<FontFamily | undefined> {
    const rank = ({ family }: Sliced) => (order.includes(family) ? order.indexOf(family) : order.length);
    for (const sliced of [...this.sliced].sort((a, b) => rank(a) - rank(b))) {
      const slice = sliced.find(codePoint);
      if (slice === undefined) continue;
      const family = await this.openSlice(sliced, slice);
      if (family?.faces.some(({ coverage }) => coverage.has(codePoint))) return family;
    }
    return undefined;
  }

  private openSlice(sliced: Sliced, slice: string): Promise<FontFamily | undefined> {
    const name = `${sliced.family} ${slice}`;
    const opened =
      this.slices.get(name) ??
      sliced.open(slice).then(
        (faces) => ({ name, faces }),
        (error: unknown) => this.refuse(name, error),
      );
    this.slices.delete(name);
    this.slices.set(name, opened);
    return opened;
  }

  /** Lets go of the slices that were not needed for longest. */
  async tidy(): Promise<void> {
    for (const [name, opened] of this.slices) {
      if (this.slices.size <= maxSlices) return;
      this.slices.delete(name);
      for (const face of (await opened)?.faces ?? []) face.free();
    }
  }

  emojiFont(): Promise<EmojiFont> {
    this.emoji ??= this.host.asset(emojiFont).then((file) => openEmoji(file, this.harfbuzz));
    return this.emoji;
  }
}

function nameOf({ family, part }: PackagedFont): string {
  return part ? `${family} ${part}` : family;
}
