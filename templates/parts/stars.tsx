/** @jsxImportSource cameo */
/** A rating in stars, to the tenth. */
import type { Card, Child } from "cameo/plugin";
import { mix } from "./color.ts";

export const starsHeightPx = 36;
const starPx = 31;

const path =
  "M16 2.800l4.100 8.500 9.300 1.300-6.800 6.500 1.700 9.300L16 23.900l-8.300 4.500 1.700-9.300-6.800-6.500 9.300-1.300Z";

export interface StarsProperties {
  readonly card: Card;
  readonly rating: number;
  /** Filled from the right. */
  readonly isRightToLeft: boolean;
}

export function Stars({ card: { colors }, rating, isRightToLeft }: StarsProperties): Child {
  const rest = mix(colors.background, colors.text, 0.18);
  return (
    <div style={{ display: "flex", gap: 7, height: starsHeightPx, alignItems: "center", flexShrink: 0 }}>
      {[0, 1, 2, 3, 4].map((star) => (
        <Star
          share={Math.min(1, Math.max(0, rating - star))}
          color={colors.accent}
          rest={rest}
          isRightToLeft={isRightToLeft}
        />
      ))}
    </div>
  );
}

interface StarProperties {
  readonly share: number;
  readonly color: string;
  readonly rest: string;
  readonly isRightToLeft: boolean;
}

function Star({ share, color, rest, isRightToLeft }: StarProperties): Child {
  const at = `${share * 100}%`;
  return (
    <svg aria-hidden="true" width={starPx} height={starPx} viewBox="2.5 2 27 27">
      <defs>
        <linearGradient id="share" x1={isRightToLeft ? 1 : 0} x2={isRightToLeft ? 0 : 1} y1={0} y2={0}>
          <stop offset={at} stop-color={color} />
          <stop offset={at} stop-color={rest} />
        </linearGradient>
      </defs>
      <path d={path} fill="url(#share)" />
    </svg>
  );
}
