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
  const line = alpha(canvas.colors.text, canvas.isDark ? 0.2 : 0.15);
  return (
    <Tiled canvas={canvas} step={48}>
      <path d="M48 0H0V48" fill="none" stroke={line} stroke-width="1.5" />
    </Tiled>
  );
}

function dots(canvas: Canvas): Child {
  const dot = alpha(canvas.colors.text, canvas.isDark ? 0.3 : 0.27);
  return (
    <Tiled canvas={canvas} step={30}>
      <circle cx="15" cy="15" r="2" fill={dot} />
    </Tiled>
  );
}

interface TiledProperties {
  readonly canvas: Canvas;
  readonly step: number;
  readonly children?: Child;
}

/** Tiles under a veil of the background's colour, thin at the upper right. */
function Tiled({ canvas, step, children }: TiledProperties): Child {
  const { width, height, colors } = canvas;
  return (
    <Canvas canvas={canvas}>
      <defs>
        <pattern id="tile" width={step} height={step} patternUnits="userSpaceOnUse">
          {children}
        </pattern>
        <radialGradient id="veil" cx="100%" cy="0%" r="100%">
          <stop offset="12%" stop-color={colors.background} stop-opacity="0" />
          <stop offset="100%" stop-color={colors.background} stop-opacity="1" />
        </radialGradient>
      </defs>
      <rect width={width} height={height} fill="url(#tile)" />
      <rect width={width} height={height} fill="url(#veil)" />
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
