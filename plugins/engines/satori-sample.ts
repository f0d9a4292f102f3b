/** A card to warm up with: what most cards have, so that the first request does not pay for compilers and fonts. */
import type { BrandColors, Drawing, Element, TemplateDefinition } from "cameo/plugin";
import * as v from "valibot";

const colors: BrandColors = {
  background: "#0b1020",
  surface: "#151c33",
  text: "#f8fafc",
  muted: "#94a3b8",
  accent: "#6366f1",
  onAccent: "#ffffff",
};

const size = { width: 1200, height: 630 };

export const sampleDrawing: Drawing = {
  template: "template.sample",
  parameters: {
    title: "The quick brown fox jumps over the lazy dog, 0123456789",
    subtitle: "Pack my box — “twelve” jugs",
  },
  size,
  theme: "dark",
  brand: {
    name: "Cameo",
    colors: { light: colors, dark: colors },
    fonts: { heading: "Inter Display", body: "Inter" },
    cornerPx: 24,
    pattern: "none",
  },
  pictures: {},
};

const element = (type: string, style: object, ...children: (Element | string)[]): Element => ({
  type,
  props: { style, children },
  key: null,
});

export const sampleTemplate: TemplateDefinition = {
  name: "sample",
  parameters: v.record(v.string(), v.string()),
  examples: [],
  render({ title = "", subtitle = "" }, card) {
    const { lines, sizePx } = card.fit(String(title), {
      maxWidthPx: 900,
      maxLines: 3,
      sizesPx: [80, 64, 48],
      weight: 800,
    });
    return element(
      "div",
      {
        display: "flex",
        flexDirection: "column",
        width: "100%",
        height: "100%",
        padding: 72,
        gap: 24,
        backgroundImage: "linear-gradient(135deg, #0b1020, #312e81)",
      },
      ...lines.map((line) =>
        element("div", { fontFamily: "Inter Display", fontWeight: 800, fontSize: sizePx, whiteSpace: "nowrap" }, line),
      ),
      element(
        "div",
        {
          fontSize: 32,
          color: colors.muted,
          borderRadius: 24,
          padding: 24,
          backgroundColor: colors.surface,
          boxShadow: "0 8px 24px rgba(0,0,0,0.4)",
        },
        String(subtitle),
      ),
    );
  },
};
