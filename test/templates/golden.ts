/**
 * Small portraits of cards, to see that they still look as they did: lightness in 20 × 10 fields, and the mean colour.
 * `bun test/templates/golden.ts` writes them anew: look at the cards first, `bun config/art/cards.ts` draws them all.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Pixels } from "../../core/image.ts";
import type { PluginOf } from "../../core/plugin.ts";
import { filled, textParameters, titles } from "./scripts.ts";
import { drawingOf, paint, templates } from "./studio.ts";

export const goldenFile = fileURLToPath(import.meta.resolve("./golden.json"));

/** Fields of a portrait. A field of a card 1200 px wide has 60 px, about the height of a line. */
const columns = 20;
const rows = 10;

/** One picture: a template, a theme, texts. */
export interface Case {
  readonly key: string;
  readonly template: PluginOf<"template">;
  readonly theme: "light" | "dark";
  readonly parameters: Readonly<Record<string, string>>;
}

/** What has no text, or one only: shown by its examples. */
const ofExamples = ["initials", "placeholder"];

/** Ten scripts; the other titles are the concern of the fitting tests. */
const scripts = [
  "usual",
  "japanese",
  "chinese",
  "korean",
  "arabic",
  "hebrew",
  "devanagari",
  "thai",
  "cyrillic",
  "emoji",
] as const satisfies readonly (keyof typeof titles)[];

export function cases(): Case[] {
  return Object.entries(templates).flatMap(([name, template]) =>
    (["light", "dark"] as const).flatMap((theme) =>
      sets(name, template).map(([set, parameters]) => ({
        key: `${name} ${theme} ${set}`,
        template,
        theme,
        parameters,
      })),
    ),
  );
}

function sets(name: string, template: PluginOf<"template">): [string, Readonly<Record<string, string>>][] {
  const examples = template.examples.map((example, at): [string, typeof example] => [`example ${at + 1}`, example]);
  if (ofExamples.includes(name)) return examples;
  const [main = "title", ...others] = textParameters[name] ?? [];
  // A short second text, so that the title is what is seen.
  const second = Object.fromEntries(others.slice(0, 1).map((each) => [each, "One process"]));
  return [
    ...examples,
    ...scripts.map((script): [string, Record<string, string>] => [
      script,
      { ...filled([main], titles[script]), ...second },
    ]),
  ];
}

/** In base64: fields row by row, then the mean colour, a byte each. */
export async function portrait({ template, theme, parameters }: Case): Promise<string> {
  const pixels = await paint(template, drawingOf(template, parameters, { theme }), columns * 15);
  const fields = Array.from({ length: columns * rows }, (_, at) =>
    mean(pixels, at % columns, Math.floor(at / columns)),
  );
  const lightness = fields.map(([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue);
  const colour = [0, 1, 2].map(
    (channel) => fields.reduce((sum, field) => sum + (field[channel] ?? 0), 0) / fields.length,
  );
  return btoa(String.fromCharCode(...[...lightness, ...colour].map(Math.round)));
}

type Rgb = readonly [number, number, number];

function mean({ width, height, data }: Pixels, column: number, row: number): Rgb {
  const [left, right] = [column, column + 1].map((each) => Math.floor((each * width) / columns)) as [number, number];
  const [top, bottom] = [row, row + 1].map((each) => Math.floor((each * height) / rows)) as [number, number];
  const sum: [number, number, number] = [0, 0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++)
      for (const channel of [0, 1, 2] as const) sum[channel] += data[(y * width + x) * 4 + channel] ?? 0;
  const count = (right - left) * (bottom - top);
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

/** How far two portraits are apart: of all fields, and of the one that differs most, 0 to 255. */
export function distance(first: string, second: string): { readonly mean: number; readonly most: number } {
  const values = (text: string) => Array.from(atob(text), (byte) => byte.charCodeAt(0));
  const other = values(second);
  const apart = values(first).map((value, at) => Math.abs(value - (other[at] ?? 255)));
  return { mean: apart.reduce((sum, value) => sum + value, 0) / apart.length, most: Math.max(...apart) };
}

if (import.meta.main) {
  const portraits: Record<string, string> = {};
  for (const each of cases()) portraits[each.key] = await portrait(each);
  await writeFile(goldenFile, `${JSON.stringify(portraits, null, 2)}\n`);
}
