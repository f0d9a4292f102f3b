/** Rain on a height map: each drop runs downhill, takes earth where it is fast and leaves it where it is slow. */
import { randomFrom } from "./noise.ts";

const inertia = 0.08;
const capacityFactor = 7;
const takeRate = 0.32;
const leaveRate = 0.28;
const dryRate = 0.018;
const gravity = 6;
const steps = 72;

/** Heights are in cells, so that slopes are true. */
export function erode(heights: Float32Array, size: number, drops: number): void {
  const random = randomFrom(5);
  for (let drop = 0; drop < drops; drop++) run(heights, size, 1 + random() * (size - 3), 1 + random() * (size - 3));
}

function run(heights: Float32Array, size: number, startX: number, startY: number): void {
  let [x, y, turnX, turnY, speed, water, load] = [startX, startY, 0, 0, 1, 1, 0];
  for (let step = 0; step < steps; step++) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const at = row * size + column;
    const [dx, dy] = [x - column, y - row];
    const a = heights[at] as number;
    const b = heights[at + 1] as number;
    const c = heights[at + size] as number;
    const d = heights[at + size + 1] as number;
    const here = (a * (1 - dx) + b * dx) * (1 - dy) + (c * (1 - dx) + d * dx) * dy;
    if (here < -2) return;
    turnX = turnX * inertia - ((b - a) * (1 - dy) + (d - c) * dy) * (1 - inertia);
    turnY = turnY * inertia - ((c - a) * (1 - dx) + (d - b) * dx) * (1 - inertia);
    const length = Math.hypot(turnX, turnY);
    if (length < 1e-6) return;
    [turnX, turnY] = [turnX / length, turnY / length];
    [x, y] = [x + turnX, y + turnY];
    if (x < 2 || y < 2 || x >= size - 3 || y >= size - 3) return;
    const fall = heightAt(heights, size, x, y) - here;
    const capacity = Math.max(-fall, 0.008) * speed * water * capacityFactor;
    if (load > capacity || fall > 0) {
      const left = fall > 0 ? Math.min(fall, load) : (load - capacity) * leaveRate;
      load -= left;
      spread(heights, size, at, dx, dy, left);
    } else {
      const taken = Math.min((capacity - load) * takeRate, -fall);
      load += taken;
      dig(heights, size, column, row, taken);
    }
    speed = Math.sqrt(Math.max(0.01, speed * speed - fall * gravity));
    water *= 1 - dryRate;
  }
}

function heightAt(heights: Float32Array, size: number, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const at = row * size + column;
  const [dx, dy] = [x - column, y - row];
  const top = (heights[at] as number) * (1 - dx) + (heights[at + 1] as number) * dx;
  const bottom = (heights[at + size] as number) * (1 - dx) + (heights[at + size + 1] as number) * dx;
  return top * (1 - dy) + bottom * dy;
}

function add(heights: Float32Array, at: number, amount: number): void {
  heights[at] = (heights[at] as number) + amount;
}

function spread(heights: Float32Array, size: number, at: number, dx: number, dy: number, amount: number): void {
  add(heights, at, amount * (1 - dx) * (1 - dy));
  add(heights, at + 1, amount * dx * (1 - dy));
  add(heights, at + size, amount * (1 - dx) * dy);
  add(heights, at + size + 1, amount * dx * dy);
}

/**
 * Earth is taken from around the drop, so that no single deep holes appear: 4 of the middle, 2 of each side, 1
 * of each corner.
 */
function dig(heights: Float32Array, size: number, column: number, row: number, amount: number): void {
  for (let y = -1; y <= 1; y++) {
    for (let x = -1; x <= 1; x++) {
      const share = (2 - Math.abs(x)) * (2 - Math.abs(y));
      add(heights, (row + y) * size + column + x, (-amount * share) / 16);
    }
  }
}
