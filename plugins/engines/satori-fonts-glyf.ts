/** Outlines of a TrueType font as SVG paths: https://learn.microsoft.com/typography/opentype/spec/glyf. For the emoji font that ships with Cameo. */
import { type Tables, viewOf } from "./satori-fonts-sfnt.ts";

interface Point {
  readonly x: number;
  readonly y: number;
  readonly isOn: boolean;
}

/** The path of a glyph in the font's units, y downward. Glyphs made of other glyphs are empty: coloured layers are none. */
export function glyphPath(tables: Tables, glyph: number): string {
  const glyf = tables.get("glyf");
  if (!glyf) return "";
  const [start, end] = glyphPlace(tables, glyph);
  const view = viewOf(glyf.subarray(start, end));
  if (view.byteLength < 10 || view.getInt16(0) <= 0) return "";
  return readContours(view).map(contourPath).join("");
}

function glyphPlace(tables: Tables, glyph: number): [number, number] {
  const loca = viewOf(tables.get("loca") ?? new Uint8Array());
  const isLong = viewOf(tables.get("head") ?? new Uint8Array()).getInt16(50) === 1;
  const offset = (index: number) => (isLong ? loca.getUint32(index * 4) : loca.getUint16(index * 2) * 2);
  return [offset(glyph), offset(glyph + 1)];
}

function readContours(view: DataView): Point[][] {
  const count = view.getInt16(0);
  const ends = Array.from({ length: count }, (_, index) => view.getUint16(10 + index * 2));
  const total = (ends.at(-1) ?? -1) + 1;
  const flagsAt = 12 + count * 2 + view.getUint16(10 + count * 2);
  const { flags, next } = readFlags(view, flagsAt, total);
  const xs = readCoordinates(view, next, flags, 2, 16);
  const ys = readCoordinates(view, xs.next, flags, 4, 32);
  const points = flags.map((flag, index) => ({
    x: xs.values[index] ?? 0,
    y: -(ys.values[index] ?? 0),
    isOn: (flag & 1) === 1,
  }));
  return ends.map((end, index) => points.slice((ends[index - 1] ?? -1) + 1, end + 1));
}

function readFlags(view: DataView, start: number, total: number): { flags: number[]; next: number } {
  const flags: number[] = [];
  let at = start;
  while (flags.length < total) {
    const flag = view.getUint8(at++);
    const times = flag & 8 ? view.getUint8(at++) + 1 : 1;
    for (let each = 0; each < times; each++) flags.push(flag);
  }
  return { flags, next: at };
}

/** `short`: the bit of a coordinate of one byte; `same`: its sign then, or else that it is the one before. */
function readCoordinates(view: DataView, start: number, flags: readonly number[], short: number, same: number) {
  let at = start;
  let value = 0;
  const values = flags.map((flag) => {
    if (flag & short) value += view.getUint8(at++) * (flag & same ? 1 : -1);
    else if (!(flag & same)) {
      value += view.getInt16(at);
      at += 2;
    }
    return value;
  });
  return { values, next: at };
}

const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, isOn: true });

/** Between two points off the curve lies one on it that is not stored. */
function contourPath(points: readonly Point[]): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return "";
  const start = first.isOn ? first : last.isOn ? last : between(first, last);
  let path = `M${start.x} ${start.y}`;
  const ordered = first.isOn ? points.slice(1) : points;
  for (const [index, point] of ordered.entries()) {
    if (point.isOn) path += `L${point.x} ${point.y}`;
    else {
      const following = ordered[index + 1] ?? start;
      const end = following.isOn ? following : between(point, following);
      path += `Q${point.x} ${point.y} ${end.x} ${end.y}`;
    }
  }
  return `${path}Z`;
}
