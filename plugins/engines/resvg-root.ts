/** The root element of an SVG: the size that it asks for, and the same document with another one. */
import type { Size } from "cameo/plugin";

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

/** `undefined` if the text has no root element that ends. */
export function findRoot(text: string): Root | undefined {
  const tag = /<(?:[\w.-]{1,32}:)?svg(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*)>/.exec(text);
  if (!tag) return undefined;
  const [whole, inside = ""] = tag;
  const attributes = new Map(
    [...inside.matchAll(/([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g)].map(([, name = "", value = ""]) => [
      name,
      value.slice(1, -1),
    ]),
  );
  const box = parseBox(attributes.get("viewBox"));
  const size = chooseSize(parseLength(attributes.get("width")), parseLength(attributes.get("height")), box);
  const isSize = size.width > 0 && size.height > 0 && Number.isFinite(size.width * size.height);
  return {
    size: isSize ? size : undefined,
    withSize({ width, height }) {
      const rest = inside.replace(/\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')/g, "").replace(/\/$/, "");
      const viewBox = box ? "" : ` viewBox="0 0 ${size.width} ${size.height}"`;
      const open = whole.slice(0, whole.length - inside.length - 1);
      const replaced = `${open} width="${width}" height="${height}"${box ? rest : withoutBox(rest)}${viewBox}${inside.endsWith("/") ? "/" : ""}>`;
      return text.slice(0, tag.index) + replaced + text.slice(tag.index + whole.length);
    },
  };
}

const withoutBox = (attributes: string): string => attributes.replace(/\sviewBox\s*=\s*(?:"[^"]*"|'[^']*')/g, "");

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
