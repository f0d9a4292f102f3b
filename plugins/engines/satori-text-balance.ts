/** Lines of about the same length, the best of all ways to break a text into so many of them. Pure. */
import { wordEnds } from "./satori-text-break.ts";
import type { Frame } from "./satori-text-fit.ts";

/** In Chinese and Japanese: a break inside a word is as bad as a line that is off by this part of the average; one between words; one after a comma. */
const breaks = { inner: 0.5, word: 0.25, comma: 0 };

interface Way {
  readonly cost: number;
  /** Index of the first unit of its last line. */
  readonly from: number;
}

/** Widths of units are added up: near enough to choose by. Lines that are too wide are kept out as far as that tells. */
export function balance(parts: readonly string[], frame: Frame, count: number): string[] {
  const rulers = measure(parts, frame);
  const average = (rulers.starts.at(-1) ?? 0) / count;
  const inner = penalties(parts, average);
  let ways = parts.map((_, end) => lineCost(rulers, frame, average, 0, end + 1, inner));
  const steps: Way[][] = [ways];
  for (let line = 1; line < count; line++) {
    const before = ways;
    ways = parts.map((_, end) =>
      best(
        end + 1,
        (from) =>
          (before[from - 1]?.cost ?? Number.POSITIVE_INFINITY) +
          lineCost(rulers, frame, average, from, end + 1, inner).cost,
      ),
    );
    steps.push(ways);
  }
  return trace(parts, steps);
}

interface Rulers {
  /** Where each unit begins, and after the last one where it all ends. */
  readonly starts: readonly number[];
  /** Width of the space at the end of each unit. */
  readonly spaces: readonly number[];
}

function measure(parts: readonly string[], frame: Frame): Rulers {
  const starts = [0];
  const spaces: number[] = [];
  // The dot keeps a space from being one at the end of a line.
  const dot = frame.width(".");
  for (const part of parts) {
    const full = frame.width(`${part}.`) - dot;
    starts.push((starts.at(-1) ?? 0) + full);
    spaces.push(/\s$/.test(part) ? full - frame.width(part) : 0);
  }
  return { starts, spaces };
}

function penalties(parts: readonly string[], average: number): readonly number[] {
  const ends = wordEnds(parts.join(""));
  if (ends.size === 0) return [];
  let position = 0;
  return parts.map((part) => {
    position += part.length;
    const kind = /[\p{P}\s]$/u.test(part) ? "comma" : ends.has(position) ? "word" : "inner";
    return (breaks[kind] * average) ** 2;
  });
}

function lineCost(
  { starts, spaces }: Rulers,
  frame: Frame,
  average: number,
  from: number,
  to: number,
  inner: readonly number[],
): Way {
  const width = (starts[to] ?? 0) - (starts[from] ?? 0) - (spaces[to - 1] ?? 0);
  const excess = width > frame.widthPx ? 1e9 : 0;
  return { cost: (width - average) ** 2 + excess + (inner[to - 1] ?? 0), from };
}

/** The best beginning of a line that ends before unit `end`. */
function best(end: number, cost: (from: number) => number): Way {
  let found: Way = { cost: Number.POSITIVE_INFINITY, from: 0 };
  for (let from = 1; from < end; from++) {
    const each = cost(from);
    if (each < found.cost) found = { cost: each, from };
  }
  return found;
}

function trace(parts: readonly string[], steps: readonly (readonly Way[])[]): string[] {
  const lines: string[] = [];
  let end = parts.length;
  for (const ways of steps.toReversed()) {
    const from = ways[end - 1]?.from ?? 0;
    lines.unshift(parts.slice(from, end).join(""));
    end = from;
  }
  return lines;
}
