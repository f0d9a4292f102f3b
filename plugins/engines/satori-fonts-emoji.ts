/**
 * Emoji as small SVG pictures, from a font with coloured layers (COLR version 0): sequences, flags and skin tones are found by shaping.
 * Tables: https://learn.microsoft.com/typography/opentype/spec/colr
 */
import { glyphPath } from "./satori-fonts-glyf.ts";
import type { Harfbuzz, ShapedGlyph } from "./satori-fonts-harfbuzz.ts";
import { readTables, type Tables, viewOf, writeSfnt } from "./satori-fonts-sfnt.ts";

export interface EmojiFont {
  /** `undefined` if the font lacks this emoji. */
  picture(grapheme: string): EmojiPicture | undefined;
}

export interface EmojiPicture {
  /** A data URI of a square SVG. */
  readonly uri: string;
  /** The same as elements of SVG, one wide and one high. */
  readonly shapes: string;
}

/** How many pictures are kept; one has about 2 kB. */
const maxPictures = 500;

export async function openEmoji(file: Uint8Array, harfbuzz: Harfbuzz): Promise<EmojiFont> {
  const tables = await readTables(file);
  const font = harfbuzz.font(writeSfnt(withoutOutlines(tables)));
  const pictures = new Map<string, EmojiPicture | undefined>();
  return {
    picture(grapheme) {
      if (pictures.has(grapheme)) return pictures.get(grapheme);
      const picture = draw(tables, font.shape(grapheme));
      if (pictures.size >= maxPictures) pictures.clear();
      pictures.set(grapheme, picture);
      return picture;
    },
  };
}

export function withoutOutlines(tables: Tables): Tables {
  const heavy = ["glyf", "loca", "CFF ", "COLR", "CPAL", "SVG ", "gvar", "fpgm", "prep", "cvt ", "DSIG"];
  return new Map([...tables].filter(([tag]) => !heavy.includes(tag)));
}

function draw(tables: Tables, glyphs: readonly ShapedGlyph[]): EmojiPicture | undefined {
  const visible = glyphs.filter(({ advance }) => advance > 0);
  const [glyph] = visible;
  if (!glyph || visible.length > 1 || glyph.glyph === 0) return undefined;
  const layers = layersOf(tables, glyph.glyph);
  if (layers.length === 0) return undefined;
  const { y, height } = frame(tables);
  const paths = layers.map((layer) => `<path fill="${layer.color}" d="${glyphPath(tables, layer.glyph)}"/>`).join("");
  const move = `scale(${1 / height}) translate(${(height - glyph.advance) / 2} ${-y})`;
  const shapes = `<g transform="${move}">${paths}</g>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 1 1">${shapes}</svg>`;
  return { uri: `data:image/svg+xml;base64,${btoa(svg)}`, shapes };
}

/** From the top of the line to its bottom. */
function frame(tables: Tables): { y: number; height: number } {
  const hhea = viewOf(tables.get("hhea") ?? new Uint8Array());
  return { y: -hhea.getInt16(4), height: hhea.getInt16(4) - hhea.getInt16(6) };
}

function layersOf(tables: Tables, glyph: number): { glyph: number; color: string }[] {
  const colr = viewOf(tables.get("COLR") ?? new Uint8Array(14));
  const count = colr.getUint16(2);
  const bases = colr.getUint32(4);
  const layers = colr.getUint32(8);
  for (let at = bases; at < bases + count * 6; at += 6) {
    if (colr.getUint16(at) !== glyph) continue;
    const first = layers + colr.getUint16(at + 2) * 4;
    return Array.from({ length: colr.getUint16(at + 4) }, (_, index) => ({
      glyph: colr.getUint16(first + index * 4),
      color: colorOf(tables, colr.getUint16(first + index * 4 + 2)),
    }));
  }
  return [];
}

/** Of the first palette; 0xffff stands for the text's colour. */
function colorOf(tables: Tables, index: number): string {
  if (index === 0xffff) return "#000";
  const cpal = viewOf(tables.get("CPAL") ?? new Uint8Array());
  const at = cpal.getUint32(8) + (cpal.getUint16(12) + index) * 4;
  const hex = (offset: number) =>
    cpal
      .getUint8(at + offset)
      .toString(16)
      .padStart(2, "0");
  return `#${hex(2)}${hex(1)}${hex(0)}${hex(3)}`;
}

/**
 * Emoji as shapes in place of pictures in a drawing of satori's: a picture within an SVG is a layer of its own for the renderer, at some 20 ms each.
 * `shapesOf` answers nothing for other pictures, which stay.
 */
export function inlineEmoji(svg: string, shapesOf: (uri: string) => string | undefined): string {
  const image =
    /<image href="(data:image\/svg\+xml;base64,[^"]+)" x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"([^>]*)\/>/g;
  return svg.replace(image, (whole, uri: string, ...rest: string[]) => {
    const shapes = shapesOf(uri);
    const [x, y, width, height] = rest.slice(0, 4).map(Number);
    if (!shapes || x === undefined || y === undefined || width === undefined || height === undefined) return whole;
    const side = Math.min(width, height);
    const place = `translate(${x + (width - side) / 2} ${y + (height - side) / 2}) scale(${side})`;
    return `<g${rest[4] ?? ""}><g transform="${place}">${shapes}</g></g>`;
  });
}
