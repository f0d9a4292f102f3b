/** `monsterid`: a friendly monster, with a body, horns or ears, arms, feet, a coat, eyes and a mouth. */
import type { Dice } from "./avatar-art-dice.ts";
import { drawMonsterEyes } from "./avatar-art-monster-eyes.ts";
import { monsterMouths } from "./avatar-art-monster-mouths.ts";
import { mixPaint, type Paint, type Theme } from "./avatar-art-palette.ts";
import { circle, ellipse, fillAll, flip, line, move, pair, path, rect, svg } from "./avatar-art-shape.ts";

interface Body {
  readonly draw: (color: string) => string;
  /** Where the left horn stands, on the outline. */
  readonly crown: readonly [x: number, y: number];
  /** Where the left arm begins, on the outline. */
  readonly shoulder: readonly [x: number, y: number];
  /** Height of the middle of the eyes. */
  readonly eyesY: number;
}

const shape = (d: string) => (color: string) => path(d, color);
const bodies: readonly Body[] = [
  {
    draw: shape(
      "M256 104C352 104 408 200 408 316C408 416 350 462 256 462C162 462 104 416 104 316C104 200 160 104 256 104Z",
    ),
    crown: [186, 136],
    shoulder: [112, 330],
    eyesY: 236,
  },
  {
    draw: shape(
      "M256 104C344 104 392 170 396 260V428Q396 462 362 462H150Q116 462 116 428V260C120 170 168 104 256 104Z",
    ),
    crown: [178, 138],
    shoulder: [122, 330],
    eyesY: 234,
  },
  {
    draw: shape(
      "M256 104C350 104 402 176 402 270V448Q402 472 380 458L352 440L320 462Q304 472 288 462L256 440L224 462Q208 472 192 462L160 440L132 458Q110 472 110 448V270C110 176 162 104 256 104Z",
    ),
    crown: [178, 134],
    shoulder: [116, 330],
    eyesY: 232,
  },
  { draw: (color) => rect(106, 122, 300, 340, 92, color), crown: [170, 130], shoulder: [112, 330], eyesY: 236 },
  {
    draw: shape(
      "M256 108C322 108 356 152 360 206C362 240 420 282 420 358C420 430 356 462 256 462C156 462 92 430 92 358C92 282 150 240 152 206C156 152 190 108 256 108Z",
    ),
    crown: [200, 124],
    shoulder: [108, 318],
    eyesY: 222,
  },
  {
    draw: shape(
      "M256 108C372 108 424 176 418 244C412 308 366 330 360 388C356 440 322 462 256 462C190 462 156 440 152 388C146 330 100 308 94 244C88 176 140 108 256 108Z",
    ),
    crown: [172, 128],
    shoulder: [138, 336],
    eyesY: 226,
  },
  {
    draw: shape(
      "M256 108L276 138L303 115L315 150L347 136L349 173L383 169L375 205L409 212L392 244L422 261L398 286L422 311L392 328L409 360L375 367L383 403L349 399L347 436L315 422L303 457L276 434L256 464L236 434L209 457L197 422L165 436L163 399L129 403L137 367L103 360L120 328L90 311L114 286L90 261L120 244L103 212L137 205L129 169L163 173L165 136L197 150L209 115L236 138Z",
    ),
    crown: [176, 156],
    shoulder: [112, 334],
    eyesY: 246,
  },
  {
    draw: shape(
      "M256 132Q310 132 320 170Q374 180 378 230Q418 262 400 310Q414 364 370 388Q350 438 300 432Q256 464 212 432Q162 438 142 388Q98 364 112 310Q94 262 134 230Q138 180 192 170Q202 132 256 132Z",
    ),
    crown: [192, 158],
    shoulder: [112, 334],
    eyesY: 248,
  },
  {
    draw: shape("M256 92Q288 92 306 126L418 392Q440 462 366 462H146Q72 462 94 392L206 126Q224 92 256 92Z"),
    crown: [200, 138],
    shoulder: [124, 334],
    eyesY: 256,
  },
  {
    draw: shape(
      "M184 100C222 100 240 124 256 124C272 124 290 100 328 100C390 100 410 160 406 240V380C406 436 360 462 256 462C152 462 106 436 106 380V240C102 160 122 100 184 100Z",
    ),
    crown: [162, 112],
    shoulder: [112, 330],
    eyesY: 230,
  },
];

/** Beside the left end of the head; 0,0 is on the outline. Both sides are drawn. */
const horns: readonly ((paint: Paint) => string)[] = [
  () => "",
  ({ trim }) => path("M-34 34C-66 -4 -66 -50 -46 -74C-36 -40 -10 -22 22 -6Z", trim),
  ({ trim }) => path("M-26 24L-34 -58Q-32 -70 -22 -62L34 0Z", trim),
  ({ body, trim }) => line("M0 10Q-6 -34 -34 -50", body, 16) + circle(-38, -56, 24, trim),
  ({ body, accent }) => circle(-14, -4, 54, body) + circle(-14, -4, 28, accent),
  ({ body, accent }) =>
    path("M-44 40C-72 -10 -62 -58 -48 -70C-16 -60 20 -34 34 0Z", body) +
    path("M-34 22C-50 -10 -48 -34 -42 -44C-22 -36 -2 -20 8 0Z", accent),
  ({ trim, trimShade }) =>
    path("M-30 26C-84 16 -98 -34 -74 -66C-66 -34 -30 -30 14 -8Z", trim) +
    path("M-30 26C-60 22 -78 4 -82 -18C-60 4 -36 6 -4 2Z", trimShade),
  ({ body, accent }) => ellipse(-6, -34, 26, 62, body) + ellipse(-6, -30, 12, 40, accent),
  ({ trim }) => line("M4 6V-46M-22 -22L4 6L34 -34", trim, 16),
  ({ trim }) => path("M-40 40L-58 -10L-22 6L-22 -52L12 -10L44 -46L46 8Z", trim),
  ({ body }) => line("M2 10C-6 -60 -64 -50 -50 -18C-40 2 -14 -22 -34 -34", body, 14),
];

