/** @jsxImportSource cameo */
/** What a card's background shows: quiet enough to read upon, in colours with alpha, since groups with opacity are slow to draw. */
import type { Brand, BrandColors, Card, Child, Size } from "cameo/plugin";
import { alpha, mix } from "./color.ts";

interface Canvas extends Size {
  readonly colors: BrandColors;
  readonly isDark: boolean;
  readonly isMirrored: boolean;
}

export interface PatternProperties {
  readonly card: Card;
  readonly isMirrored: boolean;
}

/** The pattern that the brand has chosen; it fills the card. */
export function Pattern({ card, isMirrored }: PatternProperties): Child {
  const draw = patterns[card.brand.pattern];
  return draw({ ...card.size, colors: card.colors, isDark: card.theme === "dark", isMirrored });
}

const patterns = { none: () => null, glow, grid, dots, waves } satisfies Record<
  Brand["pattern"],
  (canvas: Canvas) => Child
>;

/** An SVG as large as the card, drawn from right to left if the card is. */
function Canvas({ canvas, children }: { readonly canvas: Canvas; readonly children?: Child }): Child {
  const { width, height, isMirrored } = canvas;
  return (
    <svg
      aria-hidden="true"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      style={{ position: "absolute", top: 0, left: 0 }}
    >
      <g transform={isMirrored ? `matrix(-1 0 0 1 ${width} 0)` : "matrix(1 0 0 1 0 0)"}>{children}</g>
    </svg>
  );
}

/** Light from the upper right in the accent's colour, with the rings of a cameo's setting around it. */
function glow(canvas: Canvas): Child {
  const { width, height, colors, isDark } = canvas;
  const [x, y] = [width, -height * 0.06];
  // Mixed, not translucent: where alpha is low, eight bits leave stripes of other hues.
  const tone = (share: number) => mix(colors.background, colors.accent, share);
  return (
    <Canvas canvas={canvas}>
      <defs>
        <radialGradient id="light" gradientUnits="userSpaceOnUse" cx={x} cy={y} r={height * 1.25}>
          {[1, 0.72, 0.46, 0.25, 0.1, 0.025, 0].map((share, step) => (
            <stop offset={`${(step * 100) / 6}%`} stop-color={tone(share * (isDark ? 0.2 : 0.16))} />
          ))}
        </radialGradient>
      </defs>
      <rect width={width} height={height} fill="url(#light)" />
      {[0, 1, 2, 3, 4].map((ring) => (
        <ellipse
          cx={x}
          cy={y}
          rx={height * (0.34 + ring * 0.13)}
          ry={height * (0.42 + ring * 0.16)}
          fill="none"
          stroke={alpha(colors.accent, (isDark ? 0.3 : 0.26) - ring * 0.052)}
          stroke-width="1.5"
        />
      ))}
    </Canvas>
  );
}

/** Lines that fade out towards the texts. */
function grid(canvas: Canvas): Child {
  const { width, height, isDark } = canvas;
  const across = steps(height, 48).map((y) => `M0 ${y}H${width}`);
  const down = steps(width, 48).map((x) => `M${x} 0V${height}`);
  return <Fading canvas={canvas} path={[...across, ...down].join("")} strokePx={1.5} share={isDark ? 0.19 : 0.14} />;
}

/** Dots are lines without length, with round ends. */
function dots(canvas: Canvas): Child {
  const { width, height, isDark } = canvas;
  const rows = steps(height, 32).map((y) => steps(width, 32).map((x) => `M${x} ${y}h.01`));
  return <Fading canvas={canvas} path={rows.flat().join("")} strokePx={4} share={isDark ? 0.28 : 0.24} />;
}

/** From half a step on, so that the row of the brand lies between two lines. */
const steps = (length: number, step: number): number[] =>
  Array.from({ length: Math.ceil(length / step) }, (_, at) => (at + 0.5) * step);

interface FadingProperties {
  readonly canvas: Canvas;
  readonly path: string;
  readonly strokePx: number;
  /** Of the text's colour where it is strongest, at the upper right. */
  readonly share: number;
}

/** Strokes in opaque colours: a veil over them would leave stripes, as eight bits do where alpha is low. */
function Fading({ canvas, path, strokePx, share }: FadingProperties): Child {
  const { width, height, colors } = canvas;
  const tone = (strength: number) => mix(colors.background, colors.text, share * strength);
  return (
    <Canvas canvas={canvas}>
      <defs>
        <radialGradient id="fade" gradientUnits="userSpaceOnUse" cx={width} cy="0" r={Math.hypot(width, height) * 0.86}>
          <stop offset="8%" stop-color={tone(1)} />
          <stop offset="45%" stop-color={tone(0.5)} />
          <stop offset="100%" stop-color={tone(0)} />
        </radialGradient>
      </defs>
      <path d={path} fill="none" stroke="url(#fade)" stroke-width={strokePx} stroke-linecap="round" />
    </Canvas>
  );
}

/** Three slow swells along the lower edge; solid, so that they do not add up where they cross. */
function waves(canvas: Canvas): Child {
  const { width, height, colors, isDark } = canvas;
  const swell = (top: number, lift: number): string => {
    const [y, x] = [height * top, width / 4];
    return `M0 ${y}C${x} ${y - lift} ${x * 1.6} ${y + lift} ${x * 2.6} ${y}S${x * 3.6} ${y - lift * 1.4} ${width} ${y - lift * 0.6}V${height}H0Z`;
  };
  const tone = (share: number) => mix(colors.background, colors.accent, isDark ? share * 1.25 : share);
  return (
    <Canvas canvas={canvas}>
      <path d={swell(0.74, 70)} fill={tone(0.04)} />
      <path d={swell(0.83, -56)} fill={tone(0.07)} />
      <path d={swell(0.93, 44)} fill={tone(0.11)} />
    </Canvas>
  );
}
