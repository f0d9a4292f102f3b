/**
 * A valley with a lake between mountains: heights in metres above the lake, on a grid. The viewer stands at the
 * origin and looks along +z.
 */
import { erode } from "./erosion.ts";
import { clamp, fractal, gradientNoise, mix, ridged, smooth } from "./noise.ts";

export const cells = 1400;
export const cellM = 6.4;
const left = (-cells * cellM) / 2;

export interface Terrain {
  /** Height at a point, smoothly between the grid's. */
  heightAt(x: number, z: number): number;
  /** How much sun reaches that point of the ground, 0..1. */
  sunAt(x: number, z: number): number;
}

/** Where the sun stands: a unit vector towards it. */
export const sun = normal([-0.8, 0.36, -0.36]);

function normal([x, y, z]: readonly [number, number, number]): readonly [number, number, number] {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

interface Massif {
  readonly x: number;
  readonly z: number;
  readonly heightM: number;
  readonly radiusM: number;
}

/** The composition: a main summit left of the middle, lower ones that lead to it, wooded shoulders at both sides. */
const massifs: readonly Massif[] = [
  { x: -520, z: 5600, heightM: 1330, radiusM: 1750 },
  { x: 640, z: 6200, heightM: 1130, radiusM: 1500 },
  { x: -1700, z: 5000, heightM: 1120, radiusM: 1300 },
  { x: 1800, z: 5600, heightM: 1240, radiusM: 1500 },
  { x: 2700, z: 4200, heightM: 1000, radiusM: 1300 },
  { x: -2700, z: 3900, heightM: 1000, radiusM: 1400 },
  { x: -1500, z: 2100, heightM: 470, radiusM: 900 },
  { x: 1650, z: 2350, heightM: 520, radiusM: 1000 },
  { x: 330, z: 3500, heightM: 230, radiusM: 900 },
  { x: -600, z: 3300, heightM: 150, radiusM: 700 },
];

const coarse = gradientNoise(11);
const fine = gradientNoise(23);

/** Before erosion: massifs, torn by ridges, around the lake's basin. */
function raw(x: number, z: number): number {
  const bendX = x + 420 * fractal(coarse, x / 1900 + 7, z / 1900, 4);
  const bendZ = z + 420 * fractal(coarse, x / 1900, z / 1900 + 31, 4);
  let base = 0;
  for (const { x: atX, z: atZ, heightM, radiusM } of massifs) {
    const away = Math.hypot((bendX - atX) / radiusM, (bendZ - atZ) / radiusM, 0.42) - 0.42;
    base = Math.max(base, heightM * Math.exp(-away * 1.75)) + Math.min(base, 90) * 0.02;
  }
  const crests = ridged(fine, bendX / 1150, bendZ / 1150, 9);
  const land = base * (0.4 + 0.92 * crests) + 40 * fractal(fine, x / 260, z / 260, 5);
  return mix(-40, land, shore(x, z));
}

/** 0 in the lake, 1 on land. */
function shore(x: number, z: number): number {
  const edge = 260 * fractal(coarse, x / 700 + 3, z / 700 + 5, 5);
  const across = Math.abs(x + 0.06 * z) / (640 + 0.12 * z);
  const along = (z - 2150 + edge) / 900;
  return smooth(0.72, 1.18, Math.max(across + edge / 1400, along + 0.75));
}

export function makeTerrain(): Terrain {
  const heights = new Float32Array(cells * cells);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      heights[row * cells + column] = raw(left + column * cellM, row * cellM) / cellM;
    }
  }
  erode(heights, cells, 420_000);
  for (let at = 0; at < heights.length; at++) heights[at] = (heights[at] as number) * cellM;
  const light = shadows(heights);
  return { heightAt: (x, z) => sample(heights, x, z), sunAt: (x, z) => sample(light, x, z) };
}

function sample(grid: Float32Array, x: number, z: number): number {
  const column = clamp((x - left) / cellM, 0, cells - 2);
  const row = clamp(z / cellM, 0, cells - 2);
  const [firstColumn, firstRow] = [Math.floor(column), Math.floor(row)];
  const at = firstRow * cells + firstColumn;
  const [dx, dz] = [column - firstColumn, row - firstRow];
  const near = mix(grid[at] as number, grid[at + 1] as number, dx);
  const far = mix(grid[at + cells] as number, grid[at + cells + 1] as number, dx);
  return mix(near, far, dz);
}

/** Walks from each cell towards the sun; what stands only a little in the way casts a soft edge. */
function shadows(heights: Float32Array): Float32Array {
  const light = new Float32Array(heights.length);
  const [sunX, sunY, sunZ] = sun;
  const flat = Math.hypot(sunX, sunZ);
  for (let at = 0; at < light.length; at++) {
    const x = left + (at % cells) * cellM;
    const z = Math.floor(at / cells) * cellM;
    let free = 1;
    for (let away = 14; away < 3200 && free > 0; away *= 1.14) {
      const ray = (heights[at] as number) + 3 + (away * sunY) / flat;
      if (ray > 2000) break;
      const ground = sample(heights, x + (away * sunX) / flat, z + (away * sunZ) / flat);
      free = Math.min(free, 1 - (ground - ray) / (0.035 * away + 4));
    }
    light[at] = clamp(free);
  }
  return light;
}
