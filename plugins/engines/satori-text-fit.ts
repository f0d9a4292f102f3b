/** Text in a frame: the largest size at which it fits, balanced lines, an ellipsis where nothing fits. Pure. */
import type { FitTextOptions, FittedText } from "cameo/plugin";
import { directionOf, graphemes, leastLineHeight } from "./satori-text.ts";
import { balance } from "./satori-text-balance.ts";
import { units } from "./satori-text-break.ts";

/** Width of a text in one line at a size, in pixels. */
export type Measure = (text: string, sizePx: number) => number;

const defaultLineHeight = 1.15;
const ellipsis = "…";

/** No line is ever wider than `maxWidthPx`, and there are never more than `maxLines`: what has no room is left out, and said by `isClamped`. */
export function fitText(text: string, wanted: FitTextOptions, measure: Measure): FittedText {
  const options = { ...wanted, lineHeight: lineHeightOf(text, wanted) };
  const sizes = options.sizesPx.length > 0 ? options.sizesPx : [16];
  const parts = units(text);
  for (const sizePx of sizes) {
    const lines = layOut(parts, frameOf(options, sizePx, measure));
    if (lines) return answer(text, options, sizePx, lines, false);
  }
  const smallest = Math.min(...sizes);
  const { lines, isClamped } = clamp(parts, frameOf(options, smallest, measure));
  return answer(text, options, smallest, lines, isClamped);
}

/** One line alone stands as close as is wished: there is none for it to run into. */
function lineHeightOf(text: string, { lineHeight = defaultLineHeight, maxLines }: FitTextOptions): number {
  return maxLines > 1 ? Math.max(lineHeight, leastLineHeight(text)) : lineHeight;
}

type Options = FitTextOptions & { readonly lineHeight: number };

export interface Frame {
  readonly widthPx: number;
  readonly lines: number;
  /** Of a line, without the space at its end. */
  width(text: string): number;
}

function frameOf(options: Options, sizePx: number, measure: Measure): Frame {
  const heightPx = sizePx * options.lineHeight;
  const rows = Math.floor((options.maxHeightPx ?? Number.POSITIVE_INFINITY) / heightPx);
  const widths = new Map<string, number>();
  return {
    widthPx: options.maxWidthPx,
    lines: Math.max(0, Math.min(options.maxLines, rows)),
    width(text) {
      const shown = visible(text);
      let width = widths.get(shown);
      if (width === undefined) {
        width = shown === "" ? 0 : measure(shown, sizePx);
        widths.set(shown, width);
      }
      return width;
    },
  };
}

/** A line without the space at its end, and without the marks that only say where it may be broken. */
const visible = (line: string): string => line.replace(/\u200b/g, "").trim();

function answer(text: string, how: Options, sizePx: number, lines: readonly string[], isClamped: boolean) {
  return {
    sizePx,
    lines: lines.map(visible).filter((line) => line !== ""),
    lineHeightPx: sizePx * how.lineHeight,
    isClamped,
    isRightToLeft: directionOf(text) === "rtl",
  };
}

/** Balanced lines; `undefined` if they do not fit, or only with a word broken. */
function layOut(parts: readonly string[], frame: Frame): string[] | undefined {
  const lines = fill(parts, frame);
  if (!lines || lines.length > frame.lines) return undefined;
  const balanced = lines.length > 1 ? balance(parts, frame, lines.length) : lines;
  return balanced.every((line) => frame.width(line) <= frame.widthPx) ? balanced : lines;
}

/** Each line as full as it can be; `undefined` where a unit alone is too wide. */
function fill(parts: readonly string[], frame: Frame): string[] | undefined {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (line !== "" && frame.width(line + part) > frame.widthPx) {
      lines.push(line);
      if (lines.length > frame.lines) return undefined;
      line = "";
    }
    line += part;
    if (line === part && frame.width(part) > frame.widthPx) return undefined;
  }
  return line === "" ? lines : [...lines, line];
}

/** The first lines, over-long words broken between graphemes, with an ellipsis at the end of what is cut. */
function clamp(parts: readonly string[], frame: Frame): { lines: string[]; isClamped: boolean } {
  const { lines, isDropped } = fillBroken(parts, frame);
  if (lines.length <= frame.lines && !isDropped) return { lines, isClamped: false };
  const kept = lines.slice(0, frame.lines);
  const last = kept.pop();
  if (last === undefined) return { lines: [], isClamped: true };
  return { lines: [...kept, withEllipsis(last, frame)], isClamped: true };
}

function fillBroken(parts: readonly string[], frame: Frame): { lines: string[]; isDropped: boolean } {
  const lines: string[] = [];
  let line = "";
  let isDropped = false;
  const add = (part: string): boolean => {
    if (frame.width(line + part) > frame.widthPx) return false;
    line += part;
    return true;
  };
  for (const part of parts.flatMap((each) => (frame.width(each) > frame.widthPx ? graphemes(each) : [each]))) {
    if (lines.length > frame.lines) break;
    if (add(part)) continue;
    if (line !== "") lines.push(line);
    line = "";
    // Not even one character has room.
    isDropped = !add(part) || isDropped;
  }
  return { lines: line === "" ? lines : [...lines, line], isDropped };
}

/** Ends after a whole word, unless that leaves a hole at the end of the line. */
function withEllipsis(line: string, frame: Frame): string {
  const all = graphemes(visible(line));
  for (let count = all.length; count > 0; count--) {
    const cut = ended(all.slice(0, count).join(""));
    if (frame.width(cut) > frame.widthPx) continue;
    const isInWord = [all[count - 1], all[count]].every((each) => /^[\p{L}\p{N}]/u.test(each ?? ""));
    const words = isInWord
      ? ended(
          all
            .slice(0, count)
            .join("")
            .replace(/\s\S*$/u, ""),
        )
      : cut;
    return frame.width(words) >= frame.widthPx * leastFilled ? words : cut;
  }
  return frame.width(ellipsis) <= frame.widthPx ? ellipsis : "";
}

/** Part of a line that is filled in any case. */
const leastFilled = 0.6;

const ended = (text: string): string => text.replace(/[\s,;:.!?،؛。、–—\u200f-]+$/u, "") + ellipsis;
