/** What every template must do: its examples become a tree that cards can draw, in both themes. Nothing is drawn here. */
import assert from "node:assert/strict";
import * as v from "valibot";
import type { Card, FittedText } from "../image.ts";
import type { Child, Component, Element } from "../jsx-runtime.ts";
import type { PluginOf, TemplateDefinition } from "../plugin.ts";
import { type Check, commonChecks } from "./check.ts";

export interface TemplateSubject {
  /** Parameters besides those of its examples. Default none. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Most elements of a card. Default 400, as the renderer has it. */
  readonly maxNodes?: number;
}

const themes = ["light", "dark"] as const;

/** A card to render with, without fonts: every letter is half as wide as the text is high. */
export function createCard(definition: TemplateDefinition, theme: "light" | "dark" = "light"): Card {
  const { width, height } = definition.size ?? { width: 1200, height: 630 };
  const colors = {
    light: { background: "#fff", surface: "#eee", text: "#111", muted: "#555", accent: "#06c", onAccent: "#fff" },
    dark: { background: "#111", surface: "#222", text: "#eee", muted: "#aaa", accent: "#6af", onAccent: "#111" },
  };
  const fonts = { heading: "Inter Display", body: "Inter" };
  const brand = { name: "Cameo", colors, fonts, cornerPx: 16, pattern: "none" } as const;
  return {
    size: { width, height },
    theme,
    brand,
    colors: colors[theme],
    pictures: {},
    measure: (text, { sizePx }) => [...text].length * sizePx * 0.5,
    fit: (text, { maxWidthPx, maxLines, sizesPx, lineHeight = 1.15 }) =>
      fitRoughly(text, maxWidthPx, maxLines, sizesPx.at(-1) ?? 16, lineHeight),
  };
}

function fitRoughly(text: string, width: number, maxLines: number, sizePx: number, lineHeight: number): FittedText {
  const perLine = Math.max(1, Math.floor(width / (sizePx * 0.5)));
  const all = [...text].length === 0 ? [] : (text.match(new RegExp(`.{1,${perLine}}`, "gsu")) ?? []);
  const lines = all.slice(0, maxLines);
  const isClamped = lines.length < all.length;
  return { sizePx, lines, lineHeightPx: Math.ceil(sizePx * lineHeight), isClamped, isRightToLeft: false };
}

/** The tree of a template with its components resolved. Throws what the template throws. */
export async function renderTree(
  plugin: PluginOf<"template">,
  parameters: Readonly<Record<string, string>>,
  theme: "light" | "dark" = "light",
): Promise<Element[]> {
  const parsed = v.parse(plugin.parameters, parameters);
  return elementsOf(await plugin.render(parsed, createCard(plugin, theme)));
}

/** Every element below a child, components called, parents first. */
function elementsOf(child: Child): Element[] {
  if (Array.isArray(child)) return child.flatMap(elementsOf);
  if (typeof child !== "object" || child === null) return [];
  const element = child as Element;
  if (typeof element.type === "function") {
    return [...odd(element), ...elementsOf((element.type as Component<Element["props"]>)(element.props))];
  }
  return [element, ...elementsOf(element.props.children)];
}

const odd = (element: Element): Element[] => (element.oddities ? [element] : []);

export function templateChecks(plugin: PluginOf<"template">, subject: TemplateSubject = {}): Check[] {
  const each = async (look: (elements: Element[]) => void) => {
    for (const example of plugin.examples) {
      for (const theme of themes) look(await renderTree(plugin, { ...example, ...subject.parameters }, theme));
    }
  };
  return [
    ...commonChecks(plugin),
    { claim: "has an example", run: () => assert.ok(plugin.examples.length > 0, "examples is empty") },
    { claim: "takes its own examples", run: () => takesExamples(plugin) },
    {
      claim: "renders them in light and dark",
      run: () => each((all) => assert.ok(all.length > 0, "nothing is shown")),
    },
    { claim: "stays within the number of elements", run: () => each((all) => assertFew(all, subject.maxNodes ?? 400)) },
    { claim: "uses style properties that cards draw", run: () => each(assertPlain) },
    { claim: "shows no picture by its URL", run: () => each(assertEmbedded) },
    { claim: "names its picture slots among its parameters, with sizes", run: () => checkSlots(plugin) },
  ];
}

function takesExamples({ parameters, examples, pictures = {} }: PluginOf<"template">): void {
  for (const example of examples) {
    const own = Object.fromEntries(Object.entries(example).filter(([name]) => name !== "theme" && !(name in pictures)));
    const result = v.safeParse(parameters, own);
    assert.ok(result.success, `${JSON.stringify(example)}: ${result.issues?.map(({ message }) => message).join(" ")}`);
  }
}

const assertFew = (all: readonly Element[], most: number): void =>
  assert.ok(all.length <= most, `${all.length} elements; a card has up to ${most}`);

const assertPlain = (all: readonly Element[]): void =>
  assert.deepEqual(
    all.flatMap(({ oddities = [] }) => oddities),
    [],
  );

function assertEmbedded(all: readonly Element[]): void {
  for (const { props } of all) {
    const { src } = props;
    if (typeof src === "string") assert.match(src, /^data:/, "pictures come from card.pictures");
    assert.doesNotMatch(JSON.stringify(props.style ?? {}), /url\(\s*["']?(?!data:)/i);
  }
}

function checkSlots({ pictures = {} }: PluginOf<"template">): void {
  for (const [name, { width, height }] of Object.entries(pictures)) {
    assert.ok(width > 0 && height > 0 && width <= 4096 && height <= 4096, `${name} is ${width} × ${height}`);
  }
}
