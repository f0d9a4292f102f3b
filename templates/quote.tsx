/** @jsxImportSource cameo */
/** Someone's words. `/og-image/quote?text=Less+but+better&author=Dieter+Rams` */
import { type Card, type Child, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandMark } from "./parts/brand.tsx";
import { Byline, bylineHeightPx } from "./parts/byline.tsx";
import { Frame, marginPx } from "./parts/frame.tsx";
import { picture, text } from "./parts/parameters.ts";
import { fitTitle, Text } from "./parts/text.tsx";

const parameters = v.object({
  text: text(500, "The words, without quotation marks."),
  author: text(80, "Whose words they are."),
  role: text(100, "Who that is: a job, a book, a year."),
  avatar: picture("The author's picture."),
});

export default template({
  name: "quote",
  about: "Someone's words, with a name and a picture.",
  parameters,
  pictures: { avatar: { width: bylineHeightPx, height: bylineHeightPx } },
  examples: [
    {
      text: "We deleted four services and a queue. Nobody noticed, except that pages got faster.",
      author: "Mira Oduya",
      role: "Platform team, Northwind",
      avatar: "images/logo.png",
    },
    { text: "Make it boring, then make it fast.", author: "Jonas Lindqvist" },
    { text: "A picture arrives before the sentence that explains it.", author: "Field notes", role: "Chapter 3" },
  ],
  render(parameters, card) {
    const hasPicture = Boolean(parameters.avatar || card.pictures.avatar);
    const hasByline = hasPicture || Boolean(parameters.author || parameters.role);
    const words = fitWords(
      card,
      parameters.text || card.brand.name,
      hasByline || hasBrand(card) ? bylineHeightPx + 36 : 0,
    );
    const isRightToLeft = words?.fitted.isRightToLeft ?? false;
    const { author: name, role: detail } = parameters;
    const byline = {
      card,
      name,
      detail,
      hasPicture,
      picture: card.pictures.avatar,
      widthPx: hasBrand(card) ? 680 : widthPx,
    };
    return (
      <Frame card={card} isRightToLeft={isRightToLeft}>
        <div style={{ display: "flex", flexDirection: "column", gap: 30, flexShrink: 0 }}>
          <QuotationMark color={card.colors.accent} isMirrored={isRightToLeft} />
          <Text block={words} />
        </div>
        <div style={{ display: "flex", justifyContent: "space-between", alignItems: "center", height: bylineHeightPx }}>
          <Byline {...byline} />
          <BrandMark card={card} widthPx={340} />
        </div>
      </Frame>
    );
  },
});

const widthPx = 1200 - 2 * marginPx;
const markHeightPx = 62;

const hasBrand = ({ brand }: Card): boolean => Boolean(brand.name || brand.logo);

function fitWords(card: Card, words: string | undefined, belowPx: number) {
  const look = { family: "Source Serif 4", weight: 400, color: card.colors.text, lineHeight: 1.22, tracking: -0.012 };
  return fitTitle(card, words, look, {
    maxWidthPx: card.size.width - 2 * marginPx,
    maxLines: 8,
    maxHeightPx: card.size.height - 2 * marginPx - markHeightPx - 30 - belowPx,
    sizesPx: [...((words?.length ?? 0) < 60 ? [96, 86] : []), 76, 70, 64, 58, 52, 47, 42, 38, 34],
  });
}

/** Two commas, hung high. */
function QuotationMark({ color, isMirrored }: { readonly color: string; readonly isMirrored: boolean }): Child {
  const comma = "M24 0C9 7 0 20 0 38c0 15 8 24 20 24 11 0 19-8 19-19S31 25 21 25h-3c1-7 5-13 12-18Z";
  const turn = isMirrored ? "matrix(-1 0 0 1 92 0)" : "matrix(1 0 0 1 0 0)";
  return (
    <svg aria-hidden="true" width="92" height={markHeightPx} viewBox={`0 0 92 ${markHeightPx}`}>
      <g transform={turn} fill={color}>
        <path d={comma} />
        <path d={comma} transform="translate(52 0)" />
      </g>
    </svg>
  );
}
