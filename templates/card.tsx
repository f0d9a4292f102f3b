/** @jsxImportSource cameo */
/** A page: title, what it is about, whose it is; with a picture at its side if there is one. `/og-image?title=Hello&subtitle=World` */
import { type Card, type Child, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandRow, brandRowHeight } from "./parts/brand.tsx";
import { Column, Frame, marginPx } from "./parts/frame.tsx";
import { looksOf, titleSizes } from "./parts/looks.ts";
import { picture, text } from "./parts/parameters.ts";
import { Photo } from "./parts/pictures.tsx";
import { type Block, fitBlock, fitTitle, Text } from "./parts/text.tsx";

const parameters = v.object({
  title: text(300, "What the page is called. Default: the brand's name."),
  subtitle: text(400, "One or two sentences below the title."),
  label: text(60, "A word or two above the title, such as a section."),
  site: text(60, "At the upper right: an address, a date."),
  image: picture("A picture at the side."),
});

type Parameters = v.InferOutput<typeof parameters>;

const photo = { width: 400, height: 630 - 2 * 40, edge: 40 };

export default template({
  name: "card",
  about: "A page: title, subtitle, label, site, with a picture at the side if there is one.",
  parameters,
  pictures: { image: { width: photo.width, height: photo.height } },
  examples: [
    {
      title: "Images that fit every page",
      subtitle: "One process for avatars, photos, logos and cards. No native dependency, one binary.",
      label: "Documentation",
      site: "docs.example.com",
    },
    { title: "How we cut image traffic by two thirds in an afternoon", subtitle: "A short tale of long caches." },
    { title: "Autumn at the lake", label: "Field notes", image: "images/landscape.jpg" },
  ],
  render(parameters, card) {
    const hasImage = parameters.image !== undefined || card.pictures.image !== undefined;
    const widthPx = card.size.width - 2 * marginPx - (hasImage ? photo.width + photo.edge - marginPx + 56 : 0);
    const { title, blocks } = words(parameters, card, widthPx);
    return (
      <Frame card={card} isRightToLeft={title?.fitted.isRightToLeft ?? false}>
        <BrandRow card={card} aside={hasImage ? undefined : parameters.site} widthPx={widthPx} />
        <Column gap={gapPx}>
          {blocks.map((block) => (
            <Text block={block} />
          ))}
        </Column>
        {hasImage && <Side card={card} isAtLeft={title?.fitted.isRightToLeft ?? false} />}
      </Frame>
    );
  },
});

const gapPx = 20;

/** From below to above, so that the title gets the height that is left. */
function words(parameters: Parameters, card: Card, maxWidthPx: number) {
  const looks = looksOf(card);
  const label = fitBlock(card, parameters.label, looks.label, { maxWidthPx, maxLines: 1, sizesPx: [28, 26] });
  const subtitle = fitBlock(card, parameters.subtitle, looks.lead, {
    maxWidthPx: Math.min(maxWidthPx, 940),
    maxLines: 3,
    sizesPx: [34, 32, 30, 28],
  });
  const taken = [label, subtitle].reduce((sum, block) => sum + (block ? block.heightPx + gapPx : 0), 0);
  const top = brandRowHeight(card, parameters.site);
  const text = parameters.title || card.brand.name;
  const title = fitTitle(card, text, looks.title, {
    maxWidthPx,
    maxLines: 5,
    maxHeightPx: card.size.height - 2 * marginPx - taken - (top && top + 48),
    sizesPx: titleSizes(text),
  });
  const blocks: (Block | undefined)[] = [label, title, subtitle];
  return { title, blocks: blocks.filter((block) => block !== undefined) };
}

/** The picture, inset at the far side. */
function Side({ card, isAtLeft }: { readonly card: Card; readonly isAtLeft: boolean }): Child {
  const side = isAtLeft ? { left: photo.edge } : { right: photo.edge };
  return (
    <div style={{ display: "flex", position: "absolute", top: photo.edge, ...side }}>
      <Photo card={card} picture={card.pictures.image} widthPx={photo.width} heightPx={photo.height} />
    </div>
  );
}
