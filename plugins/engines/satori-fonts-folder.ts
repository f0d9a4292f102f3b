/** Finds the fonts in folders: any font file, and packages of web fonts that `bun add @fontsource/…` has put there. */
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";

export interface FoundFonts {
  readonly files: readonly string[];
  /** Folders of packages that hold a variable font in slices. */
  readonly sliced: readonly string[];
}

/** What is beyond is left out, so that a folder chosen by mistake does not stop a worker. */
const maxFiles = 1000;
const maxDepth = 6;

const fontEndings = [".ttf", ".otf", ".woff", ".woff2"];

export async function findFonts(folders: readonly string[]): Promise<FoundFonts> {
  const files: string[] = [];
  const sliced: string[] = [];
  for (const folder of folders) await walk(folder, 0, files, sliced);
  return { files: files.slice(0, maxFiles), sliced };
}

async function walk(folder: string, depth: number, files: string[], sliced: string[]): Promise<void> {
  if (depth > maxDepth || files.length > maxFiles) return;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (basename(dirname(folder)) === "@fontsource-variable") {
    sliced.push(folder);
    return;
  }
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && isWorthALook(folder, entry.name)) await walk(path, depth + 1, files, sliced);
    else if (isFont(entry.name, names)) files.push(path);
  }
}

/** Among installed packages only those that are fonts. */
function isWorthALook(folder: string, name: string): boolean {
  if (name.startsWith(".")) return false;
  return basename(folder) !== "node_modules" || name.startsWith("@fontsource");
}

/** Of a font in two wrappings one is enough, and of a large one in numbered slices the whole. */
function isFont(name: string, names: ReadonlySet<string>): boolean {
  const ending = extname(name).toLowerCase();
  if (!fontEndings.includes(ending) || /-\d+-\d{3}-(normal|italic)\.woff2?$/.test(name)) return false;
  return ending !== ".woff2" || !names.has(name.slice(0, -1));
}

/** The name of a sliced font's family and which slice has what, `{ "[4]": "U+4e00,…" }`. Throws an Error that ends a sentence with its name. */
export async function readSliceList(
  read: (path: string) => Promise<Uint8Array>,
): Promise<[family: string, list: Record<string, string>]> {
  const json = async (path: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await read(path)));
  const family = (await json("metadata.json")) as { family?: unknown };
  const list = (await json("unicode.json")) as Record<string, string>;
  if (typeof family.family !== "string") throw new Error("does not name its family");
  return [family.family, list];
}

export const readFrom =
  (folder: string) =>
  (path: string): Promise<Uint8Array> =>
    readFile(join(folder, path));
