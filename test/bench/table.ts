/** The table that is printed, and the machine it was made on. */
import { cpus, totalmem } from "node:os";

/** One line. What a row has no words for stays empty. */
export interface Row {
  readonly name: string;
  readonly ours: string;
  readonly peer?: string;
  /** How many times better than the peer; over 1 is better, whatever the unit. */
  readonly ratio?: number;
  readonly target?: { readonly atLeast: number };
  /** Bytes of the answers. */
  readonly bytes?: readonly [ours: number, peer?: number];
  /** Perceptual distances to the reference. */
  readonly distance?: readonly [ours: number, peer?: number];
  readonly note?: string;
}

const headings = ["", "Cameo", "peer", "ratio", "target", "bytes", "distance", "note"] as const;

export function printRows(rows: readonly Row[]): string {
  const lines = [headings, headings.map((_, at) => (at === 0 || at === 7 ? "---" : "--:")), ...rows.map(cells)];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function cells({ name, ours, peer = "", ratio, target, bytes, distance, note = "" }: Row): string[] {
  return [
    name,
    ours,
    peer,
    ratio === undefined ? "" : `${ratio.toFixed(2)} ×`,
    target === undefined || ratio === undefined ? "" : `≥ ${target.atLeast} × ${ratio >= target.atLeast ? "✓" : "✗"}`,
    pair(bytes, (value) => String(value)),
    pair(distance, (value) => value.toFixed(4)),
    note,
  ];
}

/** Ours, then the peer's. */
function pair(values: readonly [number, number?] | undefined, show: (value: number) => string): string {
  return (values ?? []).map((value) => (value === undefined ? "–" : show(value))).join(" / ");
}

export function machine(): string {
  const all = cpus();
  return `${all.length} cores of ${all[0]?.model.trim() ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
}

export const perSecond = (value: number): string =>
  `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en")} /s`;
export const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
export const megabytes = (value: number): string => `${Math.round(value / 2 ** 20)} MiB`;
