/** Where a line of text may end: https://www.unicode.org/reports/tr14/, words where a script has no spaces, and no break inside a Korean word. Pure. */
import linebreak from "linebreak";
import { graphemes } from "./satori-text.ts";

/** The package has no types. */
const LineBreaker = linebreak as unknown as new (text: string) => { nextBreak(): { readonly position: number } | null };

/** Thai, Lao, Khmer and Burmese write words without spaces; a dictionary finds them. */
const spaceless = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]{2}/u;

const words = new Intl.Segmenter("th", { granularity: "word" });

/** Pieces that satori measures and draws one by one. */
export function pieces(text: string): string[] {
  const breaker = new LineBreaker(text);
  const found: string[] = [];
  let start = 0;
  for (let each = breaker.nextBreak(); each; each = breaker.nextBreak()) {
    found.push(text.slice(start, each.position));
    start = each.position;
  }
  return found;
}

/** Units that stay together unless one alone is too wide, each with the space after it. A dash stays with what is before it. */
export function units(text: string): string[] {
  const found: string[] = [];
  for (const piece of wholeGraphemes(pieces(text))) {
    const before = found.at(-1);
    const isOne = before !== undefined && (isInsideKoreanWord(before, piece) || /^[–—-]+ *$/.test(piece));
    if (isOne) found[found.length - 1] = before + piece;
    else found.push(...(spaceless.test(piece) ? splitWords(piece) : [piece]));
  }
  return found;
}

const isInsideKoreanWord = (before: string, after: string): boolean =>
  /\p{Script=Hangul}$/u.test(before) && /^\p{Script=Hangul}/u.test(after);

/** The rules of breaking know older emoji than the rules of graphemes do. */
function wholeGraphemes(parts: readonly string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    if (before !== undefined && staysWhole(before, part)) joined[joined.length - 1] = before + part;
    else joined.push(part);
  }
  return joined;
}

function staysWhole(before: string, after: string): boolean {
  if (!/[\p{M}\p{Emoji}\p{Regional_Indicator}\u200d]$/u.test(before) && !/^[\p{M}\u200d]/u.test(after)) return false;
  const all = graphemes(before + after);
  let length = 0;
  for (const each of all) {
    length += each.length;
    if (length >= before.length) return length > before.length;
  }
  return false;
}

/** Punctuation and spaces stay with the word before them. */
function splitWords(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(text)) {
    if (found.length > 0 && !isWordLike) found[found.length - 1] += segment;
    else found.push(segment);
  }
  return found;
}

/** Where words end in a text that may be broken between any two characters, as Chinese and Japanese may: better places than others. */
export function wordEnds(text: string): ReadonlySet<number> {
  if (!/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return new Set();
  return new Set(Array.from(japanese.segment(text), ({ index, segment }) => index + segment.length));
}

const japanese = new Intl.Segmenter("ja", { granularity: "word" });
