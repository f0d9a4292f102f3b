/** What `cameo convert` says while it works: a bar on a terminal, a line per file elsewhere, and a summary. */
import process from "node:process";
import type { Size } from "../image.ts";
import { complain, formatBytes, print } from "./output.ts";

/** What became of one file. Sizes in bytes; no `after` in a dry run. */
export type Outcome =
  | {
      readonly kind: "done";
      readonly name: string;
      readonly target: string;
      readonly before: number;
      readonly after?: number;
      readonly size: Size;
    }
  | { readonly kind: "skipped"; readonly why: "exists" | "no-image"; readonly name: string; readonly note: string }
  | { readonly kind: "failed"; readonly name: string; readonly note: string };

export interface Totals {
  readonly done: number;
  readonly skipped: { readonly exists: number; readonly noImage: number };
  readonly failed: number;
}

export interface Report {
  add(outcome: Outcome): Promise<void>;
  /** Writes the summary. */
  finish(tookMs: number, isDry: boolean): Promise<Totals>;
}

const barWidth = 30;

export function createReport(count: number, isQuiet: boolean): Report {
  const hasBar = process.stderr.isTTY === true && !isQuiet;
  const outcomes: Outcome[] = [];
  const clear = () => hasBar && process.stderr.write("\r\x1b[2K");
  return {
    async add(outcome) {
      outcomes.push(outcome);
      clear();
      if (outcome.kind === "failed") await complain(`failed  ${outcome.name}: ${outcome.note}`);
      else if (outcome.kind === "skipped" && !isQuiet) await complain(`skipped ${outcome.name}: ${outcome.note}`);
      else if (outcome.kind === "done" && !isQuiet && !hasBar) await print(lineOf(outcome));
      if (hasBar) process.stderr.write(bar(outcomes.length, count, outcome.name));
    },
    async finish(tookMs, isDry) {
      clear();
      if (!isQuiet) await print(summary(outcomes, tookMs, isDry));
      return totals(outcomes);
    },
  };
}

type Done = Extract<Outcome, { kind: "done" }>;

function lineOf({ name, target, before, after, size }: Done): string {
  const bytes = after === undefined ? "" : `  ${formatBytes(before)} → ${formatBytes(after)}`;
  return `${name} → ${target}  ${size.width}×${size.height}${bytes}`;
}

function bar(done: number, count: number, name: string): string {
  const filled = Math.round((done / Math.max(count, 1)) * barWidth);
  const room = Math.max(8, (process.stderr.columns ?? 80) - barWidth - 20);
  const short = name.length > room ? `…${name.slice(1 - room)}` : name;
  return `[${"█".repeat(filled)}${"░".repeat(barWidth - filled)}] ${done}/${count} ${short}`;
}

function totals(outcomes: readonly Outcome[]): Totals {
  const count = (test: (outcome: Outcome) => boolean) => outcomes.filter(test).length;
  return {
    done: count(({ kind }) => kind === "done"),
    skipped: {
      exists: count((each) => each.kind === "skipped" && each.why === "exists"),
      noImage: count((each) => each.kind === "skipped" && each.why === "no-image"),
    },
    failed: count(({ kind }) => kind === "failed"),
  };
}

function summary(outcomes: readonly Outcome[], tookMs: number, isDry: boolean): string {
  const { done, skipped, failed } = totals(outcomes);
  const counts = [
    `${done} ${isDry ? "to convert" : "converted"}`,
    `${skipped.exists + skipped.noImage} skipped`,
    `${failed} failed`,
  ].join(", ");
  const finished = outcomes.filter((each): each is Done => each.kind === "done");
  const before = finished.reduce((sum, each) => sum + each.before, 0);
  const after = finished.reduce((sum, each) => sum + (each.after ?? 0), 0);
  const bytes =
    isDry || before === 0 ? "" : `; ${formatBytes(before)} → ${formatBytes(after)}, ${saved(before, after)}`;
  return `${counts}${bytes}; ${(tookMs / 1000).toFixed(1)} s`;
}

function saved(before: number, after: number): string {
  const percent = Math.round((1 - after / before) * 100);
  return percent >= 0 ? `${percent} % saved` : `${-percent} % more`;
}
