/** Eyes, brows, noses, mouths and marks of a face whose middle is at 256,272. */
import type { Paint } from "./avatar-art-palette.ts";
import { circle, ellipse, line, pair, path, rect } from "./avatar-art-shape.ts";

/** Cheeks and tongues. */
const blush = "#f2708a";

type Feature = (paint: Paint) => string;

/** Both pupils look the same way, so they are not mirrored. */
const twoEyes = (radius: number, pupilRadius: number, look: number, { ink, white }: Paint): string =>
  [192, 320]
    .map(
      (x) =>
        circle(x, 246, radius, white) +
        circle(x + look, 248, pupilRadius, ink) +
        circle(x + look + 6, 240, Math.round(pupilRadius / 3), white),
    )
    .join("");

const halfClosed = ({ ink, white, shade }: Paint, look: number): string =>
  [192, 320].map((x) => circle(x, 246, 42, white) + circle(x + look, 260, 20, ink)).join("") +
  pair(path("M146 244A46 46 0 0 1 238 244Z", shade));

export const faceEyes: readonly ((paint: Paint, look: number) => string)[] = [
  (paint, look) => twoEyes(44, 22, look, paint),
  (paint, look) => twoEyes(34, 17, look, paint),
  (paint, look) => twoEyes(52, 18, look, paint),
  halfClosed,
  ({ ink, white }, look) => pair(ellipse(192 + look / 4, 246, 22, 30, ink) + circle(198, 234, 8, white)),
  ({ ink }, look) => pair(line(`M156 256Q192 ${206 + look / 2} 228 256`, ink, 15)),
  ({ ink }, look) => pair(line(`M158 242Q192 ${286 + look / 2} 226 242`, ink, 15)),
  (paint, look) =>
    `${twoEyes(38, 19, look, paint)}<g fill="none" stroke="${paint.ink}" stroke-width="13">${lenses}</g>`,
  ({ ink, white }, look) =>
    rect(126, 206, 116, 76, 34, ink) +
    rect(270, 206, 116, 76, 34, ink) +
    line("M126 226L92 214M242 232H270M386 226L420 214", ink, 13) +
    line(`M${156 + look} 256L${182 + look} 226M${300 + look} 256L${326 + look} 226`, white, 9),
  (paint, look) =>
    circle(256, 226, 60, paint.white) +
    circle(256 + look, 228, 30, paint.ink) +
    circle(266 + look, 216, 10, paint.white),
  ({ ink }, look) => pair(line(`M160 ${224 + look / 4}L222 248L160 272`, ink, 15)),
  ({ glow, ink }, look) => [192, 320].map((x) => circle(x, 246, 42, glow) + circle(x + look, 248, 26, ink)).join(""),
];

const lenses =
  '<circle cx="192" cy="246" r="54"/><circle cx="320" cy="246" r="54"/><path d="M246 240Q256 230 266 240"/>';

export const faceBrows: readonly Feature[] = [
  () => "",
  ({ ink }) => pair(line("M152 182Q190 160 228 176", ink, 13)),
  ({ ink }) => pair(line("M154 164L226 188", ink, 15)),
  ({ ink }) => pair(line("M154 188L222 166", ink, 13)),
  ({ ink }) => pair(line("M158 176H224", ink, 19)),
  ({ ink }) => line("M152 172Q190 144 228 168", ink, 13) + line("M288 182H358", ink, 13),
];

export const faceNoses: readonly Feature[] = [
  () => "",
  ({ shade }) => ellipse(256, 290, 24, 18, shade),
  ({ shade }) => line("M262 262Q286 302 252 304", shade, 12),
  ({ shade }) => circle(246, 298, 7, shade) + circle(266, 298, 7, shade),
  ({ accent }) => circle(256, 290, 26, accent),
  ({ ink }) => path("M236 280H276Q282 280 278 286L262 304Q256 310 250 304L234 286Q230 280 236 280Z", ink),
];

export const faceMouths: readonly Feature[] = [
  ({ ink }) => line("M192 332Q256 394 320 332", ink, 14),
  ({ ink }) => line("M222 346Q256 374 290 346", ink, 14),
  ({ ink, white }) =>
    path("M180 326H332C330 382 302 402 256 402C210 402 182 382 180 326Z", ink) +
    path("M194 326H318Q318 348 306 348H206Q194 348 194 326Z", white),
  ({ ink }) =>
    path("M190 330H322C318 380 296 400 256 400C216 400 194 380 190 330Z", ink) + ellipse(256, 384, 36, 16, blush),
  ({ ink }) => ellipse(256, 358, 22, 28, ink),
  ({ ink }) => line("M206 354H306", ink, 14),
  ({ ink }) => line("M200 360Q264 370 316 334", ink, 14),
  ({ ink }) => line("M204 340Q230 374 256 344Q282 374 308 340", ink, 14),
  ({ ink, white }) =>
    rect(190, 332, 132, 52, 26, ink) + rect(202, 342, 108, 32, 14, white) + line("M238 344V372M274 344V372", ink, 6),
  ({ ink, white }) =>
    line("M192 336Q256 384 320 336", ink, 14) + path("M238 360H274V380Q274 386 268 386H244Q238 386 238 380Z", white),
  ({ ink }) =>
    line("M196 336Q256 386 316 336", ink, 14) +
    path("M266 364Q288 362 304 350Q312 396 288 398Q268 398 266 364Z", blush),
  ({ ink }) => line("M204 344Q230 372 256 358T308 340", ink, 14),
  ({ ink }) =>
    path(
      "M186 344C212 318 242 322 256 338C270 322 300 318 326 344C338 356 350 352 354 342C352 372 328 382 304 374C284 368 266 362 256 350C246 362 228 368 208 374C184 382 160 372 158 342C162 352 174 356 186 344Z",
      ink,
    ) + line("M232 388Q256 400 280 388", ink, 10),
];

export const faceMarks: readonly Feature[] = [
  () => "",
  ({ light }) => pair(ellipse(152, 314, 26, 18, light)),
  () => pair(circle(150, 312, 22, blush)),
  ({ shade }) => pair(circle(140, 300, 6, shade) + circle(160, 312, 6, shade) + circle(138, 322, 6, shade)),
  ({ light }) => ellipse(176, 178, 26, 16, light),
  ({ light }) => path("M146 340Q256 260 366 340Q340 412 256 412Q172 412 146 340Z", light),
  ({ shade }) => line("M374 246L354 300M376 280L350 266", shade, 9),
];
