/** @jsxImportSource cameo */
/** Who: a picture, a name, a line below it. */
import type { Card, CardPicture, Child } from "cameo/plugin";
import { looksOf } from "./looks.ts";
import { Avatar } from "./pictures.tsx";
import { Stack } from "./stack.tsx";
import { fitBlock } from "./text.tsx";

export interface BylineProperties {
  readonly card: Card;
  readonly name?: string | undefined;
  readonly detail?: string | undefined;
  readonly picture: CardPicture | undefined;
  /** Whether a picture was asked for: where it is not there, an outline stands in. */
  readonly hasPicture: boolean;
  readonly widthPx: number;
}

export const bylineHeightPx = 80;
const gapPx = 22;

export function Byline({ card, name, detail, picture, hasPicture, widthPx }: BylineProperties): Child {
  const looks = looksOf(card);
  const maxWidthPx = widthPx - (hasPicture ? bylineHeightPx + gapPx : 0);
  const blocks = [
    fitBlock(card, name, { ...looks.strong, lineHeight: 1.25 }, { maxWidthPx, maxLines: 1, sizesPx: [30, 28, 26] }),
    fitBlock(card, detail, { ...looks.small, lineHeight: 1.3 }, { maxWidthPx, maxLines: 1, sizesPx: [26, 24] }),
  ];
  if (!hasPicture && blocks.every((block) => !block)) return null;
  return (
    <div style={{ display: "flex", alignItems: "center", gap: gapPx, flexShrink: 0, height: bylineHeightPx }}>
      {hasPicture ? <Avatar card={card} picture={picture} sizePx={bylineHeightPx} /> : null}
      <Stack blocks={blocks} gap={2} />
    </div>
  );
}
