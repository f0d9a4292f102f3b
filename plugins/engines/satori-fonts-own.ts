/** The fonts of configured folders: read once at the start to know what they are, unpacked when they are needed. What is broken is named and left out. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import satori from "satori";
import type { Coverage } from "./satori-fonts-coverage.ts";
import { describeFont } from "./satori-fonts-describe.ts";
import { type Face, openFace } from "./satori-fonts-face.ts";
import type { Harfbuzz } from "./satori-fonts-harfbuzz.ts";
import { readTables } from "./satori-fonts-sfnt.ts";

/** Weights that are made of a variable font, where it has them. */
const pinnedWeights = [400, 600, 800];

export interface Source {
  readonly family: string;
  readonly coverage: Coverage;
  readonly style: "normal" | "italic";
  readonly weight: number;
  readonly pin?: number;
  read(): Promise<Uint8Array>;
}

export interface Refused {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** `is damaged or not complete`. */
  readonly reason: string;
}

export async function readOwn(paths: readonly string[]): Promise<{ sources: Source[]; refused: Refused[] }> {
  const sources: Source[] = [];
  const refused: Refused[] = [];
  for (const path of paths) {
    try {
      sources.push(...(await sourcesOf(path)));
    } catch (error) {
      refused.push({ file: basename(path), reason: error instanceof Error ? error.message : "cannot be read" });
    }
  }
  return { sources, refused };
}

async function sourcesOf(path: string): Promise<Source[]> {
  const described = describeFont(await readTables(new Uint8Array(await readFile(path))));
  if (described.family === "") throw new Error("does not name its family");
  const { family, coverage, style, weights } = described;
  const read = async () => new Uint8Array(await readFile(path));
  if (!weights) return [{ family, coverage, style, weight: described.weight, read }];
  const [least, most] = weights;
  const pins = pinnedWeights.filter((weight) => weight >= least && weight <= most);
  return (pins.length > 0 ? pins : [least]).map((pin) => ({ family, coverage, style, weight: pin, pin, read }));
}

/** Opens a font and draws a character with it, so that one that satori cannot read spoils no card. Throws an Error that ends a sentence with its name. */
export async function openOwn({ read, coverage, ...how }: Source, harfbuzz: Harfbuzz): Promise<Face> {
  const face = await openFace(await read(), harfbuzz, how);
  const sample = String.fromCodePoint(coverage.ranges[0] ?? 0x20);
  const element = { type: "div", key: null, props: { children: sample } };
  try {
    face.shape(sample);
    await satori(element, { width: 20, height: 20, fonts: [{ name: "own", data: face.data }] });
    return face;
  } catch (error) {
    throw new Error("cannot be drawn with", { cause: error });
  }
}

/**
 * Files of one family that have the same weight and style are parts of it ("latin", "cyrillic"): satori knows one font per weight and style of a family, so each part
 * becomes a family of its own. The first keeps the name: the one with Latin letters, or else the largest.
 */
export function intoParts(sources: readonly Source[]): Map<string, Source[]> {
  const parts = new Map<string, Source[]>();
  const taken = new Map<string, number>();
  for (const source of [...sources].sort(byUse)) {
    const key = `${source.family} ${source.weight} ${source.style}`;
    const index = (taken.get(key) ?? 0) + 1;
    taken.set(key, index);
    const name = index === 1 ? source.family : `${source.family} ${index}`;
    parts.set(name, [...(parts.get(name) ?? []), source]);
  }
  return parts;
}

const isLatin = ({ coverage }: Source): number => (coverage.has(0x61) ? 1 : 0);

const byUse = (a: Source, b: Source): number => isLatin(b) - isLatin(a) || b.coverage.size - a.coverage.size;
