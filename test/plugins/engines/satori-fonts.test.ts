import assert from "node:assert/strict";
import { test } from "node:test";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import satori, { type SatoriNode } from "satori";
import { createHost } from "../../../core/testing.ts";
import { type FontSet, openFonts } from "../../../plugins/engines/satori-fonts.ts";
import { packagedAssets } from "../../../plugins/engines/satori-fonts-packaged.ts";
import { directionOf, graphemes, prepareText } from "../../../plugins/engines/satori-text.ts";
import { host, library, titles } from "./satori-fonts-host.ts";

const texts = Object.values(titles).map(prepareText);
const families = ["Inter Display", "Inter"];
const prepared = async (...each: string[]): Promise<FontSet> =>
  (await library()).prepare(each.map(prepareText), families);

interface Style {
  readonly family: string;
  readonly weight: number;
  readonly sizePx: number;
  readonly letterSpacingPx?: number;
}

/** Draws one line with satori, and what it says about its box. */
async function draw(set: FontSet, text: string, { family, weight, sizePx, letterSpacingPx = 0 }: Style, width = 1200) {
  const style = { whiteSpace: "nowrap", color: "#000", fontSize: sizePx, fontWeight: weight, lineHeight: 1.5 };
  const fontFamily = set.stack(family).join(", ");
  const inner = {
    type: "div",
    props: { style: { display: "flex", ...style, fontFamily, letterSpacing: letterSpacingPx }, children: text },
  };
  const outer = { display: "flex", alignItems: "flex-start", width, height: 200, direction: directionOf(text) };
  const nodes: SatoriNode[] = [];
  const svg = await satori(
    { type: "div", key: null, props: { style: outer, children: inner } },
    {
      width: 1200,
      height: 200,
      fonts: set.fonts,
      graphemeImages: set.graphemeImages,
      onNodeDetected: (node) => void nodes.push(node),
    },
  );
  return { svg, widthPx: nodes.at(-1)?.width ?? 0 };
}

let started: Promise<void> | undefined;

/** Whether each pixel of the picture is dark, row by row. */
async function pixels(svg: string): Promise<boolean[][]> {
  started ??= host
    .wasm("@resvg/resvg-wasm/index_bg.wasm")
    .then((module) => initWasm(module as never))
    // One process runs all files, and the library starts once.
    .catch((error: unknown) => assert.match(String(error), /Already initialized/));
  await started;
  const { pixels: all, width, height } = new Resvg(svg, { font: { loadSystemFonts: false } }).render();
  const isDark = (x: number, y: number): boolean => (all[(y * width + x) * 4 + 3] ?? 0) > 127;
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (__, x) => isDark(x, y)));
}

const count = (line: readonly boolean[]): number => line.filter(Boolean).length;

/** How many dark pixels each row has. */
const ink = async (svg: string): Promise<number[]> => (await pixels(svg)).map(count);

/** How many each column has, from the first that has any. */
async function columns(svg: string): Promise<number[]> {
  const rows = await pixels(svg);
  const all = Array.from({ length: rows[0]?.length ?? 0 }, (_, x) => count(rows.map((row) => row[x] === true)));
  return all.slice(all.findIndex((each) => each > 0));
}

test("openFonts() asks its host only for what packagedAssets lists, and for optional packages", async () => {
  const asked: string[] = [];
  const listening = createHost();
  const noted = (specifier: string): string => {
    asked.push(specifier);
    return specifier;
  };
  const fonts = await openFonts({
    log: listening.log,
    asset: (specifier) => listening.asset(noted(specifier)),
    wasm: (specifier) => listening.wasm(noted(specifier)),
  });
  await fonts.prepare(texts, families);
  const beyond = asked.filter((each) => !packagedAssets.includes(each) && !each.startsWith("@fontsource-variable/"));
  assert.deepEqual(beyond, []);
  assert.deepEqual(fonts.refused, []);
});

