/** Plugins in folders: which there are, and whether a file of theirs has changed. Reads names, sizes and times; contents only to hash them. */
import { createHash, type Hash } from "node:crypto";
import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join, relative, resolve } from "node:path";
import { CameoError } from "../error.ts";

export interface PluginFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
  /** When the file came under this name, or its rights changed: a deployment may give new contents the old time. */
  readonly placedMs: number;
}

/** One plugin on disk: a file, or a folder with an entry and modules of its own. */
export interface PluginSource {
  /** File or folder name without ending; must be the plugin's own name. */
  readonly name: string;
  /** The file or the folder, absolute. */
  readonly path: string;
  /** Module to import, relative to `root`. */
  readonly entry: string;
  /** Folder that the files are relative to. */
  readonly root: string;
  readonly files: readonly PluginFile[];
  /** Changes when a file's size or time does. */
  readonly mark: string;
}

const moduleEndings = new Set([".ts", ".tsx", ".js", ".mjs"]);
/** More files than this are no plugin but a mistake, such as a home folder. */
const maxFiles = 500;

/**
 * What is in the folders, sorted by path. A folder that is not there holds nothing; of one that cannot be read nothing is known, which is a
 * `bad-setting`: its plugins are not gone.
 */
export async function scanPlugins(folders: readonly string[]): Promise<readonly PluginSource[]> {
  const found = await Promise.all(folders.map((folder) => scanFolder(resolve(folder))));
  return found.flat();
}

async function scanFolder(folder: string): Promise<PluginSource[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => nothingIfGone(error, folder));
  const sources = await Promise.all(entries.filter(isCandidate).map((entry) => scanEntry(folder, entry)));
  return sources.filter((each) => each !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** No entries, if that is because the folder is not there. */
function nothingIfGone(error: { code?: string }, folder: string): Dirent[] {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
  const reason = error.code ?? String(error);
  throw new CameoError("bad-setting", `The plugin folder ${relative(".", folder) || "."} cannot be read: ${reason}.`);
}

/** Tests, declarations, hidden and private files beside a plugin are not plugins. */
function isCandidate(entry: Dirent): boolean {
  if (/^[._]|\.(test|spec|d)\.\w+$/.test(entry.name) || entry.name === "node_modules") return false;
  return entry.isDirectory() || entry.isSymbolicLink() || moduleEndings.has(extname(entry.name));
}

async function scanEntry(folder: string, entry: Dirent): Promise<PluginSource | undefined> {
  const path = join(folder, entry.name);
  const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(path)));
  if (!isFolder && !moduleEndings.has(extname(entry.name))) return undefined;
  const paths = isFolder ? await listFiles(path) : [path];
  const name = isFolder ? entry.name : basename(path, extname(path));
  const root = isFolder ? path : folder;
  const main = isFolder ? findEntry(name, path, paths) : entry.name;
  if (main === undefined) return undefined;
  const files = await describeFiles(paths.slice(0, maxFiles + 1));
  return {
    name,
    path,
    entry: main,
    root,
    files,
    mark: files.map(({ path, bytes, changedMs, placedMs }) => `${path} ${bytes} ${changedMs} ${placedMs}`).join("\n"),
  };
}

const isDirectory = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** `name.ts`, `plugin.ts` or `index.ts`, or the same as `.tsx`, `.js` or `.mjs`. */
function findEntry(name: string, folder: string, paths: readonly string[]): string | undefined {
  const names = new Set(paths.map((each) => relative(folder, each)));
  const wanted = [name, "plugin", "index"].flatMap((stem) => [...moduleEndings].map((ending) => stem + ending));
  return wanted.find((each) => names.has(each));
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error) =>
    // Another user's folder, such as a `lost+found`, is no plugin.
    error.code === "EACCES" ? [] : nothingIfGone(error, folder),
  );
  const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const own = paths.filter((path) => !/(^|[\\/])(node_modules|\.[^\\/]*)([\\/]|$)/.test(relative(folder, path)));
  return own.sort();
}

async function describeFiles(paths: readonly string[]): Promise<readonly PluginFile[]> {
  const all = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found && { path, bytes: found.size, changedMs: found.mtimeMs, placedMs: found.ctimeMs };
    }),
  );
  return all.filter((each) => each !== undefined);
}

/** SHA-256 over names and contents, in hex: the version of a plugin's code. Throws `bad-setting` if there are too many files. */
export async function hashSource({ path: place, root, files }: PluginSource): Promise<string> {
  if (files.length > maxFiles) {
    const sentence = `The plugin ${relative(".", place)} has more than ${maxFiles} files; keep its data elsewhere.`;
    throw new CameoError("bad-setting", sentence);
  }
  const hash = createHash("sha256");
  for (const { path } of files) addToHash(hash, relative(root, path), await readFile(path));
  return hash.digest("hex");
}

/** One file of a plugin, with its name relative to the plugin. */
export function addToHash(hash: Hash, name: string, body: Uint8Array): void {
  hash.update(`${name}\0${body.length}\0`).update(body);
}
