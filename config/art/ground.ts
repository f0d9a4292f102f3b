/**
 * The land: each column of the picture walks away from the viewer and paints what rises above what it has
 * painted so far.
 */
import { clamp, fractal, gradientNoise, mix, smooth } from "./noise.ts";
import { skylight, sunlight, throughAir } from "./sky.ts";
import { sun, type Terrain } from "./terrain.ts";
import { add, blend, type Rgb, scale, setColor, times, type View } from "./view.ts";

const nearM = 40;
const farM = 8800;
const detail = gradientNoise(77);

/** Metres that fine noise adds to the grid's heights. */
function heightAt(terrain: Terrain, x: number, z: number): number {
  const ground = terrain.heightAt(x, z);
  return ground + (ground > 0 ? fractal(detail, x / 34, z / 34, 6) * (3 + clamp(ground / 240) * 15) : 0);
}

export function paintGround(view: View, terrain: Terrain): void {
  for (let column = 0; column < view.width; column++) paintColumn(view, terrain, column);
}

function paintColumn(view: View, terrain: Terrain, column: number): void {
  const { width, height, focal, horizon, eyeM, depth } = view;
  const across = (column - width / 2) / focal;
  let top = height;
  for (let z = nearM; z < farM && top > 0; z += Math.max(0.5, z * 0.0007)) {
    const ground = heightAt(terrain, across * z, z);
    const row = Math.max(0, Math.ceil(horizon - (focal * (Math.max(0, ground) - eyeM)) / z));
    for (let each = row; each < top; each++) {
      const at = each * width + column;
      depth[at] = ground <= 0 ? -(focal * eyeM) / (each - horizon) : z;
      if (ground > 0) setColor(view, at, groundColor(terrain, across * z, ground, z, across));
    }
    top = Math.min(top, row);
  }
}

const rock: Rgb = [0.25, 0.215, 0.19];
const darkRock: Rgb = [0.13, 0.115, 0.11];
const meadow: Rgb = [0.2, 0.15, 0.06];
const floor: Rgb = [0.045, 0.05, 0.025];
const snow: Rgb = [0.86, 0.9, 0.97];
const sand: Rgb = [0.42, 0.32, 0.23];

function groundColor(terrain: Terrain, x: number, y: number, z: number, across: number): Rgb {
  const reach = Math.max(3, z * 0.0011);
  const slopeX = (heightAt(terrain, x + reach, z) - heightAt(terrain, x - reach, z)) / (2 * reach);
  const slopeZ = (heightAt(terrain, x, z + reach) - heightAt(terrain, x, z - reach)) / (2 * reach);
  const upright = 1 / Math.hypot(slopeX, 1, slopeZ);
  const facing = clamp((-slopeX * sun[0] + sun[1] - slopeZ * sun[2]) * upright);
  const open = 0.35 + 0.65 * upright;
  const direct = scale(sunlight, facing * terrain.sunAt(x, z));
  const around = scale(skylight, open);
  const color = times(material(x, y, z, upright), add(direct, around));
  return throughAir(color, z, y, across);
}

function material(x: number, y: number, z: number, upright: number): Rgb {
  const patch = fractal(detail, x / 190 + 50, z / 190, 5);
  const strata = fractal(detail, y / 17 + patch * 2, x / 900, 4);
  const speckle = 1 + 0.55 * fractal(detail, x / 21 + y / 13, z / 21 - y / 9, 4);
  let color = scale(blend(rock, darkRock, clamp(0.5 + strata * 0.9)), speckle);
  color = blend(color, meadow, smooth(0.7, 0.86, upright) * smooth(900, 500, y + patch * 320));
  color = blend(color, floor, smooth(0.5, 0.66, upright) * smooth(480, 330, y + patch * 200));
  color = blend(color, sand, smooth(3.5, 0.6, y));
  const line = 520 - upright * 300 + patch * 380 + strata * 60;
  return blend(color, snow, smooth(line, line + 90, y) * smooth(0.36, 0.58, upright + patch * 0.14));
}

/** Where trees stand: not on cliffs, not above the tree line, not on the beach. */
export function woodAt(terrain: Terrain, x: number, z: number): number {
  const y = terrain.heightAt(x, z);
  if (y < 1.6) return 0;
  const slope =
    Math.hypot(
      terrain.heightAt(x + 8, z) - terrain.heightAt(x - 8, z),
      terrain.heightAt(x, z + 8) - terrain.heightAt(x, z - 8),
    ) / 16;
  const patch = fractal(detail, x / 300 + 9, z / 300 + 5, 4);
  return (
    smooth(1.6, 1.0, slope) *
    smooth(520, 300, y + patch * 260) *
    smooth(-0.34, 0.02, patch + mix(0.4, 0.08, clamp(y / 300)))
  );
}
