/** The eyes of a monster: how many, how large, of what make, looking where. */
import type { Dice } from "./avatar-art-dice.ts";
import type { Paint } from "./avatar-art-palette.ts";
import { circle, ellipse, line, path } from "./avatar-art-shape.ts";

interface Look {
  readonly x: number;
  readonly y: number;
}

type Eye = (x: number, y: number, radius: number, look: Look, paint: Paint) => string;

const round = (value: number): number => Math.round(value);

const pupil: Eye = (x, y, radius, look, { ink, white }) => {
  const [pupilX, pupilY] = [x + round(look.x * radius * 0.3), y + round(look.y * radius * 0.3)];
  const glint = circle(pupilX + round(radius * 0.18), pupilY - round(radius * 0.2), round(radius * 0.18), white);
  return circle(pupilX, pupilY, round(radius * 0.56), ink) + glint;
};

const arc = (x: number, y: number, radius: number, rise: number): string =>
  `M${x - round(radius * 0.8)} ${y}Q${x} ${y - round(radius * rise)} ${x + round(radius * 0.8)} ${y}`;

/** The upper half of an eye. */
const lid = (x: number, y: number, radius: number, color: string): string =>
  path(`M${x - radius - 2} ${y}A${radius + 2} ${radius + 2} 0 0 1 ${x + radius + 2} ${y}Z`, color);

const open: Eye = (x, y, radius, look, paint) => circle(x, y, radius, paint.white) + pupil(x, y, radius, look, paint);

/** Smiling; a single one would look like a mouth. */
const closed: Eye = (x, y, radius, _look, paint) => line(arc(x, y + round(radius * 0.3), radius, 1.6), paint.ink, 15);

const makes: readonly Eye[] = [
  open,
  open,
  (x, y, radius, look, paint) => circle(x, y, radius + 9, paint.shade) + open(x, y, radius, look, paint),
  (x, y, radius, { x: lookX }, paint) =>
    open(x, y, radius, { x: lookX, y: 0.9 }, paint) + lid(x, y - round(radius * 0.2), radius, paint.shade),
  (x, y, radius, look, paint) =>
    circle(x, y, radius, paint.glow) +
    ellipse(x + round(look.x * radius * 0.25), y, round(radius * 0.3), round(radius * 0.78), paint.ink),
  closed,
  (x, y, radius, _look, { ink, white }) =>
    ellipse(x, y, round(radius * 0.62), round(radius * 0.8), ink) + circle(x + 7, y - round(radius * 0.34), 9, white),
  (x, y, radius, look, paint) =>
    circle(x, y, radius, paint.white) +
    circle(x + round(look.x * radius * 0.2), y + round(look.y * radius * 0.2), round(radius * 0.72), paint.trimShade) +
    pupil(x, y, round(radius * 0.72), look, paint),
];

/** x, y and size of each eye, beside the middle; sizes in parts of the size drawn by lot. */
const settings: readonly (readonly (readonly [x: number, y: number, size: number])[])[] = [
  [[0, 0, 1.55]],
  [
    [-58, 0, 1],
    [58, 0, 1],
  ],
  [
    [-48, 0, 0.9],
    [48, 0, 0.9],
  ],
  [
    [-56, 0, 1.2],
    [64, 4, 0.8],
  ],
  [
    [-64, 4, 0.8],
    [56, 0, 1.2],
  ],
  [
    [-78, 10, 0.75],
    [0, -14, 0.95],
    [78, 10, 0.75],
  ],
];

const looks: readonly Look[] = [
  { x: 0, y: 0 },
  { x: -1, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: 0, y: -1 },
  { x: 0.7, y: 0.7 },
  { x: -0.7, y: 0.7 },
];

export function drawMonsterEyes(dice: Dice, paint: Paint, middleY: number): string {
  const [drawn, setting, look] = [dice.pick(makes), dice.pick(settings), dice.pick(looks)];
  const make = setting.length === 1 && drawn === closed ? open : drawn;
  const radius = 36 + dice.below(4) * 4;
  const y = middleY + dice.below(4) * 5 - 8;
  return setting.map(([x, rise, size]) => make(256 + x, y + rise, round(radius * size), look, paint)).join("");
}
