/**
 * Brackets in text of two directions, by rule N0 of https://www.unicode.org/reports/tr9/, which satori does not know: a pair has one direction, so that the
 * brackets of `Cameo (תמונות) 2` and of `Steve (1955)` among Arabic words stay around what is in them. A direction mark tells satori. Pure.
 */
import { directionOf, isRightToLeft } from "./satori-text.ts";

type Direction = "ltr" | "rtl";

const marks = { ltr: "\u200e", rtl: "\u200f" } as const satisfies Record<Direction, string>;

const closers = new Map(
  ["()", "[]", "{}", "（）", "［］", "「」", "『』", "【】", "〈〉", "《》", "〔〕", "⟨⟩"].map((pair) => [
    pair[0],
    pair[1],
  ]),
);
const isCloser = (character: string): boolean => [...closers.values()].includes(character);

/** Marks a text that runs both ways. What is marked already stays as it is. */
export function markBrackets(text: string): string {
  const characters = Array.from(text);
  const base = directionOf(text);
  const directions = directionsOf(characters, base);
  if (!characters.some((each) => closers.has(each)) || !directions.some((each) => each && each !== base)) return text;
  const [before, after] = [new Map<number, string>(), new Map<number, string>()];
  for (const [open, close] of pairsOf(characters)) {
    const direction = directionOfPair(directions, base, open, close);
    if (direction === undefined) continue;
    directions[open] = direction;
    directions[close] = direction;
    const mark = marks[direction];
    const strays = (at: number) => direction !== base || isBetweenOthers(directions, base, at);
    if (strays(open) && characters[open - 1] !== mark) before.set(open, mark);
    if (strays(close) && characters[close + 1] !== mark) after.set(close, mark);
  }
  return characters.map((each, index) => (before.get(index) ?? "") + each + (after.get(index) ?? "")).join("");
}

/** Of letters, marks and digits; a digit among left-to-right letters is one of them (rule W7), any other counts as right to left. */
function directionsOf(characters: readonly string[], base: Direction): (Direction | undefined)[] {
  let last = base;
  return characters.map((character) => {
    if (/\p{Nd}/u.test(character)) return /[\u0660-\u0669]/.test(character) ? "rtl" : last;
    const own = strongDirection(character);
    last = own ?? last;
    return own;
  });
}

function strongDirection(character: string): Direction | undefined {
  if (character === marks.ltr) return "ltr";
  if (character === marks.rtl || character === "\u061c") return "rtl";
  if (!/\p{L}/u.test(character)) return undefined;
  return isRightToLeft(character) ? "rtl" : "ltr";
}

/** Where pairs open and close, in the order in which they open. */
function pairsOf(characters: readonly string[]): (readonly [open: number, close: number])[] {
  const pairs: [number, number][] = [];
  const opened: number[] = [];
  characters.forEach((character, index) => {
    if (closers.has(character)) opened.push(index);
    else if (isCloser(character)) {
      const at = opened.findLastIndex((open) => closers.get(characters[open]) === character);
      if (at < 0) return;
      pairs.push([opened[at] ?? 0, index]);
      opened.length = at;
    }
  });
  return pairs.sort(([a], [b]) => a - b);
}

/** Whether a bracket of the text's own direction stands between letters of the other, which would take it along (rule N1). */
function isBetweenOthers(directions: readonly (Direction | undefined)[], base: Direction, at: number): boolean {
  const before = directions.slice(0, at).findLast((each) => each !== undefined) ?? base;
  const after = directions.slice(at + 1).find((each) => each !== undefined) ?? base;
  return before !== base && after !== base;
}

/** `undefined` where nothing has to be told: all in it runs as the text does, or it holds no letter. */
function directionOfPair(
  directions: readonly (Direction | undefined)[],
  base: Direction,
  open: number,
  close: number,
): Direction | undefined {
  const inside = directions.slice(open + 1, close).filter((each) => each !== undefined);
  if (inside.every((each) => each === base)) return undefined;
  if (inside.includes(base)) return base;
  return directions.slice(0, open).findLast((each) => each !== undefined) ?? base;
}
