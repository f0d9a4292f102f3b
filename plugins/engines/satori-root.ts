/** What the library is given: a card's tree, its texts and families as there are fonts for, in the frame of the card. */
import type { Drawing } from "cameo/plugin";
import type { FontSet } from "./satori-fonts.ts";
import { familiesOf, type Node, type Tree } from "./satori-tree.ts";

type Fonts = Pick<FontSet, "drawable" | "stack">;

/** The frame has the brand's font and colour of text. */
export function rootOf({ children }: Tree, fonts: Fonts, { brand, theme }: Drawing): Node {
  const { text: color } = brand.colors[theme];
  const style = { display: "flex", width: "100%", height: "100%", fontFamily: brand.fonts.body, color };
  return withFonts({ type: "div", props: { style, children } }, fonts);
}

function withFonts(node: Node, fonts: Fonts): Node {
  const { style, children, ...others } = node.props;
  const shown = children?.map((child) => (typeof child === "string" ? fonts.drawable(child) : withFonts(child, fonts)));
  return { ...node, props: { ...others, style: withStack(style, fonts), ...(shown ? { children: shown } : {}) } };
}

function withStack(style: Node["props"]["style"], fonts: Fonts): Node["props"]["style"] {
  const families = familiesOf(style.fontFamily).flatMap((family) => fonts.stack(family));
  return families.length > 0 ? { ...style, fontFamily: families.join(", ") } : style;
}
