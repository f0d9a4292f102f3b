/** Rows of pixels, those of photos as differences from their neighbours, in place. A pixel is four bytes, red lowest. */

export interface Filtered {
  /** By row, as PNG numbers them. */
  readonly filters: Uint8Array;
  /** Adler-32 of the rows, each with its filter before it. */
  readonly checksum: number;
}

const [none, sub, up] = [0, 1, 2];

/** From the last row to the first, each from its end: what a pixel is compared with is still as it was. */
export function filterRows(pixels: Uint32Array, width: number, channels: 3 | 4): Filtered {
  const height = pixels.length / width;
  const filters = new Uint8Array(height);
  for (let row = height - 1; row >= 0; row--) filters[row] = filterRow(pixels, row * width, width);
  return { filters, checksum: adler32(pixels, width, channels, filters) };
}

function filterRow(pixels: Uint32Array, start: number, width: number): number {
  if (start === 0 || !isBusy(pixels, start, width)) return none;
  const filter = difference(pixels, start, width, width) < difference(pixels, start, width, 1) ? up : sub;
  if (filter === up) subtractUpper(pixels, start, width);
  else subtractLeft(pixels, start, width);
  return filter;
}

/** Whether a third of the pixels are neither as the one before nor as the one above: a photo, or much of one. */
function isBusy(pixels: Uint32Array, start: number, width: number): boolean {
  let changes = 0;
  for (let at = start + 1; at < start + width; at++) {
    const pixel = pixels[at];
    if (pixel !== pixels[at - 1] && pixel !== pixels[at - width]) changes++;
  }
  return changes * 3 > width;
}

/** How far green, which the others follow, is from that of the pixel `back` before, over the row. */
function difference(pixels: Uint32Array, start: number, width: number, back: number): number {
  let sum = 0;
  for (let at = start + 1; at < start + width; at++)
    sum += Math.abs((((pixels[at] ?? 0) >> 8) & 255) - (((pixels[at - back] ?? 0) >> 8) & 255));
  return sum;
}

/** Byte by byte, without carrying. */
const minus = (one: number, other: number): number =>
  (((one | 0x80808080) - (other & 0x7f7f7f7f)) | 0) ^ ((one ^ ~other) & 0x80808080);

function subtractLeft(pixels: Uint32Array, start: number, width: number): void {
  for (let at = start + width - 1; at > start; at--) pixels[at] = minus(pixels[at] ?? 0, pixels[at - 1] ?? 0);
}

function subtractUpper(pixels: Uint32Array, start: number, width: number): void {
  for (let at = start; at < start + width; at++) pixels[at] = minus(pixels[at] ?? 0, pixels[at - width] ?? 0);
}

const adlerModulus = 65521;

/** Row by row from sums, and these from runs of equal pixels, of which most rows consist. */
function adler32(pixels: Uint32Array, width: number, channels: 3 | 4, filters: Uint8Array): number {
  const bytes = width * channels + 1;
  let [low, high] = [1, 0];
  for (const [row, filter] of filters.entries()) {
    let sum = filter;
    let weighted = filter * bytes;
    const end = (row + 1) * width;
    for (let at = row * width; at < end; ) {
      const pixel = pixels[at] ?? 0;
      const start = at++;
      while (at < end && pixels[at] === pixel) at++;
      const [a, b, c, d] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, channels === 4 ? pixel >>> 24 : 0];
      const all = a + b + c + d;
      const count = at - start;
      // Bytes from each pixel's first to the row's end, summed over the run.
      const left = (channels * count * (2 * (end - start) - count + 1)) / 2;
      sum += all * count;
      weighted += all * left - (b + 2 * c + 3 * d) * count;
    }
    high = (high + bytes * low + weighted) % adlerModulus;
    low = (low + sum) % adlerModulus;
  }
  return high * 65536 + low;
}
