/** Seeded randomness and smooth noise: the same picture on every machine and run. */

/** A source of numbers in 0..1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A number in 0..1 that belongs to a pair of whole numbers. */
export function hash(x: number, y: number): number {
  let mixed = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
}

export const clamp = (value: number, low = 0, high = 1): number => Math.min(Math.max(value, low), high);
export const mix = (from: number, to: number, along: number): number => from + (to - from) * along;

/** 0 below `from`, 1 above `to`, smooth between. */
export function smooth(from: number, to: number, value: number): number {
  const along = clamp((value - from) / (to - from));
  return along * along * (3 - 2 * along);
}

/** Gradient noise in -1..1, with its lattice shuffled by `seed`. */
export type Noise = (x: number, y: number) => number;

export function gradientNoise(seed: number): Noise {
  const random = randomFrom(seed);
  const slots = Uint8Array.from({ length: 512 }, (_, index) => index & 255);
  for (let at = 255; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [slots[at], slots[other]] = [slots[other] ?? 0, slots[at] ?? 0];
  }
  slots.copyWithin(256, 0, 256);
  const across = Float64Array.from({ length: 256 }, (_, index) => Math.cos((index * Math.PI) / 128));
  const down = Float64Array.from({ length: 256 }, (_, index) => Math.sin((index * Math.PI) / 128));
  const corner = (column: number, row: number, dx: number, dy: number): number => {
    const slot = slots[(slots[column & 255] as number) + (row & 255)] as number;
    return (across[slot] as number) * dx + (down[slot] as number) * dy;
  };
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const dx = x - column;
    const dy = y - row;
    const u = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const v = dy * dy * dy * (dy * (dy * 6 - 15) + 10);
    const top = mix(corner(column, row, dx, dy), corner(column + 1, row, dx - 1, dy), u);
    const bottom = mix(corner(column, row + 1, dx, dy - 1), corner(column + 1, row + 1, dx - 1, dy - 1), u);
    return mix(top, bottom, v) * 1.41;
  };
}

/** Octaves of noise, each half as strong and twice as fine. About -1..1. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  let [column, row] = [x, y];
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * noise(column, row);
    strength *= 0.5;
    [column, row] = [1.6 * column + 1.2 * row + 17.3, 1.6 * row - 1.2 * column + 9.1];
  }
  return sum;
}

/** As `fractal`, folded into sharp crests; finer octaves grow on the crests of the coarser. 0..1. */
export function ridged(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  let weight = 1;
  let [column, row] = [x, y];
  for (let octave = 0; octave < octaves; octave++) {
    const crest = (1 - Math.abs(noise(column, row))) ** 2 * weight;
    sum += strength * crest;
    weight = clamp(crest * 1.8);
    strength *= 0.5;
    [column, row] = [1.6 * column + 1.2 * row + 3.7, 1.6 * row - 1.2 * column + 5.9];
  }
  return sum;
}
