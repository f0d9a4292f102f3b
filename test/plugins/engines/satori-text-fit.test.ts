import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { graphemes, prepareText } from "../../../plugins/engines/satori-text.ts";
import { pieces, units } from "../../../plugins/engines/satori-text-break.ts";
import { fitText } from "../../../plugins/engines/satori-text-fit.ts";
import { library, titles } from "./satori-fonts-host.ts";

/** Every character as wide as half the font's size. */
const even = (text: string, sizePx: number): number => (graphemes(text).length * sizePx) / 2;
const frame = { maxWidthPx: 400, maxLines: 2, sizesPx: [80, 40, 20] };

test("fitText() takes the largest size that fits", () => {
  const fitted = fitText("Ship it", { ...frame, lineHeight: 1.2 }, even);
  assert.deepEqual(fitted, {
    sizePx: 80,
    lines: ["Ship it"],
    lineHeightPx: 96,
    isClamped: false,
    isRightToLeft: false,
  });
  assert.equal(fitText("Ship images, not headaches", frame, even).sizePx, 40);
});

test("fitText() balances its lines", () => {
  const { lines } = fitText("one two three four five six", { ...frame, sizesPx: [40] }, even);
  assert.deepEqual(lines, ["one two three", "four five six"]);
});

test("fitText() breaks Chinese and Japanese after a comma or a word rather than inside one", () => {
  const narrow = { maxWidthPx: 350, maxLines: 3, sizesPx: [100] };
  assert.equal(fitText("让图片更快：从零开始的图像代理", narrow, even).lines[0], "让图片更快：");
  assert.equal(fitText("速い画像。大きく使う", narrow, even).lines[0], "速い画像。");
});

test("fitText() keeps to a height", () => {
  const one = fitText("one two three four five six", { ...frame, maxHeightPx: 50 }, even);
  assert.deepEqual([one.sizePx, one.lines.length, one.isClamped], [20, 1, false]);
  assert.deepEqual(fitText("one", { ...frame, maxHeightPx: 10 }, even).lines, []);
});

test("fitText() keeps lines apart in scripts that reach further up and down than Latin", () => {
  const tight = { ...frame, sizesPx: [40], lineHeight: 1.1 };
  const heightOf = (text: string, lines = 2) => fitText(text, { ...tight, maxLines: lines }, even).lineHeightPx;
  assert.equal(heightOf("one two three"), 44);
  assert.equal(heightOf("في الربيع"), 58);
  assert.equal(heightOf("Hello في الربيع"), 58);
  assert.equal(heightOf("ٱلرَّحِيمِ"), 66);
  assert.equal(heightOf("สวัสดี"), 54);
  assert.equal(heightOf("TIẾNG VIỆT"), 52);
  assert.equal(heightOf("tiếng Việt"), 44);
  assert.equal(heightOf("हिन्दी"), 50);
  assert.equal(heightOf("في الربيع", 1), 44);
  assert.equal(fitText("في الربيع", { ...tight, lineHeight: 1.7 }, even).lineHeightPx, 68);
});

test("fitText() breaks a word only where no size has room for it", () => {
  assert.equal(fitText("Donaudampfschifffahrtsgesellschaft", frame, even).sizePx, 20);
  const broken = fitText("x".repeat(60), frame, even);
  assert.deepEqual(broken.lines, ["x".repeat(40), "x".repeat(20)]);
  assert.equal(broken.isClamped, false);
});

test("fitText() ends in an ellipsis after a whole word or character where nothing fits", () => {
  const { lines, isClamped } = fitText("word ".repeat(40), { ...frame, sizesPx: [40] }, even);
  assert.deepEqual([lines, isClamped], [["word word word word", "word word word word…"], true]);
  const endsIn = (text: string) => fitText(text, { ...frame, maxLines: 1, sizesPx: [40] }, even).lines[0];
  assert.equal(endsIn("One, two, three four five"), "One, two, three…");
  assert.equal(endsIn("Announcing, everyone, news"), "Announcing…");
  assert.equal(endsIn("Of Donaudampfschiffe and more"), "Of Donaudampfschiff…");
  const family = "👨‍👩‍👧‍👦";
  assert.deepEqual(fitText(family.repeat(60), { ...frame, sizesPx: [40] }, even).lines, [
    family.repeat(20),
    `${family.repeat(19)}…`,
  ]);
});

test("fitText() shows nothing in a frame without room, and says that it did", () => {
  const fitted = fitText("word", { ...frame, maxWidthPx: 5 }, even);
  assert.deepEqual([fitted.lines, fitted.isClamped], [[], true]);
  assert.deepEqual(fitText("", frame, even).lines, []);
});

test("fitText() says where a text runs from right to left", () => {
  assert.equal(fitText(titles.hebrew, frame, even).isRightToLeft, true);
  assert.equal(fitText("Cameo עברית", frame, even).isRightToLeft, false);
});

test("units() breaks between Chinese characters, Thai words and at spaces, not inside Korean words", () => {
  assert.deepEqual(units("让图片"), ["让", "图", "片"]);
  assert.deepEqual(units("速く。「カ"), ["速", "く。", "「カ"]);
  assert.deepEqual(units("더 빠르게"), ["더 ", "빠르게"]);
  assert.ok(units(titles.thai).length >= 5);
  assert.deepEqual(units("a b\u00a0c"), ["a ", "b\u00a0c"]);
});

test("units() and pieces() lose nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      assert.equal(units(text).join(""), text);
      assert.equal(pieces(text).join(""), text);
    }),
  );
});

const scripts = Object.values(titles).map((title) => fc.subarray(title.split(/(?<= )/), { minLength: 1 }));
const parts = fc.oneof(
  ...scripts.map((script) => script.map((words) => words.join(""))),
  ...Object.values(titles).map((title) => fc.constantFrom(...graphemes(title))),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom(" ", "\u00a0", "\u200b", "-", "…", "https://example.com/a/very/long/path?with=query"),
);
const anyText = fc.array(parts, { maxLength: 14 }).map((each) => each.join(""));

test("FontSet.fit() never leaves its frame, in any script", async () => {
  const fonts = await library();
  const property = fc.asyncProperty(
    anyText,
    fc.integer({ min: 20, max: 1100 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom("Inter Display", "Source Serif 4"),
    fc.constantFrom(-1.5, 0, 2),
    async (raw, maxWidthPx, maxLines, family, letterSpacingPx) => {
      const text = prepareText(raw);
      const set = await fonts.prepare([text], [family]);
      const font = { family, weight: 800, letterSpacingPx };
      const fitted = set.fit(text, { ...font, maxWidthPx, maxLines, sizesPx: [88, 64, 48] });
      assert.ok(fitted.lines.length <= maxLines);
      for (const line of fitted.lines)
        assert.ok(set.measure(line, { ...font, sizePx: fitted.sizePx }) <= maxWidthPx, line);
      const shown = fitted.lines.join("").replace(/[\s\u200b]/g, "");
      const whole = set.drawable(text).replace(/[\s\u200b]/g, "");
      if (!fitted.isClamped) assert.equal(shown, whole);
      else assert.ok(shown.endsWith("…") || shown.length < whole.length);
    },
  );
  await fc.assert(property, { numRuns: 500 });
});
