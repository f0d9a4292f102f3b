/** @jsxImportSource cameo */
/** Short facts side by side, each behind a sign: where, when, at which address. */
import type { Card, Child } from "cameo/plugin";
import { looksOf } from "./looks.ts";
import { fitRow } from "./row.ts";
import { Text } from "./text.tsx";

/** Strokes in a square of 24. */
const icons = {
  place:
    "M12 21.500c4.500-4.600 7-8.200 7-11.500a7 7 0 1 0-14 0c0 3.300 2.500 6.900 7 11.500ZM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  time: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.500 2",
  link: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c5 5.500 5 12.500 0 18-5-5.500-5-12.500 0-18Z",
} as const;

export interface Fact {
  readonly icon: keyof typeof icons;
  readonly text: string | undefined;
}

export interface FactsProperties {
  readonly card: Card;
  readonly facts: readonly Fact[];
  readonly widthPx: number;
}

export const factsHeightPx = 40;
const iconPx = 30;
const gapPx = 12;
const betweenPx = 48;

export function Facts({ card, facts, widthPx }: FactsProperties): Child {
  const known = facts.filter(({ text }) => text?.trim());
  if (known.length === 0) return null;
  const look = looksOf(card).small;
  const row = { widthPx: widthPx - known.length * (iconPx + gapPx), gapPx: betweenPx };
  const texts = known.map(({ text }) => ({ text, look, sizesPx: [28, 26, 24] }));
  const blocks = fitRow(card, texts, row);
  return (
    <div style={{ display: "flex", gap: betweenPx, height: factsHeightPx, flexShrink: 0 }}>
      {known.map(({ icon }, at) => (
        <div style={{ display: "flex", alignItems: "center", gap: gapPx, flexShrink: 0 }}>
          <Icon icon={icon} color={look.color} />
          <Text block={blocks[at]} />
        </div>
      ))}
    </div>
  );
}

function Icon({ icon, color }: { readonly icon: Fact["icon"]; readonly color: string }): Child {
  return (
    <svg aria-hidden="true" width={iconPx} height={iconPx} viewBox="0 0 24 24">
      <path
        d={icons[icon]}
        fill="none"
        stroke={color}
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
