/** One or two letters for a person, from any script. */

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** A family emoji with skin tones has 26 UTF-16 units; more is a heap of marks, of which the first character is kept. */
const longestGrapheme = 32;

/** What may stand for a name: a letter, a digit, a symbol that is a picture, a flag's half. */
const telling = /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/u;

/** Controls, marks that change the direction of what follows, and the one that keeps letters apart, which is put in below. */
const unseen = /[\p{Cc}\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Arabic letters side by side would read as a word. */
const nonJoiner = "\u200c";

/** There the family's name comes first, and one character of it is enough. */
const isEastAsian = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * At most two characters as people see them, in capitals; empty if there is nothing to show. `initials` wins over `name`, of which the first
 * and the last word count. What it answers, given back as `initials`, stays as it is.
 */
export function initialsOf(initials: string | undefined, name: string | undefined): string {
  const given = shorten(initials ?? "") || shorten(fromName(name ?? ""));
  return shorten(given);
}

function shorten(text: string): string {
  const plain = text.toWellFormed().replace(unseen, "").replace(/\s+/gu, "").toUpperCase();
  const [first = "", second = ""] = split(plain.slice(0, longestGrapheme * 8));
  return first + (second !== "" && /^\p{Script=Arabic}/u.test(first) ? nonJoiner : "") + second;
}

function fromName(name: string): string {
  const words = name
    .slice(0, 500)
    .replace(/\([^)]*\)|\[[^\]]*\]/g, " ")
    .split(/\s+/u)
    .map((word) => word.slice(Math.max(0, word.search(telling))))
    .filter((word) => telling.test(word));
  const [first = "", last = ""] = words.length > 1 ? [words[0], words.at(-1)] : words;
  return firstOf(first) + (isEastAsian.test(first) ? "" : firstOf(last));
}

const firstOf = (word: string): string => split(word.toUpperCase())[0] ?? "";

function split(text: string): string[] {
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment);
  return parts.map((part) => (part.length > longestGrapheme ? String.fromCodePoint(part.codePointAt(0) ?? 0) : part));
}
