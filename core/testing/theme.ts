/** What every theme strategy must do, on pictures in memory. */
import assert from "node:assert/strict";
import type { Color, Pixels } from "../image.ts";
import type { PluginOf } from "../plugin.ts";
import { type Check, commonChecks } from "./check.ts";
import { draw, gradient } from "./images.ts";
import { createPicture } from "./picture.ts";

export interface ThemeSubject {
  /** A picture that it changes for `page`. Default: nothing more is tested than that it harms none. */
  readonly changes?: { readonly pixels: Pixels; readonly page: "light" | "dark" };
  /** Looks at what became of it. */
  look?(after: Pixels, before: Pixels): void;
}

const clear: Color = { r: 0, g: 0, b: 0, a: 0 };
const ink = (value: number) => (x: number, y: number) =>
  x > 4 && x < 20 && y > 4 && y < 20 ? { r: value, g: value, b: value, a: 255 } : clear;

const samples: readonly Pixels[] = [gradient(), draw(1, 1, () => clear), draw(24, 24, ink(0)), draw(24, 24, ink(255))];
const pages = ["light", "dark"] as const;

/** The pixels afterwards, or `null` where it was not the strategy's. */
export async function adaptTo(
  plugin: PluginOf<"theme">,
  page: "light" | "dark",
  ...frames: readonly Pixels[]
): Promise<readonly Pixels[] | null> {
  const picture = createPicture(...frames);
  const answer = await plugin.apply(picture, page);
  assert.ok(answer === true || answer === null, `apply answered ${String(answer)}; it answers true or null`);
  return answer && Array.from({ length: picture.frames }, (_, frame) => picture.pixels(frame));
}

export function themeChecks(plugin: PluginOf<"theme">, { changes, look }: ThemeSubject = {}): Check[] {
  return [
    ...commonChecks(plugin),
    { claim: "has a place among the strategies", run: () => assert.ok(Number.isFinite(plugin.order)) },
    { claim: "changes nothing where it answers null, and no size ever", run: () => harmsNothing(plugin) },
    { claim: "keeps what is clear clear", run: () => keepsClear(plugin) },
    ...(changes ? [{ claim: "does what its test expects", run: () => checkLook(plugin, changes, look) }] : []),
  ];
}

async function harmsNothing(plugin: PluginOf<"theme">): Promise<void> {
  for (const sample of samples) {
    for (const page of pages) {
      const picture = createPicture(sample);
      const answer = await plugin.apply(picture, page);
      assert.deepEqual([picture.width, picture.height], [sample.width, sample.height]);
      if (answer === null) assert.deepEqual(picture.pixels().data, sample.data, "it answered null, yet changed pixels");
    }
  }
}

async function keepsClear(plugin: PluginOf<"theme">): Promise<void> {
  for (const sample of samples) {
    for (const page of pages) {
      const [after = sample] = (await adaptTo(plugin, page, sample)) ?? [];
      for (let at = 3; at < sample.data.length; at += 4)
        if (sample.data[at] === 0) assert.equal(after.data[at], 0, "a clear pixel is no longer clear");
    }
  }
}

async function checkLook(
  plugin: PluginOf<"theme">,
  { pixels, page }: NonNullable<ThemeSubject["changes"]>,
  look: ThemeSubject["look"],
): Promise<void> {
  const [after] = (await adaptTo(plugin, page, pixels)) ?? [];
  assert.ok(after, "it answered null for a picture that it changes");
  look?.(after, pixels);
}
