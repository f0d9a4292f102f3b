/** What a template's `render` is given. */
import type { Card, Drawing } from "cameo/plugin";
import type { FontSet } from "./satori-fonts.ts";
import { cleanText } from "./satori-tree.ts";

/** `asked` hears of every text that is measured. */
export function toCard({ size, theme, brand, pictures }: Drawing, set: FontSet, asked: (text: string) => void): Card {
  const family = brand.fonts.heading;
  const shown = (text: string): string => {
    const clean = cleanText(String(text));
    asked(clean);
    return set.drawable(clean);
  };
  return freeze({
    size,
    theme,
    brand,
    pictures,
    colors: brand.colors[theme],
    fit: (text: string, options: Parameters<Card["fit"]>[1]) => set.fit(shown(text), { family, ...options }),
    measure: (text: string, font: Parameters<Card["measure"]>[1]) => set.measure(shown(text), { family, ...font }),
  });
}

/** So that a template cannot change what the next one sees. */
function freeze<T extends object>(value: T): T {
  for (const each of Object.values(value)) if (typeof each === "object" && each !== null) freeze(each);
  return Object.freeze(value);
}
