/** Drawing and looking, for suites that compare pixels. */
import assert from "node:assert/strict";
import type { Color, Picture, Pixels } from "../../core/image.ts";
import type { Patch } from "../fixtures/card.ts";

export const white: Color = { r: 255, g: 255, b: 255, a: 255 };
export const clear: Color = { r: 0, g: 0, b: 0, a: 0 };

/** The colour of one pixel. */
export function colorAt({ width, data }: Pixels, x: number, y: number): Color {
  const at = (y * width + x) * 4;
  return { r: data[at] ?? 0, g: data[at + 1] ?? 0, b: data[at + 2] ?? 0, a: data[at + 3] ?? 0 };
}

/** The largest difference of a channel, 0..255. Two fully transparent colours are the same. */
export function distance(one: Color, other: Color): number {
  const hidden = one.a === 0 && other.a === 0;
  const channels = hidden ? [] : [one.r - other.r, one.g - other.g, one.b - other.b];
  return Math.max(Math.abs(one.a - other.a), ...channels.map(Math.abs));
}

const written = ({ r, g, b, a }: Color): string => [r, g, b, a].join(",");

export function assertColor(got: Color, wanted: Color, tolerance: number, where: string): void {
  const isNear = distance(got, wanted) <= tolerance;
  assert.ok(isNear, `${where}: ${written(got)}, expected ${written(wanted)} within ${tolerance}`);
}

/** Compares the flat areas of a drawing with what a picture shows there. */
export function assertPatches(pixels: Pixels, patches: readonly Patch[], tolerance: number): void {
  assert.ok(patches.length > 0);
  for (const patch of patches) {
    const x = Math.floor(patch.x * pixels.width);
    const y = Math.floor(patch.y * pixels.height);
    assertColor(colorAt(pixels, x, y), patch, tolerance, `at ${x},${y}`);
  }
}

/** The largest difference over all pixels. */
export function worst(one: Pixels, other: Pixels): number {
  assert.deepEqual([one.width, one.height], [other.width, other.height]);
  let most = 0;
  for (let y = 0; y < one.height; y++) {
    for (let x = 0; x < one.width; x++) most = Math.max(most, distance(colorAt(one, x, y), colorAt(other, x, y)));
  }
  return most;
}

/** Pixels by a function of their place. */
export function draw(width: number, height: number, at: (x: number, y: number) => Color): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const { r, g, b, a } = at(x, y);
      data.set([r, g, b, a], (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

export const sizeOf = ({ width, height }: Picture): readonly [number, number] => [width, height];
