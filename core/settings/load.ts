/** Settings from their four places, later ones winning: defaults, file, `CAMEO_…` variables, command-line flags. */
import { readFile, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import * as v from "valibot";
import { CameoError } from "../error.ts";
import type { OptionsSchema, Plugin } from "../plugin.ts";
import { overlayEnvironment, type Scalar, scalars, variableName } from "./environment.ts";
import { mountSchema, type Settings, type SettingsInput, settingsSchema } from "./schema.ts";
import { sentencesOf, unknownSetting } from "./wrong.ts";

/** Kinds whose options are settings. */
type OptionsKind = "source" | "store" | "engine" | "route" | "gate";

/** Finds the options schema of a plugin; `undefined` if there is no such plugin. */
export type FindOptions = (kind: OptionsKind, name: string) => OptionsSchema | undefined;

export interface LoadRequest {
  readonly defaults: SettingsInput;
  /** Path of a `.ts`, `.js`, `.json` or `.toml` file. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Settings given on the command line. */
  readonly flags?: SettingsInput;
  readonly findOptions: FindOptions;
}

export interface Loaded {
  readonly settings: Settings;
}

/** Throws `bad-setting` that names the setting, its variable and what it takes. */
export async function loadSettings(request: LoadRequest): Promise<Loaded> {
  const fromFile = request.file === undefined ? {} : await readSettingsFile(request.file);
  const merged = merge(request.defaults as Record<string, unknown>, fromFile);
  const overlay = overlayEnvironment(merged, allScalars(merged, request.findOptions), request.environment);
  return { settings: parseSettings(merge(overlay.settings, (request.flags ?? {}) as Record<string, unknown>)) };
}

/** Settings with the variables for options of plugins that were not known when they were read, and the variables that no setting has. */
export function completeSettings(
  settings: Settings,
  plugins: readonly Plugin[],
  environment: LoadRequest["environment"],
): { readonly settings: Settings; readonly unknown: readonly string[] } {
  const findOptions: FindOptions = (kind, name) => {
    const found = plugins.find((each) => each.kind === kind && each.name === name);
    return found && "options" in found ? found.options : undefined;
  };
  const named = {
    ...settings,
    engines: withNames(settings.engines, plugins, "engine"),
    routes: withNames(settings.routes, plugins, "route"),
    gates: withNames(settings.gates, plugins, "gate"),
  };
  const core = scalars(settingsSchema, settings);
  const own = allScalars(named, findOptions).filter(
    ({ path }) => !core.some((each) => each.path.join() === path.join()),
  );
  const known = new Set([...core, ...own].map(({ path }) => variableName(path)));
  const { settings: complete, unknown } = overlayEnvironment(settings, own, environment);
  return { settings: complete as Settings, unknown: unknown.filter((name) => !known.has(name)) };
}

/** Routes, gates and helping engines work without being named in the settings, so that a variable may be the first to name one. */
function withNames(given: Settings["routes"], plugins: readonly Plugin[], kind: OptionsKind): Settings["routes"] {
  const names = plugins.flatMap((each) => (each.kind === kind ? [each.name] : []));
  return { ...Object.fromEntries(names.map((name) => [name, {}])), ...given };
}

/** Reads a settings file by its ending. A module is asked for by its time too: a runtime keeps it for ever under one name. */
export async function readSettingsFile(file: string): Promise<Record<string, unknown>> {
  try {
    const settings = await readByEnding(resolve(file));
    if (!isObject(settings)) throw new Error("it holds no settings but a single value or a list");
    return withoutMemory(settings);
  } catch (error) {
    throw new CameoError("bad-setting", `The settings file ${file} cannot be read: ${withoutText(error)}`);
  }
}

/** Tiers are taken away with `false`. Memory is no plugin that could be left out, so it is given no room. */
function withoutMemory(settings: Record<string, unknown>): Record<string, unknown> {
  const { cache } = settings;
  if (!isObject(cache) || (cache.memory !== false && cache.memory !== null)) return settings;
  return { ...settings, cache: { ...cache, memory: { maxBytes: 0 } } };
}

async function readByEnding(path: string): Promise<unknown> {
  if ([".ts", ".js", ".mjs"].includes(extname(path))) {
    const module = (await import(`${path}?v=${(await stat(path)).mtimeMs}`)) as { default?: unknown };
    if (module.default === undefined) throw new Error("it has no default export");
    return module.default;
  }
  const text = await readFile(path, "utf8");
  return extname(path) === ".toml" ? parseToml(text) : JSON.parse(text);
}

/** Why a file cannot be parsed, without the piece of it that parsers quote: it may be a secret. */
function withoutText(error: unknown): string {
  const reason = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
  const place = error instanceof TomlError ? ` (line ${error.line}, column ${error.column})` : "";
  // What the system adds is the absolute path, which `/health` would show.
  return reason.replace(/,? ?(\.\.\.)?".*/s, "").replace(/, \w+ '.*'$/, "") + place;
}

/** Objects merge key by key; anything else is replaced. A mount or tier set to `null` or `false` is taken away. */
export function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    if ((value === null || value === false) && isObject(result[key])) delete result[key];
    else
      result[key] =
        isObject(value) && isObject(result[key]) && !namesAnother(result[key], value)
          ? merge(result[key], value)
          : value;
  }
  return result;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A mount whose source changes starts anew; the old source's options mean nothing to it. */
const namesAnother = (old: Record<string, unknown>, next: Record<string, unknown>): boolean =>
  typeof next.source === "string" && typeof old.source === "string" && next.source !== old.source;

/** Every setting that a variable can reach, those of plugins too. */
export function allScalars(settings: Readonly<Record<string, unknown>>, findOptions: FindOptions): Scalar[] {
  const found = scalars(settingsSchema, settings);
  const below = (kind: OptionsKind, name: string, path: string[], value: unknown) => {
    const schema = findOptions(kind, name);
    if (schema) found.push(...scalars(schema, value, path));
  };
  for (const [name, mount] of Object.entries((settings.mounts ?? {}) as Record<string, unknown>)) {
    if (isObject(mount)) below("source", String(mount.source), ["mounts", name], mount);
  }
  for (const [name, tier] of Object.entries((settings.cache ?? {}) as Record<string, unknown>)) {
    if (name !== "memory") below("store", name, ["cache", name], tier);
  }
  const engines = (settings.engines ?? {}) as Record<string, unknown>;
  for (const name of new Set([...([settings.engine ?? []].flat() as string[]), ...Object.keys(engines)])) {
    below("engine", name, ["engines", name], engines[name]);
  }
  for (const kind of ["route", "gate"] as const) {
    const options = (settings[`${kind}s`] ?? {}) as Record<string, unknown>;
    for (const [name, own] of Object.entries(options)) below(kind, name, [`${kind}s`, name], own);
  }
  return found;
}

/** Checked settings with all defaults. */
export function parseSettings(input: unknown): Settings {
  refuseLists(input);
  const result = v.safeParse(settingsSchema, input);
  if (result.success) return result.output;
  throw new CameoError(
    "bad-setting",
    sentencesOf(result.issues, { schema: settingsSchema, input, base: [] }).join(" "),
  );
}

/** To Valibot a list is an object by name too: TOML's `[[mounts]]` would be a mount named `0`. */
function refuseLists(input: unknown): void {
  const byName = Object.entries(settingsSchema.entries).filter(
    ([, { wrapped }]) => wrapped.type === "record" || wrapped.type === "object_with_rest",
  );
  const wrong = byName.find(([name]) => isObject(input) && Array.isArray(input[name]))?.[0];
  if (wrong) throw new CameoError("bad-setting", `${wrong} got a list; it takes an object, each part under its name.`);
}

/** Options of one plugin, checked by its schema, unknown names refused. `path` is where they stand in the settings. */
export function parseOptions(
  schema: OptionsSchema,
  input: Readonly<Record<string, unknown>>,
  path: readonly string[],
): Record<string, unknown> {
  const entries = (schema as { entries?: Record<string, unknown> }).entries;
  const unknown = entries && Object.keys(input).find((key) => !Object.hasOwn(entries, key));
  if (unknown !== undefined) {
    const shared = path[0] === "mounts" ? Object.keys(mountSchema.entries) : [];
    const takes = [...Object.keys(entries ?? {}), ...shared];
    throw new CameoError("bad-setting", unknownSetting([...path, unknown], takes));
  }
  const result = v.safeParse(schema, input);
  if (result.success) return result.output as Record<string, unknown>;
  throw new CameoError("bad-setting", sentencesOf(result.issues, { schema, input, base: path }).join(" "));
}

/** What is left of a mount's settings for its source. */
export function ownOptions(mount: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(mount).filter(([key]) => !Object.hasOwn(mountSchema.entries, key)));
}
