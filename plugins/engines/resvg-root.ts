/** The root element of an SVG: the size that it asks for, and the same document with another one. */
import type { Size } from "cameo/plugin";
import { firstTag } from "./resvg-scan.ts";

/** What an SVG without any size gets. */
const defaultPx = 512;

/** CSS units in px at 96 dpi (CSS Values 3, §6.2). Units that depend on a font or a viewport count as absent. */
const unitPx: Readonly<Record<string, number>> = {
  "": 1,
  px: 1,
  pt: 96 / 72,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
};

export interface Root {
  /** Not rounded. `undefined` where it is zero or no number. */
  readonly size: Size | undefined;
  /** The document, drawn at exactly this size. */
  withSize(size: Size): string;
}

/** `undefined` if the text's first element is no `svg`, or does not end. */
export function findRoot(text: string): Root | undefined {
  const tag = firstTag(text);
  const [open = "", inside = ""] = tag ? parts(text.slice(tag.start, tag.end)) : [];
  if (!tag || !open) return undefined;
  const attributes = new Map(
    [...inside.matchAll(attribute)].map(([, name = "", value = ""]) => [name, value.slice(1, -1)] as const),
  );
  const box = parseBox(attributes.get("viewBox"));
  const size = chooseSize(parseLength(attributes.get("width")), parseLength(attributes.get("height")), box);
  const isSize = size.width > 0 && size.height > 0 && Number.isFinite(size.width * size.height);
  return {
    size: isSize ? legible(size) : undefined,
    withSize({ width, height }) {
      const viewBox = box ? (attributes.get("viewBox") ?? "") : `0 0 ${size.width} ${size.height}`;
      const isFilled = !box || isSameShape(box, size);
      const rest = inside.replace(attribute, (whole, name) =>
        replaced.has(name) || (isFilled && name === "preserveAspectRatio") ? "" : whole,
      );
      const fit = isFilled ? ' preserveAspectRatio="none"' : "";
      const root = `${open} width="${width}" height="${height}" viewBox="${viewBox}"${fit}${rest}`;
      return text.slice(0, tag.start) + root + text.slice(tag.end);
    },
  };
}

/** Then the drawing fills the picture: where rounding changes the shape a little, no edge may stay half empty. */
const isSameShape = (one: Size, other: Size): boolean =>
  Math.abs((one.width * other.height) / (one.height * other.width) - 1) < 1e-3;

const attribute = /\s+([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g;
const replaced: ReadonlySet<string> = new Set(["width", "height", "viewBox"]);

/** Sides of less than a few px would lose their shape when they are rounded. */
function legible(size: Size): Size {
  let { width, height } = size;
  while (Math.max(width, height) < 16 && shapeError(width, height) > 0.02) [width, height] = [width * 2, height * 2];
  return { width, height };
}

const shapeError = (width: number, height: number): number =>
  Math.abs((Math.max(1, Math.round(width)) * height) / (Math.max(1, Math.round(height)) * width) - 1);

/** `<svg` and what follows it. */
const parts = (tag: string): readonly string[] =>
  /^(<(?:[\w.-]{1,32}:)?svg)(?=[\s/]|$)([\s\S]*)$/.exec(tag)?.slice(1) ?? [];

/** A number with a unit. No honest one is long, and a long one would make the pattern slow. */
function parseLength(text = ""): number | undefined {
  if (text.length > 64) return undefined;
  const [, digits, unit = ""] = /^\s*\+?(\d*\.?\d+(?:e[+-]?\d{1,3})?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const px = unitPx[unit.toLowerCase()];
  return digits === undefined || px === undefined ? undefined : Number(digits) * px;
}

function parseBox(text = ""): Size | undefined {
  const [, , width = 0, height = 0, ...more] = text
    .trim()
    .split(/[\s,]+/, 5)
    .map(Number);
  return width > 0 && height > 0 && more.length === 0 ? { width, height } : undefined;
}

function chooseSize(width: number | undefined, height: number | undefined, box: Size | undefined): Size {
  if (width !== undefined && height !== undefined) return { width, height };
  if (!box) return { width: width ?? defaultPx, height: height ?? defaultPx };
  if (width !== undefined) return { width, height: (width * box.height) / box.width };
  if (height !== undefined) return { width: (height * box.width) / box.height, height };
  return box;
}
