/**
 * Deflate (RFC 1951) of tokens, each block with Huffman codes of its own. Written here because the bytes must be the same on every runtime, which those of
 * `node:zlib` are not. A token below 256 is a byte; another is `length << 16 | distance`.
 */
import { codeLengths, codesOf } from "./satori-deflate-huffman.ts";

/** For each code, its first value and the bits that follow it (3.2.5). */
function ranges(first: number, count: number, extra: (code: number) => number): { base: number[]; extra: number[] } {
  const table = { base: [] as number[], extra: [] as number[] };
  for (let code = 0, base = first; code < count; base += 1 << extra(code), code++) {
    table.base.push(base);
    table.extra.push(extra(code));
  }
  return table;
}

const lengths = ranges(3, 28, (code) => (code < 8 ? 0 : (code >> 2) - 1));
/** The longest has a code without bits of its own. */
lengths.base.push(258);
lengths.extra.push(0);
const distances = ranges(1, 30, (code) => (code < 4 ? 0 : (code >> 1) - 1));

const lengthCode = Uint8Array.from({ length: 259 }, (_, length) =>
  lengths.base.findLastIndex((base) => base <= length),
);

/** Of a distance, from its highest two bits. */
function distanceCode(distance: number): number {
  const value = distance - 1;
  if (value < 4) return value;
  const high = 31 - Math.clz32(value);
  return high * 2 + ((value >> (high - 1)) & 1);
}

const endOfBlock = 256;

/** Bits into bytes, the lowest first. */
export class Deflater {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #bits = 0;
  #held = 0;

  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(Math.max(1024, expectedBytes));
  }

  /** `value` has no more than `count` bits, at most 16. */
  #put(value: number, count: number): void {
    this.#bits |= value << this.#held;
    this.#held += count;
    while (this.#held >= 8) {
      this.#bytes[this.#length++] = this.#bits;
      this.#bits >>>= 8;
      this.#held -= 8;
    }
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  /** Appends a block. */
  block(tokens: Uint32Array, isLast: boolean): void {
    // No token takes more than 15 + 5 + 15 + 13 bits, and no table more than a kilobyte.
    this.#reserve(tokens.length * 6 + 1024);
    const [symbols, steps] = [new Uint32Array(286), new Uint32Array(30)];
    count(tokens, symbols, steps);
    const [symbolLengths, stepLengths] = [codeLengths(symbols, 15), codeLengths(steps, 15)];
    this.#put(isLast ? 5 : 4, 3);
    this.#tables(symbolLengths, stepLengths);
    this.#tokens(tokens, symbolLengths, stepLengths);
  }

  /** Lengths of both codes, themselves in a code (3.2.7), without its shorthands for repetition but that for zeros. */
  #tables(symbols: Uint8Array, steps: Uint8Array): void {
    const runs = zeroRuns([...symbols, ...steps]);
    const uses = new Uint32Array(19);
    for (const { code } of runs) uses[code] = (uses[code] ?? 0) + 1;
    const used = codeLengths(uses, 7);
    const codes = codesOf(used);
    this.#put(symbols.length - 257, 5);
    this.#put(steps.length - 1, 5);
    this.#put(order.length - 4, 4);
    for (const code of order) this.#put(used[code] ?? 0, 3);
    for (const { code, extra, bits } of runs) {
      this.#put(codes[code] ?? 0, used[code] ?? 0);
      this.#put(extra, bits);
    }
  }

  #tokens(tokens: Uint32Array, symbolLengths: Uint8Array, stepLengths: Uint8Array): void {
    const [symbols, steps] = [codesOf(symbolLengths), codesOf(stepLengths)];
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at] ?? 0;
      if (token < 256) {
        this.#put(symbols[token] ?? 0, symbolLengths[token] ?? 0);
        continue;
      }
      const [length, distance] = [token >>> 16, token & 0xffff];
      const code = lengthCode[length] ?? 0;
      this.#put(symbols[code + 257] ?? 0, symbolLengths[code + 257] ?? 0);
      this.#put(length - (lengths.base[code] ?? 0), lengths.extra[code] ?? 0);
      const step = distanceCode(distance);
      this.#put(steps[step] ?? 0, stepLengths[step] ?? 0);
      this.#put(distance - (distances.base[step] ?? 0), distances.extra[step] ?? 0);
    }
    this.#put(symbols[endOfBlock] ?? 0, symbolLengths[endOfBlock] ?? 0);
  }

  /** What was written, filled up to a whole byte. */
  bytes(): Uint8Array<ArrayBuffer> {
    if (this.#held > 0) this.#put(0, 8 - this.#held);
    return this.#bytes.subarray(0, this.#length);
  }
}

function count(tokens: Uint32Array, symbols: Uint32Array, steps: Uint32Array): void {
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? 0;
    const symbol = token < 256 ? token : (lengthCode[token >>> 16] ?? 0) + 257;
    symbols[symbol] = (symbols[symbol] ?? 0) + 1;
    if (token < 256) continue;
    const step = distanceCode(token & 0xffff);
    steps[step] = (steps[step] ?? 0) + 1;
  }
  symbols[endOfBlock] = 1;
}

/** In which the lengths of the code for lengths are written. */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

interface Run {
  readonly code: number;
  readonly extra: number;
  readonly bits: number;
}

/** Each length as it is; 3 to 10 zeros as code 17, up to 138 as code 18. */
function zeroRuns(all: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < all.length; ) {
    let zeros = 0;
    while (zeros < 138 && all[at + zeros] === 0) zeros++;
    if (zeros > 10) runs.push({ code: 18, extra: zeros - 11, bits: 7 });
    else if (zeros > 2) runs.push({ code: 17, extra: zeros - 3, bits: 3 });
    else runs.push({ code: all[at] ?? 0, extra: 0, bits: 0 });
    at += zeros > 2 ? zeros : 1;
  }
  return runs;
}
