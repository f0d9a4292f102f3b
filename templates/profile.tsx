/** @jsxImportSource cameo */
/** Someone: picture, name, what they do. `/og-image/profile?name=Ada+Lovelace&role=Mathematician` */
import { type Card, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandRow, brandRowHeight } from "./parts/brand.tsx";
import { Facts, factsHeightPx } from "./parts/facts.tsx";
import { Frame, marginPx } from "./parts/frame.tsx";
import { looksOf } from "./parts/looks.ts";
import { picture, text } from "./parts/parameters.ts";
import { Avatar } from "./parts/pictures.tsx";
import { heightOf, Stack } from "./parts/stack.tsx";
import { fitBlock, fitTitle } from "./parts/text.tsx";

const parameters = v.object({
  name: text(100, "Who it is. Default: the brand's name."),
  role: text(120, "What they do, or their handle."),
  bio: text(400, "A few sentences."),
  place: text(60, "Where they are."),
  site: text(80, "Where to find more."),
  avatar: picture("Their picture; an outline stands in where there is none."),
});

type Parameters = v.InferOutput<typeof parameters>;

const avatarPx = 280;
const columnPx = 1200 - 2 * marginPx - avatarPx - 64;

export default template({
  name: "profile",
  about: "Someone: picture, name, role, a few sentences, place and site.",
  parameters,
  pictures: { avatar: { width: avatarPx, height: avatarPx } },
  examples: [
    {
      name: "Mira Oduya",
      role: "Staff engineer at Northwind",
      bio: "Makes slow pages quick and keeps them so. Writes about caches, queues and the people between them.",
      place: "Lisbon",
      site: "mira.example.com",
      avatar: "images/logo.png",
    },
    { name: "Jonas Lindqvist", role: "@jonas" },
    { name: "佐藤 さくら", role: "デザイナー", place: "京都" },
  ],
  render(parameters, card) {
    const { name, role, bio } = words(parameters, card);
    const widthPx = card.size.width - 2 * marginPx;
    return (
      <Frame card={card} isRightToLeft={name?.fitted.isRightToLeft ?? false}>
        <BrandRow card={card} widthPx={widthPx} />
        <div style={{ display: "flex", alignItems: "center", gap: 64, width: widthPx, flexShrink: 0 }}>
          <Avatar card={card} picture={card.pictures.avatar} sizePx={avatarPx} />
          <Stack blocks={[name, role, bio]} gap={gapPx} />
        </div>
        <Facts card={card} facts={factsOf(parameters)} widthPx={widthPx} />
      </Frame>
    );
  },
});

const gapPx = 14;

const factsOf = ({ place, site }: Parameters) => [
  { icon: "place" as const, text: place },
  { icon: "link" as const, text: site },
];

function words(parameters: Parameters, card: Card) {
  const looks = looksOf(card);
  const frame = { maxWidthPx: columnPx, maxLines: 2 };
  const role = fitBlock(card, parameters.role, looks.label, { ...frame, sizesPx: [34, 32, 30, 28] });
  const bio = fitBlock(card, parameters.bio, looks.lead, { ...frame, maxLines: 3, sizesPx: [30, 28, 26] });
  const below = parameters.place || parameters.site ? factsHeightPx + 24 : 0;
  const room = card.size.height - 2 * marginPx - below - brandRowHeight(card) - 32;
  const name = fitTitle(card, parameters.name || card.brand.name, looks.title, {
    ...frame,
    maxHeightPx: room - heightOf([role, bio], gapPx),
    sizesPx: [88, 80, 72, 64, 58, 52, 46],
  });
  return { name, role, bio };
}
