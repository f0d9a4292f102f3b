/** A snapshot: one checked, frozen set of plugins and settings. A request sees one from start to end; a reload builds the next one. */
import { relative } from "node:path";
import * as v from "valibot";
import { hashRef } from "../cache/key.ts";
import { CameoError } from "../error.ts";
import type { InputFormat, OutputFormat } from "../image.ts";
import type {
  EngineDefinition,
  PluginOf,
  SourceHost,
  SourceInstance,
  TemplateDefinition,
  TemplateEntry,
  ThemeDefinition,
  TransformDefinition,
} from "../plugin.ts";
import type { Codec } from "../request/codec.ts";
import type { Parameters } from "../request/parameters.ts";
import { createGrammar, type Grammar, type MountGrammar } from "../request/parse.ts";
import { ownOptions, parseOptions } from "../settings/load.ts";
import type { MountSettings, Settings } from "../settings/schema.ts";
import { settingName } from "../settings/wrong.ts";
import type { EngineBoot } from "../work/protocol.ts";
import { themeTransform } from "../work/theme.ts";
import { createExtras, type Extras } from "./extras.ts";
import { findPlugin, type LoadedOf, loadedOf } from "./find.ts";
import type { LoadedPlugin } from "./load.ts";
import { parsePresets } from "./presets.ts";
import { blame, disposeEach, placed, type Running, setUp } from "./setup.ts";

export interface Mount {
  readonly name: string;
  readonly definition: PluginOf<"source">;
  readonly source: SourceInstance;
  readonly settings: MountSettings;
  readonly grammar: MountGrammar;
  readonly sign: "required" | "unless-allowed" | "off";
  /** Changes with the code and the options of the source: part of the keys of what comes from it. */
  readonly edition: string;
  /** `max-age` for clients, in seconds; `undefined` for what is left of an answer's freshness. */
  readonly clientTtlS: number | undefined;
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
  readonly plugins: readonly LoadedPlugin[];
  readonly disabled: ReadonlySet<string>;
  readonly routes: Extras["routes"];
  readonly gates: Extras["gates"];
  readonly mounts: ReadonlyMap<string, Mount>;
  /** In the order in which they are asked. */
  readonly themes: readonly ThemeDefinition[];
  readonly templates: readonly TemplateEntry[];
  /** In the order in which they work. */
  readonly transforms: readonly TransformDefinition[];
  readonly grammar: Grammar;
  readonly presets: ReadonlyMap<string, Parameters>;
  readonly engines: readonly EngineBoot[];
  readonly capabilities: Capabilities;
  /** What decodes and encodes here: part of the key of a variant, so that an upgrade does not serve old work. */
  readonly edition: string;
  /** Version of each transform's code, by name. */
  readonly transformVersions: ReadonlyMap<string, string>;
  readonly signingKeys: readonly string[];
  /** Hashes refs in cache keys. */
  readonly secret: string;
  dispose(): Promise<void>;
}

export interface SnapshotParts {
  readonly generation: number;
  readonly settings: Settings;
  readonly plugins: readonly LoadedPlugin[];
  /** IDs that an operator has switched off. Their mounts stay, and say so. */
  readonly disabled: ReadonlySet<string>;
  /** Whether a mount whose plugin is not there stays, and says so. Default: it is a `bad-setting`. */
  readonly isLenient?: boolean;
  readonly secret: string;
  readonly signingKeys: readonly string[];
  /** Of a source with its mount's name and settings, or of a route or gate. */
  createHost(plugin: string, mount?: { readonly name: string; readonly settings: MountSettings }): SourceHost;
}

/** First parts of a path that are Cameo's own. */
export const reservedMounts = ["meta", "docs", "health", "plugins", "openapi.json", "metrics"] as const;

/** Checks everything and sets the sources up. Throws `bad-setting`; what was set up by then is disposed. */
export async function createSnapshot(parts: SnapshotParts): Promise<Snapshot> {
  const { settings, plugins, generation, secret, signingKeys } = parts;
  const loadedTransforms = loadedOf(plugins, "transform");
  const loadedThemes = loadedOf(plugins, "theme").filter(({ id }) => !parts.disabled.has(id));
  const themes = loadedThemes.map(({ plugin }) => plugin).toSorted((a, b) => a.order - b.order);
  const own = [...loadedTransforms.map(({ plugin }) => plugin), themeTransform(themes)];
  const transforms = own.toSorted((a, b) => a.order - b.order);
  const grammar = createGrammar(addedParameters(transforms));
  const chosen = chooseEngines(
    plugins.filter(({ id }) => !parts.disabled.has(id)),
    settings,
    parts.isLenient,
  );
  const engines = chosen.map(({ plugin: { name, options } }) => ({
    name,
    options: parseOptions(options, settings.engines[name] ?? {}, ["engines", name]),
  }));
  const presets = parsePresets(settings.presets, grammar);
  const mounts = await createMounts(parts);
  const extras = await createExtras({ ...parts, mounts, reserved: reservedMounts }).catch(async (error) => {
    await disposeEach(sourcesOf(mounts), parts);
    throw error;
  });
  return Object.freeze({
    ...extras,
    generation,
    settings,
    plugins,
    disabled: new Set(parts.disabled),
    mounts,
    themes,
    templates: listTemplates(parts),
    transforms,
    transformVersions: new Map([
      ...loadedTransforms.map(({ plugin, version }) => [plugin.name, version] as const),
      ["theme", loadedThemes.map(({ id, version }) => `${id}@${version}`).join()],
    ]),
    grammar,
    presets,
    engines,
    capabilities: capabilitiesOf(chosen.map(({ plugin }) => plugin)),
    edition: JSON.stringify([engines, settings.quality, chosen.map(({ id, version }) => `${id}@${version}`)]),
    signingKeys,
    secret,
    async dispose() {
      const { routes, gates } = extras;
      await disposeEach([...sourcesOf(mounts), ...routes, ...gates], parts);
    },
  });
}

