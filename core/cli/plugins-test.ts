/** `cameo plugins test`: the contract suite of its kind against a plugin, in this process; so it works in the compiled binary too. */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CameoError } from "../error.ts";
import { createGuard } from "../net/guard.ts";
import type { Plugin } from "../plugin.ts";
import { loadPlugin } from "../registry/load.ts";
import { stagePlugin } from "../registry/stage.ts";
import { hashSource, type PluginSource, scanPlugins } from "../registry/tree.ts";
import { readScalar, scalars } from "../settings/environment.ts";
import { ownOptions, parseOptions } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";
import type { Check } from "../testing/check.ts";
import { type CliParts, exitCodes, type Input, textOf, UsageError } from "./command.ts";
import { complain, print } from "./output.ts";
import { loadFor } from "./settings.ts";

/** How long one check may take, in milliseconds. */
const checkMs = 20_000;

/** Exit code 0 if all keep their contract, 1 if one does not, 2 if there is none. */
export async function testPlugins(input: Input, parts: CliParts): Promise<number> {
  const [, path, more] = input.words;
  if (path === undefined || more !== undefined)
    throw new UsageError("Say which file or folder, one: cameo plugins test ./plugins.d");
  const sources = await findSources(resolve(path));
  if (sources.length === 0) {
    await complain(`cameo: There is no plugin at ${path}; a plugin is a .ts or .js file, or a folder with an entry.`);
    return exitCodes.misused;
  }
  const staging = await mkdtemp(join(tmpdir(), "cameo-plugins-"));
  try {
    let [passed, failed] = [0, 0];
    for (const source of sources) {
      const outcome = await testOne(source, staging, input, parts);
      passed += outcome.passed;
      failed += outcome.failed;
    }
    await print(failed === 0 ? `\n${passed} checks passed.` : `\n${failed} of ${passed + failed} checks failed.`);
    return failed === 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** One plugin if the path is one, else those in the folder. */
async function findSources(path: string): Promise<readonly PluginSource[]> {
  if (!(await stat(path).catch(() => undefined))) return [];
  const own = (await scanPlugins([dirname(path)])).filter((each) => each.path === path);
  return own.length > 0 ? own : scanPlugins([path]);
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

async function testOne(source: PluginSource, staging: string, input: Input, parts: CliParts): Promise<Outcome> {
  const file = relative(".", source.path);
  try {
    const hash = await hashSource(source);
    const url = await stagePlugin(source, hash, staging, parts.provided);
    const { plugin, id } = await loadPlugin(source, hash, url);
    const checks = await checksOf(plugin, url, input, parts);
    await print(`${id}  ${file}`);
    const outcome = await runAll(checks);
    if (plugin.kind === "source" && !input.flags.has("ref"))
      await print("  -     loading was not tried; --ref names a ref that is there");
    return outcome;
  } catch (error) {
    if (!(error instanceof CameoError)) throw error;
    await print(`${file}\n  FAIL  loads, and takes its options\n${indented(withoutVariable(error.detail))}`);
    return { passed: 0, failed: 1 };
  }
}

/** The options that are given here have no environment variable. */
const withoutVariable = (detail: string): string =>
  detail.replace(/options\.(\S+) \(CAMEO_OPTIONS_\w+\)/g, "--option $1");

async function runAll(checks: readonly Check[]): Promise<Outcome> {
  let failed = 0;
  for (const check of checks) {
    const reason = await reasonOf(check);
    if (reason !== undefined) failed += 1;
    await print(reason === undefined ? `  ok    ${check.claim}` : `  FAIL  ${check.claim}\n${indented(reason)}`);
  }
  return { passed: checks.length - failed, failed };
}

const indented = (text: string): string =>
  text
    .trim()
    .split("\n")
    .slice(0, 12)
    .map((line) => `        ${line}`.trimEnd())
    .join("\n");

/** Why a check fails; `undefined` if it does not. */
async function reasonOf({ run }: Check): Promise<string | undefined> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it did not end within ${checkMs} ms`)), checkMs);
  try {
    await Promise.race([(async () => run())(), late.promise]);
    return undefined;
  } catch (error) {
    if (error instanceof CameoError) return withoutVariable(error.detail);
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The suite of a plugin's kind. Loaded when it is needed: a server never has it in memory. */
async function checksOf(plugin: Plugin, url: string, input: Input, parts: CliParts): Promise<readonly Check[]> {
  if (plugin.kind === "transform") {
    const query = textOf(input, "query");
    return (await import("../testing/transform.ts")).transformChecks(plugin, query === undefined ? {} : { query });
  }
  if (plugin.kind === "theme") return (await import("../testing/theme.ts")).themeChecks(plugin);
  if (plugin.kind === "template") return (await import("../testing/template.ts")).templateChecks(plugin);
  const { settings } = await loadFor(input, parts);
  const options = { ...fromSettings(plugin, settings), ...readOptions(plugin, input.flags.get("option") ?? []) };
  parseOptions(plugin.options, options, ["options"]);
  switch (plugin.kind) {
    case "source": {
      const ref = textOf(input, "ref");
      const host = ref === undefined ? await testHost() : { ...(await testHost()), fetch: openGuard(parts.version) };
      const subject = { options, host, ...(ref === undefined ? {} : { ref }) };
      return (await import("../testing/source.ts")).sourceChecks(plugin, subject);
    }
    case "engine": {
      const asset = (specifier: string) => readFrom(url, specifier, parts);
      const host = (await import("../testing/host.ts")).createHost({ asset });
      return (await import("../testing/engine.ts")).engineChecks(plugin, { options, host });
    }
    case "store":
      return (await import("../testing/store.ts")).storeChecks(plugin, () => ({ options }));
    case "route":
      return (await import("../testing/server.ts")).routeChecks(plugin, { options });
    case "gate":
      return (await import("../testing/server.ts")).gateChecks(plugin, { options });
  }
}

/** A file beside the plugin, or one of Cameo's packages: as a worker finds them. */
const readFrom = async (url: string, specifier: string, { readAsset }: CliParts): Promise<Uint8Array> =>
  /^\.\.?\//.test(specifier)
    ? new Uint8Array(await readFile(fileURLToPath(new URL(specifier, url).href)))
    : readAsset(specifier);

const testHost = async () => (await import("../testing/host.ts")).createHost();

const openGuard = (version: string) =>
  createGuard({ fetchMs: 10_000, maxBytes: 50 * 2 ** 20, allowPrivate: [], userAgent: `Cameo/${version}` });

/** What the settings say to a plugin, a source by its first mount. Nothing for a store: the checks would clear what it holds. */
function fromSettings(
  { kind, name }: Plugin,
  { mounts, engines, routes, gates }: Settings,
): Readonly<Record<string, unknown>> {
  if (kind === "source") return ownOptions(Object.values(mounts).find(({ source }) => source === name) ?? {});
  const places: Readonly<Record<string, Readonly<Record<string, object>>>> = {
    engine: engines,
    route: routes,
    gate: gates,
  };
  return { ...places[kind]?.[name] };
}

type PluginWithOptions = Exclude<Plugin, { kind: "transform" | "theme" | "template" }>;

/** `--option name=value`, as the plugin's schema wants them. Throws `UsageError`. */
function readOptions({ name, options }: PluginWithOptions, given: readonly string[]): Record<string, unknown> {
  const known = scalars(options, {});
  return Object.fromEntries(
    given.map((each) => {
      const [, key = "", text = ""] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
      if (key === "") throw new UsageError(`--option got "${each}"; it takes name=value.`);
      const scalar = known.find(({ path }) => path.join(".") === key);
      if (!scalar)
        throw new UsageError(`--option got "${key}"; ${name} takes ${listOf(known) || "none that fit in text"}.`);
      return [key, readScalar(text, scalar)];
    }),
  );
}

const listOf = (known: readonly { readonly path: readonly string[] }[]): string =>
  known.map(({ path }) => path.join(".")).join(", ");
