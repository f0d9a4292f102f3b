/** Typography of the cards: who speaks in which voice. */
import type { Card } from "cameo/plugin";
import { legible } from "./color.ts";
import type { Look } from "./text.tsx";

export interface Looks {
  readonly title: Look;
  readonly lead: Look;
  readonly strong: Look;
  readonly small: Look;
  readonly label: Look;
}

export function looksOf({ brand, colors }: Card): Looks {
  const { heading, body } = brand.fonts;
  const muted = legible(colors.muted, colors.background, colors.text);
  const accent = legible(colors.accent, colors.background, colors.text);
  return {
    title: { family: heading, weight: 800, color: colors.text, lineHeight: 1.1, tracking: -0.022 },
    lead: { family: body, weight: 400, color: muted, lineHeight: 1.4, tracking: -0.006 },
    strong: { family: body, weight: 600, color: colors.text, tracking: -0.006 },
    small: { family: body, weight: 400, color: muted },
    label: { family: body, weight: 600, color: accent },
  };
}

const usual = [96, 88, 80, 72, 64, 58, 52, 46, 42];

/** Sizes of a card's title, in pixels: a single short word may be as large as a poster's. */
export const titleSizes = (title = ""): readonly number[] => (title.length <= 14 ? [144, 128, 112, ...usual] : usual);
