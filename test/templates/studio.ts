/** What the tests of templates draw with: the fonts and the renderer of the engine `satori`. */
import { init } from "satori/standalone";
import * as v from "valibot";
import type { BrandColors, Drawing, Pixels } from "../../core/image.ts";
import type { PluginOf } from "../../core/plugin.ts";
import { compose } from "../../plugins/engines/satori-compose.ts";
import { drawSvg, startRenderer } from "../../plugins/engines/satori-draw.ts";
import { type FontLibrary, openFonts } from "../../plugins/engines/satori-fonts.ts";
import { writeSvg } from "../../plugins/engines/satori-write.ts";
import article from "../../templates/article.tsx";
import card from "../../templates/card.tsx";
import changelog from "../../templates/changelog.tsx";
import event from "../../templates/event.tsx";
import initials from "../../templates/initials.tsx";
import placeholder from "../../templates/placeholder.tsx";
import plain from "../../templates/plain.tsx";
import product from "../../templates/product.tsx";
import profile from "../../templates/profile.tsx";
import quote from "../../templates/quote.tsx";
import { makeHost } from "../contract/host.ts";

export const templates: Readonly<Record<string, PluginOf<"template">>> = {
  article,
  card,
  changelog,
  event,
  initials,
  placeholder,
  plain,
  product,
  profile,
  quote,
} as unknown as Record<string, PluginOf<"template">>;

/** Of the tests alone, so that a change of the default look changes no golden picture. */
export const colors: Readonly<Record<"light" | "dark", BrandColors>> = {
  light: {
    background: "#faf8f4",
    surface: "#ffffff",
    text: "#1a1917",
    muted: "#666159",
    accent: "#b5442a",
    onAccent: "#ffffff",
  },
  dark: {
    background: "#141312",
    surface: "#201f1d",
    text: "#f6f3ee",
    muted: "#a8a298",
    accent: "#f08a66",
    onAccent: "#1a1917",
  },
};

export const limits = { maxNodes: 400, maxTextLength: 2000, maxPicturePixels: 16_000_000 };

/** Throws where the template's schema does not take the parameters. */
export function drawingOf(
  template: PluginOf<"template">,
  parameters: Readonly<Record<string, string>>,
  more: Partial<Omit<Drawing, "brand">> & { readonly brand?: Partial<Drawing["brand"]> } = {},
): Drawing {
  const fonts = { heading: "Inter Display", body: "Inter" };
  return {
    template: `template.${template.name}`,
    parameters: v.parse(template.parameters, parameters),
    size: template.size ?? { width: 1200, height: 630 },
    theme: "light",
    pictures: {},
    ...more,
    brand: { name: "Cameo", colors, fonts, cornerPx: 24, pattern: "glow", ...more.brand },
  };
}

/** A box as it was laid out, in pixels of the card. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly kind: "text" | "picture" | "other";
}

export interface Laid {
  readonly svg: string;
  readonly boxes: readonly Box[];
  readonly remarks: readonly string[];
  readonly oddities: readonly string[];
}

let fonts: Promise<FontLibrary> | undefined;

async function start(): Promise<FontLibrary> {
  const host = makeHost();
  await Promise.all([startRenderer(host), host.wasm("satori/layout.wasm").then(init)]);
  return openFonts(host);
}

/** Lays a card out without painting it. */
export async function lay(template: PluginOf<"template">, drawing: Drawing): Promise<Laid> {
  fonts ??= start();
  const composed = await compose(template, drawing, await fonts, limits);
  const boxes: Box[] = [];
  const svg = await writeSvg(composed, drawing, {
    onNodeDetected: ({ left, top, width, height, type, props }) =>
      void boxes.push({ left, top, width, height, kind: kindOf(type, props.style) }),
  });
  return { svg, boxes, remarks: composed.set.remarks, oddities: composed.tree.oddities };
}

/** A line of text is an element that does not wrap; patterns are not pictures, since texts stand upon them. */
function kindOf(type: string, style: Readonly<Record<string, unknown>> = {}): Box["kind"] {
  if (style.whiteSpace === "nowrap") return "text";
  return type === "img" || (type === "svg" && style.position !== "absolute") ? "picture" : "other";
}

/** Paints a card, `width` pixels wide. */
export async function paint(template: PluginOf<"template">, drawing: Drawing, width: number): Promise<Pixels> {
  const { svg } = await lay(template, drawing);
  const height = Math.round((width * drawing.size.height) / drawing.size.width);
  return drawSvg(svg, drawing.size, { width, height });
}
