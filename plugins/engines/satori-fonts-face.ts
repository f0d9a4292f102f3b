/** One font in one weight, unpacked when it is first drawn with. */
import type { Coverage } from "./satori-fonts-coverage.ts";
import { describeFont } from "./satori-fonts-describe.ts";
import { withoutOutlines } from "./satori-fonts-emoji.ts";
import type { Harfbuzz, ShapeFont } from "./satori-fonts-harfbuzz.ts";
import { withMarksUpsideDown } from "./satori-fonts-marks.ts";
import { readTables, type Tables, writeSfnt } from "./satori-fonts-sfnt.ts";

export interface Face {
  readonly weight: number;
  readonly style: "normal" | "italic";
  readonly coverage: Coverage;
  readonly unitsPerEm: number;
  /** A plain TTF or OTF, as satori wants it: always the same object, since satori keeps what it parsed by it. */
  readonly data: ArrayBuffer;
  /** For measuring; without outlines. Opened at first use. */
  shape: ShapeFont["shape"];
  free(): void;
}

export interface FaceOptions {
  /** In place of what the font says. */
  readonly weight?: number;
  readonly style?: "normal" | "italic";
  /** Makes this weight of a variable font. */
  readonly pin?: number;
}

/** Throws an Error that ends a sentence with the font's name. */
export async function openFace(file: Uint8Array, harfbuzz: Harfbuzz, options: FaceOptions = {}): Promise<Face> {
  const tables = await readTables(file);
  if (!tables.has("fvar")) return faceOf(tables, harfbuzz, options);
  const { weight } = describeFont(tables);
  const pinned = await harfbuzz.pinWeight(writeSfnt(tables), options.pin ?? weight);
  return faceOf(await readTables(pinned), harfbuzz, { ...options, weight: options.pin ?? weight });
}

function faceOf(tables: Tables, harfbuzz: Harfbuzz, options: FaceOptions): Face {
  const described = describeFont(tables);
  let font: ShapeFont | undefined;
  return {
    weight: options.weight ?? described.weight,
    style: options.style ?? described.style,
    coverage: described.coverage,
    unitsPerEm: described.unitsPerEm,
    data: writeSfnt(flipped(tables)).buffer,
    shape(text) {
      font ??= harfbuzz.font(writeSfnt(withoutOutlines(tables)));
      return font.shape(text);
    },
    free() {
      font?.free();
      font = undefined;
    },
  };
}

function flipped(tables: Tables): Tables {
  try {
    return withMarksUpsideDown(tables);
  } catch (error) {
    throw new Error("is damaged: its marks have no place", { cause: error });
  }
}
