/** `robohash`: a robot from the chest up, with a head, an aerial, ears, eyes, a mouth and a panel. */
import type { Dice } from "./avatar-art-dice.ts";
import { mixPaint, type Paint, type Theme } from "./avatar-art-palette.ts";
import { robotEyes, robotMouths } from "./avatar-art-robot-face.ts";
import { circle, fillAll, line, move, pair, path, rect, svg } from "./avatar-art-shape.ts";

type Part = (paint: Paint) => string;

/** Ears, cheeks and aerials are placed by the outline: 110 to 402, from 122 to 366. */
const heads: readonly Part[] = [
  ({ body, light }) => rect(112, 122, 288, 244, 44, body) + rect(136, 136, 240, 12, 6, light),
  ({ body, light }) => rect(112, 122, 288, 244, 110, body) + rect(196, 136, 120, 12, 6, light),
  ({ body, light }) =>
    path(
      "M256 122C352 122 400 176 400 254V338Q400 366 372 366H140Q112 366 112 338V254C112 176 160 122 256 122Z",
      body,
    ) + path("M166 186C184 156 214 144 246 142V154C218 156 194 168 178 194Z", light),
  ({ body, light }) =>
    path(
      "M158 122H354Q374 122 383 140L402 230V320Q402 332 394 340L376 358Q368 366 356 366H156Q144 366 136 358L118 340Q110 332 110 320V230L129 140Q138 122 158 122Z",
      body,
    ) + rect(166, 136, 180, 12, 6, light),
  ({ body, shade }) =>
    rect(112, 122, 288, 244, 28, body) + path("M112 318H400V338Q400 366 372 366H140Q112 366 112 338Z", shade),
  ({ body, light }) =>
    path("M148 122H364Q400 122 396 158L376 332Q372 366 340 366H172Q140 366 136 332L116 158Q112 122 148 122Z", body) +
    rect(150, 136, 212, 12, 6, light),
  ({ body, shade }) =>
    path("M172 122H340Q372 122 376 156L396 332Q400 366 364 366H148Q112 366 116 332L136 156Q140 122 172 122Z", body) +
    rect(170, 136, 172, 12, 6, shade),
  ({ body, shade, light }) =>
    rect(112, 122, 288, 244, 60, body) + rect(112, 196, 288, 96, 0, shade) + rect(150, 136, 212, 12, 6, light),
];

const rivets: readonly Part[] = [
  () => "",
  ({ shade }) => pair(circle(158, 336, 9, shade) + circle(158, 308, 6, shade)),
  ({ accent }) => pair(circle(164, 314, 18, accent)),
  ({ shade }) => pair(line("M152 306V338M170 306V338", shade, 8)),
  ({ light }) => pair(line("M148 300H174M148 318H166", light, 7)),
];

const aerials: readonly Part[] = [
  () => "",
  ({ trim, shade }) => line("M256 128V72", shade, 14) + circle(256, 62, 26, trim),
  ({ trim, shade }) => pair(line("M196 128L164 72", shade, 12) + circle(160, 64, 20, trim)),
  ({ trim, trimShade }) => path("M196 122Q196 72 256 72Q316 72 316 122Z", trim) + rect(184, 110, 144, 16, 8, trimShade),
  ({ trim }) => path("M232 124L256 36L280 124Z", trim),
  ({ trim, shade }) => line("M256 128V92", shade, 14) + path("M176 46H336Q332 100 256 100Q180 100 176 46Z", trim),
  ({ shade, trim }) => line("M256 126V108L228 94L284 76L228 58", shade, 11) + circle(226, 56, 16, trim),
  ({ trim, trimShade }) => rect(206, 84, 100, 42, 10, trim) + rect(232, 60, 48, 30, 8, trimShade),
  ({ shade }) => line("M200 126V84M228 126V64M256 126V52M284 126V64M312 126V84", shade, 12),
  ({ trim }) => pair(path("M150 128L134 52L216 124Z", trim)),
];

