/** Finds what repeats in the rows of a picture, pixel by pixel: after the pixel before, the row above, and where two pixels were seen last. */

/** Deflate reaches no further back, in bytes. */
const reach = 32_768;
/** Deflate repeats no more at once, in bytes. */
const longestBytes = 258;
const hashBits = 13;
const blockTokens = 65_536;

export class Matcher {
  readonly #pixels: Uint32Array;
  readonly #width: number;
  readonly #channels: number;
  /** In pixels. */
  readonly #longest: number;
  readonly #tokens: Uint32Array;
  #count = 0;
  /** Where two pixels with this hash were seen last, plus one. */
  readonly #seen = new Int32Array(1 << hashBits);
  /** Where the best repetition begins that was found for a pixel, and how many pixels it has. */
  #from = 0;
  #length = 0;

  constructor(pixels: Uint32Array, width: number, channels: 3 | 4) {
    this.#pixels = pixels;
    this.#width = width;
    this.#channels = channels;
    this.#longest = Math.floor(longestBytes / channels);
    this.#tokens = new Uint32Array(Math.max(blockTokens, 2 * (width * channels + 1)));
  }

  /** Whether another row might not fit. */
  get isFull(): boolean {
    return this.#count + this.#width * this.#channels + 1 > this.#tokens.length;
  }

  /** What came since the last time, for a `Deflater`. The next row overwrites it. */
  take(): Uint32Array {
    const tokens = this.#tokens.subarray(0, this.#count);
    this.#count = 0;
    return tokens;
  }

  /** Rows come in order. */
  row(row: number, filter: number): void {
    this.#tokens[this.#count++] = filter;
    const end = (row + 1) * this.#width;
    for (let at = row * this.#width; at < end; ) {
      this.#find(at, row, end);
      if (this.#length === 0) this.#literal(this.#pixels[at++] ?? 0);
      else {
        this.#copy(this.#length, this.#distance(this.#from, at, row));
        at += this.#length;
        if (this.#length > 1) this.#seen[this.#hash(at - 1)] = at;
      }
    }
  }

  #find(at: number, row: number, end: number): void {
    const hash = this.#hash(at);
    const seen = (this.#seen[hash] ?? 0) - 1;
    this.#seen[hash] = at + 1;
    this.#length = at > row * this.#width ? this.#alike(at - 1, at, end) : 0;
    this.#from = at - 1;
    // The shortest distance takes the fewest bits.
    if (this.#length >= this.#longest) return;
    const above = at - this.#width;
    this.#consider(above, at, row, end);
    this.#consider(above + 1, at, row, end);
    this.#consider(above - 1, at, row, end);
    this.#consider(seen, at, row, end);
  }

  /** A single pixel is not worth it: it takes as many bits as the pixel itself. */
  #consider(from: number, at: number, row: number, end: number): void {
    if (from < 0 || this.#pixels[from] !== this.#pixels[at]) return;
    const length = this.#alike(from, at, Math.min(end, at + this.#longest));
    if (length <= Math.max(1, this.#length) || this.#distance(from, at, row) > reach) return;
    this.#from = from;
    this.#length = length;
  }

  #hash(at: number): number {
    const [one = 0, other = 0] = [this.#pixels[at], this.#pixels[at + 1]];
    return Math.imul(one ^ Math.imul(other, 0x9e3779b1), 0x85ebca6b) >>> (32 - hashBits);
  }

  /** How many pixels are the same, within both rows. */
  #alike(from: number, at: number, end: number): number {
    const pixels = this.#pixels;
    const limit = Math.min(end, at + this.#width - (from % this.#width));
    let next = at;
    for (let other = from; next < limit && pixels[next] === pixels[other]; next++) other++;
    return next - at;
  }

  /** In bytes, each row with its filter. */
  #distance(from: number, at: number, row: number): number {
    return (at - from) * this.#channels + row - Math.floor(from / this.#width);
  }

  #literal(pixel: number): void {
    this.#tokens[this.#count++] = pixel & 255;
    this.#tokens[this.#count++] = (pixel >> 8) & 255;
    this.#tokens[this.#count++] = (pixel >> 16) & 255;
    if (this.#channels === 4) this.#tokens[this.#count++] = pixel >>> 24;
  }

  #copy(length: number, distance: number): void {
    for (let left = length; left > 0; left -= this.#longest)
      this.#tokens[this.#count++] = (Math.min(left, this.#longest) * this.#channels * 65_536) | distance;
  }
}
