import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PluginOf, Size } from "../../core/plugin.ts";
import { drawSvg } from "../../plugins/engines/satori-draw.ts";
import { filled, textParameters, titles } from "./scripts.ts";
import { type Box, drawingOf, lay, paint, templates } from "./studio.ts";

/** From the edges of a card, as a part of its width: no text comes nearer. */
const margin = 0.05;

/** Layout rounds to whole pixels. */
const tolerance = 2;

const words = Object.values(titles).flatMap((title) => title.split(" "));

/** Words of all scripts in any order, some grown together. */
const strings = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(" ", " ", " ", "", ", ")), {
      minLength: 1,
      maxLength: 40,
    }),
    fc.nat(300),
  )
  .map(
    ([parts, length]) =>
      parts
        .flat()
        .join("")
        .slice(0, length + 1)
        .toWellFormed()
        .replaceAll("\ufffd", "") || "x",
  );

function inside({ left, top, width, height }: Box, card: Size): boolean {
  const least = card.width * margin - tolerance;
  return left >= least && top >= least && left + width <= card.width - least && top + height <= card.height - least;
}

const overlap = (a: Box, b: Box): boolean =>
  Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left) > tolerance &&
  Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top) > tolerance;

async function assertFits(template: PluginOf<"template">, parameters: Readonly<Record<string, string>>) {
  const drawing = drawingOf(template, parameters);
  const { boxes } = await lay(template, drawing);
  const texts = boxes.filter(({ kind }) => kind === "text");
  const pictures = boxes.filter(({ kind }) => kind === "picture");
  const told = JSON.stringify(parameters);
  assert.ok(texts.length + pictures.length > 0, `nothing is shown: ${told}`);
  for (const [at, box] of texts.entries()) {
    assert.ok(inside(box, drawing.size), `${JSON.stringify(box)} leaves the card: ${told}`);
    const covered = [...texts.slice(at + 1), ...pictures].find((other) => overlap(box, other));
    assert.equal(covered, undefined, `${JSON.stringify(box)} covers another: ${told}`);
  }
}

const pictured: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  article: { image: "images/gone.jpg", avatar: "avatar/x", date: "2026-09-30" },
  card: { image: "images/gone.jpg" },
  event: { date: "2026-09-30" },
  product: { rating: "3.7" },
  quote: { avatar: "avatar/x" },
};

/** What is laid out does not depend on the runtime, and takes long: Deno sees some of the titles and a few of the strings. */
const isWhole = "Bun" in globalThis;
const shownTitles = Object.values(titles).filter((_, at) => isWhole || at % 4 === 0);

for (const [name, names] of Object.entries(textParameters)) {
  const template = templates[name] as PluginOf<"template">;

  test(`template ${name} keeps every text of the titles in its place, in all of its parameters at once`, async () => {
    for (const title of shownTitles) {
      await assertFits(template, filled(names, title));
      await assertFits(template, { ...filled(names, title), ...pictured[name] });
    }
  });

  test(`template ${name} lets no text leave the card or cover another, whatever it says`, async () => {
    const every = fc.tuple(...names.map(() => fc.option(strings, { nil: undefined, freq: 4 })));
    await fc.assert(
      fc.asyncProperty(every, strings, fc.boolean(), async (texts, first, hasPictures) => {
        const given = names.flatMap((each, at) => {
          const text = at === 0 ? first : texts[at];
          return text === undefined ? [] : Object.entries(filled([each], text));
        });
        await assertFits(template, { ...Object.fromEntries(given), ...(hasPictures ? pictured[name] : {}) });
      }),
      { numRuns: isWhole ? 60 : 10 },
    );
  });
}

/** Titles of ordinary words whose letters reach far down in one line and far up in the next. */
const reaching = {
  arabic: "يجيء في الربيع إلى أصدقاء لنا بكل ما هو جديد ومفيد للجميع وأحيانا أكثر",
  thai: "สวัสดีชาวโลก ยินดีต้อนรับสู่การพัฒนาเว็บไซต์ด้วยภาษาไทยที่ไม่มีช่องว่างระหว่างคำ",
};

