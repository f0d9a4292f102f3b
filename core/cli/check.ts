/** `cameo check`: are the settings right, and what do they give? Sets everything up but the network, with one worker. */
import { stat } from "node:fs/promises";
import { relative } from "node:path";
import type { App } from "../app.ts";
import { CameoError } from "../error.ts";
import { checkPlugins } from "../registry/check.ts";
import type { Mount, Snapshot } from "../registry/snapshot.ts";
import { hideSecrets } from "../settings/hide.ts";
import { ownOptions } from "../settings/load.ts";
import { type CliParts, type Command, exitCodes, type Input, UsageError } from "./command.ts";
import { align, complain, formatBytes, print } from "./output.ts";
import { loadFor, settingsFlags, withApp } from "./settings.ts";

export const check: Command = {
  name: "check",
  about: "Check the settings and plugins; list mounts, engines, cache tiers and limits.",
  usage: "check [options]",
  words: [0, 0],
  flags: [
    { name: "json", about: "The same as JSON." },
    { name: "strict", about: "Exit code 1 if there are warnings." },
    ...settingsFlags,
  ],
  examples: [
    ["cameo check --config cameo.toml", "Exit code 0 if all is well, 2 if not."],
    ["cameo check --plugins ./plugins.d", "Tries your plugins without serving: load, contract, names, options, setup."],
    ["cameo check --strict", "Before a deployment: a warning is a failure too."],
    ["cameo check --json", "For programs."],
  ],
  notes: [
    "Warnings are of what can be read and cannot work: a variable that no setting has, a folder, mount or template that is named and not there. They change no exit code without --strict.",
  ],
  run: runCheck,
};

async function runCheck(input: Input, parts: CliParts): Promise<number> {
  const isJson = input.flags.has("json");
  await findFolders(input);
  try {
    const { settings } = await loadFor(input, parts);
    const work = async (app: App) => ({ findings: find(app), warnings: await warningsOf(app) });
    const { findings, warnings } = await withApp(input, parts, { ...settings, workers: 1 }, work, "none");
    const ok = warnings.length === 0 || !input.flags.has("strict");
    await print(isJson ? JSON.stringify({ ok, warnings, ...findings }, null, 2) : toText(findings, warnings));
    return ok ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    return refuse(error, isJson);
  }
}

/** Sentences about what is set and cannot work. */
export const warningsOf = async (app: App): Promise<readonly string[]> => [
  ...app.warnings,
  ...(await checkPlugins(app.services.snapshot)),
];

/** A folder that is named and not there is a slip; one that only the defaults name need not be there. */
async function findFolders(input: Input): Promise<void> {
  for (const folder of input.flags.get("plugins") ?? []) {
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory()) throw new UsageError(`--plugins got "${folder}", which is no folder.`);
  }
}

async function refuse(error: unknown, isJson: boolean): Promise<number> {
  if (!(error instanceof CameoError)) throw error;
  if (isJson) await print(JSON.stringify({ ok: false, code: error.code, detail: error.detail }, null, 2));
  else await complain(`cameo: ${error.detail}`);
  return exitCodes.misused;
}

/** What there is, as plain data without secrets. */
function find({ services: { snapshot, cache } }: App) {
  return {
    mounts: [...snapshot.mounts.values()].map(findMount),
    plugins: Object.fromEntries(
      [...Map.groupBy(snapshot.plugins, ({ plugin }) => plugin.kind)].map(([kind, all]) => [
        kind,
        all.map(({ plugin }) => plugin.name),
      ]),
    ),
    own: findOwn(snapshot),
    engines: findEngines(snapshot),
    cache: cache
      .stats()
      .tiers.map(({ name, entries, bytes }) => ({ name, options: tierOptions(name, snapshot), entries, bytes })),
    limits: snapshot.settings.limits,
    presets: Object.keys(snapshot.settings.presets),
  };
}

