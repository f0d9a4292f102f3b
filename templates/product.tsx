/** @jsxImportSource cameo */
/** Something for sale: photo, name, price. `/og-image/product?title=Lamp&price=%E2%82%AC49&image=products/lamp.jpg` */
import { type Card, type Child, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandRow, brandRowHeight } from "./parts/brand.tsx";
import { inkOn, legible } from "./parts/color.ts";
import { Frame, marginPx } from "./parts/frame.tsx";
import { looksOf } from "./parts/looks.ts";
import { Pill, pillPaddingPx } from "./parts/panel.tsx";
import { picture, text } from "./parts/parameters.ts";
import { fitRow, type RowText } from "./parts/row.ts";
import { columnWidth, Side, sideSize } from "./parts/side.tsx";
import { heightOf, Stack } from "./parts/stack.tsx";
import { Stars, starsHeightPx } from "./parts/stars.tsx";
import { fitBlock, fitTitle, Text } from "./parts/text.tsx";

const parameters = v.object({
  title: text(200, "What it is. Default: the brand's name."),
  subtitle: text(300, "A sentence below the title."),
  label: text(60, "A word or two above the title, such as a category."),
  price: text(24, "With its currency, as it is to be shown."),
  was: text(24, "The former price, struck through."),
  badge: text(24, "A word beside the price, such as “New” or “−20 %”."),
  rating: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^([0-4](\.\d{1,2})?|5(\.0{1,2})?)$/, "takes 0 to 5, such as 4.5"))),
    v.description("Stars, 0 to 5."),
  ),
  image: picture("The photo; a drawing stands in where there is none."),
});

type Parameters = v.InferOutput<typeof parameters>;

const image = sideSize(480);

export default template({
  name: "product",
  about: "Something for sale: photo, name, price, former price, rating.",
  parameters,
  pictures: { image },
  examples: [
    {
      title: "Lakeside print, framed",
      subtitle: "Pigment on cotton paper, 50 × 70 cm, oak frame.",
      label: "Prints",
      price: "€149",
      was: "€189",
      badge: "−20 %",
      rating: "4.5",
      image: "images/landscape.jpg",
    },
    { title: "Field notebook, dotted, three pack", price: "$24.00", badge: "New", image: "images/landscape.jpg" },
    { title: "山と湖のポストカード", price: "¥1,200", rating: "5", image: "images/gone.jpg" },
  ],
  render(parameters, card) {
    const widthPx = columnWidth(card, image.width);
    const { label, title, subtitle } = words(parameters, card, widthPx);
    const isRightToLeft = title?.fitted.isRightToLeft ?? false;
    return (
      <Frame card={card} isRightToLeft={isRightToLeft}>
        <BrandRow card={card} widthPx={widthPx} />
        <div style={{ display: "flex", flexDirection: "column", gap: gapPx, flexShrink: 0 }}>
          <Stack blocks={[label, title, subtitle]} gap={gapPx} />
          {parameters.rating && <Stars card={card} rating={Number(parameters.rating)} isRightToLeft={isRightToLeft} />}
          <Price card={card} parameters={parameters} widthPx={widthPx} />
        </div>
        <Side card={card} picture={card.pictures.image} widthPx={image.width} isRightToLeft={isRightToLeft} />
      </Frame>
    );
  },
});

const gapPx = 18;
const priceHeightPx = 92;

function words({ title: name, ...parameters }: Parameters, card: Card, maxWidthPx: number) {
  const looks = looksOf(card);
  const label = fitBlock(card, parameters.label, looks.label, { maxWidthPx, maxLines: 1, sizesPx: [28, 26] });
  const subtitle = fitBlock(card, parameters.subtitle, looks.lead, { maxWidthPx, maxLines: 2, sizesPx: [30, 28, 26] });
  const hasPrice = parameters.price || parameters.was || parameters.badge;
  const below = (hasPrice ? priceHeightPx + gapPx : 0) + (parameters.rating ? starsHeightPx + gapPx : 0);
  const title = fitTitle(card, name || card.brand.name, looks.title, {
    maxWidthPx,
    maxLines: 4,
    maxHeightPx:
      card.size.height - 2 * marginPx - brandRowHeight(card) - 32 - below - heightOf([label, subtitle], gapPx),
    sizesPx: [72, 66, 60, 54, 48, 44, 40, 36],
  });
  return { label, title, subtitle };
}

interface PriceProperties {
  readonly card: Card;
  readonly parameters: Parameters;
  readonly widthPx: number;
}

function Price({ card, parameters: { price, was, badge }, widthPx }: PriceProperties): Child {
  const looks = looksOf(card);
  const ink = { ...looks.strong, color: legible(card.colors.onAccent, card.colors.accent, inkOn(card.colors.accent)) };
  const formerly = { text: was, look: looks.small, sizesPx: [32, 28, 24, 20] };
  const texts: RowText[] = [
    { text: price, look: { ...looks.title, lineHeight: 1.2 }, sizesPx: [56, 48, 42, 36, 30], isFirm: true },
    formerly,
    { text: badge, look: ink, sizesPx: [26, 24, 22, 20] },
  ];
  const row = { widthPx: widthPx - (badge ? 2 * pillPaddingPx : 0), gapPx: 24 };
  const all = fitRow(card, texts, row);
  // Half a price would be another price.
  const isCut = all[1]?.fitted.isClamped === true;
  const [now, then, note] = isCut ? fitRow(card, texts.with(1, { ...formerly, text: undefined }), row) : all;
  if (!now && !then && !note) return null;
  return (
    <div style={{ display: "flex", alignItems: "center", gap: 24, height: priceHeightPx, flexShrink: 0 }}>
      <Text block={now} />
      {then && (
        <div style={{ display: "flex", position: "relative", alignItems: "center" }}>
          <Text block={then} />
          <div style={{ ...strike, backgroundColor: then.look.color }} />
        </div>
      )}
      {note && (
        <Pill ground={card.colors.accent} cornerPx={Math.min(23, card.brand.cornerPx)}>
          <Text block={note} />
        </Pill>
      )}
    </div>
  );
}

const strike = { position: "absolute", left: -4, right: -4, top: "52%", height: 2.5 } as const;
