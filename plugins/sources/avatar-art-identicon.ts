/**
 * `identicon`: a quilt of 5×5 tiles, the same on the left and the right, above and below. Mirrored, not turned: four hooks that follow
 * each other can make a sign that nobody wants to be shown with.
 */
import type { Dice } from "./avatar-art-dice.ts";
import { mixPaint, type Theme } from "./avatar-art-palette.ts";
import { circle, fillAll, path, rect, svg, turn } from "./avatar-art-shape.ts";

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

/** Tiles of the arms of the cross in the middle, each its own mirror image. */
const armTiles: readonly string[] = [
  "M0 0H88V88H0Z",
  "M44 0L88 44L44 88L0 44Z",
  "M44 0A44 44 0 0 1 44 88A44 44 0 0 1 44 0Z",
  "M0 0H88V44A44 44 0 0 1 0 44Z",
  "M0 88V44A44 44 0 0 1 88 44V88Z",
  "M44 0L88 88H0Z",
  "M0 0H88L44 88Z",
  "M0 0L44 44L88 0V88H0Z",
  "M44 0A64 64 0 0 1 44 88A64 64 0 0 1 44 0Z",
];

/** Places in a corner and how often, of 8, they have a tile: the rim has gaps, so that the whole has an outline of its own. */
const corner = [
  { column: 1, row: 1, density: 8 },
  { column: 1, row: 0, density: 6 },
  { column: 0, row: 1, density: 6 },
  { column: 0, row: 0, density: 4 },
] as const;

const arm = [
  { column: 2, row: 1, density: 7 },
  { column: 2, row: 0, density: 6 },
] as const;

const mirrors = ["1 0 0 1 0 0", "-1 0 0 1 512 0", "1 0 0 -1 0 512", "-1 0 0 -1 512 512"] as const;

export function drawIdenticon(hash: string, dice: Dice, theme: Theme): string {
  const paint = mixPaint(hash, dice, theme);
  const inks = [paint.body, paint.body, paint.shade, paint.trim] as const;
  const fill = (places: typeof corner | typeof arm, choices: readonly string[]): string =>
    places
      .map(({ column, row, density }) => {
        const [d, ink, isDrawn] = [dice.pick(choices), dice.pick(inks), dice.below(8) < density];
        return isDrawn ? tile(d, column, row, ink) : "";
      })
      .join("");
  const [quarter, upper] = [fill(corner, tiles), fill(arm, armTiles)];
  return svg(
    fillAll(paint.ground),
    ...mirrors.map((matrix) => `<g transform="matrix(${matrix})">${quarter}</g>`),
    ...[0, 90, 180, 270].map((degrees) => turn(upper, degrees)),
    middle(dice.below(6), dice.pick(inks), paint.halo),
  );
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
