/** What most commands share: the flags that name settings, and an app made from them. */
import process from "node:process";
import { type App, createApp } from "../app.ts";
import { createLog, type Level, type RootLog } from "../log.ts";
import type { OptionsSchema, Plugin } from "../plugin.ts";
import { joined, type LeavesOut } from "../registry/spare.ts";
import { type Loaded, loadSettings } from "../settings/load.ts";
import type { Settings, SettingsInput } from "../settings/schema.ts";
import { type CliParts, type Flag, type Input, textOf, UsageError } from "./command.ts";
import { complain } from "./output.ts";

const levels = ["debug", "info", "warn", "error", "silent"] as const satisfies readonly Level[];

export const settingsFlags: readonly Flag[] = [
  { name: "config", also: ["c"], takes: "file", about: "Settings file: .ts, .js, .json or .toml. Also CAMEO_CONFIG." },
  { name: "plugins", takes: "folder", about: "Folder with plugins of your own; may be given several times." },
  { name: "log-level", takes: "level", about: `Least level of log lines: ${levels.join(", ")}.` },
];

/** Settings for a command: the built-in defaults < the file < `CAMEO_…` < flags. Throws `bad-setting` or `UsageError`. */
export function loadFor(input: Input, parts: CliParts, own: SettingsInput = {}): Promise<Loaded> {
  const level = levelOf(input);
  const plugins = input.flags.get("plugins");
  const flags: SettingsInput = {
    ...own,
    ...(plugins ? { plugins: [...plugins] } : {}),
    ...(level ? { log: { level } } : {}),
  };
  return loadSettings({
    defaults: parts.defaults,
    file: settingsFileOf(input),
    environment: process.env,
    flags,
    findOptions: findOptions(parts),
  });
}

/** The settings file, if one is named. */
export const settingsFileOf = (input: Input): string | undefined => textOf(input, "config") ?? process.env.CAMEO_CONFIG;

function levelOf(input: Input): Level | undefined {
  const text = textOf(input, "log-level");
  const level = levels.find((each) => each === text);
  if (text === undefined || level) return level;
  throw new UsageError(`--log-level got "${text}"; it takes one of ${levels.join(", ")}.`);
}

/** The options schema of a plugin, if it has one. */
export function findOptions({ plugins }: CliParts) {
  return (kind: Plugin["kind"], name: string): OptionsSchema | undefined => {
    const found = plugins.find((plugin) => plugin.kind === kind && plugin.name === name);
    return found && "options" in found ? found.options : undefined;
  };
}

/** JSON lines on standard error. Where it takes none, on a full disk or a pipe that nobody reads, they are lost, and no more: to log that would fail too. */
export function openLog(level: Level): RootLog {
  process.stderr.on("error", () => {});
  return createLog({ level, sink: { write: (text) => process.stderr.write(text) }, now: () => Date.now() });
}

/**
 * Runs `work` with a warm app that answers no network, and takes the app down whatever happens. Its log is silent unless asked for. A plugin that
 * is broken is left out with a warning, since most commands need none of them; `none` refuses it.
 */
export async function withApp<T>(
  input: Input,
  parts: CliParts,
  settings: Settings,
  work: (app: App) => Promise<T>,
  leavesOut: LeavesOut = "any",
): Promise<T> {
  const log = openLog(levelOf(input) ?? "silent");
  const app = await createApp({ ...parts, settings, log, environment: process.env, isBrief: true, leavesOut });
  try {
    await tellFailures(app);
    await app.ready();
    return await work(app);
  } finally {
    await app.dispose();
    log.flush();
  }
}

/** On standard error, what is left out and why. */
export async function tellFailures({ failures }: App): Promise<void> {
  for (const failure of failures) await complain(`Warning: ${joined([failure, "It is left out."])}`);
}
