/** @jsxImportSource cameo */
/** A rating in stars, to the tenth. */
import type { Card, Child } from "cameo/plugin";
import { mix } from "./color.ts";

export const starsHeightPx = 36;
const starPx = 31;

const path =
  "M16 2.800l4.100 8.500 9.300 1.300-6.800 6.500 1.700 9.300L16 23.900l-8.300 4.500 1.700-9.300-6.800-6.500 9.300-1.300Z";

export function Stars({ card: { colors }, rating }: { readonly card: Card; readonly rating: number }): Child {
  const rest = mix(colors.background, colors.text, 0.18);
  return (
    <div style={{ display: "flex", gap: 7, height: starsHeightPx, alignItems: "center", flexShrink: 0 }}>
      {[0, 1, 2, 3, 4].map((star) => (
        <Star share={Math.min(1, Math.max(0, rating - star))} color={colors.accent} rest={rest} />
      ))}
    </div>
  );
}

function Star({
  share,
  color,
  rest,
}: {
  readonly share: number;
  readonly color: string;
  readonly rest: string;
}): Child {
  const at = `${share * 100}%`;
  return (
    <svg aria-hidden="true" width={starPx} height={starPx} viewBox="2.5 2 27 27">
      <defs>
        <linearGradient id="share">
          <stop offset={at} stop-color={color} />
          <stop offset={at} stop-color={rest} />
        </linearGradient>
      </defs>
      <path d={path} fill="url(#share)" />
    </svg>
  );
}
