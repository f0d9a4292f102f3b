/** `identicon`: a quilt of 5×5 tiles that stays the same when it is turned by a quarter. */
import type { Dice } from "./avatar-art-dice.ts";
import { mixPaint, type Theme } from "./avatar-art-palette.ts";
import { circle, fillAll, path, rect, svg } from "./avatar-art-shape.ts";

const tilePx = 88;
const marginPx = 36;

/** A tile of 88 with its corner at 0,0. Those that look different when turned are there four times as often. */
const tiles: readonly string[] = [
  "M0 0H88V88H0Z",
  "M44 0L88 44L44 88L0 44Z",
  "M0 0H88L0 88Z",
  "M0 0H88V88Z",
  "M88 0V88H0Z",
  "M0 0L88 88H0Z",
  "M0 0A88 88 0 0 1 88 88H0Z",
  "M88 0A88 88 0 0 1 0 88V0Z",
  "M88 88A88 88 0 0 1 0 0H88Z",
  "M0 88A88 88 0 0 1 88 0V88Z",
  "M0 0A88 88 0 0 1 88 88A88 88 0 0 1 0 0Z",
  "M88 0A88 88 0 0 1 0 88A88 88 0 0 1 88 0Z",
  "M0 0H88V44A44 44 0 0 1 0 44Z",
  "M88 0V88H44A44 44 0 0 1 44 0Z",
  "M0 88V44A44 44 0 0 1 88 44V88Z",
  "M0 0H44A44 44 0 0 1 44 88H0Z",
];

/** One of each orbit of tiles under a quarter turn: those beside the middle, then the rim, the corner last. */
const orbits = [
  [2, 1],
  [1, 1],
  [2, 0],
  [1, 0],
  [3, 0],
  [0, 0],
] as const;

/** Drawn, of 8: the rim has more gaps, so that it fits into a circle and has an outline of its own. */
const density = [7, 7, 7, 5, 5, 3] as const;

export function drawIdenticon(hash: string, dice: Dice, theme: Theme): string {
  const paint = mixPaint(hash, dice, theme);
  const inks = [paint.body, paint.body, paint.shade, paint.trim] as const;
  const quarter = orbits.map(([column, row], index) => {
    const [d, ink, isDrawn] = [dice.pick(tiles), dice.pick(inks), dice.below(8) < (density[index] ?? 0)];
    return isDrawn || index === 0 ? tile(d, column, row, ink) : "";
  });
  const turned = [0, 90, 180, 270].map(
    (degrees) => `<g transform="rotate(${degrees} 256 256)">${quarter.join("")}</g>`,
  );
  return svg(fillAll(paint.ground), ...turned, middle(dice.below(6), dice.pick(inks), paint.halo));
}

/** Tiles overlap by a pixel, or the ground would shine through between them. */
const tile = (d: string, column: number, row: number, ink: string): string =>
  `<path transform="matrix(1.0125 0 0 1.0125 ${place(column)} ${place(row)})" d="${d}" fill="${ink}"/>`;

const place = (index: number): string => (marginPx + index * tilePx - 0.55).toFixed(2);

function middle(choice: number, ink: string, halo: string): string {
  const shapes = [
    rect(211, 211, 90, 90, 0, ink),
    circle(256, 256, 44, ink),
    path("M256 212L300 256L256 300L212 256Z", ink),
    rect(211, 211, 90, 90, 0, ink) + circle(256, 256, 24, halo),
    circle(256, 256, 44, ink) + circle(256, 256, 20, halo),
    circle(256, 256, 24, ink),
  ];
  return shapes[choice] ?? "";
}
