/** Which characters a font has, read from its `cmap` table: https://learn.microsoft.com/typography/opentype/spec/cmap */

/** Sorted ranges of code points: first, last, first, last … */
export class Coverage {
  readonly ranges: readonly number[];

  constructor(ranges: readonly number[]) {
    this.ranges = ranges;
  }

  has(codePoint: number): boolean {
    let low = 0;
    let high = this.ranges.length / 2 - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (codePoint < (this.ranges[middle * 2] ?? 0)) high = middle - 1;
      else if (codePoint > (this.ranges[middle * 2 + 1] ?? 0)) low = middle + 1;
      else return true;
    }
    return false;
  }

  get size(): number {
    let size = 0;
    for (let at = 0; at < this.ranges.length; at += 2) size += (this.ranges[at + 1] ?? 0) - (this.ranges[at] ?? 0) + 1;
    return size;
  }
}

/** From `U+0-FF,U+131`, as packages of web fonts write it. */
export function parseUnicodeRange(text: string): Coverage {
  const pairs = text.split(",").flatMap((part) => {
    const match = /^U\+([0-9a-f]{1,6})(?:-([0-9a-f]{1,6}))?$/i.exec(part.trim());
    const first = match?.[1];
    return first ? [[Number.parseInt(first, 16), Number.parseInt(match?.[2] ?? first, 16)] as const] : [];
  });
  return new Coverage([...pairs].sort((a, b) => a[0] - b[0]).flat());
}

/** The best of its subtables: all of Unicode (format 12) before the first plane (format 4). Throws where there is none. */
export function readCoverage(cmap: DataView): Coverage {
  const offsets = new Map<number, number>();
  for (let index = 0; index < Math.min(cmap.getUint16(2), 64); index++) {
    const at = 4 + index * 8;
    const platform = cmap.getUint16(at);
    const encoding = cmap.getUint16(at + 2);
    const isUnicode = platform === 0 || (platform === 3 && (encoding === 1 || encoding === 10));
    const offset = cmap.getUint32(at + 4);
    if (isUnicode) offsets.set(cmap.getUint16(offset), offset);
  }
  const all = offsets.get(12);
  const plane = offsets.get(4);
  if (all !== undefined) return readGroups(cmap, all);
  if (plane !== undefined) return readSegments(cmap, plane);
  throw new Error("has no list of Unicode characters");
}

function readGroups(cmap: DataView, offset: number): Coverage {
  const count = cmap.getUint32(offset + 12);
  if (offset + 16 + count * 12 > cmap.byteLength) throw new RangeError("the list of characters ends after its table");
  const ranges: number[] = [];
  let last = -1;
  for (let at = offset + 16; at < offset + 16 + count * 12; at += 12) {
    const start = cmap.getUint32(at) + (cmap.getUint32(at + 8) === 0 ? 1 : 0);
    const end = cmap.getUint32(at + 4);
    if (start <= last || end > 0x10ffff) throw new Error("is damaged: its characters are out of order");
    if (end >= start) ranges.push(start, end);
    last = Math.max(last, end);
  }
  return new Coverage(ranges);
}

function readSegments(cmap: DataView, offset: number): Coverage {
  const twice = cmap.getUint16(offset + 6);
  const ranges: number[] = [];
  let last = -1;
  for (let at = 0; at < twice; at += 2) {
    const end = cmap.getUint16(offset + 14 + at);
    const start = cmap.getUint16(offset + 16 + twice + at);
    // In order and apart, so that no file makes us look at a character twice.
    if (start <= last || end < start) throw new Error("is damaged: its characters are out of order");
    last = end;
    const delta = cmap.getUint16(offset + 16 + twice * 2 + at);
    const glyphsAt = offset + 16 + twice * 3 + at;
    addSegment(ranges, cmap, { start, end, delta, glyphsAt });
  }
  return new Coverage(ranges);
}

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly delta: number;
  readonly glyphsAt: number;
}

function addSegment(ranges: number[], cmap: DataView, { start, end, delta, glyphsAt }: Segment): void {
  const rangeOffset = cmap.getUint16(glyphsAt);
  for (let code = start; code <= end && code < 0xffff; code++) {
    const at = glyphsAt + rangeOffset + (code - start) * 2;
    const stored = rangeOffset === 0 ? code : at + 2 <= cmap.byteLength ? cmap.getUint16(at) : 0;
    if (stored === 0 && rangeOffset !== 0) continue;
    if (((stored + delta) & 0xffff) === 0) continue;
    if (ranges.at(-1) === code - 1) ranges[ranges.length - 1] = code;
    else ranges.push(code, code);
  }
}
