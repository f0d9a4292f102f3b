/** Text before it is drawn: cleaned, cut into graphemes, its direction. Pure. */

/** More marks than any script puts upon one letter; what is beyond climbs out of its line ("zalgo"). */
const maxMarks = 6;

/** Longest sequence that is drawn as one: emoji of a family with skin tones have about as many. */
const maxCodePoints = 16;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader takes for one character. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * Text as templates and engines take it: well-formed, in normal form C, without control characters, without the bidi overrides, embeddings and
 * isolates that can show another text than is there (U+202A–202E, U+2066–2069), white space as single spaces (no-break ones stay), no pile of marks.
 */
export function prepareText(text: string): string {
  const clean = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\u202a-\u202e\u2066-\u2069\u00ad\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]|\ufe0e/g, "")
    .replace(/[\u2007\u202f]/g, "\u00a0")
    .replace(/(?![\u00a0])[\s\p{Cc}]+/gu, " ")
    .replace(new RegExp(`(\\p{M}{${maxMarks}})\\p{M}+`, "gu"), "$1")
    .trim();
  return limitGraphemes(clean);
}

/** Sequences joined without end are one grapheme for the segmenter. */
function limitGraphemes(text: string): string {
  if (!/\p{M}|\u200d|[\u{e0020}-\u{e007f}]/u.test(text)) return text;
  return graphemes(text)
    .map((each) => (each.length > maxCodePoints ? Array.from(each).slice(0, maxCodePoints).join("") : each))
    .join("");
}

/** Scripts that run from right to left. */
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

export const isRightToLeft = (letter: string): boolean => rightToLeft.test(letter);

/** By the first strong letter, as browsers do for `dir="auto"`: rule P2 of https://www.unicode.org/reports/tr9/. */
export function directionOf(text: string): "ltr" | "rtl" {
  for (const character of text) {
    if (character === "\u200f" || character === "\u061c") return "rtl";
    if (character === "\u200e") return "ltr";
    if (/\p{L}/u.test(character)) return rightToLeft.test(character) ? "rtl" : "ltr";
  }
  return "ltr";
}

/**
 * Satori's reordering knows no separators inside numbers, so that a time in Hebrew would read 30:10. A mark (U+200E) after each keeps the number in its order:
 * rules W4 and W5 of UAX #9, and W2, by which signs after a number stand to its left among Arabic words. Only where the whole text runs from right to left, or is
 * without letters and may stand beside such text; a number in right-to-left words within left-to-right text stays as satori has it.
 */
export function markNumbers(text: string): string {
  if (/\p{L}/u.test(text) && directionOf(text) === "ltr") return text;
  const separated = text.replace(/(?<=\p{Nd})[:/](?=\p{Nd})/gu, "$&\u200e");
  const marked = (found: string, at: number, all: string) => (isAmongArabic(all, at) ? found : `${found}\u200e`);
  return separated
    .replace(/(?<=\p{Nd})[+-](?=\p{Nd})/gu, marked)
    .replace(/(?<=\p{Nd})[%‰°#\p{Sc}]+(?![%‰°#\p{Sc}\u200e])/gu, marked)
    .replace(/[#\p{Sc}]+(?=\p{Nd})/gu, marked);
}

/** Whether the letter before this place is Arabic; where there is none, the one after it. */
function isAmongArabic(text: string, at: number): boolean {
  const letter = /\p{L}(?=\P{L}*$)/u.exec(text.slice(0, at)) ?? /\p{L}/u.exec(text.slice(at));
  return /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u.test(letter?.[0] ?? "");
}

/**
 * Satori takes every sign that is no letter for one without a direction. Arabic and Hebrew have some that have one (classes AL and R of UAX #9): an Arabic
 * question mark would stand before its question where the text begins in Latin. A mark (U+200F) after each says what it is.
 */
export const markSigns = (text: string): string =>
  text.replace(/[\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u061b\u061d-\u061f\u066d\u06d4](?!\u200f)/gu, "$&\u200f");

/** Whether letters are joined in this text's script, so that letter spacing, also a negative one, would tear or overlap them: give it none. */
export function joinsLetters(text: string): boolean {
  return /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}]/u.test(
    text,
  );
}

/**
 * Least distance of lines, as a multiple of the size, where letters reach further up or down than Latin ones do: the tallest first. By what the fonts that come
 * with Cameo draw: lines closer than that run into each other, dots of one become those of another's letters.
 */
const tall: readonly (readonly [letters: RegExp, lineHeight: number])[] = [
  // Two marks upon an Arabic letter, as in texts with all their vowels.
  [/[\u064b-\u0650]\u0651|[\u064b-\u0651]\u0670/u, 1.65],
  [/[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u, 1.45],
  [/[\p{Script=Thai}\p{Script=Lao}]/u, 1.35],
  // Two accents upon a capital, as in Vietnamese.
  [/\p{Lu}\u031b?[\u0300-\u030a]{2}/u, 1.3],
  [
    /[\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Tamil}\p{Script=Telugu}]/u,
    1.25,
  ],
];

/** What keeps the lines of a text apart; 0 where any distance does that is usual for Latin. */
export function leastLineHeight(text: string): number {
  const letters = text.normalize("NFD");
  return tall.find(([reaches]) => reaches.test(letters))?.[1] ?? 0;
}

/** Whether a grapheme is to be shown as a picture rather than in the text's colour. */
export function isEmoji(grapheme: string): boolean {
  return /\p{Emoji_Presentation}|\ufe0f|\u20e3/u.test(grapheme);
}

/** Code points that draw nothing by themselves, so that no font needs them: joiners, selectors, direction marks, tags. */
export function isInvisible(codePoint: number): boolean {
  return /[\p{Default_Ignorable_Code_Point}]/u.test(String.fromCodePoint(codePoint));
}
