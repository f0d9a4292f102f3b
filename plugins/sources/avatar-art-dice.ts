/** Choices made from a hash: the same hash makes the same choices for ever, on every runtime. Pure integers, no locale. */

export interface Dice {
  /** A whole number from 0 to `count` - 1. `count` is at most 65,536. */
  below(count: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** `topic` makes choices of one kind of picture independent of another's. A hash is read without regard to the case of A–Z. */
export function createDice(hash: string, topic: string): Dice {
  const next = createRandom(seedFrom(`${topic}:${hash}`));
  const below = (count: number): number => Math.floor((next() * count) / 2 ** 32);
  return { below, pick: <T>(choices: readonly T[]) => choices[below(choices.length)] as T };
}

type Seed = readonly [number, number, number, number];

/** Odd constants of MurmurHash3 and xxHash, one for each lane. */
const factors = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1] as const;

/** Four lanes, each of which sees every character: FNV-1a with other factors, then MurmurHash3's final mix over all lanes. */
function seedFrom(text: string): Seed {
  const lanes: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x7f4a7c15, 0x94d049bb];
  for (let at = 0; at < text.length; at++) {
    const unit = toLower(text.charCodeAt(at));
    for (const lane of [0, 1, 2, 3] as const) {
      const value = Math.imul(lanes[lane] ^ (unit + lane), factors[lane]);
      lanes[lane] = value ^ (value >>> 15);
    }
  }
  const [a, b, c, d] = lanes.map(mix) as unknown as Seed;
  return [mix(a ^ d), mix(b ^ a), mix(c ^ b), mix(d ^ c)];
}

const toLower = (unit: number): number => (unit >= 65 && unit <= 90 ? unit + 32 : unit);

/** Final mix of MurmurHash3 (32 bits). */
function mix(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}

/** sfc32 by Chris Doty-Humphrey (PractRand): 128 bits of state, whole numbers below 2^32. */
function createRandom(seed: Seed): () => number {
  let [a, b, c, counter] = seed;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}
