/** Texts for cards as they come from a URL: what could be structure or a trick is taken out, the rest is text. Pure. */

/**
 * Directions that can make a text read as another one (embeddings, overrides, isolates: UAX #9 §2), their deprecated kin, interlinear
 * marks and the byte order mark. The plain marks for left-to-right and right-to-left stay.
 */
const tricks = /[\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufff9-\ufffb\ufeff]/g;

/** Well-formed, in normal form C, on one line with single spaces, without control characters and bidi overrides. Idempotent. */
export const cleanText = (text: string): string =>
  text
    .toWellFormed()
    .replace(tricks, "")
    .normalize("NFC")
    .replace(/(?!\u00a0)[\s\p{Cc}]+/gu, " ")
    .trim();

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader takes for one character. */
export const graphemesOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** A text of at most `count` characters, with an ellipsis where it was cut. */
export function cutText(text: string, count: number): string {
  const all = graphemesOf(text);
  return all.length <= count ? text : `${all.slice(0, Math.max(0, count - 1)).join("")}…`;
}

/** For messages: not longer than a line. */
export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);
