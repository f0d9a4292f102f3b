/** A snapshot: one checked, frozen set of plugins and settings. A request sees one from start to end; a reload builds the next one. */
import { CameoError } from "../error.ts";
import type { InputFormat, OutputFormat } from "../image.ts";
import type {
  EngineDefinition,
  Plugin,
  PluginKind,
  PluginOf,
  SourceHost,
  SourceInstance,
  TransformDefinition,
} from "../plugin.ts";
import type { Parameters } from "../request/parameters.ts";
import { createGrammar, type Grammar, type MountGrammar } from "../request/parse.ts";
import { ownOptions, parseOptions } from "../settings/load.ts";
import type { MountSettings, Settings } from "../settings/schema.ts";
import type { EngineBoot } from "../work/protocol.ts";
import { parsePresets } from "./presets.ts";

export interface Mount {
  readonly name: string;
  readonly definition: PluginOf<"source">;
  readonly source: SourceInstance;
  readonly settings: MountSettings;
  readonly grammar: MountGrammar;
  readonly sign: "required" | "unless-allowed" | "off";
}

/** What the chosen engines can do together. */
export interface Capabilities {
  readonly decodes: ReadonlySet<InputFormat>;
  readonly encodes: ReadonlySet<OutputFormat>;
  readonly animates: ReadonlySet<OutputFormat>;
}

export interface Snapshot {
  readonly generation: number;
  readonly settings: Settings;
  readonly plugins: readonly Plugin[];
  readonly mounts: ReadonlyMap<string, Mount>;
  /** In the order in which they work. */
  readonly transforms: readonly TransformDefinition[];
  readonly grammar: Grammar;
  readonly presets: ReadonlyMap<string, Parameters>;
  readonly engines: readonly EngineBoot[];
  readonly capabilities: Capabilities;
  /** What makes pictures here, in a few words: part of the key of a variant, so that an upgrade does not serve old work. */
  readonly edition: string;
  readonly signingKeys: readonly string[];
  /** Hashes refs in cache keys. */
  readonly secret: string;
  dispose(): Promise<void>;
}

export interface SnapshotParts {
  readonly generation: number;
  /** Cameo's own. */
  readonly version: string;
  readonly settings: Settings;
  readonly plugins: readonly Plugin[];
  readonly secret: string;
  readonly signingKeys: readonly string[];
  createHost(plugin: string, mount: MountSettings): SourceHost;
}

/** First parts of a path that are Cameo's own. */
export const reservedMounts = ["meta", "docs", "health", "plugins", "openapi.json", "metrics"] as const;

/** Checks everything and sets the sources up. Throws `bad-setting`; what was set up by then is disposed. */
export async function createSnapshot(parts: SnapshotParts): Promise<Snapshot> {
  const { settings, plugins, generation, secret, signingKeys } = parts;
  const transforms = pluginsOf(plugins, "transform").toSorted((a, b) => a.order - b.order);
  const grammar = createGrammar(Object.assign({}, ...transforms.map((each) => each.parameters ?? {})));
  const chosen = chooseEngines(plugins, settings);
  const engines = chosen.map(({ name, options }) => ({
    name,
    options: parseOptions(options, settings.engines[name] ?? {}, ["engines", name]),
  }));
  const mounts = await createMounts(parts);
  return Object.freeze({
    generation,
    settings,
    plugins,
    mounts,
    transforms,
    grammar,
    presets: parsePresets(settings.presets, grammar),
    engines,
    capabilities: capabilitiesOf(chosen),
    edition: JSON.stringify([parts.version, engines, settings.quality, [...chosen, ...transforms].map(named)]),
    signingKeys,
    secret,
    dispose: () => disposeAll(mounts.values()),
  });
}

function pluginsOf<K extends PluginKind>(plugins: readonly Plugin[], kind: K): PluginOf<K>[] {
  return plugins.filter((plugin): plugin is PluginOf<K> => plugin.kind === kind);
}

/** The plugin of a kind and name. Throws `bad-setting` that lists what there is. */
export function findPlugin<K extends PluginKind>(
  plugins: readonly Plugin[],
  kind: K,
  name: string,
  setting: string,
): PluginOf<K> {
  const all = pluginsOf(plugins, kind);
  const found = all.find((each) => each.name === name);
  if (found) return found;
  const names = all.map((each) => each.name).join(", ");
  throw new CameoError(
    "bad-setting",
    `${setting} names the ${kind} "${name}", which is not there; there are: ${names}.`,
  );
}

/** Those that the settings name, then the helpers. */
function chooseEngines(plugins: readonly Plugin[], settings: Settings): PluginOf<"engine">[] {
  const named = [settings.engine].flat().map((name) => findPlugin(plugins, "engine", name, "engine"));
  const helpers = pluginsOf(plugins, "engine").filter((each) => each.isHelper && !named.includes(each));
  return [...named, ...helpers];
}

const named = ({ name, version }: { readonly name: string; readonly version?: string }): string =>
  `${name}@${version ?? ""}`;

function capabilitiesOf(engines: readonly EngineDefinition[]): Capabilities {
  return {
    decodes: new Set(engines.flatMap((each) => each.decodes)),
    encodes: new Set(engines.flatMap((each) => each.encodes)),
    animates: new Set(engines.flatMap((each) => each.animates)),
  };
}

async function createMounts(parts: SnapshotParts): Promise<ReadonlyMap<string, Mount>> {
  const mounts = new Map<string, Mount>();
  try {
    for (const [name, settings] of Object.entries(parts.settings.mounts))
      mounts.set(name, await createMount(name, settings, parts));
    return mounts;
  } catch (error) {
    await disposeAll(mounts.values());
    throw error;
  }
}

async function createMount(name: string, settings: MountSettings, parts: SnapshotParts): Promise<Mount> {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name) || (reservedMounts as readonly string[]).includes(name)) {
    throw new CameoError(
      "bad-setting",
      `mounts.${name}: a mount cannot have this name; use letters, digits, ".", "_" or "-".`,
    );
  }
  const definition = findPlugin(parts.plugins, "source", settings.source, `mounts.${name}.source`);
  const options = parseOptions(definition.options, ownOptions(settings), ["mounts", name]);
  const source = await definition.setup(options, parts.createHost(`source.${definition.name}`, settings));
  const { query, refParameter } = definition;
  const grammar = { ...(query ? { query } : {}), ...(refParameter ? { refParameter } : {}) };
  return { name, definition, source, settings, grammar, sign: settings.sign ?? definition.sign ?? "off" };
}

async function disposeAll(mounts: Iterable<Mount>): Promise<void> {
  for (const mount of mounts) await mount.source.dispose?.();
}