/** The left arm; 0,0 is the shoulder. */
const arms: readonly ((paint: Paint) => string)[] = [
  () => "",
  ({ body }) => line("M14 0Q-42 10 -46 62", body, 44),
  ({ body }) => line("M14 10Q-44 6 -52 -56", body, 44),
  ({ body, trim }) => line("M14 0Q-36 8 -44 50", body, 26) + circle(-46, 66, 30, trim),
  ({ body, trim }) => line("M14 10Q-38 0 -46 -50", body, 26) + circle(-50, -62, 30, trim),
  ({ trim }) =>
    path("M20 -40C-30 -84 -86 -70 -96 -30C-72 -36 -66 -20 -70 0C-48 -10 -38 0 -38 18C-20 8 4 12 20 26Z", trim),
  ({ body }) => line("M14 0Q-30 10 -40 50M-40 50L-66 60M-40 50L-46 82M-40 50L-18 74", body, 22),
  ({ body }) => path("M20 -34C-30 -30 -72 14 -68 54C-40 60 0 50 20 34Z", body),
];

const feet: readonly ((paint: Paint) => string)[] = [
  ({ shade }) => ellipse(196, 462, 54, 26, shade),
  ({ trim }) => ellipse(190, 464, 62, 24, trim),
  ({ shade }) => path("M140 484Q136 448 176 448H222Q252 448 250 484Z", shade),
  ({ trim }) => path("M136 486L150 448H236L250 486L222 474L194 490L164 474Z", trim),
  ({ body }) => rect(156, 430, 66, 56, 24, body),
];

/** On the body, under eyes and mouth. */
const coats: readonly ((paint: Paint) => string)[] = [
  () => "",
  ({ light }) => ellipse(256, 400, 92, 62, light),
  ({ light }) => rect(176, 346, 160, 104, 52, light),
  ({ shade }) =>
    circle(176, 372, 20, shade) +
    circle(148, 322, 13, shade) +
    circle(340, 388, 24, shade) +
    circle(366, 334, 12, shade) +
    circle(206, 424, 12, shade),
  ({ accent }) =>
    circle(168, 384, 18, accent) +
    circle(344, 384, 18, accent) +
    circle(204, 424, 13, accent) +
    circle(308, 424, 13, accent),
  ({ shade }) =>
    line("M150 396Q166 412 182 396M194 424Q210 440 226 424M330 396Q346 412 362 396M286 424Q302 440 318 424", shade, 11),
  ({ light }) => path("M190 366H322L306 392H206ZM202 404H310L296 430H216Z", light),
  ({ accent }) =>
    path(
      "M256 446C214 418 196 392 214 372C230 358 250 366 256 384C262 366 282 358 298 372C316 392 298 418 256 446Z",
      accent,
    ),
  ({ light }) => ellipse(150, 300, 22, 15, light) + ellipse(362, 300, 22, 15, light),
];

/** Some have a tuft in the middle of the head. */
const tufts: readonly ((paint: Paint) => string)[] = [
  () => "",
  () => "",
  ({ trim }) =>
    path("M222 132Q226 84 204 62Q240 68 252 94Q256 62 284 46Q276 84 290 96Q304 88 316 92Q290 108 290 132Z", trim),
  ({ trim }) => path("M236 128L256 44L276 128Z", trim),
  ({ body, trim }) => line("M256 120V66", body, 14) + circle(256, 56, 24, trim),
  ({ trim }) => circle(222, 112, 22, trim) + circle(256, 98, 30, trim) + circle(290, 112, 22, trim),
];

export function drawMonster(hash: string, dice: Dice, theme: Theme): string {
  const paint = mixPaint(hash, dice, theme);
  const body = dice.pick(bodies);
  const [crownX, crownY] = body.crown;
  const [shoulderX, shoulderY] = body.shoulder;
  const [horn, tuft, left, foot, coat] = [
    dice.pick(horns),
    dice.pick(tufts),
    dice.pick(arms),
    dice.pick(feet),
    dice.pick(coats),
  ];
  const right = dice.below(3) === 0 ? dice.pick(arms) : left;
  const arm = (draw: (paint: Paint) => string) => move(draw(paint), shoulderX, shoulderY);
  const eyes = drawMonsterEyes(dice, paint, body.eyesY);
  return svg(
    fillAll(paint.ground),
    circle(256, 270, 218, paint.halo),
    pair(move(horn(paint), crownX, crownY)),
    tuft(paint),
    arm(left),
    flip(arm(right)),
    pair(foot(paint)),
    body.draw(paint.body),
    coat(paint),
    eyes,
    move(dice.pick(monsterMouths)(paint), dice.below(3) * 6 - 6, body.eyesY + 74 + dice.below(4) * 5),
  );
}
