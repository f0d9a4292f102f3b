/** The rows of a PNG, and what Adam7 makes of them: seven pictures, each finer than the one before (ISO/IEC 15948, §§ 8 and 9). */

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly color: number;
  /** Samples of a pixel. */
  readonly channels: number;
  /** Of a pixel. */
  readonly bits: number;
  readonly isInterlaced: boolean;
}

/** Bytes of a row of so many pixels, its filter byte first. */
export const lineBytes = ({ bits }: PngHeader, width: number): number => 1 + Math.ceil((width * bits) / 8);

interface Pass {
  /** The first pixel, and how far apart they are. */
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const adam7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** Size of the picture that a pass is. */
export const sizeOf = ({ width, height }: PngHeader, { x, y, dx, dy }: Pass) => ({
  columns: Math.max(0, Math.ceil((width - x) / dx)),
  rows: Math.max(0, Math.ceil((height - y) / dy)),
});

/** One pass over all rows, or seven. */
export const passesOf = ({ isInterlaced }: PngHeader): readonly Pass[] =>
  isInterlaced ? adam7 : [{ x: 0, y: 0, dx: 1, dy: 1 }];

/** Puts the passes in that are there, each pixel over all that finer passes would tell apart. Returns how many rows there were. */
export function paintPasses(rows: Uint8Array, known: Uint8Array, header: PngHeader): number {
  let count = 0;
  let at = 0;
  for (const pass of adam7) {
    const size = sizeOf(header, pass);
    let above = new Uint8Array(lineBytes(header, size.columns));
    for (let row = 0; row < size.rows && size.columns > 0; row++, count++) {
      const line = known.slice(at, at + above.length);
      if (line.length < above.length || !unfilter(line, above, header)) return count;
      paintLine(rows, line, header, pass, row);
      at += line.length;
      above = line;
    }
  }
  return count;
}

type Predict = (left: number, up: number, corner: number) => number;

const predictors: readonly Predict[] = [() => 0, (left) => left, (_, up) => up, (left, up) => (left + up) >> 1, paeth];

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp] = [Math.abs(up - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Replaces differences by values. Says whether the filter is a known one. */
function unfilter(line: Uint8Array, above: Uint8Array, { bits }: PngHeader): boolean {
  const predict = predictors[line[0] ?? 0];
  const back = Math.max(1, bits / 8);
  for (let at = 1; predict && at < line.length; at++) {
    const [left, corner] = at > back ? [line[at - back] ?? 0, above[at - back] ?? 0] : [0, 0];
    line[at] = (line[at] ?? 0) + predict(left, above[at] ?? 0, corner);
  }
  return predict !== undefined;
}

/** Rows that one of a pass stands for are the same so far: one is painted, the others are copies. */
function paintLine(rows: Uint8Array, line: Uint8Array, header: PngHeader, { x, y, dx, dy }: Pass, row: number): void {
  const stride = lineBytes(header, header.width);
  const start = (y + row * dy) * stride;
  const target = rows.subarray(start, start + stride);
  const { columns } = sizeOf(header, { x, y, dx, dy });
  for (let column = 0; column < columns; column++) {
    const first = x + column * dx;
    const last = Math.min(first + (x || dx), header.width);
    for (let each = first; each < last; each++) copyPixel(line, column, target, each, header.bits);
  }
  const height = Math.min(y || dy, header.height - y - row * dy);
  for (let copy = 1; copy < height; copy++) rows.copyWithin(start + copy * stride, start, start + stride);
}

function copyPixel(from: Uint8Array, column: number, to: Uint8Array, x: number, bits: number): void {
  if (bits >= 8) {
    const bytes = bits / 8;
    for (let at = 1; at <= bytes; at++) to[x * bytes + at] = from[column * bytes + at] ?? 0;
    return;
  }
  const mask = 2 ** bits - 1;
  const shift = (index: number) => 8 - bits - ((index * bits) & 7);
  const value = ((from[1 + ((column * bits) >> 3)] ?? 0) >> shift(column)) & mask;
  const at = 1 + ((x * bits) >> 3);
  to[at] = ((to[at] ?? 0) & ~(mask << shift(x))) | (value << shift(x));
}
