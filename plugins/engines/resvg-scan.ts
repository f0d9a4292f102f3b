/** The elements of an SVG as a tree, found in one pass. It checks no syntax: the renderer does that, on the same text. */

export interface Element {
  /** Without its namespace's prefix. */
  readonly name: string;
  /** As they stand in the text. */
  readonly attributes: string;
  readonly children: Element[];
}

export interface Document {
  readonly root: Element;
  readonly ids: ReadonlyMap<string, Element>;
  /** Texts of all style sheets. */
  readonly sheets: readonly string[];
}

/** Thrown for what the estimate refuses; the engine turns it into `broken-image`. */
export class Refused extends Error {}

/** Deeper than a drawing program nests; the renderer's stack holds about four times as much. */
export const maxDepth = 256;
/** About what the renderer lays out in a second. */
const maxElements = 200_000;

export function scan(text: string): Document {
  const root: Element = { name: "", attributes: "", children: [] };
  const ids = new Map<string, Element>();
  const sheets: string[] = [];
  const open = [root];
  let count = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    const skipped = skipOther(text, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const end = tagEnd(text, at + 1);
    const tag = text.slice(at + 1, end);
    at = end + 1;
    if (tag.startsWith("/")) {
      if (open.length > 1) open.pop();
      continue;
    }
    const element = toElement(tag);
    open.at(-1)?.children.push(element);
    const id = /(?:^|\s)id\s*=\s*["']([^"']+)/.exec(element.attributes)?.[1];
    if (id !== undefined && !ids.has(id)) ids.set(id, element);
    if (element.name === "style") sheets.push(text.slice(at, endOf(text, "</", at)));
    if (!tag.endsWith("/")) open.push(element);
    count += 1;
    if (open.length > maxDepth || count > maxElements) throw new Refused("too many elements, or too deep");
  }
  return { root, ids, sheets };
}

/** Where the first element's tag begins and ends (at its `>`); `undefined` if there is none, or it does not end. */
export function firstTag(text: string): { readonly start: number; readonly end: number } | undefined {
  let at = text.indexOf("<");
  while (at >= 0) {
    const skipped = skipOther(text, at);
    if (skipped === at) break;
    at = text.indexOf("<", skipped);
  }
  const end = at < 0 ? text.length : tagEnd(text, at + 1);
  return end < text.length ? { start: at, end } : undefined;
}

const endOf = (text: string, mark: string, from: number): number => {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
};

/** Past a comment, character data, a declaration or an instruction; `at` itself before an element. */
function skipOther(text: string, at: number): number {
  if (text.startsWith("<!--", at)) return endOf(text, "-->", at + 4);
  if (text.startsWith("<![CDATA[", at)) return endOf(text, "]]>", at + 9);
  if (text.startsWith("<?", at)) return endOf(text, "?>", at + 2);
  if (text.startsWith("<!", at)) return endOf(text, ">", at + 2);
  return at;
}

/** Where a tag ends: the next `>` outside quotes. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (letter === ">") return at;
    if (letter === '"' || letter === "'") at = endOf(text, letter, at + 1);
  }
  return text.length;
}

function toElement(tag: string): Element {
  const end = tag.search(/[\s/]/);
  const name = end < 0 ? tag : tag.slice(0, end);
  return { name: name.slice(name.indexOf(":") + 1), attributes: end < 0 ? "" : tag.slice(end), children: [] };
}
