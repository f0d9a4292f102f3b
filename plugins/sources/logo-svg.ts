/**
 * An icon that is made for both kinds of page: `@media (prefers-color-scheme: dark)` in an SVG's own style. What draws SVG here knows no media queries, so
 * that the rules of the page that is asked for are put in their place.
 */
import { readMarkup } from "./logo-markup.ts";
import type { Theme } from "./logo-rank.ts";

/** Style sheets in icons are a few hundred characters. */
const mostStyle = 100_000;

/** The same bytes where there is nothing to choose. */
export function settleScheme(body: Uint8Array, theme: Theme): Uint8Array {
  if (!Buffer.from(body).includes("prefers-color-scheme")) return body;
  const text = new TextDecoder().decode(body);
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of stylesOf(text)) {
    parts.push(text.slice(from, start), settleRules(text.slice(start, end), theme));
    from = end;
  }
  return new TextEncoder().encode(parts.join("") + text.slice(from));
}

type Span = readonly [start: number, end: number];

function stylesOf(text: string): readonly Span[] {
  const spans: Span[] = [];
  let start: number | undefined;
  readMarkup(text, { xmlMode: true }, (parser) => ({
    onopentag(name) {
      if (name === "style") start = parser().endIndex + 1;
    },
    onclosetag(name) {
      if (name !== "style" || start === undefined) return;
      const end = parser().startIndex;
      if (end - start < mostStyle) spans.push([start, end]);
      start = undefined;
    },
  }));
  return spans;
}

/** Puts the blocks of this page in place of their media query, and takes out those of the other. */
function settleRules(css: string, theme: Theme): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = css.indexOf("@media"); at >= 0; at = css.indexOf("@media", from)) {
    const open = css.indexOf("{", at);
    const close = open < 0 ? -1 : endOfBlock(css, open);
    if (close < 0) break;
    const query = css.slice(at, open).replaceAll(" ", "");
    const scheme = /prefers-color-scheme:(dark|light)/.exec(query)?.[1];
    parts.push(css.slice(from, at), scheme === undefined ? css.slice(at, close) : "");
    if (scheme === theme) parts.push(css.slice(open + 1, close - 1));
    from = close;
  }
  return parts.join("") + css.slice(from);
}

/** Behind the brace that closes the one at `open`; -1 if none does. */
function endOfBlock(css: string, open: number): number {
  let depth = 0;
  for (let at = open; at < css.length; at++) {
    if (css[at] === "{") depth += 1;
    if (css[at] === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}
