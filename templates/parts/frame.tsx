/** @jsxImportSource cameo */
/** The sheet that every card stands on: background, pattern, margins, direction. */
import type { Card, Child } from "cameo/plugin";
import { Pattern } from "./patterns.tsx";

/** Between a card's edge and what it shows, in pixels. */
export const marginPx = 72;

export interface FrameProperties {
  readonly card: Card;
  /** Mirrors the card: rows and columns begin at the right. */
  readonly isRightToLeft?: boolean;
  readonly children?: Child;
}

export function Frame({ card, isRightToLeft = false, children }: FrameProperties): Child {
  const { width, height } = card.size;
  return (
    <div style={{ display: "flex", position: "relative", width, height, backgroundColor: card.colors.background }}>
      <Pattern card={card} isMirrored={isRightToLeft} />
      <div
        style={{
          display: "flex",
          flexDirection: "column",
          justifyContent: "space-between",
          position: "absolute",
          top: 0,
          left: 0,
          width,
          height,
          padding: marginPx,
          boxSizing: "border-box",
          direction: isRightToLeft ? "rtl" : "ltr",
        }}
      >
        {children}
      </div>
    </div>
  );
}

/** Elements side by side, at their middles. */
export function Row({ gap = 0, children }: { readonly gap?: number; readonly children?: Child }): Child {
  return <div style={{ display: "flex", alignItems: "center", gap, flexShrink: 0 }}>{children}</div>;
}

/** Elements below each other. */
export function Column({ gap = 0, children }: { readonly gap?: number; readonly children?: Child }): Child {
  return <div style={{ display: "flex", flexDirection: "column", gap, flexShrink: 0 }}>{children}</div>;
}
