/** Which files `cameo convert` reads, and where each result goes. */
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import process from "node:process";
import { glob } from "tinyglobby";
import { CameoError } from "../error.ts";
import { type OutputFormat, outputFormats } from "../image.ts";
import { UsageError } from "./command.ts";

export interface InputFile {
  /** Absolute. */
  readonly path: string;
  /** Below the folder that was named; a name alone for a file. */
  readonly within: string;
}

/** Files of the words: a file, a folder with all below it, or a pattern. Names with a leading dot are left out unless named. */
export async function findInputs(words: readonly string[], out: string): Promise<InputFile[]> {
  const found = new Map<string, InputFile>();
  for (const word of words) {
    for (const file of await findWord(word, resolve(out))) found.set(file.path, file);
  }
  return [...found.values()];
}

async function findWord(word: string, out: string): Promise<InputFile[]> {
  const info = await stat(word).catch(() => undefined);
  if (info?.isFile()) return [{ path: resolve(word), within: basename(word) }];
  const folder = resolve(info?.isDirectory() ? word : staticPart(word));
  const pattern = info?.isDirectory() ? "**/*" : relative(folder, resolve(word)).split(sep).join("/");
  const names = await glob([pattern], { cwd: folder, onlyFiles: true, expandDirectories: false });
  const files = names
    .map((within) => ({ path: resolve(folder, within), within }))
    .filter(({ path }) => !isBelow(path, out, folder));
  if (files.length > 0) return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw new CameoError(
    "not-found",
    info ? `There are no files in ${word}.` : `There is no file ${word}, nor one that it matches.`,
  );
}

/** The folder of a pattern: its parts before the first one with a wildcard. */
function staticPart(pattern: string): string {
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => /[*?[\]{}()!]/.test(part));
  return parts.slice(0, wild < 0 ? -1 : wild).join("/") || (pattern.startsWith("/") ? "/" : ".");
}

/** Earlier results are no input: a folder of results may lie in the folder that is read. */
function isBelow(path: string, out: string, folder: string): boolean {
  return out !== folder && path.startsWith(out + sep);
}

export interface Target {
  readonly kind: "file" | "folder" | "pattern";
  readonly path: string;
  /** The format that a file's ending asks for. */
  readonly format?: OutputFormat;
}

const placeholders = ["dir", "name", "from", "ext", "w", "h"] as const;

/** What `out` means. Throws `UsageError` for a file that several inputs would share, or an ending that contradicts `--format`. */
export async function planTarget(
  out: string,
  inputs: readonly InputFile[],
  format: string | undefined,
): Promise<Target> {
  if (/\{\w+\}/.test(out)) return planPattern(out);
  const info = await stat(out).catch(() => undefined);
  const ending = formatOf(out);
  const isFolder = info?.isDirectory() || /[/\\]$/.test(out) || (!info?.isFile() && extname(out) === "");
  if (isFolder) return { kind: "folder", path: out };
  if (inputs.length > 1)
    throw new UsageError(
      `${inputs.length} files cannot all become ${out}; name a folder, or a pattern such as {name}.{ext}.`,
    );
  if (!ending) throw new UsageError(`${out} has no ending that Cameo writes; those are ${outputFormats.join(", ")}.`);
  const asked = format && (formatOf(`.${format}`) ?? format);
  if (asked && asked !== "auto" && asked !== ending)
    throw new UsageError(`${out} ends like ${ending}, but --format says ${format}.`);
  return { kind: "file", path: out, format: ending };
}

function planPattern(pattern: string): Target {
  const wrong = [...pattern.matchAll(/\{(\w+)\}/g)].find(([, name]) => !placeholders.some((each) => each === name));
  if (!wrong) return { kind: "pattern", path: pattern };
  throw new UsageError(
    `There is no ${wrong[0]}; a pattern takes ${placeholders.map((each) => `{${each}}`).join(", ")}.`,
  );
}

function formatOf(path: string): OutputFormat | undefined {
  const ending = (extname(`x${path}`) || path).slice(1).toLowerCase().replace("jpg", "jpeg");
  return outputFormats.find((each) => each === ending);
}

export interface ResultFacts {
  /** Ending of its format, without dot. */
  readonly ext: string;
  readonly width: number;
  readonly height: number;
}

/** Where the result of an input goes. */
export function resultPath({ kind, path }: Target, { within }: InputFile, { ext, width, height }: ResultFacts): string {
  if (kind === "file") return resolve(path);
  const from = extname(within);
  const values = {
    dir: dirname(within),
    name: basename(within, from),
    from: from.slice(1),
    ext,
    w: String(width),
    h: String(height),
  };
  if (kind === "folder") return resolve(path, values.dir, `${values.name}.${ext}`);
  return resolve(path.replace(/\{(\w+)\}/g, (_, name: keyof typeof values) => values[name]));
}

/** Whether two paths are one file, also through links. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const [left, right] = await Promise.all([a, b].map((path) => stat(path).catch(() => undefined)));
  return left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino;
}

/** Under a temporary name first, so that there is never half a result. */
export async function writeResult(path: string, body: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, body);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
