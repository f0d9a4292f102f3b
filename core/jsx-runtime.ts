/**
 * JSX for templates, named by a comment at the top of the file: `@jsxImportSource cameo`. An element is plain data. A component is a function that is
 * called while the tree is drawn, so that a hostile depth is met by the limits of the renderer, not here.
 */
import { type Style, styleProperties } from "./jsx-style.ts";

/** What a template is made of. `false`, `null` and `undefined` show nothing. */
export type Child = Element | string | number | boolean | null | undefined | readonly Child[];

/** A component: a function from properties to what is shown. */
export type Component<P = never> = (properties: P) => Child;

export interface Element {
  readonly type: string | Component;
  readonly props: Readonly<Record<string, unknown>> & { readonly children?: Child };
  readonly key: string | null;
  /** Style properties that no card draws, with their place in the template. */
  readonly oddities?: readonly string[];
}

/** Properties that HTML and SVG elements take in a template. */
export interface Properties {
  readonly style?: Style;
  readonly children?: Child;
  readonly src?: string;
  readonly width?: number | string;
  readonly height?: number | string;
  readonly dir?: "ltr" | "rtl";
  readonly lang?: string;
  readonly [attribute: string]: unknown;
}

/** Groups children without an element of their own. */
export const Fragment: Component<{ readonly children?: Child }> = ({ children }) => children;

/** Called by compiled JSX. */
export function jsx(type: string | Component, props: Element["props"], key?: string): Element {
  const oddities = oddProperties(type, props.style);
  return { type, props, key: key ?? null, ...(oddities.length > 0 ? { oddities } : {}) };
}

export const jsxs = jsx;

/** Called by JSX compiled for development. */
export function jsxDEV(type: string | Component, props: Element["props"], key?: string): Element {
  return jsx(type, props, key);
}

const none: readonly string[] = [];

function oddProperties(type: Element["type"], style: unknown): readonly string[] {
  if (typeof style !== "object" || style === null) return none;
  const odd = Object.keys(style).filter((name) => !styleProperties.has(name) && !name.startsWith("--"));
  if (odd.length === 0) return none;
  const place = placeInTemplate(new Error().stack ?? "") ?? `<${typeof type === "string" ? type : type.name}>`;
  return odd.map((name) => `${place}: cards do not draw the style property "${name}"`);
}

/** The first place of a stack that is in a template: `card.tsx:41`. A runtime that drops tail calls may not know it. */
function placeInTemplate(stack: string): string | undefined {
  return /([^/\\\s(]+\.(?:tsx|jsx)(?:\?[^:\s]*)?):(\d+)/.exec(stack)?.slice(1, 3).join(":");
}

export namespace JSX {
  export type ElementType = string | Component<never>;
  export type Element = import("./jsx-runtime.ts").Element;
  export interface ElementChildrenAttribute {
    children: unknown;
  }
  export interface IntrinsicAttributes {
    key?: string | number;
  }
  export interface IntrinsicElements {
    [name: string]: Properties;
  }
}
