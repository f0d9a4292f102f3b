/** A wooden pier from the viewer's feet out onto the lake, in the first sun: the near, sharp end of the picture. */
import { clamp, fractal, gradientNoise, hash, mix, smooth } from "./noise.ts";
import { skylight, sunlight } from "./sky.ts";
import { sun } from "./terrain.ts";
import { add, blend, colorAt, type Rgb, scale, setColor, times, type View } from "./view.ts";

const deckM = 0.72;
const halfM = 0.95;
const endM = 16.2;
const plankM = 0.148;
const postM = 0.085;
const postTopM = 1.55;

const grain = gradientNoise(211);
const wood: Rgb = [0.44, 0.3, 0.2];
const grey: Rgb = [0.34, 0.3, 0.27];
const dark: Rgb = [0.05, 0.035, 0.025];

/** Middle of the pier at a distance. */
const middle = (z: number): number => 0.42 + (z - 6) * -0.035;

interface Post {
  readonly x: number;
  readonly z: number;
}

const posts: readonly Post[] = [16.05, 12.3, 8.6].flatMap((z) =>
  [-1, 1].map((side) => ({ x: middle(z) + side * (halfM - 0.02), z })),
);

export function paintPier(view: View): void {
  for (const post of posts) paintMirrored(view, post);
  for (let row = Math.floor(view.horizon) + 1; row < view.height; row++) paintRow(view, row);
  for (const post of posts) paintPost(view, post);
}

/**
 * How far inside the deck's edge a pixel is, in pixels, if it shows the plane at `belowM` under the eye; outside
 * is negative.
 */
function insideDeck({ width, focal, horizon }: View, column: number, row: number, belowM: number): number {
  const z = (belowM * focal) / (row + 0.5 - horizon);
  const x = ((column + 0.5 - width / 2) / focal) * z - middle(z);
  const ragged = 0.05 * (hash(Math.floor(z / plankM), 3) - 0.5);
  return Math.min(halfM + ragged - Math.abs(x), (endM - z) * 2) * (focal / z);
}

/** The deck; beside it the water shows its dark underside. */
function paintRow(view: View, row: number): void {
  const { width, focal, horizon, eyeM } = view;
  const z = ((eyeM - deckM) * focal) / (row + 0.5 - horizon);
  for (let column = 0; column < width; column++) {
    const at = row * width + column;
    const under = insideDeck(view, column + ripple(column, row, view), row, eyeM + deckM);
    if (under > 0) cover(view, at, dark, clamp(under / 6) * 0.72);
    const over = insideDeck(view, column, row, eyeM - deckM);
    if (over > -0.5) {
      cover(view, at, deckColor(((column + 0.5 - width / 2) / focal) * z - middle(z), z), clamp(over + 0.5));
    }
  }
}

/** Pixels that small waves push a mirror image aside. */
function ripple(column: number, row: number, { focal, horizon, eyeM, width }: View): number {
  const z = (eyeM * focal) / (row + 0.5 - horizon);
  const x = ((column - width / 2) / focal) * z;
  return focal * 0.0042 * fractal(grain, x * 1.3, z * 3.1, 3);
}

/** A post upside down in the water. */
function paintMirrored(view: View, { x, z }: Post): void {
  const { width, focal, horizon, eyeM } = view;
  const half = (focal * postM) / z;
  const center = width / 2 + (focal * x) / z;
  const last = Math.min(view.height, horizon + (focal * (postTopM + eyeM)) / z);
  for (let row = Math.floor(horizon + (focal * eyeM) / z); row < last; row++) {
    const pushed = center + ripple(center, row, view) * 2;
    for (let column = Math.max(0, Math.floor(pushed - half)); column <= Math.min(width - 1, pushed + half); column++) {
      const aside = (column + 0.5 - pushed) / half;
      cover(
        view,
        row * width + column,
        scale(postColor(aside, 0.2, x), 0.7),
        0.6 * clamp((1 - Math.abs(aside)) * half),
      );
    }
  }
}

function cover(view: View, at: number, color: Rgb, share: number): void {
  setColor(view, at, blend(colorAt(view, at), color, share));
}