const tierOptions = (name: string, { settings }: Snapshot) =>
  hideSecrets((settings.cache[name] ?? {}) as Record<string, unknown>);

type Findings = ReturnType<typeof find>;

const findMount = ({ name, definition, sign, settings }: Mount) => ({
  name,
  source: definition.name,
  sign,
  isInternal: settings.internal,
  options: hideSecrets(ownOptions(settings)),
});

/** Plugins from folders, each with what uses it. */
function findOwn({ plugins, mounts }: Snapshot) {
  return plugins
    .filter(({ file }) => file !== undefined)
    .map(({ id, plugin, file = "", version }) => {
      const own = [...mounts.values()].filter(({ definition }) => definition === plugin);
      return { id, version: version.slice(0, 12), file: relative(".", file), mounts: own.map(({ name }) => name) };
    });
}

function useOf({ id, mounts }: Findings["own"][number]): string {
  if (mounts.length > 0) return mounts.map((name) => `/${name}/`).join(" ");
  return id.startsWith("source.") ? 'no mount uses it, so it was not set up; see "cameo plugins test"' : "";
}

function findEngines({ engines, plugins }: Snapshot) {
  return engines.flatMap(({ name }) => {
    const found = plugins.find(({ plugin }) => plugin.kind === "engine" && plugin.name === name)?.plugin;
    if (found?.kind !== "engine") return [];
    const { decodes, encodes, animates } = found;
    return [{ name, isHelper: found.isHelper ?? false, decodes, encodes, animates }];
  });
}

function toText(
  { mounts, plugins, own: mine, engines, cache, limits, presets }: Findings,
  warnings: readonly string[],
): string {
  const options = (own: Record<string, unknown>) =>
    Object.entries(own)
      .map(([name, value]) => `${name}=${shown(name, value)}`)
      .join(" ");
  const rows = mounts.map(({ name, source, sign, isInternal, options: own }) => [
    `/${name}/`,
    source,
    isInternal ? "internal" : `sign: ${sign}`,
    options(own),
  ]);
  const formats = engines.map(({ name, isHelper, decodes, encodes, animates }) =>
    [
      `  ${name}${isHelper ? " (helper)" : ""}`,
      `    reads    ${list(decodes)}`,
      `    writes   ${list(encodes)}`,
      `    animates ${list(animates)}`,
    ].join("\n"),
  );
  const count = warnings.length === 1 ? "warning" : "warnings";
  const tiers = cache.map((tier) => [tier.name, options(tier.options) || "defaults", holds(tier)]);
  return [
    ...warnings.map((warning) => `Warning: ${warning}`),
    `Mounts\n${align(rows, "  ") || "  none"}`,
    `Plugins\n${align(
      Object.entries(plugins).map(([kind, names]) => [kind, names.join(", ")]),
      "  ",
    )}`,
    ...(mine.length > 0
      ? [
          `Plugins of your own\n${align(
            mine.map((each) => [each.id, each.version, each.file, useOf(each)]),
            "  ",
          )}`,
        ]
      : []),
    `Engines, in the order in which they are asked\n${formats.join("\n")}`,
    `Cache\n${align(tiers, "  ")}`,
    `Limits\n${align(
      Object.entries(limits).map(([name, value]) => [name, shown(name, value)]),
      "  ",
    )}`,
    ...(presets.length > 0 ? [`Presets\n  ${presets.join(", ")}`] : []),
    warnings.length === 0 ? "All is well." : `All is well but for ${warnings.length} ${count}, at the top.`,
  ].join("\n\n");
}

const holds = ({ entries, bytes }: Findings["cache"][number]): string =>
  entries === undefined ? "" : `holds ${entries} entries, ${formatBytes(bytes ?? 0)}`;
const list = (words: readonly string[]): string => words.join(" ") || "nothing";

function shown(name: string, value: unknown): string {
  if (typeof value === "number" && name.endsWith("Bytes")) return formatBytes(value);
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
