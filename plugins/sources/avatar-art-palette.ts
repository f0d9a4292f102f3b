/**
 * The colours of the generated avatars. Each family has one OKLCH hue and eight tones of fixed lightness and chroma (as much of it as sRGB
 * holds), so that any family goes with any other and the contrast of two tones does not depend on the families.
 */
import { createDice, type Dice } from "./avatar-art-dice.ts";

export type Theme = "light" | "dark";

/** Colours to draw with, each `#rrggbb`. */
export interface Paint {
  readonly ground: string;
  /** A second tone of the ground, for what is behind the figure. */
  readonly halo: string;
  /** The figure: at least 3:1 against `ground` and `halo`. */
  readonly body: string;
  readonly shade: string;
  readonly light: string;
  /** Another hue on the ground: at least 3:1 against `ground` and `halo`. */
  readonly trim: string;
  readonly trimShade: string;
  /** Another hue on the figure. */
  readonly accent: string;
  /** The same hue, always light: eyes, and lamps on `ink`. */
  readonly glow: string;
  /** Lines and pupils. */
  readonly ink: string;
  /** Eyes and teeth; never glaring in the dark. */
  readonly white: string;
}

/** Lightness and chroma aimed at: .945/.03, .905/.052, .85/.095, .755/.135, .56/.175 (yellows .58), .4/.115, .275/.045, .335/.06. */
const tones = ["pale", "halo", "soft", "bright", "strong", "deep", "night", "dusk"] as const;
export type Tone = (typeof tones)[number];

/** Hues 6, 25, 44, 62, 84, 122, 148, 172, 194, 220, 242, 262, 282, 302, 322, 344. Greens have less chroma, or they would shout. */
const families = [
  ["#ffe6ea", "#ffd2da", "#ffb7c5", "#f689a2", "#c33a65", "#78263e", "#3a1e24", "#502932"],
  ["#ffe6e4", "#ffd4cf", "#ffbab3", "#f98b84", "#c63c3c", "#7a2826", "#3b1e1c", "#512927"],
  ["#ffe7dd", "#ffd5c4", "#ffbca0", "#f69265", "#c75002", "#782d02", "#3a2015", "#502c1c"],
  ["#fce9d9", "#fad9bd", "#fbc08d", "#ec9a4c", "#b16502", "#6a3a00", "#37220f", "#4d2f13"],
  ["#f6ecd7", "#f0ddb9", "#ebc984", "#d8a739", "#9b7300", "#5c4300", "#32260b", "#45340c"],
  ["#e9f0db", "#d9e6c0", "#c3d892", "#a2bc5d", "#6e861b", "#3f4f00", "#242b11", "#313b16"],
  ["#e0f3e2", "#c9eacd", "#a3dfab", "#75c582", "#338946", "#01571f", "#172e1b", "#1f3f24"],
  ["#daf4ea", "#beebdc", "#89e2c7", "#45c9a6", "#03886d", "#015543", "#0a2f25", "#094033"],
  ["#d7f4f3", "#b8ebea", "#7de2e0", "#01c8c7", "#048685", "#015352", "#032e2e", "#01403f"],
  ["#d8f2fb", "#bae8f8", "#82ddf9", "#14c2ea", "#00829e", "#025062", "#062d37", "#023d4c"],
  ["#ddf0fe", "#c4e5ff", "#9fd5ff", "#56b9fd", "#037bba", "#004c76", "#112a3c", "#163a53"],
  ["#e3edff", "#d0e0fe", "#b4cffe", "#84afff", "#376ed9", "#234485", "#1b273e", "#253656"],
  ["#eaebfe", "#daddff", "#c5c8ff", "#a3a5ff", "#6861d6", "#403c83", "#24253d", "#323255"],
  ["#f0e9fe", "#e6d8fd", "#d8c0ff", "#c09af7", "#8954c8", "#54357a", "#2c223a", "#3c2f50"],
  ["#f7e7f9", "#f1d5f5", "#ecb9f3", "#d791e2", "#a249b0", "#632e6c", "#322035", "#452c49"],
  ["#fce5f2", "#fad3e8", "#fbb5dd", "#eb8bc4", "#b63f8d", "#702957", "#371e2d", "#4c293e"],
] as const;

export const familyCount = families.length;

/** `family` is counted around the circle, so that `family + 8` is the opposite hue. */
export function toneOf(family: number, tone: Tone): string {
  const row = families[((family % familyCount) + familyCount) % familyCount] as readonly string[];
  return row[tones.indexOf(tone)] as string;
}

/** The family that is a hash's own, the same for every kind of picture. */
export const familyOf = (hash: string): number => createDice(hash, "family").below(familyCount);

/** Steps around the circle from the figure's family to the ground's: its own, its neighbours, or across. */
const groundSteps = [0, 0, 1, 2, 5, 6, 8, 10, 11, 14, 15] as const;
/** Far enough to be told apart from the figure. */
const trimSteps = [4, 5, 6, 8, 10, 11, 12] as const;

/** All colours of one picture. */
export function mixPaint(hash: string, dice: Dice, theme: Theme): Paint {
  const figure = familyOf(hash);
  return paintOf(figure, figure + dice.pick(groundSteps), figure + dice.pick(trimSteps), theme);
}

export function paintOf(figure: number, ground: number, trim: number, theme: Theme): Paint {
  const isLight = theme === "light";
  return {
    ground: toneOf(ground, isLight ? "pale" : "night"),
    halo: toneOf(ground, isLight ? "halo" : "dusk"),
    body: toneOf(figure, isLight ? "strong" : "bright"),
    shade: toneOf(figure, isLight ? "deep" : "strong"),
    light: toneOf(figure, isLight ? "bright" : "soft"),
    trim: toneOf(trim, isLight ? "strong" : "bright"),
    trimShade: toneOf(trim, isLight ? "deep" : "strong"),
    accent: toneOf(trim, isLight ? "soft" : "strong"),
    glow: toneOf(trim, "soft"),
    ink: isLight ? "#1f1d2b" : "#16151f",
    white: isLight ? "#ffffff" : "#e8e9ef",
  };
}
