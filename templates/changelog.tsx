/** @jsxImportSource cameo */
/** A release: version, date, what has changed. `/og-image/changelog?version=2.4.0&changes=added:+Quotes|fixed:+Long+words` */
import { type Card, type Child, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandRow } from "./parts/brand.tsx";
import { Changes, changesOf } from "./parts/changes.tsx";
import { date, language, showDate } from "./parts/date.ts";
import { Frame, marginPx } from "./parts/frame.tsx";
import { looksOf, titleSizes } from "./parts/looks.ts";
import { text } from "./parts/parameters.ts";
import { heightOf, Stack } from "./parts/stack.tsx";
import { type Block, fitBlock, fitTitle } from "./parts/text.tsx";

const parameters = v.object({
  version: text(24, "What was released: 2.4.0."),
  title: text(200, "What it is about."),
  changes: text(
    1000,
    "What has changed, separated by “|”; each may begin with added:, changed:, fixed:, removed: or security:.",
  ),
  label: text(60, "A word or two above the version. Default: none."),
  date: date("When it was released."),
  lang: language,
});

type Parameters = v.InferOutput<typeof parameters>;

export default template({
  name: "changelog",
  about: "A release: version, title, date and a list of changes.",
  parameters,
  examples: [
    {
      version: "2.4.0",
      title: "Cards that write themselves",
      label: "Release notes",
      date: "2026-11-21",
      changes:
        "added: Cards from templates, light and dark|added: Avatars with initials in any script|changed: WebP is twice as quick|fixed: Long words no longer leave the card",
    },
    { version: "v3.0.0-rc.1", date: "2027-01-15", lang: "fr", title: "Une avant-première" },
    { title: "What is new this spring", changes: "Faster first picture|A quieter log|One setting less" },
  ],
  render(parameters, card) {
    const changes = changesOf(parameters.changes);
    const widthPx = card.size.width - 2 * marginPx;
    const textPx = changes.length > 0 ? columnPx : widthPx;
    const blocks = words(parameters, card, textPx);
    // A version has no direction of its own.
    const isRightToLeft = blocks.some((block) => block?.fitted.isRightToLeft);
    return (
      <Frame card={card} isRightToLeft={isRightToLeft}>
        <BrandRow card={card} widthPx={textPx} />
        <Stack blocks={blocks} gap={gapPx} />
        {changes.length > 0 && <Panelled card={card} changes={changes} isRightToLeft={isRightToLeft} />}
      </Frame>
    );
  },
});

const gapPx = 16;

/** Of the texts beside a list. */
const columnPx = 400;

/** The version is the heading; without one, the title is. */
function words(parameters: Parameters, card: Card, maxWidthPx: number): (Block | undefined)[] {
  const looks = looksOf(card);
  const one = { maxWidthPx, maxLines: 1 };
  const mono = { family: "JetBrains Mono", weight: 500, color: card.colors.text, lineHeight: 1.15, tracking: -0.04 };
  const label = fitBlock(card, parameters.label, looks.label, { ...one, sizesPx: [28, 26, 24] });
  const version = fitBlock(card, parameters.version, mono, {
    ...one,
    sizesPx: [132, 112, 96, 84, 72, 62, 52, 44, 36, 30],
  });
  const day = fitBlock(card, showDate(parameters.date, parameters.lang), looks.small, {
    ...one,
    sizesPx: [28, 26, 24],
  });
  const text = parameters.title || (parameters.version ? undefined : card.brand.name);
  const room = 630 - 2 * marginPx - 48 - 40 - heightOf([label, version, day], gapPx);
  const title = version
    ? fitBlock(
        card,
        text,
        { ...looks.strong, lineHeight: 1.25 },
        { maxWidthPx, maxLines: 4, maxHeightPx: room, sizesPx: [44, 40, 36, 32, 28] },
      )
    : fitTitle(card, text, looks.title, {
        maxWidthPx,
        maxLines: 5,
        maxHeightPx: room,
        sizesPx: titleSizes().filter((size) => size <= 72),
      });
  return [label, version, title, day];
}

const insetPx = 40;

/** The list at the far side, inset as pictures are. */
function Panelled({
  card,
  changes,
  isRightToLeft,
}: {
  readonly card: Card;
  readonly changes: ReturnType<typeof changesOf>;
  readonly isRightToLeft: boolean;
}): Child {
  const edge = isRightToLeft ? { left: insetPx } : { right: insetPx };
  const widthPx = card.size.width - marginPx - columnPx - 56 - insetPx;
  return (
    <div style={{ display: "flex", position: "absolute", top: insetPx, ...edge }}>
      <Changes card={card} changes={changes} widthPx={widthPx} heightPx={card.size.height - 2 * insetPx} />
    </div>
  );
}
