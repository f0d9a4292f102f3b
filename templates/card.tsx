/** @jsxImportSource cameo */
/** A page: title, what it is about, whose it is; with a picture at its side if there is one. `/og-image?title=Hello&subtitle=World` */
import { type Card, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandRow, brandRowHeight } from "./parts/brand.tsx";
import { Frame, marginPx } from "./parts/frame.tsx";
import { looksOf, titleSizes } from "./parts/looks.ts";
import { picture, text } from "./parts/parameters.ts";
import { columnWidth, Side, sideSize } from "./parts/side.tsx";
import { heightOf, Stack } from "./parts/stack.tsx";
import { fitBlock, fitTitle } from "./parts/text.tsx";

const parameters = v.object({
  title: text(300, "What the page is called. Default: the brand's name."),
  subtitle: text(400, "One or two sentences below the title."),
  label: text(60, "A word or two above the title, such as a section."),
  site: text(60, "At the upper right, where there is no picture: an address, a date."),
  image: picture("A picture at the side."),
});

type Parameters = v.InferOutput<typeof parameters>;

const image = sideSize(400);

export default template({
  name: "card",
  about: "A page: title, subtitle, label, site, with a picture at the side if there is one.",
  parameters,
  pictures: { image },
  examples: [
    {
      title: "Images that fit every page",
      subtitle: "Avatars, photos, logos and cards from one process. No native dependency, one binary.",
      label: "Documentation",
      site: "docs.example.com",
    },
    { title: "How we cut image traffic by two thirds in an afternoon", subtitle: "A short tale of long caches." },
    { title: "Autumn at the lake", label: "Field notes", image: "images/landscape.jpg" },
  ],
  render(parameters, card) {
    const sidePx = parameters.image || card.pictures.image ? image.width : 0;
    const widthPx = columnWidth(card, sidePx);
    const { label, title, subtitle } = words(parameters, card, widthPx);
    const isRightToLeft = title?.fitted.isRightToLeft ?? false;
    return (
      <Frame card={card} isRightToLeft={isRightToLeft}>
        <BrandRow card={card} aside={sidePx > 0 ? undefined : parameters.site} widthPx={widthPx} />
        <Stack blocks={[label, title, subtitle]} gap={gapPx} />
        {sidePx > 0 && (
          <Side card={card} picture={card.pictures.image} widthPx={sidePx} isRightToLeft={isRightToLeft} />
        )}
      </Frame>
    );
  },
});

const gapPx = 20;

/** The title gets the height that the others leave. */
function words(parameters: Parameters, card: Card, maxWidthPx: number) {
  const looks = looksOf(card);
  const label = fitBlock(card, parameters.label, looks.label, { maxWidthPx, maxLines: 1, sizesPx: [28, 26] });
  const subtitle = fitBlock(card, parameters.subtitle, looks.lead, {
    maxWidthPx: Math.min(maxWidthPx, 940),
    maxLines: 3,
    sizesPx: [34, 32, 30, 28],
  });
  const top = brandRowHeight(card, parameters.site);
  const text = parameters.title || card.brand.name;
  const title = fitTitle(card, text, looks.title, {
    maxWidthPx,
    maxLines: 5,
    maxHeightPx: card.size.height - 2 * marginPx - heightOf([label, subtitle], gapPx) - (top && top + 48),
    sizesPx: titleSizes(text),
  });
  return { label, title, subtitle };
}
