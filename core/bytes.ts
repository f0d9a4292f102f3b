/** Sizes in settings, also those of plugins. */
import * as v from "valibot";

const units: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

function toBytes(value: number | string): number {
  if (typeof value === "number") return value;
  const [, digits = "0", unit = "b"] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(value) ?? [];
  return Math.round(Number(digits) * (units[unit.toLowerCase()] ?? 1));
}

/** Bytes: a number, or text with a unit such as `512MB` (powers of 1024). */
export const bytes = v.pipe(
  v.union([
    v.number(),
    v.pipe(v.string(), v.regex(/^\d+(\.\d+)?\s*([kmgt]?b)?$/i, "takes bytes, as a number or as text such as 512MB")),
  ]),
  v.transform(toBytes),
  v.integer(),
  v.minValue(0),
);
