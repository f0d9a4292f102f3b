/** @jsxImportSource cameo */
/** A picture at the far side of a card, inset from its edges. */
import type { Card, Child } from "cameo/plugin";
import { marginPx } from "./frame.tsx";
import { Photo } from "./pictures.tsx";

/** From the picture to the card's edges, in pixels. */
const insetPx = 40;

/** From the texts to the picture, in pixels. */
const gapPx = 56;

/** Size of the picture in a card of 1200 × 630, in pixels: for the template's `pictures`. */
export const sideSize = (width: number) => ({ width, height: 630 - 2 * insetPx });

/** Width of the column of texts, in pixels; `sideWidthPx` is 0 where there is no picture. */
export function columnWidth(card: Card, sideWidthPx: number): number {
  const right = sideWidthPx > 0 ? sideWidthPx + insetPx + gapPx : marginPx;
  return card.size.width - marginPx - right;
}

export interface SideProperties {
  readonly card: Card;
  readonly picture: Card["pictures"][string] | undefined;
  readonly widthPx: number;
  readonly isRightToLeft: boolean;
}

export function Side({ card, picture, widthPx, isRightToLeft }: SideProperties): Child {
  const edge = isRightToLeft ? { left: insetPx } : { right: insetPx };
  return (
    <div style={{ display: "flex", position: "absolute", top: insetPx, ...edge }}>
      <Photo card={card} picture={picture} widthPx={widthPx} heightPx={card.size.height - 2 * insetPx} />
    </div>
  );
}
