/** @jsxImportSource cameo */
/** Something to read: title, author, date, reading time. `/og-image/article?title=Hello&author=Ada+Lovelace&avatar=avatar/0bc83c…` */
import { type Card, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandRow, brandRowHeight } from "./parts/brand.tsx";
import { Byline, bylineHeightPx } from "./parts/byline.tsx";
import { date, language, showDate } from "./parts/date.ts";
import { Frame, marginPx } from "./parts/frame.tsx";
import { looksOf, titleSizes } from "./parts/looks.ts";
import { picture, text } from "./parts/parameters.ts";
import { columnWidth, Side, sideSize } from "./parts/side.tsx";
import { heightOf, Stack } from "./parts/stack.tsx";
import { fitBlock, fitTitle } from "./parts/text.tsx";

const parameters = v.object({
  title: text(300, "What it is called. Default: the brand's name."),
  subtitle: text(400, "One or two sentences below the title."),
  label: text(60, "A word or two above the title, such as a section."),
  author: text(80, "Who wrote it."),
  avatar: picture("The author's picture."),
  date: date("When it appeared."),
  reading: text(40, "How long it takes to read, such as “7 min read”."),
  lang: language,
  image: picture("A picture at the side."),
});

type Parameters = v.InferOutput<typeof parameters>;

const image = sideSize(360);

export default template({
  name: "article",
  about: "Something to read: title, author with a picture, date, reading time.",
  parameters,
  pictures: { avatar: { width: bylineHeightPx, height: bylineHeightPx }, image },
  examples: [
    {
      title: "What a cache owes to the people who wait for it",
      label: "Engineering",
      author: "Mira Oduya",
      avatar: "images/logo.png",
      date: "2026-11-21",
      reading: "7 min read",
    },
    {
      title: "Ein Nachmittag, zwei Drittel weniger Verkehr",
      subtitle: "Wie lange Bilder leben dürfen, und wer das entscheidet.",
      author: "Jonas Lindqvist",
      date: "2026-03-04",
      lang: "de",
    },
    { title: "Notes from the pier", author: "Ada Okafor", date: "Spring 2026", image: "images/landscape.jpg" },
  ],
  render(parameters, card) {
    const sidePx = parameters.image || card.pictures.image ? image.width : 0;
    const widthPx = columnWidth(card, sidePx);
    const byline = bylineOf(parameters, card);
    const { label, title, subtitle } = words(parameters, card, widthPx, byline ? bylineHeightPx + 40 : 0);
    const isRightToLeft = title?.fitted.isRightToLeft ?? false;
    return (
      <Frame card={card} isRightToLeft={isRightToLeft}>
        <BrandRow card={card} widthPx={widthPx} />
        <Stack blocks={[label, title, subtitle]} gap={gapPx} />
        {byline && <Byline card={card} {...byline} widthPx={widthPx} />}
        {sidePx > 0 && (
          <Side card={card} picture={card.pictures.image} widthPx={sidePx} isRightToLeft={isRightToLeft} />
        )}
      </Frame>
    );
  },
});

const gapPx = 18;

/** `undefined` where nothing is known. Without an author, the date takes the name's place. */
function bylineOf({ author, avatar, date, reading, lang }: Parameters, card: Card) {
  const facts = [showDate(date, lang), reading].filter(Boolean).join("  ·  ");
  const hasPicture = Boolean(avatar || card.pictures.avatar);
  if (!author && !facts && !hasPicture) return undefined;
  const picture = card.pictures.avatar;
  return author ? { name: author, detail: facts, picture, hasPicture } : { detail: facts, picture, hasPicture };
}

function words(parameters: Parameters, card: Card, maxWidthPx: number, bylinePx: number) {
  const looks = looksOf(card);
  const label = fitBlock(card, parameters.label, looks.label, { maxWidthPx, maxLines: 1, sizesPx: [28, 26] });
  const lead = { maxWidthPx: Math.min(maxWidthPx, 940), maxLines: 2, sizesPx: [32, 30, 28] };
  const subtitle = fitBlock(card, parameters.subtitle, looks.lead, lead);
  const top = brandRowHeight(card);
  const text = parameters.title || card.brand.name;
  const others = heightOf([label, subtitle], gapPx) + bylinePx + (top && top + 40);
  const title = fitTitle(card, text, looks.title, {
    maxWidthPx,
    maxLines: 5,
    maxHeightPx: card.size.height - 2 * marginPx - others,
    sizesPx: titleSizes(text).filter((size) => size <= 88),
  });
  return { label, title, subtitle };
}