/** What transforms add to the grammar. Throws `bad-setting` if two add the same name. */
function addedParameters(transforms: readonly TransformDefinition[]): Readonly<Record<string, Codec<unknown>>> {
  const owners = new Map<string, string>();
  for (const { name, parameters = {} } of transforms) {
    for (const parameter of Object.keys(parameters)) {
      const other = owners.get(parameter);
      const sentence = `The transforms ${other} and ${name} both add the parameter "${parameter}".`;
      if (other) throw blame(`transform.${name}`, new CameoError("bad-setting", sentence));
      owners.set(parameter, name);
    }
  }
  return Object.assign({}, ...transforms.map(({ parameters }) => parameters ?? {}));
}

/** The templates of a snapshot that is being made. */
export function listTemplates({ plugins, disabled }: Pick<SnapshotParts, "plugins" | "disabled">): TemplateEntry[] {
  return loadedOf(plugins, "template").map(({ id, plugin, version, file }) => ({
    id,
    name: plugin.name,
    version: plugin.version ?? "1",
    hash: version,
    isDisabled: disabled.has(id),
    file: file === undefined ? null : relative(".", file),
    definition: plugin as TemplateDefinition,
  }));
}

/** Those that the settings name, then the helpers. Where that is allowed, one that is gone is left out while there is another. */
function chooseEngines(plugins: readonly LoadedPlugin[], settings: Settings, isLenient = false): LoadedOf<"engine">[] {
  const isThere = (name: string) => plugins.some(({ id }) => id === `engine.${name}`);
  const all = [settings.engine].flat();
  const names = isLenient && all.some(isThere) ? all.filter(isThere) : all;
  if (!isLenient)
    for (const name of Object.keys(settings.engines)) findPlugin(plugins, "engine", name, `engines.${name}`);
  const named = names.map((name) => findPlugin(plugins, "engine", name, settingName(["engine"])));
  const helpers = loadedOf(plugins, "engine").filter((each) => each.plugin.isHelper && !named.includes(each));
  return [...named, ...helpers];
}

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
    await disposeEach(sourcesOf(mounts), parts);
    throw error;
  }
}

async function createMount(name: string, settings: MountSettings, parts: SnapshotParts): Promise<Mount> {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name) || (reservedMounts as readonly string[]).includes(name)) {
    const names = `letters, digits, ".", "_" and "-", and is none of Cameo's own (${reservedMounts.join(", ")})`;
    throw new CameoError("bad-setting", `mounts.${name}: a mount cannot have this name; it takes ${names}.`);
  }
  const isThere = loadedOf(parts.plugins, "source").some(({ plugin }) => plugin.name === settings.source);
  if (parts.isLenient && !isThere) return orphan(name, settings);
  const {
    plugin: definition,
    id,
    version,
  } = findPlugin(parts.plugins, "source", settings.source, settingName(["mounts", name, "source"]));
  const options = parseOptions(definition.options, ownOptions(settings), ["mounts", name]);
  const source = parts.disabled.has(id)
    ? disabledSource(id)
    : await setUp(id, () => definition.setup(options, parts.createHost(id, { name, settings }))).catch((error) => {
        throw placed(`mounts.${name}`, error);
      });
  const { query, refParameter } = definition;
  const read = source.read?.bind(source);
  const grammar = { ...(query ? { query } : {}), ...(refParameter ? { refParameter } : {}), ...(read ? { read } : {}) };
  const clientTtlS = settings.clientTtlS ?? definition.clientTtlS;
  const sign = settings.sign ?? definition.sign ?? "off";
  const edition = hashRef(parts.secret, name, JSON.stringify([id, version, options])).slice(0, editionDigits);
  return { name, definition, source, settings, grammar, sign, edition, clientTtlS };
}

/** Enough to tell the few editions of one mount apart. */
const editionDigits = 12;

/** A mount whose plugin was taken away while it was configured. */
function orphan(name: string, settings: MountSettings): Mount {
  const source = disabledSource(`source.${settings.source}`);
  const definition = {
    kind: "source",
    name: settings.source,
    options: v.looseObject({}),
    setup: () => source,
  } as const;
  return { name, definition, source, settings, grammar: {}, sign: "off", edition: "gone", clientTtlS: undefined };
}

function disabledSource(id: string): SourceInstance {
  return {
    load() {
      throw new CameoError("plugin-disabled", "The plugin behind this mount is switched off; try again later.", {
        log: { id },
      });
    },
  };
}

const sourcesOf = (mounts: ReadonlyMap<string, Mount>): Running<SourceInstance>[] =>
  [...mounts.values()].map(({ definition, source }) => ({ id: `source.${definition.name}`, instance: source }));

/** The same snapshot for one who needs no signature and is not held to presets. */
export function trusting(snapshot: Snapshot): Snapshot {
  const open = (mount: Mount) => ({
    ...mount,
    sign: "off" as const,
    settings: { ...mount.settings, presetsOnly: false },
  });
  const mounts = new Map([...snapshot.mounts].map(([name, mount]) => [name, open(mount)]));
  return { ...snapshot, settings: { ...snapshot.settings, presetsOnly: false }, mounts };
}
