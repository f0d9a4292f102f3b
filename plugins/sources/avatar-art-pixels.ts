/** Pixel art on a grid of 16×16: sharp at 16, 32, 48, 80 and 512 px. */
import { sidePx } from "./avatar-art-shape.ts";

export const gridSize = 16;
const cellPx = sidePx / gridSize;

/** A letter for each cell, `.` for none. */
export type Grid = string[][];

export const createGrid = (): Grid => Array.from({ length: gridSize }, () => Array<string>(gridSize).fill("."));

/** Puts rows of letters on the grid, from `x`, `y` on; `.` leaves what is there. What would be outside is cut. */
export function stamp(grid: Grid, rows: readonly string[], x: number, y: number): void {
  rows.forEach((row, down) => {
    for (const [right, letter] of [...row].entries()) {
      const line = grid[y + down];
      if (letter !== "." && line?.[x + right] !== undefined) line[x + right] = letter;
    }
  });
}

/** `rows` hold the left half up to the middle of the grid; the right half is its mirror image. */
export function stampBoth(grid: Grid, rows: readonly string[], y: number): void {
  const whole = rows.map((row) => row + [...row].reverse().join(""));
  stamp(grid, whole, gridSize / 2 - (rows[0]?.length ?? 0), y);
}

/** Marks each empty cell beside a filled one with `letter`. */
export function outline(grid: Grid, letter: string): void {
  const isFilled = (x: number, y: number): boolean => !".".includes(grid[y]?.[x] ?? ".") && grid[y]?.[x] !== letter;
  for (let y = 0; y < gridSize; y++) {
    for (let x = 0; x < gridSize; x++) {
      const isBeside = isFilled(x - 1, y) || isFilled(x + 1, y) || isFilled(x, y - 1) || isFilled(x, y + 1);
      const line = grid[y];
      if (line?.[x] === "." && isBeside) line[x] = letter;
    }
  }
}

/** One path for each letter, in the order of `colors`; cells side by side become one rectangle. */
export function drawGrid(grid: Grid, colors: Readonly<Record<string, string>>): string {
  const drawn = Object.entries(colors).map(([letter, color]) => {
    const d = grid.flatMap((row, y) => runs(row, letter, y)).join("");
    return d && `<path d="${d}" fill="${color}"/>`;
  });
  return `<g shape-rendering="crispEdges">${drawn.join("")}</g>`;
}

function runs(row: readonly string[], letter: string, y: number): string[] {
  const starts = row.flatMap((each, x) => (each === letter && row[x - 1] !== letter ? [x] : []));
  return starts.map((start) => {
    const length = row.slice(start).findIndex((each) => each !== letter);
    const width = (length < 0 ? gridSize - start : length) * cellPx;
    return `M${start * cellPx} ${y * cellPx}h${width}v${cellPx}h-${width}Z`;
  });
}
