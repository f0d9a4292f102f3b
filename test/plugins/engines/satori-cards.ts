/** What the tests of cards draw with. */

import * as v from "valibot";
import type { BrandColors, DecodeOptions, Drawing, Pixels } from "../../../core/image.ts";
import { type Child, type Element, jsx } from "../../../core/jsx-runtime.ts";
import type { EngineInstance, TemplateDefinition } from "../../../core/plugin.ts";
import { type Card, template } from "../../../core/plugin.ts";
import { createHost, type TestHost } from "../../../core/testing/host.ts";
import satori from "../../../plugins/engines/satori.ts";
import { makeHost } from "../../contract/host.ts";
import { parsed } from "./settings.ts";

export const how: DecodeOptions = {
  format: "svg",
  maxFrames: 1,
  truncated: "refuse",
  maxPixels: 50_000_000,
  deadlineMs: 30_000,
};

export const colors: BrandColors = {
  background: "#ffffff",
  surface: "#f1f5f9",
  text: "#0f172a",
  muted: "#64748b",
  accent: "#2563eb",
  onAccent: "#ffffff",
};

const dark: BrandColors = { ...colors, background: "#0f172a", text: "#f8fafc" };

/** A small card, so that a test takes milliseconds. */
export const cardDrawing = (
  parameters: Readonly<Record<string, unknown>> = {},
  more: Partial<Drawing> = {},
): Drawing => ({
  template: "template.test",
  parameters,
  size: { width: 300, height: 150 },
  theme: "light",
  brand: {
    colors: { light: colors, dark },
    fonts: { heading: "Inter Display", body: "Inter" },
    cornerPx: 12,
    pattern: "none",
  },
  pictures: {},
  ...more,
});

/** An element as JSX makes it. */
export const h = (
  type: Element["type"],
  props: Readonly<Record<string, unknown>> | null,
  ...children: Child[]
): Element => jsx(type, { ...props, children });

export type Render = (parameters: Readonly<Record<string, unknown>>, card: Card) => Child | Promise<Child>;

export const templateOf = (render: Render): TemplateDefinition =>
  template({ name: "test", parameters: v.looseObject({}), examples: [{}], render }) as unknown as TemplateDefinition;

export interface Studio {
  readonly host: TestHost;
  draw: NonNullable<EngineInstance["draw"]>;
  /** What a template draws: its pixels and remarks. */
  show(render: Render, drawing?: Drawing): Promise<{ readonly pixels: Pixels; readonly remarks: readonly string[] }>;
}

/** An engine whose template can be changed from test to test. */
export async function openStudio(settings: Readonly<Record<string, unknown>> = {}): Promise<Studio> {
  let current: TemplateDefinition | undefined;
  const host = {
    ...createHost(),
    ...makeHost(),
    template: (id: string) => (id === "template.test" ? current : undefined),
  };
  const engine = await satori.setup(parsed(satori, { fonts: [], ...settings }), host);
  const { draw } = engine;
  if (!draw) throw new Error("the engine draws nothing");
  return {
    host,
    draw,
    async show(render, drawing = cardDrawing()) {
      current = templateOf(render);
      const picture = await draw(drawing, how);
      return { pixels: picture.pixels(), remarks: picture.remarks ?? [] };
    },
  };
}
