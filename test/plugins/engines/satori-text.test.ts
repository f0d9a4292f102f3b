import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  directionOf,
  graphemes,
  isEmoji,
  joinsLetters,
  markNumbers,
  markSigns,
  prepareText,
} from "../../../plugins/engines/satori-text.ts";
import { markBrackets } from "../../../plugins/engines/satori-text-brackets.ts";

test("prepareText() takes away what is not text", () => {
  assert.equal(prepareText("  a\u0000b\u0007\n\tc  "), "a b c");
  assert.equal(prepareText("user\u202egnp.exe\u202c \u2066x\u2069"), "usergnp.exe x");
  assert.equal(prepareText("\ufeffsoft\u00adhyphen"), "softhyphen");
  assert.equal(prepareText("\ud800"), "\ufffd");
});

test("prepareText() keeps what scripts need: joiners, no-break spaces, direction marks, selectors", () => {
  for (const text of ["می\u200cخواهم", "क्\u200dष", "10\u00a0km", "a\u200fb", "❤\ufe0f", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
    assert.equal(prepareText(text), text);
  assert.equal(prepareText("10\u202fkm"), "10\u00a0km");
});

test("prepareText() composes, and limits marks and sequences", () => {
  assert.equal(prepareText("e\u0301"), "é");
  assert.equal(prepareText(`a${"\u0336".repeat(500)}b`), `a${"\u0336".repeat(6)}b`);
  assert.ok(prepareText("👩‍".repeat(500)).length < 60);
});

test("prepareText() changes nothing the second time", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(prepareText(prepareText(text)), prepareText(text));
    }),
    { numRuns: 1000 },
  );
});

test("graphemes() are what a reader takes for a character", () => {
  assert.deepEqual(graphemes("é👩🏽‍💻🇩🇪ที่"), ["é", "👩🏽‍💻", "🇩🇪", "ที่"]);
});

test("directionOf() goes by the first letter", () => {
  assert.equal(directionOf("10 שלום abc"), "rtl");
  assert.equal(directionOf("“مرحبا”"), "rtl");
  assert.equal(directionOf("Cameo يعني"), "ltr");
  assert.equal(directionOf("\u200fCameo"), "rtl");
  assert.equal(directionOf("123"), "ltr");
});

test("isEmoji() tells pictures from symbols in the text", () => {
  for (const each of ["🚀", "❤\ufe0f", "1\ufe0f\u20e3", "🇩🇪", "👍🏿"]) assert.equal(isEmoji(each), true, each);
  for (const each of ["☀", "©", "1", "a", "→"]) assert.equal(isEmoji(each), false, each);
});

test("markNumbers() keeps times, prices and shares in order where a text runs from right to left", () => {
  assert.equal(markNumbers("בשעה 10:30"), "בשעה 10:\u200e30");
  assert.equal(markNumbers("הנחה 50%, 1-2, $9"), "הנחה 50%\u200e, 1-\u200e2, $\u200e9");
  assert.equal(markNumbers("12/05"), "12/\u200e05");
});

test("markNumbers() leaves signs after numbers to their left in Arabic, and left-to-right text alone", () => {
  assert.equal(markNumbers("خصم 50% في 10:30"), "خصم 50% في 10:\u200e30");
  assert.equal(markNumbers("50% خصم على iPhone 50% الآن 9%"), "50% خصم على iPhone 50%\u200e الآن 9%");
  for (const text of ["at 10:30 for $9", "at ב 10:30 ב"]) assert.equal(markNumbers(text), text);
});

test("markNumbers() changes nothing the second time", () => {
  const texts = fc.array(fc.constantFrom(..."ב0123:/+-%$#., a"), { maxLength: 12 }).map((all) => all.join(""));
  fc.assert(fc.property(texts, (text) => assert.equal(markNumbers(markNumbers(text)), markNumbers(text))));
});

test("markSigns() says which signs run from right to left, once", () => {
  const marked = "Node.js: أيها أفضل؟\u200f";
  assert.equal(markSigns("Node.js: أيها أفضل؟"), marked);
  assert.equal(markSigns(marked), marked);
  for (const text of ["What? Yes; no.", "نعم، لا!", "at 10:30"]) assert.equal(markSigns(text), text);
});

/** With the marks as letters: `<` and `>` say which way the writing goes. */
const seen = (text: string) => markBrackets(text).replaceAll("\u200e", ">").replaceAll("\u200f", "<");

test("markBrackets() gives a pair the direction of rule N0, so that it stays around what is in it", () => {
  assert.equal(seen("abc (אבג) 123"), "abc (אבג)> 123");
  assert.equal(seen("שלום (abc) def"), "שלום (abc)< def");
  assert.equal(seen("قال Steve (1955–2011)!"), "قال Steve >(1955–2011)>!");
  assert.equal(seen("a אבג [דהו] ו"), "a אבג <[דהו]< ו");
  assert.equal(seen("אבג abc (ו {abc} ז)"), "אבג abc (ו {abc} ז)");
  assert.equal(seen("abc אבג (דהו {x}) ו"), "abc אבג >(דהו {x}) ו");
  assert.equal(seen("a (אב] ג)"), "a (אב] ג)");
});

test("markBrackets() leaves text of one direction, and brackets without a partner or letters, as they are", () => {
  for (const text of ["f(x) [1]", "שלום (דהו)", "אבג abc (!) 1", "abc (אבג", ":) אבג", "אבג (12)", ""])
    assert.equal(markBrackets(text), text);
});

test("markBrackets() changes nothing the second time", () => {
  const texts = fc.array(fc.constantFrom(..."אa1 ()[]\u200e\u200f٣"), { maxLength: 14 }).map((all) => all.join(""));
  fc.assert(
    fc.property(texts, (text) => assert.equal(markBrackets(markBrackets(text)), markBrackets(text))),
    {
      numRuns: 1000,
    },
  );
});

test("joinsLetters() tells scripts that letter spacing would tear", () => {
  for (const text of ["صور Cameo", "हिन्दी"]) assert.equal(joinsLetters(text), true);
  for (const text of ["Cameo", "שלום", "ไทย", "画像"]) assert.equal(joinsLetters(text), false);
});
