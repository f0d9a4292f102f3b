/** `retro`: a creature of an arcade game of the eighties, in 12×12 fat pixels. */
import type { Dice } from "./avatar-art-dice.ts";
import { mixPaint, type Theme } from "./avatar-art-palette.ts";
import { createGrid, drawGrid, type Grid, stamp, stampBoth } from "./avatar-art-pixels.ts";
import { bottoms, eyes, heads, mouths, scenes, tops } from "./avatar-art-retro-sprites.ts";
import { fillAll, svg } from "./avatar-art-shape.ts";

const headY = 4;

export function drawRetro(hash: string, dice: Dice, theme: Theme): string {
  const paint = mixPaint(hash, dice, theme);
  const grid = createGrid();
  stamp(grid, dice.pick(scenes), 0, 0);
  stampBoth(grid, dice.pick(bottoms), headY + 6);
  stampBoth(grid, dice.pick(tops), headY - 3);
  const head = dice.pick(heads);
  stampBoth(grid, head, headY);
  speckle(grid, dice);
  stampBoth(grid, dice.pick(eyes), headY + 1);
  stampBoth(grid, dice.pick(mouths), headY + 4);
  return svg(
    fillAll(paint.ground),
    drawGrid(grid, {
      "-": paint.halo,
      "#": paint.body,
      s: paint.shade,
      l: paint.light,
      t: paint.trim,
      T: paint.trimShade,
      w: paint.white,
      k: paint.ink,
    }),
  );
}

/** Marks on brow and cheeks, the same on both sides. */
function speckle(grid: Grid, dice: Dice): void {
  for (const [x, y] of spots) {
    const letter = "....ls"[dice.below(6)] ?? ".";
    if (grid[y]?.[x] === "#" && letter !== ".") stampBoth(grid, [letter.padEnd(gridHalf - x, ".")], y);
  }
}

const gridHalf = 8;
const spots = [
  [7, headY],
  [5, headY],
  [6, headY + 1],
  [4, headY + 1],
  [3, headY + 3],
  [3, headY + 4],
  [4, headY + 5],
] as const;