test("openFonts() does without the optional packages, and says what it then lacks", async () => {
  const fonts = await openFonts({
    ...host,
    asset: async (name) => {
      if (name.startsWith("@fontsource-variable/")) throw new Error("not there");
      return host.asset(name);
    },
  });
  const set = await fonts.prepare(["Cameo 画像", "plain"], families);
  assert.equal(set.drawable("Cameo 画像"), "Cameo …");
  assert.deepEqual(set.remarks, ["no font here has: “画”, “像”"]);
});

test("FontLibrary.prepare() has every character of ten scripts", async () => {
  const set = await prepared(...texts);
  assert.deepEqual(set.missing, []);
  assert.deepEqual(set.remarks, []);
  for (const text of texts) assert.equal(set.drawable(text), text);
});

test("FontLibrary.prepare() opens only what a text needs, and gives the same fonts again", async () => {
  const [latin, again, thai] = [await prepared("Hello"), await prepared("World"), await prepared(titles.thai)];
  assert.equal(latin.fonts, again.fonts);
  const more = thai.fonts.filter((font) => !latin.fonts.some(({ name }) => name === font.name));
  assert.deepEqual([...new Set(more.map(({ name }) => name))], ["Noto Sans Thai"]);
});

test("FontLibrary.prepare() keeps few large sets of fonts, and the last one always", async () => {
  const fonts = await library();
  const rare = (from: number) =>
    Array.from({ length: 120 }, (_, at) => String.fromCodePoint(0x4e00 + from + at * 160)).join("");
  const first = (await fonts.prepare(["plain"])).fonts;
  let count = 0;
  for (let from = 0; count <= 600; from += 40) {
    const { fonts: large } = await fonts.prepare([rare(from)]);
    assert.equal((await fonts.prepare([rare(from)])).fonts, large);
    count += large.length;
  }
  assert.notEqual((await fonts.prepare(["plain"])).fonts, first);
});

test("FontLibrary.prepare() takes Han characters from the font of the language", async () => {
  const of = async (text: string) =>
    (await prepared(text)).fonts.map(({ name }) => name).filter((name) => / (JP|KR|SC) /.test(name));
  for (const name of await of("直す画像")) assert.match(name, /JP/);
  for (const name of await of("直接图片")) assert.match(name, /SC/);
  for (const name of await of("한국어")) assert.match(name, /KR/);
});

test("FontSet.drawable() puts one ellipsis for what no font has, and remarks names it", async () => {
  const set = await prepared("Runes ᚠᚢᚦ and ꦗꦮ", "x̂");
  assert.equal(set.drawable("Runes ᚠᚢᚦ and ꦗꦮ"), "Runes … and …");
  assert.equal(set.drawable("x̂"), "x");
  assert.deepEqual(set.missing, ["ᚠ", "ᚢ", "ᚦ", "ꦗ", "ꦮ", "x̂"]);
  assert.match(set.remarks[0] ?? "", /^no font here has: “ᚠ”, “ᚢ”/);
});

test("FontSet.drawable() takes a new emoji apart where the font has only its parts", async () => {
  const set = await prepared("🐦‍🔥");
  assert.equal(set.drawable("🐦‍🔥"), "🐦🔥");
  assert.deepEqual(Object.keys(set.graphemeImages).sort(), ["🐦", "🔥"].sort());
});

test("FontSet.remarks names a family that is not there", async () => {
  const set = await (await library()).prepare(["a"], ["Comic Papyrus"]);
  assert.deepEqual(set.remarks, ["no font here is called “Comic Papyrus”"]);
});

test("FontSet.graphemeImages has emoji, sequences, flags and skin tones as one picture each", async () => {
  const all = "🚀❤️👍🏿🇩🇪🏴󠁧󠁢󠁥󠁮󠁧󠁿👨‍👩‍👧‍👦👩🏽‍💻1️⃣";
  const set = await prepared(all);
  assert.deepEqual(Object.keys(set.graphemeImages).sort(), graphemes(all).sort());
});

