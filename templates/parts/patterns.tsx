/** @jsxImportSource cameo */
/** What a card's background shows: quiet enough to read upon, in opaque colours, since layers are slow to draw. */
import type { Brand, BrandColors, Card, Child, Size } from "cameo/plugin";
import { mix } from "./color.ts";

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

interface SvgProperties {
  readonly canvas: Canvas;
  /** Left and upper edge of what is drawn, in pixels: an SVG takes time for all that it covers. Default 0. */
  readonly left?: number;
  readonly top?: number;
  readonly children?: Child;
}

/** An SVG in the coordinates of the card, drawn from right to left if the card is. */
function Svg({ canvas: { width, height, isMirrored }, left = 0, top = 0, children }: SvgProperties): Child {
  const place = { position: "absolute", top, left: isMirrored ? 0 : left } as const;
  const area = { width: width - left, height: height - top };
  return (
    <svg aria-hidden="true" {...area} viewBox={`${place.left} ${top} ${area.width} ${area.height}`} style={place}>
      <g transform={isMirrored ? `matrix(-1 0 0 1 ${width} 0)` : "matrix(1 0 0 1 0 0)"}>{children}</g>
    </svg>
  );
}

/**
 * Light from the upper right in the accent's colour, with the rings of a cameo's setting around it. One gradient for all: rings of their own, be it as borders
 * or as SVG, take ten times as long.
 */
function glow({ width, height, colors, isDark, isMirrored }: Canvas): Child {
  const radius = height * 1.3;
  // No wider than it shines: each pixel of a gradient costs.
  const reach = Math.min(width, Math.ceil(radius * 0.82));
  const middle = `${isMirrored ? 0 : reach}px ${Math.round(height * -0.06)}px`;
  const stops = [...lightStops(), ...rings.flatMap((ring, at) => ringStops(ring, 0.26 - at * 0.052, 1 / radius))];
  const colored = stops
    .sort((a, b) => a.at - b.at)
    .map(({ at, ring }) => {
      // Mixed, not translucent: where alpha is low, eight bits leave stripes of other hues.
      const ground = mix(colors.background, colors.accent, lightAt(at) * (isDark ? 0.2 : 0.16));
      return `${mix(ground, colors.accent, isDark ? ring * 1.15 : ring)} ${(at * 100).toFixed(3)}%`;
    });
  const size = `${reach}px ${Math.round(radius)}px`;
  const backgroundImage = `radial-gradient(${size} at ${middle}, ${colored.join(", ")})`;
  const left = isMirrored ? 0 : width - reach;
  return <div style={{ display: "flex", position: "absolute", top: 0, left, width: reach, height, backgroundImage }} />;
}

interface Stop {
  /** 0 in the middle, 1 where the light ends. */
  readonly at: number;
  /** How much of a ring there is. */
  readonly ring: number;
}

/** Where the rings are. */
const rings = [0.32, 0.44, 0.56, 0.68, 0.8];

/** Strength of the light at equal steps from the middle: it falls off softly, without an edge. */
const light = [1, 0.72, 0.46, 0.25, 0.1, 0.025, 0];

const lightStops = (): Stop[] => light.map((_, step) => ({ at: step / (light.length - 1), ring: 0 }));

function lightAt(at: number): number {
  const step = Math.min(light.length - 2, Math.floor(at * (light.length - 1)));
  const [from = 0, to = 0] = light.slice(step, step + 2);
  return from + (to - from) * (at * (light.length - 1) - step);
}

/** A line of a pixel and a half with soft edges. */
const ringStops = (at: number, strength: number, px: number): Stop[] => [
  { at: at - 1.3 * px, ring: 0 },
  { at: at - 0.4 * px, ring: strength },
  { at: at + 0.4 * px, ring: strength },
  { at: at + 1.3 * px, ring: 0 },
];

/** Lines that fade out towards the texts. */
function grid({ width, height, colors, isDark, isMirrored }: Canvas): Child {
  const tone = (share: number) => mix(colors.background, colors.text, share * (isDark ? 0.17 : 0.13));
  const fade = `linear-gradient(to ${isMirrored ? "left" : "right"}, ${tone(0)} 8%, ${tone(1)})`;
  const line = { display: "flex", position: "absolute" } as const;
  return [
    ...steps(height, 48).map((y) => (
      <div style={{ ...line, top: y, left: 0, width, height: 1, backgroundImage: fade }} />
    )),
    ...steps(width, 48).map((x) => {
      const share = Math.max(0, (isMirrored ? 1 - x / width : x / width) - 0.08);
      return <div style={{ ...line, top: 0, left: x, width: 1, height, backgroundColor: tone(share) }} />;
    }),
  ];
}

/** Dots that fade out likewise: lines without length, with round ends. */
function dots(canvas: Canvas): Child {
  const { width, height, colors, isDark } = canvas;
  const tone = (share: number) => mix(colors.background, colors.text, share * (isDark ? 0.28 : 0.24));
  const left = Math.round(width * 0.3);
  const columns = steps(width, 32).filter((x) => x > left);
  const path = steps(height, 32).flatMap((y) => columns.map((x) => `M${x} ${y}h.01`));
  return (
    <Svg canvas={canvas} left={left}>
      <defs>
        <linearGradient id="fade" gradientUnits="userSpaceOnUse" x1={left} y1="0" x2={width} y2="0">
          <stop offset="0%" stop-color={tone(0)} />
          <stop offset="100%" stop-color={tone(1)} />
        </linearGradient>
      </defs>
      <path d={path.join("")} fill="none" stroke="url(#fade)" stroke-width="4" stroke-linecap="round" />
    </Svg>
  );
}

/** From half a step on, so that the row of the brand lies between two lines. */
const steps = (length: number, step: number): number[] =>
  Array.from({ length: Math.ceil(length / step) }, (_, at) => (at + 0.5) * step);

/** Three slow swells along the lower edge; solid, so that they do not add up where they cross. */
function waves(canvas: Canvas): Child {
  const { width, height, colors, isDark } = canvas;
  const swell = (top: number, lift: number): string => {
    const [y, x] = [height * top, width / 4];
    return `M0 ${y}C${x} ${y - lift} ${x * 1.6} ${y + lift} ${x * 2.6} ${y}S${x * 3.6} ${y - lift * 1.4} ${width} ${y - lift * 0.6}V${height}H0Z`;
  };
  const tone = (share: number) => mix(colors.background, colors.accent, isDark ? share * 1.25 : share);
  return (
    <Svg canvas={canvas} top={Math.round(height * 0.62)}>
      <path d={swell(0.74, 70)} fill={tone(0.04)} />
      <path d={swell(0.83, -56)} fill={tone(0.07)} />
      <path d={swell(0.93, 44)} fill={tone(0.11)} />
    </Svg>
  );
}
