/** Widths of text, as satori adds them up: piece by piece, each shaped in the fonts that draw it. */
import type { CardFont } from "cameo/plugin";
import { createPicker, nearest } from "./satori-fonts-choose.ts";
import type { Face } from "./satori-fonts-face.ts";
import type { FontFamily } from "./satori-fonts-stock.ts";
import { graphemes } from "./satori-text.ts";
import { pieces } from "./satori-text-break.ts";

/** A piece's width where a font's size is 1, and how often letter spacing is added to it. */
interface Extent {
  readonly ems: number;
  readonly clusters: number;
}

const maxKept = 4096;

/** `families`: in the order in which they are asked. Remembers what it measured. */
export class Ruler {
  private readonly kept = new Map<string, Extent>();
  private readonly isPicture: (grapheme: string) => boolean;

  constructor(isPicture: (grapheme: string) => boolean) {
    this.isPicture = isPicture;
  }

  width(text: string, families: readonly FontFamily[], font: CardFont): number {
    const weight = font.weight ?? 700;
    let width = 0;
    for (const piece of pieces(text)) {
      const { ems, clusters } = this.extent(piece, families, weight);
      width += ems * font.sizePx + clusters * (font.letterSpacingPx ?? 0);
    }
    return width;
  }

  private extent(piece: string, families: readonly FontFamily[], weight: number): Extent {
    const key = `${families[0]?.name}|${weight}|${piece}`;
    const known = this.kept.get(key);
    if (known) return known;
    const faces = families.flatMap((family) => nearest(family.faces, weight, "normal") ?? []);
    const extent = sum(this.runs(piece, faces).map(([run, face]) => (face ? extentOf(run, face) : picture)));
    if (this.kept.size >= maxKept) this.kept.clear();
    this.kept.set(key, extent);
    return extent;
  }

  /** Parts that are drawn with one font, or are a picture. White space stays with what is before it. */
  private runs(piece: string, faces: readonly Face[]): [text: string, face: Face | undefined][] {
    const pick = createPicker(faces);
    const found: [string, Face | undefined][] = [];
    for (const grapheme of graphemes(piece)) {
      const last = found.at(-1);
      const keeps = /^\s$/.test(grapheme) && last?.[1]?.coverage.has(grapheme.codePointAt(0) ?? 0);
      const face = keeps ? last?.[1] : this.isPicture(grapheme) ? undefined : (pick(grapheme) ?? faces.at(-1));
      if (last && face && last[1] === face) last[0] += grapheme;
      else found.push([grapheme, face]);
    }
    return found;
  }
}

/** As wide as the font is high, without letter spacing. */
const picture: Extent = { ems: 1, clusters: 0 };

function extentOf(text: string, face: Face): Extent {
  const glyphs = face.shape(text);
  const advance = glyphs.reduce((all, glyph) => all + glyph.advance, 0);
  const clusters = new Set(glyphs.map(({ cluster }) => cluster)).size;
  return { ems: advance / face.unitsPerEm, clusters };
}

const sum = (extents: readonly Extent[]): Extent => ({
  ems: extents.reduce((all, { ems }) => all + ems, 0),
  clusters: extents.reduce((all, { clusters }) => all + clusters, 0),
});
