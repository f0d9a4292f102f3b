/** Conifers, far ones first, each drawn branch by branch over the land behind it. */
import { woodAt } from "./ground.ts";
import { clamp, hash, mix } from "./noise.ts";
import { skylight, sunlight, throughAir } from "./sky.ts";
import type { Terrain } from "./terrain.ts";
import { add, blend, colorAt, type Rgb, scale, setColor, times, type View } from "./view.ts";

const spacingM = 7.5;
const farthestM = 4300;
const spruce: Rgb = [0.03, 0.052, 0.026];
const larch: Rgb = [0.4, 0.2, 0.035];

interface Tree {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heightM: number;
  readonly seed: number;
  readonly lit: number;
  readonly color: Rgb;
}

export function paintForest(view: View, terrain: Terrain): void {
  for (let row = Math.floor(farthestM / spacingM); row * spacingM > 90; row--) {
    const reach = (row * spacingM * view.width * 0.52) / view.focal;
    const side = Math.ceil(reach / spacingM);
    for (let column = -side; column <= side; column++) {
      const tree = grow(terrain, column, row);
      if (tree !== undefined) paintTree(view, tree);
    }
  }
}

/** The tree of this cell of a jittered grid, if one stands there. */
function grow(terrain: Terrain, column: number, row: number): Tree | undefined {
  const x = (column + hash(column, row) * 0.9) * spacingM;
  const z = (row + hash(row, column) * 0.9) * spacingM;
  const chance = woodAt(terrain, x, z);
  const draw = hash(column + 7919, row);
  if (draw > chance) return undefined;
  const y = terrain.heightAt(x, z);
  const heightM = mix(7, 23, hash(column, row + 104729) ** 0.8) * mix(0.5, 1, chance) * mix(1.1, 0.55, clamp(y / 520));
  const golden = hash(column >> 3, row >> 3) * 0.5 + hash(column + 31, row + 17) * 0.5;
  const color = blend(
    scale(spruce, mix(0.6, 1.35, draw / chance)),
    larch,
    golden > 0.76 ? mix(0.35, 1, draw / chance) : 0,
  );
  return { x, y, z, heightM, seed: column * 31 + row * 17, lit: terrain.sunAt(x, z), color };
}

function paintTree(view: View, { x, y, z, heightM, seed, lit, color }: Tree): void {
  const { width, focal, horizon, eyeM, depth } = view;
  const center = width / 2 + (focal * x) / z;
  const foot = horizon - (focal * (y - 0.5 - eyeM)) / z;
  const tall = (focal * heightM) / z;
  const half = tall * mix(0.13, 0.2, hash(seed, 3));
  const across = x / z;
  for (let row = Math.max(0, Math.floor(foot - tall)); row < Math.min(view.height, foot); row++) {
    const down = clamp(1 - (foot - row - 0.5) / tall);
    const whorl = down * mix(9, 15, hash(seed, 5));
    const jag = 1 - (whorl - Math.floor(whorl)) * 0.15 - 0.45 * hash(seed + Math.floor(whorl * 2), 11);
    const reach = Math.max(0.55, half * down ** 0.85 * (1.15 - 0.25 * down) * (0.62 + 0.5 * jag));
    for (let column = Math.floor(center - reach); column <= center + reach; column++) {
      if (column < 0 || column >= width) continue;
      const at = row * width + column;
      const behind = depth[at] as number;
      if (behind > 0 && behind < z - 8) continue;
      const aside = clamp((column + 0.5 - center) / (reach + 0.01), -1, 1);
      const cover =
        clamp((reach - Math.abs(column + 0.5 - center)) * 0.9 + 0.45) *
        (hash(column, row) > 0.1 + 0.3 * Math.abs(aside) ? 1 : 0.35);
      const shade = mix(0.55, 1, hash(column * 3 + seed, row)) * mix(1.1, 0.55, down);
      const sunny = lit * clamp(0.3 - aside * 0.75 + 0.25 * (1 - down));
      const light = add(scale(sunlight, sunny * 0.9), scale(skylight, 0.75));
      const seen = throughAir(scale(times(color, light), shade), z, y + heightM * (1 - down), across);
      setColor(view, at, blend(colorAt(view, at), seen, cover));
      if (cover > 0.5) depth[at] = z;
    }
  }
}
