/** From a plugin on disk to a checked definition. Throws `bad-setting` with one sentence that names the file. */
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CameoError } from "../error.ts";
import { contractVersion, type Plugin } from "../plugin.ts";
import type { Codec } from "../request/codec.ts";
import { createGrammar } from "../request/parse.ts";
import { outOfTime } from "./setup.ts";
import { placeOf } from "./stage.ts";
import type { PluginSource } from "./tree.ts";

/** A plugin as the registry holds it. */
export interface LoadedPlugin {
  /** `kind.name`. */
  readonly id: string;
  readonly plugin: Plugin;
  /** Path of its file or folder; `undefined` for a built-in. */
  readonly file: string | undefined;
  /** Hash of its code; Cameo's version for a built-in. Part of the keys of what it makes. */
  readonly version: string;
  /** Where workers import it from; `undefined` for a built-in, which they have. */
  readonly url: string | undefined;
}

/** How long a module may take to load, in milliseconds. */
const importMs = 5000;

/** Members that each kind must have, with their types. A definition may come from JavaScript, where nothing checked it before. */
const required = {
  source: { options: "object", setup: "function" },
  transform: { order: "number", reads: "object", apply: "function" },
  theme: { order: "number", apply: "function" },
  template: { parameters: "object", examples: "object", render: "function" },
  engine: { options: "object", decodes: "object", encodes: "object", animates: "object", setup: "function" },
  store: { options: "object", setup: "function" },
  route: { options: "object", setup: "function" },
  gate: { options: "object", setup: "function" },
} as const satisfies Record<Plugin["kind"], Readonly<Record<string, "object" | "number" | "function">>>;

/** `kind.name`; versions of a template after its first are `template.name@version`. */
export function idOf(plugin: Plugin): string {
  return `${plugin.kind}.${stemOf(plugin)}`;
}

/** What its file must be called, without the ending. */
export function stemOf(plugin: Plugin): string {
  const isFirst = plugin.kind !== "template" || (plugin.version ?? "1") === "1";
  return isFirst ? plugin.name : `${plugin.name}@${plugin.version}`;
}

/** A built-in plugin as the registry holds it. */
export function builtIn(plugin: Plugin, version: string): LoadedPlugin {
  return { id: idOf(plugin), plugin, file: undefined, version, url: undefined };
}

/** Imports the staged module at `url` and checks what it exports. */
export async function loadPlugin(source: PluginSource, hash: string, url: string): Promise<LoadedPlugin> {
  const file = relative(".", source.path);
  const plugin = checkPlugin(await importModule(url, source), source.name, file);
  return { id: idOf(plugin), plugin, file: source.path, version: hash, url };
}

async function importModule(url: string, { path, root, entry }: PluginSource): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(outOfTime(`it did not load within ${importMs} ms`)), importMs);
  try {
    return ((await Promise.race([import(url), late.promise])) as { default?: unknown }).default;
  } catch (error) {
    const reason = reasonOf(error, entry)
      .replaceAll(dirname(url), shown(root))
      .replaceAll(dirname(fileURLToPath(url)), shown(root));
    throw new CameoError("bad-setting", `The plugin ${shown(path)} cannot be loaded: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

const shown = (path: string): string => relative(".", path) || ".";

/** The first line of an error, with the place in the code where the runtime tells it. Its author knows the plugin's files, not the copies. */
function reasonOf(thrown: unknown, entry: string): string {
  const error = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const message = error instanceof Error ? error.message : String(error);
  const place = placeOf(error, entry);
  return `${message.split("\n", 1)[0] ?? ""}${place && ` (${place})`}`;
}

/** The contract that a definition must keep. */
export function checkPlugin(value: unknown, name: string, file: string): Plugin {
  const refuse = (why: string): never => {
    throw new CameoError("bad-setting", `The plugin ${file} ${why}.`);
  };
  if (typeof value !== "object" || value === null)
    return refuse("has no default export; make one with a helper of cameo/plugin");
  const plugin = value as Plugin & { contract?: number };
  if (!Object.hasOwn(required, plugin.kind))
    return refuse("is of no kind that Cameo knows; make it with a helper of cameo/plugin");
  if (plugin.contract !== contractVersion) {
    return refuse(
      `was made for version ${plugin.contract ?? "?"} of the plugin contract; this Cameo has version ${contractVersion}`,
    );
  }
  const members = plugin as unknown as Readonly<Record<string, unknown>>;
  const missing = Object.entries(required[plugin.kind]).find(([member, type]) => typeof members[member] !== type);
  if (missing) return refuse(`has no ${missing[0]}, which ${article(plugin.kind)} needs (${article(missing[1])})`);
  const wrong = wrongMember(plugin);
  if (wrong) return refuse(wrong);
  if (stemOf(plugin) !== name)
    return refuse(`is named "${stemOf(plugin)}"; its name must be that of its file, "${name}"`);
  return plugin;
}

/** What is of the right type and still nothing that works: it would fail request by request. */
function wrongMember(plugin: Plugin): string | undefined {
  if ("options" in plugin && typeof plugin.options["~run"] !== "function")
    return 'has options that are no Valibot schema; write v.object({ … }), with import * as v from "valibot"';
  if ("order" in plugin && !Number.isFinite(plugin.order)) return "has an order that is no number";
  if (plugin.kind !== "transform") return undefined;
  if (!Array.isArray(plugin.reads)) return "has reads that are no list of parameter names";
  return wrongParameters(plugin.parameters ?? {});
}

function wrongParameters(added: Readonly<Record<string, Codec<unknown>>>): string | undefined {
  const isCodec = (each: unknown) =>
    typeof each === "object" &&
    each !== null &&
    ["parse", "format"].every((member) => typeof (each as Record<string, unknown>)[member] === "function");
  const broken = Object.keys(added).find((name) => !isCodec(added[name]));
  if (broken) return `adds the parameter "${broken}" without a codec, an object with takes, parse and format`;
  try {
    createGrammar(added);
    return undefined;
  } catch (error) {
    const taken = error instanceof CameoError ? error.detail : String(error);
    return `adds a parameter whose name is taken: ${taken.replace(/\.$/, "")}; give it another name`;
  }
}

const article = (noun: string): string => `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;
