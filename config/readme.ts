#!/usr/bin/env bun
/** Fills the generated tables of the root `README.md`. `--check` writes nothing and fails if they are stale. */
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { codes, type ErrorCode } from "../core/error.ts";
import { errorGuide } from "../core/http/error-guide.ts";
import type { Codec } from "../core/request/codec.ts";
import { parameterTable } from "../core/request/parameters.ts";

const file = fileURLToPath(new URL("../README.md", import.meta.url));

const cell = (text: string): string => text.replaceAll("|", "\\|");
const rows = (head: string, lines: readonly string[]): string =>
  [head, head.replace(/[^|]+/g, "---"), ...lines].join("\n");

function parameters(): string {
  const all: readonly [string, Codec<never> | Codec<unknown>][] = Object.entries(parameterTable);
  const lines = all.map(([name, { short, about = "", takes }]) => {
    const spelled = short ? `\`${name}\`, \`${short}\`` : `\`${name}\``;
    return `| ${spelled} | ${cell(about)} | ${cell(takes)} |`;
  });
  return rows("| parameter | does | takes |", lines);
}

function errors(): string {
  const all = Object.entries(codes) as [ErrorCode, (typeof codes)[ErrorCode]][];
  const lines = all
    .toSorted(([, a], [, b]) => a.status - b.status)
    .map(([code, { status }]) => `| ${status} | \`${code}\` | ${cell(errorGuide[code].remedy)} |`);
  return rows("| status | code | when, and what to change |", lines);
}

/** `text` with the tables between their markers renewed. */
export function fill(text: string): string {
  const tables: Readonly<Record<string, string>> = { parameters: parameters(), errors: errors() };
  return Object.entries(tables).reduce((done, [name, table]) => {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [before = "", rest = ""] = done.split(start);
    return `${before}${start}\n${table}\n${end}${rest.split(end)[1] ?? ""}`;
  }, text);
}

if (import.meta.main) {
  const kept = await readFile(file, "utf8");
  const filled = fill(kept);
  if (!process.argv.includes("--check")) await writeFile(file, filled);
  else if (filled !== kept) {
    process.stderr.write("README.md has stale tables; run: bun config/readme.ts\n");
    process.exitCode = 1;
  }
}
