/** Runs a template with the fonts that its texts need. */
import type { Drawing, TemplateDefinition } from "cameo/plugin";
import { toCard } from "./satori-card.ts";
import type { FontLibrary, FontSet } from "./satori-fonts.ts";
import { coreFamilies } from "./satori-fonts-packaged.ts";
import { prepareText } from "./satori-text.ts";
import { type Tree, type TreeLimits, toTree } from "./satori-tree.ts";

export interface Composed {
  readonly tree: Tree;
  readonly set: FontSet;
}

/**
 * Fonts are loaded for the parameters' texts. Where the template adds letters of its own, such as the digits of a date in another script, or names a
 * font of a folder, it runs once more with fonts for these too. Throws `Refused`, and whatever the template throws.
 */
export async function compose(
  template: TemplateDefinition,
  drawing: Drawing,
  fonts: FontLibrary,
  limits: TreeLimits,
): Promise<Composed> {
  let families = Object.values(drawing.brand.fonts);
  let texts = textsOf([drawing.parameters, drawing.brand.name]).map(prepareText);
  for (let isLast = false; ; isLast = true) {
    const set = await fonts.prepare(texts, families);
    const asked: string[] = [];
    const child = await template.render(
      drawing.parameters,
      toCard(drawing, set, (text) => void asked.push(text)),
    );
    const tree = toTree(child, limits);
    const added = unforeseen([...tree.texts, ...asked], texts);
    const wanted = tree.families.filter((family) => !families.includes(family) && !coreFamilies.includes(family));
    if (isLast || added.length + wanted.length === 0) return { tree, set };
    texts = [...texts, ...added];
    families = [...families, ...wanted];
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** Texts with letters that were not there before. ASCII always is. */
function unforeseen(texts: readonly string[], known: readonly string[]): string[] {
  const letters = new Set(known.join(""));
  const isNew = (letter: string) => letter > "\x7e" && !letters.has(letter);
  return texts.filter((text) => Array.from(text).some(isNew));
}
