/**
 * A plugin's code under a path of its own version. Runtimes keep a module for ever under its path, and its relative modules too; a copy
 * under a new path is new code, on Bun, on Deno and in the binary.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, parse, relative } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { CameoError } from "../error.ts";
import { addToHash, type PluginSource } from "./tree.ts";

/** URL of each module that Cameo provides, by the name under which plugins import it. Empty where the runtime provides them itself. */
export type ProvidedModules = Readonly<Record<string, string>>;

/**
 * Copies a plugin to `into` and answers the URL of its entry. `hash` is that of its contents. `attempt` counts how often they failed to load: the same code has
 * another path then, since runtimes remember failures too, such as a package that has been installed meanwhile. Default 0.
 * Throws `bad-setting` if the contents are others by now: they would be served, and cached, as the version that they are not.
 */
export async function stagePlugin(
  source: PluginSource,
  hash: string,
  into: string,
  provided: ProvidedModules,
  attempt = 0,
): Promise<string> {
  const owner = [machine(), process.pid];
  const version = [hash.slice(0, 24), editionOf(provided), ...(attempt > 0 ? [`try${attempt}`] : []), ...owner];
  const target = join(into, [source.name, ...version].join("-"));
  await layPackages(into, provided);
  const isThere = await stat(target).catch(() => undefined);
  if (!isThere) await copyPlugin(source, hash, target, provided);
  return pathToFileURL(join(target, source.entry)).href;
}

/** A place in a copy, as runtimes write it into messages and stacks; what is before the slash ends the name that `stagePlugin` gave. */
const stagedPlace = /-[\da-f]{24}-[\da-f]{8}(?:-try\d+)?-h[\da-f]{8}-\d+[\\/]([^\n:]+):(\d+):(\d+)/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours that Deno puts into its messages.
const colors = /\u001b\[\d*m/g;

/**
 * Where in a plugin's own code an error comes from: `line 3, column 7`, behind the module's name unless that is `entry`. Empty if the runtime does not say.
 */
export function placeOf(error: unknown, entry?: string): string {
  if (!(error instanceof Error)) return "";
  // Bun has the place of a mistake in the syntax beside the message.
  const { position } = error as { position?: { file?: string; line?: number; column?: number } | null };
  const beside = position?.line ? `${position.file}:${position.line}:${position.column}` : "";
  const [, file = "", line, column] =
    stagedPlace.exec(`${beside}\n${error.message}\n${error.stack}`.replace(colors, "")) ?? [];
  if (!line) return "";
  return `${file === entry ? "" : `${file}, `}line ${line}, column ${column}`;
}

/** Copies hold the URLs of what is provided: another installation, or the binary, makes its own. */
const editionOf = (provided: ProvidedModules): string =>
  createHash("sha256").update(JSON.stringify(provided)).digest("hex").slice(0, 8);

/**
 * Compiled JSX imports its runtime by a name that stands in no import statement, so that there is nothing to rewrite: it is found in a package of that name,
 * in a `node_modules` above all copies.
 */
async function layPackages(into: string, provided: ProvidedModules): Promise<void> {
  for (const [name, url] of Object.entries(provided)) {
    if (!name.endsWith("/jsx-runtime")) continue;
    const folder = join(into, "node_modules", dirname(name));
    const entries = { "./jsx-runtime": "./runtime.js", "./jsx-dev-runtime": "./runtime.js" };
    const about = { name: dirname(name), version: "0.0.0", type: "module", exports: entries };
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replace(join(folder, "runtime.js"), `export * from ${JSON.stringify(url)};\n`);
    await replace(join(folder, "package.json"), JSON.stringify(about));
  }
}

/** Another process may read the file at this moment. */
async function replace(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
  const temporary = join(dirname(path), `${crypto.randomUUID()}.${basename(path)}`);
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

async function copyPlugin(
  source: PluginSource,
  hash: string,
  target: string,
  provided: ProvidedModules,
): Promise<void> {
  const temporary = `${target}.${crypto.randomUUID()}`;
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  try {
    await copyFiles(source, hash, temporary, provided);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another loading of the same code may have been quicker.
    if (error instanceof CameoError || !(await stat(target).catch(() => undefined))) throw error;
  }
}

async function copyFiles(source: PluginSource, hash: string, into: string, provided: ProvidedModules): Promise<void> {
  const copied = createHash("sha256");
  for (const { path } of source.files) {
    const name = relative(source.root, path);
    const body = await readFile(path);
    addToHash(copied, name, body);
    await mkdir(dirname(join(into, name)), { recursive: true, mode: 0o700 });
    const code = /\.(ts|tsx|js|mjs)$/.test(path) ? provide(body.toString("utf8"), provided) : body;
    await writeFile(join(into, name), code, { mode: 0o600 });
  }
  const sentence = `The plugin ${relative(".", source.path)} was changed while it was read; it is read again.`;
  if (copied.digest("hex") !== hash) throw new CameoError("bad-setting", sentence);
  const modules = await nearestModules(source.root);
  if (modules) await symlink(modules, join(into, "node_modules"), "junction");
}

/** Import statements of provided modules, pointed at where those are. */
export function provide(code: string, provided: ProvidedModules): string {
  return code.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\2/g,
    (whole, start: string, quote: string, name: string) => {
      const url = Object.hasOwn(provided, name) ? provided[name] : undefined;
      return url === undefined ? whole : `${start}${quote}${url}${quote}`;
    },
  );
}

/** The first `node_modules` from a folder upwards: npm packages that stand beside a plugin. */
async function nearestModules(folder: string): Promise<string | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    const modules = join(place, "node_modules");
    if ((await stat(modules).catch(() => undefined))?.isDirectory()) return modules;
    if (place === parse(place).root) return undefined;
  }
}

/** Names this machine, or container: process IDs mean nothing on another one, which may use the same folder. */
const machine = (): string => `h${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}`;

/** How long code from another machine is left alone, in milliseconds: 90 days. Whether its process lives cannot be asked. */
const elsewhereMs = 90 * 24 * 3_600_000;

/**
 * Removes staged code of which no `keep` (URLs) is part. What another process has staged is left to it: a command beside a running server,
 * or in a second container on its folder, must not take away the code that the server's next worker needs.
 */
export async function sweepStaged(into: string, keep: readonly string[]): Promise<void> {
  for (const name of await readdir(into).catch(() => [])) {
    const path = join(into, name);
    const url = pathToFileURL(path).href;
    if (name === "node_modules" || keep.some((each) => each.startsWith(`${url}/`)) || (await isOfAnother(path)))
      continue;
    await rm(path, { recursive: true, force: true });
  }
}

/** Whether another process has staged it that is, or may be, alive; its machine and ID end the name. */
async function isOfAnother(path: string): Promise<boolean> {
  const [, from, id] = /(?:-(h[\da-f]{8}))?-(\d+)(?:\.[\da-f-]+)?$/.exec(path) ?? [];
  if (from !== undefined && from !== machine()) {
    const stagedMs = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
    return Date.now() - stagedMs < elsewhereMs;
  }
  const owner = Number(id);
  if (!owner || owner === process.pid) return false;
  try {
    return process.kill(owner, 0);
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
