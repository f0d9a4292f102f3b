/** `wavatar`: a round-eyed face of any shape before a pattern. */
import type { Dice } from "./avatar-art-dice.ts";
import { faceBrows, faceEyes, faceMarks, faceMouths, faceNoses } from "./avatar-art-face-features.ts";
import { facePatterns } from "./avatar-art-face-patterns.ts";
import { mixPaint, type Paint, type Theme } from "./avatar-art-palette.ts";
import { circle, fillAll, line, move, path, rect, svg, turn } from "./avatar-art-shape.ts";

/** About 300 wide, its middle at 256,272. Drawn twice, the second time as the outline's shade. */
const faces: readonly ((color: string) => string)[] = [
  (color) => circle(256, 272, 158, color),
  (color) => rect(104, 122, 304, 300, 110, color),
  (color) =>
    path(
      "M256 108C330 108 406 190 406 290C406 380 344 428 256 428C168 428 106 380 106 290C106 190 182 108 256 108Z",
      color,
    ),
  (color) =>
    path(
      "M256 430C180 430 100 356 106 244C112 160 180 118 256 118C332 118 400 160 406 244C412 356 332 430 256 430Z",
      color,
    ),
  (color) => rect(116, 132, 280, 280, 60, color),
  (color) =>
    path(
      "M256 100Q292 100 306 130Q370 116 390 166Q436 206 408 256Q440 320 390 358Q366 420 306 412Q256 448 206 412Q146 420 122 358Q72 320 104 256Q76 206 122 166Q142 116 206 130Q220 100 256 100Z",
      color,
    ),
  (color) =>
    path(
      "M182 120H330Q352 120 363 139L420 253Q430 272 420 291L363 405Q352 424 330 424H182Q160 424 149 405L92 291Q82 272 92 253L149 139Q160 120 182 120Z",
      color,
    ),
  (color) =>
    path(
      "M256 84C276 156 404 208 404 304C404 384 338 432 256 432C174 432 108 384 108 304C108 208 236 156 256 84Z",
      color,
    ),
];

/** On top of the head. */
const tops: readonly ((paint: Paint) => string)[] = [
  () => "",
  () => "",
  ({ trim }) =>
    path("M248 132C236 100 246 74 276 56C272 82 280 106 272 132Z", trim) +
    path("M262 104C274 66 322 56 350 70C338 104 296 122 262 104Z", trim),
  ({ trim }) => line("M256 130C256 92 240 74 214 66M258 130C262 90 284 72 308 72", trim, 15),
  ({ trim, trimShade }) =>
    path("M144 174L132 78L200 122L256 62L312 122L380 78L368 174Q256 112 144 174Z", trim) +
    circle(256, 118, 13, trimShade),
  ({ trim }) =>
    path(
      "M134 202C138 128 196 92 264 96C340 98 380 146 380 200C344 182 322 166 306 144C272 178 196 196 134 202Z",
      trim,
    ),
  ({ trim, trimShade }) =>
    path("M124 190C130 110 184 78 256 78C328 78 382 110 388 190Q256 146 124 190Z", trim) +
    circle(256, 76, 26, trimShade),
  ({ trim }) => path("M190 142L168 66L224 112L256 48L288 112L344 66L322 142Q256 110 190 142Z", trim),
  ({ trim, trimShade }) => path("M150 160L256 30L362 160Q256 110 150 160Z", trim) + circle(256, 40, 22, trimShade),
];

export function drawWavatar(hash: string, dice: Dice, theme: Theme): string {
  const paint = mixPaint(hash, dice, theme);
  const [pattern, face, top] = [dice.pick(facePatterns), dice.pick(faces), dice.pick(tops)];
  const [eyes, brows, nose, mouth, mark] = [
    dice.pick(faceEyes),
    dice.pick(faceBrows),
    dice.pick(faceNoses),
    dice.pick(faceMouths),
    dice.pick(faceMarks),
  ];
  const y = dice.below(5) * 5 - 10;
  return svg(
    fillAll(paint.ground),
    turn(pattern(paint.halo), dice.below(8) * 45),
    closer(
      move(face(paint.shade), 0, 12),
      face(paint.body),
      mark(paint),
      top(paint),
      move(eyes(paint, dice.below(7) * 4 - 12) + brows(paint) + nose(paint), 0, y),
      move(mouth(paint), 0, y + dice.below(4) * 4),
    ),
  );
}

/** As large as the highest hat allows. */
const closer = (...parts: readonly string[]): string =>
  `<g transform="matrix(1.1 0 0 1.1 -25.6 -18)">${parts.join("")}</g>`;
