/** Eyes and mouths of a robot whose head reaches from 112 to 400, and from 122 to 366. */
import type { Paint } from "./avatar-art-palette.ts";
import { circle, line, pair, path, rect } from "./avatar-art-shape.ts";

const both = (draw: (x: number) => string): string => draw(196) + draw(316);

/** `look` moves what a robot looks with, in -12..12. */
export const robotEyes: readonly ((paint: Paint, look: number) => string)[] = [
  ({ white, ink }, look) => both((x) => circle(x, 232, 44, white) + circle(x + look, 232, 20, ink)),
  ({ ink, glow }, look) => both((x) => circle(x, 232, 44, ink) + circle(x + look, 232, 20, glow)),
  ({ ink, white }, look) => rect(136, 188, 240, 88, 44, ink) + both((x) => circle(x + look, 232, 22, white)),
  ({ ink, glow }, look) => rect(144, 200, 224, 60, 18, ink) + rect(180 + look * 3, 216, 80, 28, 10, glow),
  ({ ink, white }, look) => circle(256, 230, 66, ink) + circle(256, 230, 48, white) + circle(256 + look, 230, 24, ink),
  ({ ink, glow }, look) => both((x) => rect(x - 38, 194, 76, 76, 14, ink) + rect(x - 16 + look, 216, 32, 32, 6, glow)),
  ({ ink, white }, look) =>
    both((x) => rect(x - 40, 194, 80, 76, 20, ink)) +
    pair(line(`M172 ${246 + look / 4}Q196 210 220 ${246 + look / 4}`, white, 12)),
  ({ white, ink }, look) =>
    circle(192, 232, 54, white) +
    circle(192 + look, 232, 24, ink) +
    circle(324, 236, 34, white) +
    circle(324 + look, 236, 15, ink),
  ({ ink, glow }, look) =>
    rect(132, 186, 248, 92, 24, ink) +
    both((x) => path(`M${x + look} 208L${x + look + 24} 232L${x + look} 256L${x + look - 24} 232Z`, glow)),
  ({ shade, white, ink }, look) =>
    both((x) => circle(x, 232, 50, shade) + circle(x, 232, 38, white) + circle(x + look, 232, 16, ink)),
  ({ ink, white }, look) =>
    both((x) => rect(x - 13 + look / 2, 196, 26, 70, 13, ink) + circle(x + look / 2, 214, 7, white)),
  ({ ink, glow }, look) => rect(132, 186, 248, 92, 46, ink) + both((x) => rect(x - 10 + look, 208, 20, 48, 10, glow)),
];

export const robotMouths: readonly ((paint: Paint) => string)[] = [
  ({ ink }) => line("M208 318H304", ink, 14),
  ({ ink }) => line("M206 310Q256 346 306 310", ink, 14),
  ({ ink, white }) =>
    rect(188, 298, 136, 44, 14, ink) +
    rect(198, 308, 24, 24, 4, white) +
    rect(230, 308, 24, 24, 4, white) +
    rect(262, 308, 24, 24, 4, white) +
    rect(294, 308, 20, 24, 4, white),
  ({ ink }) => line("M196 302V336M226 302V336M256 302V336M286 302V336M316 302V336", ink, 12),
  ({ ink, glow }) =>
    rect(184, 298, 144, 46, 23, ink) + line("M204 321Q216 300 230 321T256 321T282 321T308 321", glow, 8),
  ({ ink, glow }) => rect(196, 300, 120, 40, 12, ink) + rect(208, 312, 56, 16, 5, glow),
  ({ ink }) => circle(256, 320, 22, ink),
  ({ ink }) => line("M196 326L216 308L236 326L256 308L276 326L296 308L316 326", ink, 11),
  ({ ink, white }) =>
    path("M196 300H316Q316 350 256 350Q196 350 196 300Z", ink) +
    path("M206 300H306V312Q306 318 300 318H212Q206 318 206 312Z", white),
  ({ ink }) =>
    circle(216, 308, 8, ink) +
    circle(242, 308, 8, ink) +
    circle(270, 308, 8, ink) +
    circle(296, 308, 8, ink) +
    circle(229, 330, 8, ink) +
    circle(256, 330, 8, ink) +
    circle(283, 330, 8, ink),
  ({ ink, white }) => rect(212, 302, 88, 36, 18, ink) + rect(224, 314, 64, 12, 6, white),
];
