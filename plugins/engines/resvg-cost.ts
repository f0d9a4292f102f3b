/**
 * What drawing an SVG costs, told from its text, because the renderer cannot be stopped once it runs.
 * Threat: a small file that takes minutes: shapes that use shapes that use shapes, filters whose time grows with a number in an
 * attribute, embedded pictures of a billion pixels. Layers: this estimate; the renderer's own limit of a million nodes; the pool's deadline.
 * Residual risk: many plain shapes, each over the whole picture, cost about 7 ms each and megapixel.
 */
import { type Element, maxDepth, Refused, scan } from "./resvg-scan.ts";

export interface Cost {
  /** Elements drawn, after every use, pattern, mask and marker is put in its place. */
  readonly elements: number;
  /** Time of all filters, in milliseconds for each megapixel drawn. */
  readonly filterMs: number;
}

/** Elements that draw nothing where they stand, only where something refers to them. */
const templates = /^(filter|mask|pattern|marker|clipPath|symbol|style|metadata)$/;

/** Throws `Refused` for a file whose cost cannot be told. */
export function estimate(text: string): Cost {
  const { root, ids, sheets } = scan(text);
  const known = new Map<Element, Cost>();
  const measure = (element: Element, depth: number): Cost => {
    const seen = known.get(element);
    if (seen) return seen;
    if (depth > 4 * maxDepth) throw new Refused("references nested too deeply");
    // What refers to itself is drawn once: the renderer cuts the circle.
    known.set(element, { elements: 0, filterMs: 0 });
    let cost: Cost = { elements: 1, filterMs: ownMs(element) };
    for (const { part, times } of partsOf(element, ids)) cost = plus(cost, measure(part, depth + 1), times);
    known.set(element, cost);
    return cost;
  };
  const drawn = measure(root, 0);
  const styled = filtersOf(sheets).flatMap((id) => ids.get(id) ?? []);
  const classes = Math.min(100, text.split(/\sclass\s*=/).length);
  return styled.reduce((sum, filter) => plus(sum, measure(filter, 0), classes), drawn);
}

const plus = (cost: Cost, more: Cost, times: number): Cost => ({
  elements: cost.elements + more.elements * times,
  filterMs: cost.filterMs + more.filterMs * times,
});

interface Part {
  readonly part: Element;
  readonly times: number;
}

/** What is drawn with an element: its children, and what it refers to. */
function partsOf(element: Element, ids: ReadonlyMap<string, Element>): readonly Part[] {
  const children = element.children.filter(({ name }) => !templates.test(name)).map((part) => ({ part, times: 1 }));
  const referred = references(element).flatMap(([id, times]) => {
    const part = ids.get(id);
    return part ? [{ part, times }] : [];
  });
  return [...children, ...referred];
}

/** What an element draws besides its children, and how often. A marker stands at every corner of a path. */
function references({ name, attributes }: Element): readonly (readonly [id: string, times: number])[] {
  const found = [
    ...attributes.matchAll(/(\bmarker[\w-]*\s*[=:]\s*["']?\s*)?url\(\s*(?:["']|&quot;)?#([^)"'&\s]+)/g),
  ].map(([, isMarker, id = ""]) => [id, isMarker ? corners(attributes) : 1] as const);
  const isUser = name === "use" || name === "feImage" || name === "pattern";
  const used = isUser ? /\bhref\s*=\s*["']#([^"']+)/.exec(attributes)?.[1] : undefined;
  return used === undefined ? found : [...found, [used, 1]];
}

/** A corner takes three letters at least. */
function corners(attributes: string): number {
  const path = /\s(?:d|points)\s*=\s*("[^"]*"|'[^']*')/.exec(attributes)?.[1] ?? "";
  return Math.ceil(path.length / 3) + 1;
}

/** IDs of the filters that style sheets give out; each is taken to apply to every element with a class, up to a hundred. */
function filtersOf(sheets: readonly string[]): readonly string[] {
  const declarations = sheets.flatMap((css) => css.split(/[{};]/));
  return declarations.flatMap((each) => /^\s*filter\s*:.*?#([\w.-]+)/.exec(each.slice(0, 256))?.[1] ?? []);
}

const blurMs = 300;

/** Milliseconds for a megapixel, as measured on one core. Filter primitives that are not named here take about 120. */
function ownMs({ name, attributes }: Element): number {
  const shorthands = (attributes.match(/\b(?:blur|drop-shadow)\(/g)?.length ?? 0) * blurMs;
  if (!name.startsWith("fe") || /^fe(Func[RGBA]|MergeNode|(Point|Spot|Distant)Light)$/.test(name)) return shorthands;
  const first = (key: string, otherwise: number) => numbersOf(attributes, key)[0] ?? otherwise;
  switch (name) {
    case "feGaussianBlur":
    case "feDropShadow":
      return blurMs;
    case "feTurbulence":
      return 200 + 75 * first("numOctaves", 1);
    case "feMorphology":
      return 120 + 2.5 * area(numbersOf(attributes, "radius").map((radius) => 2 * radius + 1));
    case "feConvolveMatrix":
      return 120 + 6.5 * area(numbersOf(attributes, "order"));
    default:
      return 120;
  }
}

const area = ([width = 3, height = width]: readonly number[]): number => width * height;

/** One or two numbers of an attribute or a style. */
function numbersOf(attributes: string, key: string): readonly number[] {
  const value = new RegExp(`\\b${key}\\s*=\\s*["']([^"']{0,64})`).exec(attributes)?.[1] ?? "";
  return [...value.matchAll(/\d*\.?\d+(?:e[+-]?\d+)?/gi)].map(([digits]) => Number(digits));
}
