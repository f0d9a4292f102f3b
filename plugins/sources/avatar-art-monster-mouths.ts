/** The mouths of a monster; 0,0 is the middle of the upper lip, less half the square's width. */
import type { Paint } from "./avatar-art-palette.ts";
import { ellipse, line, path } from "./avatar-art-shape.ts";

const tongue = "#f2708a";

export const monsterMouths: readonly ((paint: Paint) => string)[] = [
  ({ ink }) => line("M204 0Q256 52 308 0", ink, 13),
  ({ ink }) => line("M220 6Q256 36 292 6", ink, 13),
  ({ ink }) =>
    path("M186 -6H326C326 48 298 74 256 74C214 74 186 48 186 -6Z", ink) +
    path("M214 52C228 34 284 34 298 52C288 66 274 74 256 74C238 74 224 66 214 52Z", tongue),
  ({ ink, white }) =>
    path("M186 -6H326C326 48 298 74 256 74C214 74 186 48 186 -6Z", ink) +
    path("M196 -6H316V14Q316 20 310 20H202Q196 20 196 14Z", white),
  ({ ink, white }) =>
    line("M190 4Q256 46 322 4", ink, 13) + path("M214 18L246 30L226 56ZM298 18L266 30L286 56Z", white),
  ({ ink, white }) =>
    line("M196 22H316", ink, 13) + path("M210 18V-6Q224 -18 238 -6V18ZM274 18V-6Q288 -18 302 -6V18Z", white),
  ({ ink }) => line("M188 14Q205 -8 222 14T256 14T290 14T324 14", ink, 13),
  ({ ink }) => ellipse(256, 22, 26, 32, ink),
  ({ ink, white }) =>
    path("M176 -4Q256 26 336 -4Q330 66 256 66Q182 66 176 -4Z", ink) +
    path("M196 3L214 7L206 30ZM226 10L246 11L237 36ZM266 11L286 10L275 36ZM298 7L316 3L306 30Z", white),
  ({ ink }) => line("M208 2Q232 34 256 6Q280 34 304 2", ink, 13),
  ({ ink, white }) =>
    line("M200 8Q256 44 312 8", ink, 13) + path("M236 28H276V48Q276 54 270 54H242Q236 54 236 48Z", white),
  ({ ink }) => line("M202 22Q262 34 306 -4", ink, 13) + line("M298 -14L314 2", ink, 11),
  ({ ink }) =>
    line("M196 6Q246 44 316 6", ink, 13) + path("M262 32Q280 30 298 20Q306 62 284 64Q264 64 262 32Z", tongue),
];
