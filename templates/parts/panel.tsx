/** @jsxImportSource cameo */
/** A raised surface with the brand's corners. */
import type { Card, Child } from "cameo/plugin";
import { alpha } from "./color.ts";

export interface PanelProperties {
  readonly card: Card;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Inside, in pixels. Default 0. */
  readonly paddingPx?: number;
  readonly align?: "flex-start" | "center";
  readonly children?: Child;
}

/** From the edge to what stands nearest to a corner where there is no padding, in pixels. */
const leastInsetPx = 18;

/** The brand's corners, as far as they cut through nothing that stands in them: of a quarter circle, the middle is furthest inside. */
const cornerOf = ({ brand }: Card, paddingPx: number): number =>
  Math.min(brand.cornerPx, Math.max(paddingPx, leastInsetPx) / (1 - Math.SQRT1_2));

export function Panel({
  card,
  widthPx,
  heightPx,
  paddingPx = 0,
  align = "flex-start",
  children,
}: PanelProperties): Child {
  return (
    <div
      style={{
        display: "flex",
        flexDirection: "column",
        flexShrink: 0,
        alignItems: align,
        width: widthPx,
        height: heightPx,
        padding: paddingPx,
        boxSizing: "border-box",
        borderRadius: cornerOf(card, paddingPx),
        overflow: "hidden",
        backgroundColor: card.colors.surface,
        border: `2px solid ${alpha(card.colors.text, card.theme === "dark" ? 0.14 : 0.1)}`,
      }}
    >
      {children}
    </div>
  );
}

export interface PillProperties {
  readonly ground: string;
  readonly cornerPx: number;
  readonly children?: Child;
}

/** At either end, in pixels. */
export const pillPaddingPx = 18;

/** A small filled shape around a word. */
export function Pill({ ground, cornerPx, children }: PillProperties): Child {
  const style = {
    backgroundColor: ground,
    borderRadius: cornerPx,
    paddingLeft: pillPaddingPx,
    paddingRight: pillPaddingPx,
  };
  return <div style={{ display: "flex", alignItems: "center", flexShrink: 0, height: 46, ...style }}>{children}</div>;
}
