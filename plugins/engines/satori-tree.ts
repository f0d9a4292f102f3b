/**
 * What a template gave, as a plain tree for the library: components called, texts cleaned, attributes checked, within limits.
 * Threat: a component that calls itself, lists in lists, a million elements, a text without end. Each limit names itself in the error.
 */
import type { Child, Element } from "cameo/plugin";
import { allowedAttributes, allowedStyle, isElement } from "./satori-allow.ts";
import { picturePixels } from "./satori-pixels.ts";
import { graphemes, prepareText } from "./satori-text.ts";

export interface TreeLimits {
  /** Elements, components and texts. */
  readonly maxNodes: number;
  /** Graphemes of all texts together. */
  readonly maxTextLength: number;
  /** Of all pictures together, as they are stored. */
  readonly maxPicturePixels: number;
}

/** An element as the library takes it. */
export interface Node {
  readonly type: string;
  readonly props: Readonly<Record<string, unknown>> & {
    readonly style: Readonly<Record<string, string | number>>;
    readonly children?: readonly (Node | string)[];
  };
}

export interface Tree {
  readonly children: readonly (Node | string)[];
  /** Its texts, cleaned. */
  readonly texts: readonly string[];
  /** Font families that its styles name. */
  readonly families: readonly string[];
  /** Style properties that cards do not draw, with their place. */
  readonly oddities: readonly string[];
}

/** What is wrong with a tree, as the end of the sentence "The template … failed: …". */
export class Refused extends Error {}

/** Deeper than a card nests; the library's own recursion holds more. */
const maxDepth = 64;

/** Code units of a text for each grapheme that is allowed: beyond, it is not worth counting. */
const unitsPerGrapheme = 16;

/** Throws `Refused`, and whatever a component throws. */
export function toTree(child: Child, limits: TreeLimits): Tree {
  const walk: Walk = {
    limits,
    nodes: 0,
    length: 0,
    texts: [],
    families: new Set(),
    oddities: new Set(),
    pictures: new Set(),
  };
  const children = resolve(child, walk, 0);
  const { maxPicturePixels } = limits;
  if (picturePixels(walk.pictures) > maxPicturePixels)
    throw new Refused(`its pictures have more than ${maxPicturePixels} pixels, or do not tell them (maxPicturePixels)`);
  return { children, texts: walk.texts, families: [...walk.families], oddities: [...walk.oddities] };
}

/** `Inter, "My Font"` → the two names. */
export const familiesOf = (list: unknown): string[] =>
  typeof list === "string" ? list.split(",").map((name) => name.trim().replace(/^["']|["']$/g, "")) : [];

interface Walk {
  readonly limits: TreeLimits;
  nodes: number;
  length: number;
  readonly texts: string[];
  readonly families: Set<string>;
  readonly oddities: Set<string>;
  /** Values with data URIs in them. */
  readonly pictures: Set<string>;
}

function resolve(child: Child, walk: Walk, depth: number): (Node | string)[] {
  if (child === null || child === undefined || typeof child === "boolean" || child === "") return [];
  if (depth > maxDepth) throw new Refused(`its elements are nested more than ${maxDepth} deep`);
  if (isList(child)) return child.flatMap((each) => resolve(each, walk, depth + 1));
  count(walk);
  if (typeof child === "string" || typeof child === "number") return [readText(String(child), walk)];
  if (typeof child !== "object" || !("type" in child))
    throw new Refused(`a card cannot show a value of type ${typeof child}`);
  return resolveElement(child, walk, depth);
}

const isList = (child: Child): child is readonly Child[] => Array.isArray(child);

function count(walk: Walk): void {
  walk.nodes += 1;
  if (walk.nodes > walk.limits.maxNodes) throw new Refused(`it has more than ${walk.limits.maxNodes} nodes (maxNodes)`);
}

function resolveElement({ type, props, oddities = [] }: Element, walk: Walk, depth: number): (Node | string)[] {
  for (const each of oddities) walk.oddities.add(each);
  if (typeof type === "function") return resolve(type(props as never), walk, depth + 1);
  if (!isElement(type)) throw new Refused(`a card cannot show <${String(type).slice(0, 40)}>`);
  const refuse = (why: string) => new Refused(`<${type}>: ${why}`);
  const children = resolve(props.children, walk, depth + 1);
  const attributes = allowedAttributes(props, refuse);
  const style = allowedStyle(props.style, refuse);
  for (const family of familiesOf(style.fontFamily)) walk.families.add(family);
  for (const value of [...Object.values(attributes), ...Object.values(style)])
    if (typeof value === "string" && value.includes("data:")) walk.pictures.add(value);
  return [{ type, props: { ...attributes, style, ...(children.length > 0 ? { children } : {}) } }];
}

function readText(raw: string, walk: Walk): string {
  const { maxTextLength } = walk.limits;
  const tooLong = () => new Refused(`its texts have more than ${maxTextLength} characters (maxTextLength)`);
  if (raw.length > maxTextLength * unitsPerGrapheme) throw tooLong();
  const text = cleanText(raw);
  const left = maxTextLength - walk.length;
  const length = text.length <= left ? text.length : graphemes(text).length;
  if (length > left) throw tooLong();
  walk.length += length;
  walk.texts.push(text);
  return text;
}

/** Word by word, since space at the ends of a text counts beside an element, and lines and columns do in preformatted text. */
export const cleanText = (text: string): string =>
  /^[\x20-\x7e\n]*$/.test(text) ? text : text.replace(/[^ \n]+/g, prepareText);
