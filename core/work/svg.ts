/** The root element of an SVG and the size that it asks for, without an XML parser: bounded, and linear in what it looks at. */
import type { Size } from "../image.ts";

/** How far into the file the root element may start, and how far it may reach. */
const startWithin = 4096;
const endWithin = 65_536;

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

/** What may stand before the root: white space, declarations and instructions, comments, a document type with or without a subset. */
const prologue = [/\s+/y, /<\?[^>]*>/y, /<!--(?:[^-]|-(?!->))*-->/y, /<!DOCTYPE[^[>]*(?:\[[^\]]*\]\s*)?>/iy] as const;

const root = /<(?:\w{1,32}:)?svg(?=[\s/>])/y;
const attribute = /\s+([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/y;

/** The text from behind the root's name on; `undefined` if the bytes are not an SVG. UTF-8, or UTF-16 with its byte order mark. */
export function findSvgRoot(bytes: Uint8Array): string | undefined {
  const text = decode(bytes.subarray(0, startWithin));
  const at = skipPrologue(text);
  root.lastIndex = at;
  if (!root.test(text)) return undefined;
  return decode(bytes.subarray(0, endWithin)).slice(root.lastIndex);
}

function decode(bytes: Uint8Array): string {
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const encoding = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

function skipPrologue(text: string): number {
  let at = 0;
  for (let next = skipOne(text, at); next > at; next = skipOne(text, at)) at = next;
  return at;
}

function skipOne(text: string, at: number): number {
  for (const part of prologue) {
    part.lastIndex = at;
    if (part.test(text)) return part.lastIndex;
  }
  return at;
}

/**
 * The size of an SVG in whole px, a small multiple of it for one of a few px: `width` and `height`; one of them and the shape of the `viewBox`; the `viewBox` alone; else 512 × 512.
 * `undefined` if a size is zero or the root element does not end.
 */
export function svgSize(bytes: Uint8Array): Size | undefined {
  const tag = findSvgRoot(bytes);
  const attributes = tag === undefined ? undefined : readAttributes(tag);
  if (!attributes) return undefined;
  const box = parseBox(attributes.get("viewBox"));
  const size = chooseSize(parseLength(attributes.get("width")), parseLength(attributes.get("height")), box);
  const isSize = size.width > 0 && size.height > 0 && Number.isFinite(size.width * size.height);
  return isSize ? legible(size) : undefined;
}

/** In whole px. One of a few px, which would lose its shape by that, is doubled until it keeps it. */
function legible({ width, height }: Size): Size {
  const whole = { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
  const error = Math.abs((whole.width * height) / (whole.height * width) - 1);
  return error > 0.02 && Math.max(width, height) < 16 ? legible({ width: width * 2, height: height * 2 }) : whole;
}

/** Attributes of the root; `undefined` if it is cut or not well formed. */
function readAttributes(tag: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  let at = 0;
  attribute.lastIndex = 0;
  for (let match = attribute.exec(tag); match; match = attribute.exec(tag)) {
    found.set(match[1] ?? "", (match[2] ?? "").slice(1, -1));
    at = attribute.lastIndex;
  }
  return /^\s*\/?>/.test(tag.slice(at)) ? found : undefined;
}

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
