/** @jsxImportSource cameo */
/** Whose card it is: logo and name, with a short text at the other end of the row. */
import type { Card, CardPicture, Child } from "cameo/plugin";
import { inkOn } from "./color.ts";
import { Row } from "./frame.tsx";
import { looksOf } from "./looks.ts";
import { fitBlock, Text } from "./text.tsx";

const logoHeightPx = 48;
const maxLogoWidthPx = 220;
const gapPx = 16;

export interface BrandRowProperties {
  readonly card: Card;
  /** At the far end: a site, a date. */
  readonly aside?: string | undefined;
  readonly widthPx: number;
}

/** Height of the row, in pixels; 0 where there is nothing to show. */
export function brandRowHeight(card: Card, aside?: string): number {
  return card.brand.name || card.brand.logo || aside ? logoHeightPx : 0;
}

export function BrandRow({ card, aside, widthPx }: BrandRowProperties): Child {
  // Keeps its place, so that what is below stays below.
  if (brandRowHeight(card, aside) === 0) return <div style={{ display: "flex" }} />;
  const looks = looksOf(card);
  const isAlone = !card.brand.name && !card.brand.logo;
  const maxWidthPx = widthPx * (isAlone ? 1 : 0.4);
  const end = fitBlock(card, aside, looks.small, { maxWidthPx, maxLines: 1, sizesPx: [26, 24, 22] });
  return (
    <div
      style={{
        display: "flex",
        justifyContent: "space-between",
        alignItems: "center",
        width: widthPx,
        height: logoHeightPx,
      }}
    >
      <BrandMark card={card} widthPx={widthPx * (aside ? 0.56 : 1)} />
      <Text block={end} />
    </div>
  );
}

/** Logo and name. */
export function BrandMark({ card, widthPx }: { readonly card: Card; readonly widthPx: number }): Child {
  const { name, logo, fonts } = card.brand;
  const logoPx = logoSize(logo)?.width ?? logoHeightPx;
  const look = { ...looksOf(card).strong, family: fonts.heading };
  const maxWidthPx = widthPx - logoPx - gapPx;
  return (
    <Row gap={gapPx}>
      <Logo card={card} />
      <Text block={fitBlock(card, name, look, { maxWidthPx, maxLines: 1, sizesPx: [30, 28, 26, 24] })} />
    </Row>
  );
}

/** The logo, or the name's first letter as a mark. */
function Logo({ card }: { readonly card: Card }): Child {
  const { brand, colors } = card;
  const size = logoSize(brand.logo);
  if (brand.logo && size) return <img alt="" src={brand.logo.src} width={size.width} height={size.height} />;
  if (!brand.name) return null;
  const initial = fitBlock(
    card,
    Array.from(new Intl.Segmenter("en").segment(brand.name), ({ segment }) => segment)[0]?.toLocaleUpperCase("en"),
    { family: brand.fonts.heading, weight: 800, color: inkOn(colors.accent), lineHeight: 1 },
    { maxWidthPx: logoHeightPx - 8, maxLines: 1, sizesPx: [28, 24, 20] },
  );
  return (
    <div
      style={{ ...mark, borderRadius: Math.min(brand.cornerPx / 2, logoHeightPx / 2), backgroundColor: colors.accent }}
    >
      <Text block={initial} />
    </div>
  );
}

const mark = {
  display: "flex",
  alignItems: "center",
  justifyContent: "center",
  width: logoHeightPx,
  height: logoHeightPx,
} as const;

/** As high as the row, unless that makes it too wide. */
function logoSize(logo: CardPicture | undefined): { width: number; height: number } | undefined {
  if (!logo || logo.width <= 0 || logo.height <= 0) return undefined;
  const scale = Math.min(logoHeightPx / logo.height, maxLogoWidthPx / logo.width);
  return { width: logo.width * scale, height: logo.height * scale };
}
