/** The pictures that are served, and the look at those that come back. */
import { link, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FixtureName, fixture, fixtureNames } from "../fixtures/fixture.ts";
import { distance, type Pixels } from "./distance.ts";
import { loadSharp } from "./peers.ts";

/** Served under `{name}-{number}.{ending}`. */
export const sources = {
  "photo-460": "jpg",
  "photo-2725": "jpg",
  "gif-animated": "gif",
  "png-rgba": "png",
  "webp-alpha": "webp",
  "jpeg-progressive": "jpg",
} as const;
export type SourceName = keyof typeof sources;

export interface Album {
  readonly folder: string;
  /** File name of a copy. */
  file(name: SourceName, copy: number): string;
  /** The bytes of the source. */
  bytes(name: SourceName): Uint8Array;
}

/**
 * A folder with `copies` of each source under names of their own, so that each request has a key of its own on any server.
 * `own` is a folder with `photo-460.jpg` and `photo-2725.jpg` to use in place of the fixtures.
 */
export async function makeAlbum(scratch: string, copies: number, own: string | undefined): Promise<Album> {
  const folder = join(scratch, "photos");
  await mkdir(folder);
  const all = new Map<SourceName, Uint8Array>();
  const file = (name: SourceName, copy: number) => `${name}-${copy}.${sources[name]}`;
  for (const name of Object.keys(sources) as SourceName[]) {
    const bytes = await readSource(name, own);
    all.set(name, bytes);
    await writeFile(join(folder, file(name, 0)), bytes);
    for (let copy = 1; copy < copies; copy++) await link(join(folder, file(name, 0)), join(folder, file(name, copy)));
  }
  return { folder, file, bytes: (name) => all.get(name) ?? new Uint8Array() };
}

async function readSource(name: SourceName, own: string | undefined): Promise<Uint8Array> {
  if (own !== undefined && name.startsWith("photo-")) return readFile(join(own, `${name}.jpg`));
  if (!isFixture(name)) throw new Error(`there is no fixture ${name}; give a folder of your own with --photos`);
  return fixture(name);
}

const isFixture = (name: string): name is FixtureName => (fixtureNames as readonly string[]).includes(name);

/** A function that tells how far an encoded picture is from the source, made smaller by sharp with lanczos3 and kept lossless. */
export async function createJudge(
  source: Uint8Array,
  widthPx: number,
): Promise<(encoded: Uint8Array) => Promise<number>> {
  const sharp = await loadSharp();
  const options = { width: widthPx, kernel: "lanczos3", fastShrinkOnLoad: false } as const;
  const lossless = await sharp(source).resize(options).png().toBuffer();
  const reference = await pixelsOf(lossless);
  return async (encoded) => distance(reference, await pixelsOf(encoded));

  async function pixelsOf(bytes: Uint8Array): Promise<Pixels> {
    const { data, info } = await sharp(bytes)
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`);
    return { data, width: info.width, height: info.height };
  }
}
