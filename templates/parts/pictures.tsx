/** @jsxImportSource cameo */
/** Pictures of a card, and what stands in for one that is not there. */
import type { Card, CardPicture, Child } from "cameo/plugin";
import { alpha, mix } from "./color.ts";

export interface PhotoProperties {
  readonly card: Card;
  readonly picture: CardPicture | undefined;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Default: the brand's. */
  readonly cornerPx?: number;
}

/** A picture that fills its frame; a landscape of shapes where there is none. */
export function Photo({ card, picture, widthPx, heightPx, cornerPx = card.brand.cornerPx }: PhotoProperties): Child {
  const box = {
    display: "flex",
    flexShrink: 0,
    width: widthPx,
    height: heightPx,
    borderRadius: cornerPx,
    overflow: "hidden",
  };
  if (picture)
    return <img alt="" src={picture.src} width={widthPx} height={heightPx} style={{ ...box, objectFit: "cover" }} />;
  return (
    <div style={box}>
      <Landscape card={card} width={widthPx} height={heightPx} />
    </div>
  );
}

/** Someone's picture in a circle; a person's outline where there is none. */
export function Avatar({
  card,
  picture,
  sizePx,
}: {
  readonly card: Card;
  readonly picture: CardPicture | undefined;
  readonly sizePx: number;
}): Child {
  const circle = {
    display: "flex",
    flexShrink: 0,
    width: sizePx,
    height: sizePx,
    borderRadius: sizePx / 2,
    overflow: "hidden",
  };
  if (picture)
    return <img alt="" src={picture.src} width={sizePx} height={sizePx} style={{ ...circle, objectFit: "cover" }} />;
  return (
    <div style={circle}>
      <Person
        size={sizePx}
        ground={mix(card.colors.background, card.colors.accent, 0.2)}
        ink={mix(card.colors.background, card.colors.accent, 0.72)}
      />
    </div>
  );
}

export interface FigureProperties {
  readonly size: number;
  readonly ground: string;
  readonly ink: string;
}

/** Head and shoulders, cut by the frame. */
export function Person({ size, ground, ink }: FigureProperties): Child {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 64 64">
      <rect width="64" height="64" fill={ground} />
      <circle cx="32" cy="25" r="11.5" fill={ink} />
      <path d="M8.5 66C9.5 50.5 19 42 32 42s22.5 8.500 23.500 24Z" fill={ink} />
    </svg>
  );
}

/** A house with windows, for a company without a logo. */
export function Company({ size, ground, ink }: FigureProperties): Child {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 64 64">
      <rect width="64" height="64" fill={ground} />
      <path d="M14 52V22l18-8v38ZM35 52V26h15v26Z" fill={ink} />
      <path
        d="M19.500 27h7v4.500h-7ZM19.500 35h7v4.500h-7ZM40 32h5.500v4.500H40ZM40 40h5.500v4.500H40Z"
        fill={ground}
      />
    </svg>
  );
}

/** Sun and hills in the brand's own colours. */
function Landscape({
  card: { colors, theme },
  width,
  height,
}: {
  readonly card: Card;
  readonly width: number;
  readonly height: number;
}): Child {
  const tone = (share: number) => mix(colors.background, colors.accent, theme === "dark" ? share * 0.85 : share);
  const y = (share: number) => height * share;
  const near = `M0 ${y(0.86)}C${width * 0.3} ${y(0.66)} ${width * 0.55} ${y(0.98)} ${width} ${y(0.72)}V${height}H0Z`;
  const far = `M0 ${y(0.7)}C${width * 0.25} ${y(0.56)} ${width * 0.6} ${y(0.84)} ${width} ${y(0.5)}V${height}H0Z`;
  return (
    <svg aria-hidden="true" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <rect width={width} height={height} fill={tone(0.14)} />
      <circle cx={width * 0.66} cy={y(0.36)} r={Math.min(width, height) * 0.15} fill={tone(0.62)} />
      <path d={far} fill={tone(0.3)} />
      <path d={near} fill={tone(0.46)} />
      <rect width={width} height={height} fill="none" stroke={alpha(colors.text, 0.06)} stroke-width="2" />
    </svg>
  );
}
