/**
 * Where a style property stands in a template. A runtime that drops tail calls does not know the line of an element that a component returns; the file does.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";

const placeless = /^<[\w.]+>(?=: cards do not draw the style property "([\w-]+)")/;

/** Most places that are named: more do not help. */
const maxPlaces = 3;

/** `<div>: …` → `card.tsx:41: …`, for remarks that have no line. `file` is the template's file or folder; `null` for a built-in, which stays as it is. */
export async function placeRemarks(remarks: readonly string[], file: string | null): Promise<readonly string[]> {
  if (file === null || !remarks.some((each) => placeless.test(each))) return remarks;
  const sources = await readSources(file).catch(() => []);
  return remarks.map((remark) => {
    const places = placesOf(placeless.exec(remark)?.[1], sources);
    return places.length > 0 ? remark.replace(placeless, places.slice(0, maxPlaces).join(" or ")) : remark;
  });
}

interface Source {
  readonly name: string;
  readonly lines: readonly string[];
}

async function readSources(file: string): Promise<Source[]> {
  const isFolder = (await stat(file)).isDirectory();
  const names = isFolder ? (await readdir(file)).filter((name) => /\.[jt]sx?$/.test(name)).sort() : [""];
  return Promise.all(
    names.map(async (name) => {
      const path = join(file, name);
      return { name: basename(path), lines: (await readFile(path, "utf8")).split("\n") };
    }),
  );
}

function placesOf(property: string | undefined, sources: readonly Source[]): string[] {
  if (property === undefined) return [];
  const written = new RegExp(`(?<![\\w-])${property}["']?\\s*[:,}]`);
  return sources.flatMap(({ name, lines }) =>
    lines.flatMap((line, index) => (written.test(line) ? [`${name}:${index + 1}`] : [])),
  );
}
