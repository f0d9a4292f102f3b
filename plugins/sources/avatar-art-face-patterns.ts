/** What is behind a face. Each is turned by a multiple of 45° about the middle, so it reaches beyond the square. */
import { circle, line, path, rect, turn } from "./avatar-art-shape.ts";

const every = (from: number, to: number, step: number): readonly number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

const rays = (count: number, d: string, color: string): string =>
  every(0, count - 1, 1)
    .map((index) => turn(path(d, color), (index * 360) / count))
    .join("");

export const facePatterns: readonly ((color: string) => string)[] = [
  (color) => circle(256, 256, 228, color),
  (color) => rays(12, "M256 256L180 -128H332Z", color),
  (color) => rays(8, "M256 256L130 -128H382Z", color),
  (color) =>
    every(-96, 608, 88)
      .map((y) => rect(-112, y, 736, 44, 0, color))
      .join(""),
  (color) => rect(-112, 256, 736, 368, 0, color),
  (color) =>
    every(-64, 576, 80)
      .flatMap((y, row) => every(-64, 576, 80).map((x) => circle(x + (row % 2) * 40, y, 17, color)))
      .join(""),
  (color) =>
    every(-64, 576, 80)
      .map((y) => line(zigzag(y, 40), color, 22))
      .join(""),
  (color) =>
    every(-64, 576, 92)
      .map((y) => line(wave(y), color, 24))
      .join(""),
  (color) => [340, 250].map((radius) => ring(radius, color)).join("") + circle(256, 256, 190, color),
  (color) =>
    every(-128, 512, 128)
      .flatMap((y) => every(-128, 512, 128).map((x) => `M${x} ${y}h64v64h-64ZM${x + 64} ${y + 64}h64v64h-64Z`))
      .map((d) => path(d, color))
      .join(""),
  (color) => rect(206, -112, 100, 736, 0, color) + rect(-112, 206, 736, 100, 0, color),
];

const ring = (radius: number, color: string): string =>
  `<circle cx="256" cy="256" r="${radius}" fill="none" stroke="${color}" stroke-width="40"/>`;

const zigzag = (y: number, height: number): string =>
  `M-112 ${y}${every(0, 8, 1)
    .map(() => `l46 ${height}l46 ${-height}`)
    .join("")}`;

const wave = (y: number): string => `M-112 ${y}q46 -50 92 0${"t92 0".repeat(7)}`;
