/** @jsxImportSource cameo */
/** Text that fits its frame: every text of a card goes through `fitBlock`, so that nothing is cut through or runs out. */
import type { Card, Child, FittedText } from "cameo/plugin";

/** How a text looks, whatever its size. */
export interface Look {
  readonly family: string;
  readonly weight: number;
  readonly color: string;
  /** As a multiple of the size. Default 1.3. */
  readonly lineHeight?: number;
  /** Space between letters, as a multiple of the size, for scripts whose letters stand alone. Default 0. */
  readonly tracking?: number;
  readonly italic?: boolean;
}

/** Where a text has to fit. */
export interface TextFrame {
  readonly maxWidthPx: number;
  readonly maxLines: number;
  /** Largest first. */
  readonly sizesPx: readonly number[];
  readonly maxHeightPx?: number;
}

/** A fitted text with its measures. */
export interface Block {
  readonly fitted: FittedText;
  readonly look: Look;
  readonly heightPx: number;
  /** Of its widest line, or a little more. */
  readonly widthPx: number;
  readonly trackingPx: number;
}

/** `undefined` where there is nothing to show. */
export function fitBlock(card: Card, text: string | undefined, look: Look, frame: TextFrame): Block | undefined {
  if (!text?.trim()) return undefined;
  const tracking = isSpaceable(text) ? (look.tracking ?? 0) : 0;
  const font = {
    family: look.family,
    weight: look.weight,
    // Text that is drawn closer than it was measured has room in any case.
    letterSpacingPx: Math.max(0, tracking) * Math.max(...frame.sizesPx),
  };
  const fitted = card.fit(text, { ...frame, ...font, lineHeight: look.lineHeight ?? 1.3 });
  if (fitted.lines.length === 0) return undefined;
  const widthPx = Math.max(...fitted.lines.map((line) => card.measure(line, { ...font, sizePx: fitted.sizePx })));
  const heightPx = fitted.lines.length * fitted.lineHeightPx;
  return { fitted, look, heightPx, widthPx, trackingPx: tracking * fitted.sizePx };
}

/** Of headings: as `fitBlock`; but a word too long for a line is broken at a size that still is a heading's, rather than shrunk to the smallest. */
export function fitTitle(card: Card, text: string | undefined, look: Look, frame: TextFrame): Block | undefined {
  const block = fitBlock(card, text, look, frame);
  const smallest = Math.min(...frame.sizesPx);
  if (!block || !text || block.fitted.sizePx > smallest || !hasLongWord(card, text, look, frame)) return block;
  const larger = frame.sizesPx.filter((size) => size > smallest && size <= maxBrokenPx);
  const broken = larger.map((size) => fitBlock(card, text, look, { ...frame, sizesPx: [size] }));
  const whole = broken.filter((each) => each && !each.fitted.isClamped);
  return whole.find((each) => (each?.fitted.lines.at(-1)?.length ?? 0) >= leastLastLine) ?? whole[0] ?? block;
}

/** Characters that a line has to have, lest it look forgotten. */
const leastLastLine = 6;

/** Largest size at which words are broken, in pixels. */
const maxBrokenPx = 72;

function hasLongWord(card: Card, text: string, { family, weight }: Look, { sizesPx, maxWidthPx }: TextFrame): boolean {
  const sizePx = Math.min(...sizesPx);
  return text.split(/\s+/).some((word) => card.measure(word, { family, weight, sizePx }) > maxWidthPx);
}

/** Latin, Greek, Cyrillic and what all scripts share: letters of other scripts join, stack or stand in squares. */
function isSpaceable(text: string): boolean {
  return /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]*$/u.test(text);
}

export interface TextProperties {
  readonly block: Block | undefined;
  /** Side that its lines stand at; in a card from right to left, `start` is right. Default `start`. */
  readonly align?: "start" | "center" | "end";
}

const sides = { start: "flex-start", center: "center", end: "flex-end" } as const;

/** The lines of a block, each in an element of its own that does not wrap. */
export function Text({ block, align = "start" }: TextProperties): Child {
  if (!block) return null;
  const { fitted, look, trackingPx } = block;
  const style = {
    color: look.color,
    fontFamily: look.family,
    fontWeight: look.weight,
    fontStyle: look.italic ? "italic" : "normal",
    fontSize: fitted.sizePx,
    lineHeight: `${fitted.lineHeightPx}px`,
    letterSpacing: trackingPx,
    // Where letters stand close, words would run together; a space and the letter before it give back what they have lost.
    wordSpacing: Math.max(0, -1.8 * trackingPx),
  };
  const line = { ...row, height: fitted.lineHeightPx, direction: fitted.isRightToLeft ? "rtl" : "ltr" };
  return (
    <div style={{ display: "flex", flexDirection: "column", alignItems: sides[align], flexShrink: 0, ...style }}>
      {fitted.lines.map((text) => (
        <div style={line}>{text}</div>
      ))}
    </div>
  );
}

const row = { display: "flex", flexShrink: 0, whiteSpace: "nowrap" } as const;