function deckColor(x: number, z: number): Rgb {
  const plank = Math.floor(z / plankM);
  const along = z / plankM - plank;
  const age = hash(plank, 17);
  const fibres = fractal(grain, x * 1.6 + plank * 7.3, along * 9 + plank * 3.1, 5);
  const knots = smooth(0.32, 0.5, grain(x * 2.3 + plank * 13.7, along * 1.3 + plank));
  const streaks = Math.abs(Math.sin(fibres * 9 + along * 16));
  let color = scale(blend(wood, grey, mix(0.1, 0.8, age) + fibres * 0.4), mix(0.72, 1.16, hash(plank, 29)));
  color = scale(color, (0.74 + 0.32 * streaks) * (1 - 0.5 * knots));
  const worn = 0.85 + 0.25 * smooth(0.8, 0.1, Math.abs(x)) + 0.22 * fractal(grain, x * 3, z * 3, 3);
  const gap = smooth(0.035, 0.075, Math.min(along, 1 - along));
  const nail = Math.hypot((Math.abs(x) - 0.7) / 0.011, ((along - 0.5) * plankM) / 0.011);
  const light = add(scale(sunlight, sun[1] * 0.95 * deckSun(x, z)), scale(skylight, 0.85));
  const lit = scale(times(color, light), worn * mix(0.06, 1, gap));
  return blend(lit, dark, smooth(1.4, 0.9, nail) * 0.8);
}

/** Shadows of the posts, which the low sun lays across the planks. */
function deckSun(x: number, z: number): number {
  let free = 1;
  for (const post of posts) {
    const [dx, dz] = [x + middle(z) - post.x, z - post.z];
    const flat = Math.hypot(sun[0], sun[2]);
    const away = (-dx * sun[0] - dz * sun[2]) / flat;
    const aside = Math.abs((dx * sun[2] - dz * sun[0]) / flat);
    if (away < 0 || away > ((postTopM - deckM) * flat) / sun[1]) continue;
    free = Math.min(free, smooth(postM - 0.01 - away * 0.01, postM + 0.01 + away * 0.012, aside));
  }
  return free;
}

/** A round post: what stands above the water and is not behind the deck. */
function paintPost(view: View, { x, z }: Post): void {
  const { width, focal, horizon, eyeM } = view;
  const center = width / 2 + (focal * x) / z;
  const half = (focal * postM) / z;
  const top = horizon - (focal * (postTopM - eyeM)) / z;
  const cap = half * ((eyeM - postTopM) / z);
  const deckRow = horizon + (focal * (eyeM - deckM)) / z;
  const foot = Math.min(view.height, horizon + (focal * eyeM) / z);
  for (let row = Math.floor(top - cap); row < foot; row++) {
    for (let column = Math.floor(center - half - 1); column <= center + half + 1; column++) {
      const aside = (column + 0.5 - center) / half;
      const share = clamp((1 - Math.abs(aside)) * half + 0.5);
      const bulge = cap * Math.sqrt(Math.max(0, 1 - aside * aside));
      if (share <= 0 || column < 0 || column >= width || row < top - bulge) continue;
      if (row > deckRow + bulge && insideDeck(view, column, row, eyeM - deckM) > 0) continue;
      const y = eyeM - ((row - horizon) * z) / focal;
      const color = row < top + bulge ? capColor(aside, (row - top) / (cap + 0.01)) : postColor(aside, y, x);
      cover(view, row * width + column, color, share);
    }
  }
}

function postColor(aside: number, y: number, seed: number): Rgb {
  const facing = Math.sqrt(Math.max(0, 1 - aside * aside));
  const sunny = clamp(aside * sun[0] + facing * -sun[2]);
  const bark = 0.75 + 0.5 * fractal(grain, aside * 3 + seed * 5, y * 1.4 + seed, 5);
  const wet = mix(0.35, 1, smooth(0.05, 0.4, y));
  const light = add(scale(sunlight, sunny), scale(skylight, 0.55));
  return scale(times(blend(wood, grey, 0.5), light), bark * wet);
}

function capColor(aside: number, along: number): Rgb {
  const rings = 0.8 + 0.25 * Math.sin(Math.hypot(aside, along) * 26);
  return scale(times(blend(wood, grey, 0.3), add(scale(sunlight, sun[1]), scale(skylight, 0.9))), rings);
}