/** The left ear; the head's edge is near 112. */
const ears: readonly Part[] = [
  () => "",
  ({ trim }) => rect(78, 210, 46, 84, 16, trim),
  ({ trim, trimShade }) => circle(108, 250, 46, trim) + circle(94, 250, 20, trimShade),
  ({ shade, trim }) => rect(84, 230, 40, 44, 8, shade) + rect(62, 214, 28, 76, 12, trim),
  ({ trim }) => path("M124 190V310L62 284V216Z", trim),
  ({ shade, trim }) => line("M118 250H82V176", shade, 13) + circle(82, 164, 18, trim),
  ({ shade }) => rect(80, 196, 44, 22, 8, shade) + rect(70, 232, 54, 22, 8, shade) + rect(80, 268, 44, 22, 8, shade),
  ({ trim }) => path("M124 216Q64 190 54 250Q64 310 124 284Z", trim),
];

const necks: readonly Part[] = [
  ({ shade }) => rect(214, 354, 84, 60, 0, shade),
  ({ shade, ink }) => rect(206, 354, 100, 60, 0, shade) + line("M212 380H300M212 396H300", ink, 6),
  ({ ink }) => line("M232 360V410M256 360V410M280 360V410", ink, 13),
  ({ shade }) => path("M196 360H316L300 382L320 404H192L212 382Z", shade),
];

const chests: readonly Part[] = [
  ({ body }) => rect(96, 400, 320, 160, 56, body),
  ({ trim }) => rect(96, 400, 320, 160, 56, trim),
  ({ body }) => path("M160 400H352L432 470V512H80V470Z", body),
  ({ body, trim }) => rect(140, 400, 232, 160, 30, body) + pair(circle(108, 462, 50, trim)),
  ({ trim, trimShade }) => rect(140, 400, 232, 160, 20, trim) + pair(rect(66, 416, 84, 120, 28, trimShade)),
  ({ body, shade }) =>
    path("M256 396C368 396 428 440 440 512H72C84 440 144 396 256 396Z", body) + pair(line("M138 512V468", shade, 10)),
];

/** Round the middle of the chest. */
const panels: readonly Part[] = [
  () => "",
  ({ ink, white }) => circle(256, 462, 36, ink) + circle(256, 462, 22, white) + line("M256 462L268 450", ink, 6),
  ({ ink, glow }) => rect(196, 432, 120, 56, 14, ink) + line("M210 460H232L244 444L262 474L274 460H302", glow, 7),
  ({ ink, glow, white }) =>
    rect(190, 440, 132, 44, 22, ink) +
    circle(218, 462, 12, glow) +
    circle(256, 462, 12, white) +
    circle(294, 462, 12, glow),
  ({ ink }) => line("M204 438H308M204 460H308M204 482H308", ink, 10),
  ({ accent }) =>
    path(
      "M256 494C208 466 204 434 228 430C242 428 252 438 256 446C260 438 270 428 284 430C308 434 304 466 256 494Z",
      accent,
    ),
  ({ ink, glow }) => circle(256, 462, 34, ink) + path("M262 434L240 468H254L250 490L274 456H258Z", glow),
];

/** Behind the robot. */
const grounds: readonly Part[] = [
  ({ halo }) => circle(256, 250, 216, halo),
  ({ halo }) => rect(0, 300, 512, 212, 0, halo),
  ({ halo }) => rect(56, 56, 400, 400, 72, halo),
  ({ halo }) => path("M256 28L453 142V370L256 484L59 370V142Z", halo),
  ({ halo }) => [64, 192, 320, 448].map((x) => rect(x - 32, 0, 64, 512, 0, halo)).join(""),
];

export function drawRobot(hash: string, dice: Dice, theme: Theme): string {
  const paint = mixPaint(hash, dice, theme);
  const parts = [grounds, aerials, necks, chests, panels, ears, heads, rivets].map((choices) => dice.pick(choices));
  const [ground, aerial, neck, chest, panel, ear, head, rivet] = parts.map((part) => part(paint));
  const [eyes, mouth] = [dice.pick(robotEyes)(paint, dice.below(7) * 4 - 12), dice.pick(robotMouths)(paint)];
  return svg(
    fillAll(paint.ground),
    ground ?? "",
    neck ?? "",
    chest ?? "",
    panel ?? "",
    aerial ?? "",
    pair(ear ?? ""),
    head ?? "",
    rivet ?? "",
    move(eyes, 0, dice.below(4) * 4 - 6),
    move(mouth, 0, dice.below(4) * 4 - 6),
  );
}
