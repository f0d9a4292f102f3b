/**
 * Two short loops in WebAssembly with 128-bit SIMD that blend rows of opaque RGB. They are written out below, instruction by instruction, since no
 * compiler is part of the build. Weights are fixed-point with 14 bits; two taps go into one multiplication (`i32x4.dot_i16x8_s`).
 * Instruction numbers: https://webassembly.github.io/spec/core/binary/instructions.html
 */

export interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** Blends `pairs` × 2 rows that lie `stride` bytes apart into one row of `stride` bytes; writes up to 15 bytes more. */
  rows(source: number, stride: number, target: number, weights: number, pairs: number): void;
  /** Blends along a row until `end`; `table` holds, per pixel, its offset into the row and its weights. Writes up to 1 byte more. */
  along(source: number, table: number, target: number, end: number, pairs: number): void;
}

/** A weight of 1. */
export const fixedOne = 1 << 14;

type Code = readonly number[];

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const [low, rest] = [value & 127, value >> 7];
  const isLast = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const number = (value: number): Code => [0x41, ...signed(value)];
const add: Code = [0x6a];
const shiftLeft: Code = [0x74];
const below: Code = [0x49];
const loadNumber: Code = [0x28, 2, 0];
const storeNumber: Code = [0x36, 0, 0];
const increase = (local: number, by: Code): Code => [...get(local), ...by, ...add, ...set(local)];
/** Once at least, then as long as `condition` is not 0. */
const loop = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

const simd = (code: number, ...rest: number[]): Code => [0xfd, ...unsigned(code), ...rest];
const load = simd(0x00, 0, 0);
const loadTwoWeights = simd(0x09, 2, 0);
const loadEight = simd(0x5d, 0, 0);
const store = simd(0x0b, 0, 0);
const constant = (bytes: Code): Code => simd(0x0c, ...bytes);
const shuffle = (lanes: Code): Code => simd(0x0d, ...lanes);
const swizzle = simd(0x0e);
const splat = simd(0x11);
const firstNumber = simd(0x1b, 0);
const toBytes = simd(0x66);
const toShorts = simd(0x86);
const lowShorts = simd(0x89);
const highShorts = simd(0x8a);
const shiftRight = simd(0xac);
const addLanes = simd(0xae);
const dot = simd(0xba);

const half = [...number(fixedOne / 2), ...splat];
const whole = (local: number): Code => [...get(local), ...number(14), ...shiftRight];

/** Bytes of `a` and `b` in turn, from lane `from` on: each pair of rows meets its pair of weights. */
const mixed = (from: number): Code => shuffle(Array.from({ length: 16 }, (_, at) => from + (at >> 1) + (at % 2) * 16));

/** Parameters 0 source, 1 stride, 2 target, 3 weights, 4 pairs; 5 x, 6 place, 7 weight, 8 left; vectors 9 a, 10 b, 11 weights, 12 to 15 sums. */
function rowsCode(): Code {
  const sums = [12, 13, 14, 15];
  const take = (sum: number, from: number, part: Code): Code => [
    ...[...get(9), ...get(10), ...mixed(from), ...part, ...get(11), ...dot],
    ...[...get(sum), ...addLanes, ...set(sum)],
  ];
  const taps = [
    ...[...get(6), ...load, ...set(9)],
    ...[...get(6), ...get(1), ...add, ...load, ...set(10)],
    ...[...get(7), ...loadTwoWeights, ...set(11)],
    ...[...take(12, 0, lowShorts), ...take(13, 0, highShorts), ...take(14, 8, lowShorts), ...take(15, 8, highShorts)],
    ...increase(6, [...get(1), ...number(1), ...shiftLeft]),
    ...increase(7, number(4)),
  ];
  const body = [
    ...sums.flatMap((sum) => [...half, ...set(sum)]),
    ...[...get(0), ...get(5), ...add, ...set(6), ...get(3), ...set(7), ...get(4), ...set(8)],
    ...loop(taps, [...increase(8, number(-1)), ...get(8)]),
    ...[...get(2), ...get(5), ...add],
    ...[...whole(12), ...whole(13), ...toShorts, ...whole(14), ...whole(15), ...toShorts, ...toBytes, ...store],
    ...increase(5, number(16)),
  ];
  return loop(body, [...get(5), ...get(1), ...below]);
}

/** Two pixels as red, red, green, green, blue, blue; lanes beyond 15 are filled with 0. */
const pairedUp = [0, 99, 3, 99, 1, 99, 4, 99, 2, 99, 5, 99, 99, 99, 99, 99];

/** Parameters 0 source, 1 table, 2 target, 3 end, 4 pairs; 5 place, 6 left; vector 7 sum. */
function alongCode(): Code {
  const taps = [
    ...[...get(5), ...loadEight, ...constant(pairedUp), ...swizzle, ...get(1), ...loadTwoWeights, ...dot],
    ...[...get(7), ...addLanes, ...set(7)],
    ...increase(5, number(6)),
    ...increase(1, number(4)),
  ];
  const body = [
    ...[...half, ...set(7)],
    ...[...get(0), ...get(1), ...loadNumber, ...add, ...set(5)],
    ...increase(1, number(4)),
    ...[...get(4), ...set(6)],
    ...loop(taps, [...increase(6, number(-1)), ...get(6)]),
    ...[...get(2), ...whole(7), ...get(7), ...toShorts, ...get(7), ...toBytes, ...firstNumber, ...storeNumber],
    ...increase(2, number(3)),
  ];
  return loop(body, [...get(2), ...get(3), ...below]);
}

const i32 = 0x7f;
const v128 = 0x7b;
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, items: readonly Code[]): Code => [id, ...sized([items.length, ...items.flat()])];
const named = (name: string, ...rest: number[]): Code => [...sized([...new TextEncoder().encode(name)]), ...rest];
/** A function with locals of two kinds. */
const body = (numbers: number, vectors: number, code: Code): Code =>
  sized([2, numbers, i32, vectors, v128, ...code, 0x0b]);

/** A kernel with a memory of its own. */
export function createKernel(): Kernel {
  const module = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, 5, i32, i32, i32, i32, i32, 0]]),
    ...section(3, [[0], [0]]),
    ...section(5, [[0, 1]]),
    ...section(7, [named("memory", 2, 0), named("rows", 0, 0), named("along", 0, 1)]),
    ...section(10, [body(4, 7, rowsCode()), body(2, 1, alongCode())]),
  ];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module)));
  return exports as unknown as Kernel;
}
