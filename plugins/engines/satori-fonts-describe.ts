/**
 * What a font says about itself: family, weight, style, units and the characters that it has.
 * Tables: https://learn.microsoft.com/typography/opentype/spec/ (name, OS/2, head, fvar, cmap)
 */
import { type Coverage, readCoverage } from "./satori-fonts-coverage.ts";
import { type Tables, viewOf } from "./satori-fonts-sfnt.ts";

export interface Described {
  readonly family: string;
  /** 100 to 900, or, of a variable font, the range that it can be drawn in. */
  readonly weight: number;
  readonly weights: readonly [number, number] | undefined;
  readonly style: "normal" | "italic";
  readonly unitsPerEm: number;
  readonly coverage: Coverage;
}

const needed = ["cmap", "head", "hhea", "hmtx", "maxp"] as const;

/** Throws an Error with what is wrong, as the end of a sentence that begins with the file's name. */
export function describeFont(tables: Tables): Described {
  const lacking = needed.filter((tag) => !tables.has(tag));
  if (lacking.length > 0) throw new Error(`is not complete: it has no table ${lacking.join(", ")}`);
  if (!["glyf", "CFF "].some((tag) => tables.has(tag))) throw new Error("has no outlines that can be drawn");
  try {
    return read(tables);
  } catch (error) {
    if (error instanceof RangeError) throw new Error("is damaged or not complete", { cause: error });
    throw error;
  }
}

function read(tables: Tables): Described {
  const head = table(tables, "head");
  const unitsPerEm = head.getUint16(18);
  if (unitsPerEm < 16 || unitsPerEm > 16384) throw new Error("is damaged: its units are impossible");
  const os2 = tables.has("OS/2") ? table(tables, "OS/2") : undefined;
  const isItalic = ((os2?.getUint16(62) ?? 0) & 1) === 1 || (head.getUint16(44) & 2) === 2;
  const weight = clampWeight(os2?.getUint16(4) ?? ((head.getUint16(44) & 1) === 1 ? 700 : 400));
  return {
    family: familyName(tables),
    weight,
    weights: weightAxis(tables),
    style: isItalic ? "italic" : "normal",
    unitsPerEm,
    coverage: readCoverage(table(tables, "cmap")),
  };
}

function table(tables: Tables, tag: string): DataView {
  return viewOf(tables.get(tag) ?? new Uint8Array());
}

/** The nearest of the nine weights; some old fonts count from 1 to 9. */
function clampWeight(value: number): number {
  const hundreds = Math.round(value < 10 ? value : value / 100);
  return Math.min(9, Math.max(1, hundreds)) * 100;
}

function weightAxis(tables: Tables): readonly [number, number] | undefined {
  if (!tables.has("fvar")) return undefined;
  const view = table(tables, "fvar");
  const first = view.getUint16(4);
  const size = view.getUint16(10);
  for (let index = 0; index < view.getUint16(8); index++) {
    const at = first + index * size;
    if (view.getUint32(at) !== 0x77676874) continue;
    return [view.getInt32(at + 4) / 65536, view.getInt32(at + 12) / 65536];
  }
  return undefined;
}

/** Typographic family (16), or the plain one (1). In English where there is a choice, since Windows' names are read first. */
function familyName(tables: Tables): string {
  if (!tables.has("name")) return "";
  const view = table(tables, "name");
  const storage = view.getUint16(4);
  const found = new Map<number, string>();
  for (let index = 0; index < Math.min(view.getUint16(2), 1000); index++) {
    const at = 6 + index * 12;
    const platform = view.getUint16(at);
    const id = view.getUint16(at + 6);
    if (id !== 1 && id !== 16) continue;
    const isEnglish = platform !== 3 || view.getUint16(at + 4) === 0x409;
    const text = decodeName(view, storage + view.getUint16(at + 10), view.getUint16(at + 8), platform);
    if (isEnglish || !found.has(id)) found.set(id, text);
  }
  const name = found.get(16) ?? (found.get(1) ?? "").replace(weightWord, "");
  return name.trim().slice(0, 100);
}

/** A plain family name has room for regular and bold only: other weights are families of their own there, "Source Serif 4 SemiBold". */
const weightWord = / (Thin|(Extra|Ultra|Semi|Demi)?\s?(Light|Bold)|Medium|Black|Heavy)$/i;

function decodeName(view: DataView, at: number, length: number, platform: number): string {
  if (at + length > view.byteLength) throw new RangeError("a name ends after its table");
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
  return new TextDecoder(platform === 1 ? "latin1" : "utf-16be").decode(bytes);
}
