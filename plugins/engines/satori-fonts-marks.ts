/**
 * Satori 0.63 adds the height of a mark above its letter where it has to subtract it: dots of Arabic letters, vowels and tones fall to the wrong side.
 * The fonts that it is given therefore hold these heights with the opposite sign; those that are measured with hold them as they are.
 * The test that draws a mark fails once satori does it right: then this file goes.
 * Table: https://learn.microsoft.com/typography/opentype/spec/gpos
 */
import { type Tables, viewOf } from "./satori-fonts-sfnt.ts";

/** Throws a RangeError where the table is damaged. */
export function withMarksUpsideDown(tables: Tables): Tables {
  const table = tables.get("GPOS");
  if (!table) return tables;
  const copy = table.slice();
  flipLookups(new Flipper(viewOf(copy)));
  return new Map([...tables, ["GPOS", copy]]);
}

class Flipper {
  readonly view: DataView;
  private readonly done = new Set<number>();

  constructor(view: DataView) {
    this.view = view;
  }

  u16(at: number): number {
    return this.view.getUint16(at);
  }

  /** Offsets from `base` in an array of them, without the absent ones, which are 0. */
  offsets(base: number, at: number, count: number, stride = 2): number[] {
    const found: number[] = [];
    for (let index = 0; index < count; index++) {
      const offset = this.u16(at + index * stride);
      if (offset !== 0) found.push(base + offset);
    }
    return found;
  }

  /** Whether this place is seen for the first time: tables share their parts. */
  isNew(at: number): boolean {
    if (this.done.has(at)) return false;
    this.done.add(at);
    return true;
  }

  negate(at: number): void {
    if (this.isNew(at)) this.view.setInt16(at, -this.view.getInt16(at));
  }

  anchors(places: readonly number[]): void {
    for (const at of places) this.negate(at + 4);
  }

  /** `format`: which of eight numbers a value holds; the second is its height. */
  value(at: number, format: number): void {
    if (format & 2) this.negate(at + (format & 1) * 2);
  }
}

const valueBytes = (format: number): number => [...(format & 0xff).toString(2)].filter((bit) => bit === "1").length * 2;

function flipLookups(flip: Flipper): void {
  const list = flip.u16(8);
  for (const lookup of flip.offsets(list, list + 2, flip.u16(list))) {
    const type = flip.u16(lookup);
    for (const subtable of flip.offsets(lookup, lookup + 6, flip.u16(lookup + 4))) flipSubtable(flip, type, subtable);
  }
}

function flipSubtable(flip: Flipper, type: number, at: number): void {
  if (!flip.isNew(-1 - at)) return;
  if (type === 9) flipSubtable(flip, Math.min(8, flip.u16(at + 2)), at + flip.view.getUint32(at + 4));
  else if (type === 1) flipSingles(flip, at);
  else if (type === 2) flipPairs(flip, at);
  else if (type === 3) flip.anchors(flip.offsets(at, at + 6, flip.u16(at + 4) * 2));
  else if (type >= 4 && type <= 6) flipMarks(flip, at, type === 5);
}

function flipSingles(flip: Flipper, at: number): void {
  const format = flip.u16(at + 4);
  const isOne = flip.u16(at) === 1;
  const count = isOne ? 1 : format & 2 ? flip.u16(at + 6) : 0;
  for (let index = 0; index < count; index++) {
    flip.value(at + (isOne ? 6 : 8) + index * valueBytes(format), format);
  }
}

function flipPairs(flip: Flipper, at: number): void {
  const first = flip.u16(at + 4);
  const second = flip.u16(at + 6);
  if (!((first | second) & 2)) return;
  const isByGlyph = flip.u16(at) === 1;
  const lists = isByGlyph ? flip.offsets(at, at + 10, flip.u16(at + 8)) : [at + 16];
  const size = valueBytes(first) + valueBytes(second) + (isByGlyph ? 2 : 0);
  for (const list of lists) {
    const count = isByGlyph ? flip.u16(list) : flip.u16(at + 12) * flip.u16(at + 14);
    for (let index = 0; index < count; index++) {
      const record = list + (isByGlyph ? 4 : 0) + index * size;
      flip.value(record, first);
      flip.value(record + valueBytes(first), second);
    }
  }
}

/** Marks, and what they stand upon: letters, other marks, or the parts of ligatures. */
function flipMarks(flip: Flipper, at: number, isLigature: boolean): void {
  const classes = flip.u16(at + 6);
  const marks = at + flip.u16(at + 8);
  const bases = at + flip.u16(at + 10);
  flip.anchors(flip.offsets(marks, marks + 4, flip.u16(marks), 4));
  const lists = isLigature ? flip.offsets(bases, bases + 2, flip.u16(bases)) : [bases];
  for (const list of lists) flip.anchors(flip.offsets(list, list + 2, flip.u16(list) * classes));
}
