/** @jsxImportSource cameo */
/** Something that takes place: a day, a title, when and where. `/og-image/event?title=Meetup&date=2026-11-21&place=Lisbon` */
import { type Card, type Child, template } from "cameo/plugin";
import * as v from "valibot";
import { BrandRow, brandRowHeight } from "./parts/brand.tsx";
import { inkOn } from "./parts/color.ts";
import { date, language, parseDay, part } from "./parts/date.ts";
import { Facts, factsHeightPx } from "./parts/facts.tsx";
import { Frame, marginPx } from "./parts/frame.tsx";
import { looksOf } from "./parts/looks.ts";
import { Panel } from "./parts/panel.tsx";
import { text } from "./parts/parameters.ts";
import { heightOf, Stack } from "./parts/stack.tsx";
import { fitBlock, fitTitle, Text } from "./parts/text.tsx";

const parameters = v.object({
  title: text(200, "What takes place. Default: the brand's name."),
  subtitle: text(300, "A sentence below the title."),
  label: text(60, "A word or two above the title, such as a series."),
  date: date("The day; one of the form 2026-11-21 gets a calendar sheet."),
  time: text(60, "When it begins, with its time zone."),
  place: text(100, "Where."),
  lang: language,
});

type Parameters = v.InferOutput<typeof parameters>;

export default template({
  name: "event",
  about: "Something that takes place: a calendar sheet, title, time, place.",
  parameters,
  examples: [
    {
      title: "An evening about images on the web",
      subtitle: "Three talks, one long table, no slides with bullet points.",
      label: "Northwind Meetup",
      date: "2026-11-26",
      time: "18:30 CET",
      place: "Rua do Sol 14, Lisbon",
    },
    { title: "Jahrestreffen der Bildarchive", date: "2027-03-04", lang: "de", time: "10 Uhr", place: "Hamburg" },
    { title: "Open house", date: "Every first Thursday", place: "Dock 3" },
  ],
  render(parameters, card) {
    const day = parseDay(parameters.date);
    const widthPx = card.size.width - 2 * marginPx;
    const when = day ? parameters.time : [parameters.date, parameters.time].filter(Boolean).join(", ");
    const facts = [
      { icon: "time" as const, text: when },
      { icon: "place" as const, text: parameters.place },
    ];
    const columnPx = day ? widthPx - sheet.width - sheetGapPx : widthPx;
    const { label, title, subtitle } = words(parameters, card, columnPx, Boolean(when || parameters.place));
    return (
      <Frame card={card} isRightToLeft={title?.fitted.isRightToLeft ?? false}>
        <BrandRow card={card} widthPx={widthPx} />
        <div style={{ display: "flex", alignItems: "center", gap: sheetGapPx, flexShrink: 0 }}>
          {day && <CalendarSheet card={card} day={day} lang={parameters.lang} />}
          <Stack blocks={[label, title, subtitle]} gap={gapPx} />
        </div>
        <Facts card={card} facts={facts} widthPx={widthPx} />
      </Frame>
    );
  },
});

const gapPx = 14;
const sheetGapPx = 56;
const sheet = { width: 236, height: 270, head: 66 };

function words(parameters: Parameters, card: Card, maxWidthPx: number, hasFacts: boolean) {
  const looks = looksOf(card);
  const label = fitBlock(card, parameters.label, looks.label, { maxWidthPx, maxLines: 1, sizesPx: [28, 26] });
  const lead = { maxWidthPx: Math.min(maxWidthPx, 900), maxLines: 2, sizesPx: [32, 30, 28] };
  const subtitle = fitBlock(card, parameters.subtitle, looks.lead, lead);
  const around = brandRowHeight(card) + 32 + (hasFacts ? factsHeightPx + 32 : 0);
  const title = fitTitle(card, parameters.title || card.brand.name, looks.title, {
    maxWidthPx,
    maxLines: 4,
    maxHeightPx: card.size.height - 2 * marginPx - around - heightOf([label, subtitle], gapPx),
    sizesPx: [84, 76, 68, 62, 56, 50, 44, 40],
  });
  return { label, title, subtitle };
}

/** Month, day and weekday, as a tear-off calendar has them. */
function CalendarSheet({
  card,
  day,
  lang,
}: {
  readonly card: Card;
  readonly day: Date;
  readonly lang?: string | undefined;
}): Child {
  const { colors, brand } = card;
  const looks = looksOf(card);
  const frame = { maxWidthPx: sheet.width - 32, maxLines: 1 };
  const month = { ...looks.strong, color: inkOn(colors.accent) };
  const number = { ...looks.title, family: brand.fonts.heading, tracking: -0.04, lineHeight: 1 };
  const head = {
    display: "flex",
    alignItems: "center",
    justifyContent: "center",
    width: sheet.width,
    height: sheet.head,
  } as const;
  return (
    <Panel card={card} widthPx={sheet.width} heightPx={sheet.height} align="center">
      <div style={{ ...head, backgroundColor: colors.accent }}>
        <Text
          block={fitBlock(card, part(day, lang, { month: "long" }), month, { ...frame, sizesPx: [30, 28, 26, 24, 22] })}
        />
      </div>
      <div
        style={{
          display: "flex",
          flexDirection: "column",
          alignItems: "center",
          justifyContent: "center",
          gap: 4,
          height: sheet.height - sheet.head,
        }}
      >
        <Text
          block={fitBlock(card, part(day, lang, { day: "numeric" }), number, { ...frame, sizesPx: [124, 104, 88, 72] })}
        />
        <Text
          block={fitBlock(card, part(day, lang, { weekday: "long" }), looks.small, {
            ...frame,
            sizesPx: [26, 24, 22, 20],
          })}
        />
      </div>
    </Panel>
  );
}