test("FontSet.inlineEmoji() draws the same without a picture in the picture", async () => {
  const set = await prepared("Go 🚀");
  const { svg } = await draw(set, "Go 🚀", { family: "Inter", weight: 600, sizePx: 80 });
  const inline = set.inlineEmoji(svg);
  assert.match(svg, /<image /);
  assert.doesNotMatch(inline, /<image /);
  const [before, after] = [await ink(svg), await ink(inline)];
  for (const [y, dark] of before.entries()) assert.ok(Math.abs(dark - (after[y] ?? 0)) <= 3, `row ${y}`);
});

test("FontSet.measure() agrees with satori to a pixel in ten thousand, in every script and family", async () => {
  const all = [...texts, "Cameo (תמונות) 2", "a אבג [דהו] ו", "قال Steve (1955–2011)!"];
  const set = await prepared(...all);
  for (const text of all.map((each) => set.drawable(each))) {
    for (const style of [
      { family: "Inter Display", weight: 800, sizePx: 400, letterSpacingPx: -8 },
      { family: "Source Serif 4", weight: 400, sizePx: 400 },
    ]) {
      const { widthPx } = await draw(set, text, style, 20_000);
      const measured = set.measure(text, style);
      // Satori rounds its boxes up to whole pixels.
      assert.ok(
        widthPx - measured >= 0 && widthPx - measured < 1.01,
        `${style.family}: ${text}: ${widthPx} and ${measured}`,
      );
    }
  }
});

test("FontSet.fonts put marks where they belong: above, below, and dots of Arabic letters under them", async () => {
  const set = await prepared("ب", "ٮ", "ي", "ى", "อ่", "อ");
  const rows = async (text: string) =>
    (await ink((await draw(set, text, { family: "Inter", weight: 400, sizePx: 90 })).svg)).map(Boolean);
  const [lowest, highest] = [(all: boolean[]) => all.lastIndexOf(true), (all: boolean[]) => all.indexOf(true)];
  assert.ok(lowest(await rows("ب")) > lowest(await rows("ٮ")) + 4, "the dot of beh");
  assert.ok(lowest(await rows("ي")) > lowest(await rows("ى")) + 4, "the dots of yeh");
  assert.ok(highest(await rows("อ่")) < highest(await rows("อ")) - 4, "the tone of Thai");
});

test("FontSet.drawable() makes a time read the same in Hebrew as in English", async () => {
  const [hebrew, english] = ["ב 10:37", "10:37"];
  const set = await prepared(hebrew, english);
  const style = { family: "Inter", weight: 600, sizePx: 80 };
  const seen = async (text: string) => columns((await draw(set, set.drawable(text), style)).svg);
  const [inHebrew, inEnglish] = [await seen(hebrew), await seen(english)];
  const widthPx = inEnglish.findLastIndex((each) => each > 0);
  const off = inEnglish.slice(0, widthPx).filter((each, x) => Math.abs(each - (inHebrew[x] ?? 0)) > 12);
  assert.ok(off.length <= 6, `${off.length} of ${widthPx} columns differ`);
});

test("FontSet.drawable() ends an Arabic question at its left, also where the text begins in Latin", async () => {
  const [question, without] = ["A: أيها أفضل؟", "A: أيها أفضل"];
  const set = await prepared(question);
  const style = { family: "Inter", weight: 600, sizePx: 80 };
  const seen = async (text: string) => columns((await draw(set, set.drawable(text), style)).svg);
  const [all, words] = [await seen(question), await seen(without)].map((each) =>
    each.slice(0, each.findLastIndex((of) => of > 0) + 1).slice(-60),
  );
  const off = (all ?? []).filter((each, x) => Math.abs(each - (words?.[x] ?? 0)) > 12);
  assert.ok(off.length <= 6, `${off.length} of the last 60 columns differ`);
});
