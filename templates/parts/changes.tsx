/** @jsxImportSource cameo */
/** A list of changes upon a panel: as many as have room, and how many more there are. */
import type { Card, Child } from "cameo/plugin";
import { legible } from "./color.ts";
import { looksOf } from "./looks.ts";
import { Panel } from "./panel.tsx";
import { type Block, fitBlock, Text } from "./text.tsx";

const kinds = ["added", "changed", "fixed", "removed", "security"] as const;

export interface Change {
  readonly kind: (typeof kinds)[number] | undefined;
  readonly text: string;
}

/** From `added: Quotes|Long words`. */
export function changesOf(list = ""): Change[] {
  const entries = list.split("|").map((entry) => entry.trim());
  return entries.filter(Boolean).map((entry) => {
    const kind = kinds.find((each) => entry.toLowerCase().startsWith(`${each}:`));
    return { kind, text: kind ? entry.slice(kind.length + 1).trim() : entry };
  });
}

export interface ChangesProperties {
  readonly card: Card;
  readonly changes: readonly Change[];
  readonly widthPx: number;
  readonly heightPx: number;
}

const paddingPx = 40;
const signPx = 30;
const signGapPx = 20;
const gapPx = 24;
const moreHeightPx = 40;
const sizePx = 30;
const lineHeight = 1.3;
/** Two lines of any script. */
const leastPx = 2 * sizePx * 1.7;

export function Changes({ card, changes, widthPx, heightPx }: ChangesProperties): Child {
  const looks = looksOf(card);
  const maxWidthPx = widthPx - 2 * paddingPx - signPx - signGapPx - 4;
  const roomPx = heightPx - 2 * paddingPx - 4;
  const eachPx = (roomPx + gapPx) / changes.length - gapPx;
  const frame = { maxWidthPx, maxLines: linesIn(eachPx), maxHeightPx: Math.max(leastPx, eachPx), sizesPx: [sizePx] };
  const entries = changes.flatMap(({ kind, text }) => {
    const look = { ...looks.strong, weight: 400, lineHeight };
    const block = fitBlock(card, text, look, frame);
    return block ? [{ kind, block }] : [];
  });
  const shown = fitting(entries, roomPx);
  const more = entries.length - shown.length;
  return (
    <Panel card={card} widthPx={widthPx} heightPx={heightPx} paddingPx={paddingPx}>
      <div style={{ display: "flex", flexDirection: "column", justifyContent: "center", gap: gapPx, flexGrow: 1 }}>
        {shown.map(({ kind, block }) => (
          <div style={{ display: "flex", gap: signGapPx, flexShrink: 0 }}>
            <Sign
              kind={kind}
              color={legible(card.colors.accent, card.colors.surface, card.colors.text)}
              lineHeightPx={block.fitted.lineHeightPx}
            />
            <Text block={block} />
          </div>
        ))}
        {more > 0 && (
          <Text block={fitBlock(card, `+ ${more}`, looks.label, { maxWidthPx, maxLines: 1, sizesPx: [28] })} />
        )}
      </div>
    </Panel>
  );
}

/** Few changes share the room among them; many have two lines each. */
function linesIn(eachPx: number): number {
  return Math.max(2, Math.floor(eachPx / (sizePx * lineHeight)));
}

/** The first ones that have room, with a line for how many are left out. */
function fitting<E extends { readonly block: Block }>(entries: readonly E[], heightPx: number): readonly E[] {
  const height = (count: number) =>
    entries.slice(0, count).reduce((sum, { block }) => sum + block.heightPx + gapPx, -gapPx);
  if (height(entries.length) <= heightPx) return entries;
  let count = entries.length - 1;
  while (count > 1 && height(count) > heightPx - moreHeightPx - gapPx) count--;
  return entries.slice(0, count);
}

/** Strokes in a square of 24. */
const signs = {
  added: "M12 5v14M5 12h14",
  changed: "M5 9h13l-4-4M19 15H6l4 4",
  fixed: "M5 12.500l4.500 4.500L19 7.500",
  removed: "M5 12h14",
  security: "M12 3l7.500 3v5c0 5-3 8-7.500 10-4.500-2-7.500-5-7.500-10V6Z",
} as const satisfies Record<(typeof kinds)[number], string>;

interface SignProperties {
  readonly kind: Change["kind"];
  readonly color: string;
  readonly lineHeightPx: number;
}

/** Beside the first line. */
function Sign({ kind, color, lineHeightPx }: SignProperties): Child {
  const stroke = {
    fill: "none",
    stroke: color,
    "stroke-width": 2.6,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
  return (
    <div
      style={{
        display: "flex",
        alignItems: "center",
        justifyContent: "center",
        flexShrink: 0,
        width: signPx,
        height: lineHeightPx,
      }}
    >
      <svg aria-hidden="true" width={signPx} height={signPx} viewBox="0 0 24 24">
        {kind ? <path d={signs[kind]} {...stroke} /> : <circle cx="12" cy="12" r="4" fill={color} />}
      </svg>
    </div>
  );
}
