/** Texts side by side in one line: who gives way when there is too little room. */
import type { Card } from "cameo/plugin";
import { type Block, fitBlock, type Look } from "./text.tsx";

export interface RowText {
  readonly text: string | undefined;
  readonly look: Look;
  /** Largest first. */
  readonly sizesPx: readonly number[];
  /** Gives way to none of the others. Default `false`. */
  readonly isFirm?: boolean;
}

/** Each text with room for what it needs at its smallest size; where that is too much, the longest are cut to equal widths. */
export function fitRow(
  card: Card,
  texts: readonly RowText[],
  row: { widthPx: number; gapPx: number },
): (Block | undefined)[] {
  const needs = texts.map((each) => ({ px: needOf(card, each), isFirm: each.isFirm === true }));
  const known = needs.filter(({ px }) => px > 0);
  let leftPx = row.widthPx - row.gapPx * Math.max(0, known.length - 1);
  const firmPx = sum(known.filter(({ isFirm }) => isFirm).map(({ px }) => px));
  const soft = known.filter(({ isFirm }) => !isFirm).map(({ px }) => px);
  const cap = capFor(soft, Math.max(0, leftPx - firmPx));
  return texts.map(({ text, look, sizesPx }, at) => {
    const others = sum(needs.slice(at + 1).map(({ px, isFirm }) => (isFirm ? px : Math.min(px, cap))));
    const block = fitBlock(card, text, look, { maxWidthPx: Math.max(0, leftPx - others), maxLines: 1, sizesPx });
    leftPx -= block?.widthPx ?? 0;
    return block;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Rounding and spaced letters take a little more than is measured. */
const tolerance = 1.02;

function needOf(card: Card, { text, look: { family, weight }, sizesPx }: RowText): number {
  if (!text?.trim()) return 0;
  return card.measure(text, { family, weight, sizePx: Math.min(...sizesPx) }) * tolerance;
}

/** The width beyond which a text gives way, so that all have room. */
function capFor(needs: readonly number[], roomPx: number): number {
  let left = roomPx;
  const rising = [...needs].sort((a, b) => a - b);
  for (const [at, need] of rising.entries()) {
    const share = left / (rising.length - at);
    if (need > share) return share;
    left -= need;
  }
  return Number.POSITIVE_INFINITY;
}
