/**
 * Cameo's own default avatars, as SVG made from a hash. Pure and for ever: the same kind, hash and theme give the same bytes on every
 * runtime and in every version, which golden hashes hold.
 */
import { createDice, type Dice } from "./avatar-art-dice.ts";
import { drawWavatar } from "./avatar-art-face.ts";
import { drawIdenticon } from "./avatar-art-identicon.ts";
import { drawMonster } from "./avatar-art-monster.ts";
import { drawPagan } from "./avatar-art-pagan.ts";
import { familyOf, type Theme, toneOf } from "./avatar-art-palette.ts";
import { drawCard, drawCompany, drawFigure, drawPerson } from "./avatar-art-person.ts";
import { drawRetro } from "./avatar-art-retro.ts";
import { drawRobot } from "./avatar-art-robot.ts";
import { fillAll, svg } from "./avatar-art-shape.ts";

/** Gravatar's and Libravatar's `d` values, and two placeholders for what is no person. */
export const artKinds = [
  "mp",
  "mmng",
  "identicon",
  "monsterid",
  "wavatar",
  "retro",
  "robohash",
  "pagan",
  "color",
  "blank",
  "company",
  "card",
] as const;

export type ArtKind = (typeof artKinds)[number];

type Draw = (hash: string, dice: Dice, theme: Theme) => string;

const drawers = {
  mp: (_hash, _dice, theme) => drawPerson(theme),
  mmng: (_hash, _dice, theme) => drawFigure(theme),
  identicon: drawIdenticon,
  monsterid: drawMonster,
  wavatar: drawWavatar,
  retro: drawRetro,
  robohash: drawRobot,
  pagan: drawPagan,
  color: (hash, dice, theme) => svg(fillAll(flatColor(hash, dice, theme))),
  blank: () => svg(),
  company: (_hash, _dice, theme) => drawCompany(theme),
  card: (_hash, _dice, theme) => drawCard(theme),
} as const satisfies Record<ArtKind, Draw>;

/**
 * SVG text, a full square with the view box `0 0 512 512`, without text, filters or references. `hash` may be any string; the case of
 * A–Z does not matter. `mp`, `mmng`, `blank`, `company` and `card` do not depend on it.
 */
export function drawAvatar(kind: ArtKind, hash: string, theme: Theme): string {
  return drawers[kind](hash, createDice(hash, kind), theme);
}

/** Colours for a picture with letters, each `#rrggbb`. */
export interface Palette {
  readonly background: string;
  /** At least 4.5:1 against `background` (WCAG 2.2, 1.4.3). */
  readonly foreground: string;
  /** At least 3:1 against `background`, for shapes. */
  readonly accent: string;
}

/** The hash's own colours: the family that its other avatars have. */
export function paletteOf(hash: string, theme: Theme): Palette {
  const family = familyOf(hash);
  return theme === "light"
    ? { background: toneOf(family, "halo"), foreground: toneOf(family, "deep"), accent: toneOf(family, "strong") }
    : { background: toneOf(family, "dusk"), foreground: toneOf(family, "soft"), accent: toneOf(family, "bright") };
}

/** Steps between two neighbouring families, and between two tones. */
const flatSteps = 8;

/** One of 1,024 in each theme. */
function flatColor(hash: string, dice: Dice, theme: Theme): string {
  const family = familyOf(hash);
  const [low, high] = theme === "light" ? (["bright", "strong"] as const) : (["strong", "deep"] as const);
  const [turn, lift] = [dice.below(flatSteps), dice.below(flatSteps)];
  const here = mixColors(toneOf(family, low), toneOf(family, high), lift);
  return mixColors(here, mixColors(toneOf(family + 1, low), toneOf(family + 1, high), lift), turn);
}

/** `part` eighths of the way from one colour to the other. */
function mixColors(from: string, to: string, part: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [from, to].map((color) => Number.parseInt(color.slice(at, at + 2), 16));
    const value = Math.round(((a ?? 0) * (flatSteps - part) + (b ?? 0) * part) / flatSteps);
    return value.toString(16).padStart(2, "0");
  });
  return `#${channels.join("")}`;
}