/** Least distance between what one line says and the next, in pixels: what is closer is read as one. */
const apart = 3;

/** Columns of a card → the rows of the highest and the lowest ink. */
type Ink = ReadonlyMap<number, { readonly high: number; readonly low: number }>;

/** Of each text alone: the library draws one path for each line. */
function inkOf(svg: string, size: Size): Ink[] {
  const paths = svg.match(/<path [^>]*>/g) ?? [];
  return paths.map((path) => {
    const { data } = drawSvg(
      svg.replace(/<path [^>]*>/g, (each) => (each === path ? path : "")),
      size,
      size,
    );
    const ink = new Map<number, { high: number; low: number }>();
    for (let at = 0; at < size.width * size.height; at++) {
      if ((data[at * 4] ?? 255) > 128) continue;
      const [x, y] = [at % size.width, Math.floor(at / size.width)];
      ink.set(x, { high: ink.get(x)?.high ?? y, low: y });
    }
    return ink;
  });
}

for (const [script, title] of Object.entries(reaching)) {
  test(`template card keeps the lines of a title from running into each other in ${script}`, async () => {
    const template = templates.card as PluginOf<"template">;
    const drawing = drawingOf(template, { title }, { brand: { name: "", pattern: "none" } });
    const lines = inkOf((await lay(template, drawing)).svg, drawing.size);
    assert.ok(lines.length > 1);
    for (const [at, lower] of lines.slice(1).entries())
      for (const [x, { low }] of lines[at] ?? [])
        assert.ok(
          low + apart < (lower.get(x)?.high ?? Number.POSITIVE_INFINITY),
          `line ${at + 1} reaches ${at + 2} at ${x}`,
        );
  });
}

test("template event cuts through no text with the roundest corners", async () => {
  const template = templates.event as PluginOf<"template">;
  const [square, round] = [0, 200].map((cornerPx) =>
    drawingOf(template, { date: "2026-09-30" }, { brand: { name: "", pattern: "none", cornerPx } }),
  );
  assert.ok(square && round);
  const { boxes } = await lay(template, square);
  const { width } = square.size;
  const [before, after] = [await paint(template, square, width), await paint(template, round, width)];
  const grey = ({ data }: typeof before, at: number) => data[at * 4 + 1] ?? 0;
  for (const { left, top, width: wide, height: high } of boxes.filter(({ kind }) => kind !== "other")) {
    const ground = grey(before, Math.ceil(top) * width + Math.ceil(left));
    for (let y = Math.ceil(top); y < top + high; y++)
      for (let x = Math.ceil(left); x < left + wide; x++) {
        const at = y * width + x;
        if (Math.abs(grey(before, at) - ground) < 100) continue;
        assert.ok(Math.abs(grey(before, at) - grey(after, at)) < 20, `cut at ${x}, ${y}`);
      }
  }
});

test("template card gives a site the whole row where no logo and no name stand there", async () => {
  const template = templates.card as PluginOf<"template">;
  const site = "a-rather-long-name.of-a-host.example.com/docs/of/it";
  const widthOf = async (site: string, name = "") => {
    const drawing = drawingOf(template, { title: "Hello", site }, { brand: { name, pattern: "none" } });
    const row = (await lay(template, drawing)).boxes.filter(({ kind, top }) => kind === "text" && top < 150);
    return Math.max(...row.map(({ left, width }) => (left > 400 ? width : 0)));
  };
  assert.ok((await widthOf(site)) > (await widthOf(site.slice(0, -6))), "all of it is there");
  assert.equal(await widthOf(site, "Acme"), await widthOf(`${site}/and/more`, "Acme"), "beside a name it is cut");
});
