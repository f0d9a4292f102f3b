/** Codecs of query parameters: `parse` and `format` are inverses on valid values. `parse` answers `undefined` for text that it does not take. */
import type { Color, Edges } from "../image.ts";

export interface Codec<T> {
  /** The value, or `undefined` if the text is not one. */
  parse(text: string): T | undefined;
  /** The canonical text of a value. */
  format(value: T): string;
  /** What it takes, to complete "… takes {takes}". */
  readonly takes: string;
  /** Short spelling of the name, such as `w` for `width`. */
  readonly short?: string;
  /** One sentence for the documentation. */
  readonly about?: string;
  /** What the documentation can say of the text beyond `takes`. Default: a string. */
  readonly schema?: CodecSchema;
}

/** The part of JSON Schema that describes one query parameter. */
export interface CodecSchema {
  readonly type: "string" | "number" | "integer" | "boolean";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
}

const plainNumber = /^-?\d{1,9}(\.\d{1,4})?$/;

/** Rounds away binary noise, so that a value has one spelling: at most four decimals. */
const round = (value: number): number => Math.round(value * 1e4) / 1e4;
const formatNumber = (value: number): string => String(round(value));

function parseNumber(text: string, { min, max }: NumberRange): number | undefined {
  if (!plainNumber.test(text)) return undefined;
  const value = Number(text) + 0;
  return value >= min && value <= max ? (value === 0 ? 0 : value) : undefined;
}

/** A decimal number in a closed range. */
export function number(range: NumberRange): Codec<number> {
  return {
    parse: (text) => parseNumber(text, range),
    format: formatNumber,
    takes: `a number from ${range.min} to ${range.max}${range.unit ? ` ${range.unit}` : ""}`,
    schema: { type: "number", minimum: range.min, maximum: range.max },
  };
}

/** A whole number in a closed range. */
export function integer(range: NumberRange): Codec<number> {
  return {
    parse: (text) => (/^-?\d{1,12}$/.test(text) ? inRange(Number(text), range) : undefined),
    format: String,
    takes: `a whole number from ${range.min} to ${range.max}${range.unit ? ` ${range.unit}` : ""}`,
    schema: { type: "integer", minimum: range.min, maximum: range.max },
  };
}

function inRange(value: number, { min, max }: NumberRange): number | undefined {
  if (value < min || value > max) return undefined;
  return value === 0 ? 0 : value;
}

/** Degrees, folded to 0 ≤ value < 360. */
export const degrees: Codec<number> = {
  parse(text) {
    const value = parseNumber(text, { min: -360, max: 360 });
    if (value === undefined) return undefined;
    return round(((value % 360) + 360) % 360);
  },
  format: formatNumber,
  takes: "degrees from -360 to 360",
  schema: { type: "number", minimum: -360, maximum: 360 },
};

/** `1`, `true`, `yes`, `on` or nothing at all (`?flip`); `0`, `false`, `no`, `off`. */
export const boolean: Codec<boolean> = {
  parse(text) {
    const word = text.toLowerCase();
    if (["", "1", "true", "yes", "on"].includes(word)) return true;
    return ["0", "false", "no", "off"].includes(word) ? false : undefined;
  },
  format: (value) => (value ? "1" : "0"),
  takes: "1 or 0",
  schema: { type: "boolean" },
};

/** A switch that also takes a strength: `1`/`true`/nothing is `whenOn`, `0`/`false` is off (`0`). */
export function strength(range: NumberRange, whenOn: number): Codec<number> {
  return {
    parse(text) {
      if (text === "" || text === "true") return whenOn;
      return text === "0" || text === "false" ? 0 : parseNumber(text, range);
    },
    format: formatNumber,
    takes: `nothing (for ${whenOn}), or a number from ${range.min} to ${range.max}${range.unit ? ` ${range.unit}` : ""}`,
    schema: { type: "number", minimum: 0, maximum: range.max },
  };
}

/** One of a few words; `aliases` maps other spellings to them. Any case. */
export function word<const W extends string>(words: readonly W[], aliases: Readonly<Record<string, W>> = {}): Codec<W> {
  return {
    parse(text) {
      const lower = text.toLowerCase();
      return words.find((each) => each === lower) ?? (Object.hasOwn(aliases, lower) ? aliases[lower] : undefined);
    },
    format: (value) => value,
    takes: `one of ${words.join(", ")}`,
    schema: { type: "string", enum: words },
  };
}

/** Text that matches a pattern. */
export function text(pattern: RegExp, takes: string): Codec<string> {
  return {
    parse: (value) => (pattern.test(value) ? value : undefined),
    format: (value) => value,
    takes,
    schema: { type: "string", pattern: pattern.source },
  };
}

const namedColors: Readonly<Record<string, string>> = {
  white: "ffffff",
  black: "000000",
  transparent: "00000000",
  gray: "808080",
  red: "ff0000",
  green: "008000",
  blue: "0000ff",
  yellow: "ffff00",
};

/** A colour: hex of 3, 4, 6 or 8 digits, with or without `#`, or a basic name. */
export const color: Codec<Color> = {
  parse(value) {
    const lower = value.toLowerCase().replace(/^#/, "");
    const hex = Object.hasOwn(namedColors, lower) ? (namedColors[lower] ?? "") : lower;
    if (!/^([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(hex)) return undefined;
    const long = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join("") : hex;
    const byte = (at: number) => Number.parseInt(long.slice(at, at + 2), 16);
    return { r: byte(0), g: byte(2), b: byte(4), a: long.length === 8 ? byte(6) : 255 };
  },
  format({ r, g, b, a }) {
    return [r, g, b, ...(a === 255 ? [] : [a])].map((each) => each.toString(16).padStart(2, "0")).join("");
  },
  takes: `a colour as hex (fff, ff8800, ff880080) or one of ${Object.keys(namedColors).join(", ")}`,
};

/** A fixed count of numbers, separated by commas. */
export function numbers(count: number, range: NumberRange, takes: string): Codec<readonly number[]> {
  return {
    parse(value) {
      const parts = value.split(",").map((part) => parseNumber(part, range));
      return parts.length === count && parts.every((part) => part !== undefined) ? (parts as number[]) : undefined;
    },
    format: (values) => values.map(formatNumber).join(","),
    takes,
  };
}

/** Space on the sides, as CSS writes it: `all`, `vertical,horizontal` or `top,right,bottom,left`. */
export function edges(max: number): Codec<Edges> {
  return {
    parse(value) {
      const parts = value
        .split(",")
        .map((part) => (/^\d{1,5}$/.test(part) ? inRange(Number(part), { min: 0, max }) : undefined));
      if (![1, 2, 4].includes(parts.length) || parts.includes(undefined)) return undefined;
      const [top = 0, right = top, bottom = top, left = right] = parts as number[];
      return { top, right, bottom, left };
    },
    format: ({ top, right, bottom, left }) => {
      if (top !== bottom || right !== left) return [top, right, bottom, left].join(",");
      return top === right ? String(top) : `${top},${right}`;
    },
    takes: `1, 2 or 4 whole numbers from 0 to ${max} px, separated by commas`,
  };
}
