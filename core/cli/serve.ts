/** `cameo serve`: warms the workers, listens, says what to try, and ends cleanly. */
import { stat } from "node:fs/promises";
import process from "node:process";
import { type App, createApp } from "../app.ts";
import type { RootLog } from "../log.ts";
import { scanPlugins } from "../registry/tree.ts";
import { type Watch, watch } from "../registry/watch.ts";
import { type Listening, listen, runtimeName } from "../runtime.ts";
import type { Settings } from "../settings/schema.ts";
import { tryUrls } from "./banner.ts";
import { warningsOf } from "./check.ts";
import { type CliParts, type Command, exitCodes, type Input, numberOf, textOf } from "./command.ts";
import { complain, print } from "./output.ts";
import { loadFor, openLog, settingsFileOf, settingsFlags } from "./settings.ts";

/** How long requests under way may take to finish after a signal, in milliseconds. */
const graceMs = 10_000;

export const serve: Command = {
  name: "serve",
  about: "Serve images over HTTP. This is what cameo does when no command is given.",
  usage: "[serve] [options]",
  words: [0, 0],
  flags: [
    { name: "port", also: ["p"], takes: "port", about: "Port; 0 takes a free one. Default 3000. Also CAMEO_PORT." },
    {
      name: "host",
      takes: "address",
      about: "Address to listen on; 0.0.0.0 for all. Default 127.0.0.1. Also CAMEO_HOST.",
    },
    { name: "workers", takes: "count", about: "Worker threads. Default: one per core. Also CAMEO_WORKERS." },
    ...settingsFlags,
  ],
  examples: [
    ["cameo serve", "Sample images on http://127.0.0.1:3000."],
    ["cameo serve --config cameo.toml --host 0.0.0.0", "Your own settings, on all addresses."],
    ["cameo --port 8080 --log-level warn", "The command's name may be left out."],
  ],
  notes: ["Every setting can also come from a CAMEO_… variable, such as CAMEO_CACHE_MEMORY_MAX_BYTES=256MB."],
  run: runServe,
};

async function runServe(input: Input, parts: CliParts): Promise<number> {
  const started = performance.now();
  const signals = listenForSignals();
  let isOpen = false;
  // A container's first process has no default action: a stop during the start would be lost.
  void signals.first.then(() => isOpen || process.exit(exitCodes.interrupted));
  // Before anything is read: what is saved while the server starts is news.
  const fileMark = await markOf(settingsFileOf(input));
  const { settings } = await loadFor(input, parts, flagSettings(input));
  const pluginsMark = await markPlugins(settings);
  const log = openLog(settings.log.level);
  const app = await createApp({ ...parts, settings, log, environment: process.env });
  outlive(log);
  const warn = createWarner(app, log);
  try {
    await warn();
    await app.ready();
    const server = await open(app, settings);
    if (!server) return exitCodes.failed;
    isOpen = true;
    const watching = await watchAll({ app, settings, input, parts, log, warn, fileMark, pluginsMark });
    await print(await banner(settings, server.port, parts, performance.now() - started));
    try {
      return await untilStopped(server, signals);
    } finally {
      for (const each of watching) each.stop();
    }
  } finally {
    await app.dispose();
    log.flush();
  }
}

/** What a plugin throws in a timer, or in a promise that nobody waits for, must not end the server: it is a line in the log. */
function outlive(log: RootLog): void {
  process.on("unhandledRejection", (error) => log.error("a promise that nobody waits for was rejected", { error }));
  process.on("uncaughtException", (error) => log.error("something was thrown outside of any request", { error }));
}

/** Logs what is set and cannot work; what was said the last time is not said again. */
function createWarner(app: App, log: RootLog): () => Promise<void> {
  let said: readonly string[] = [];
  return async () => {
    const warnings = await warningsOf(app);
    for (const warning of warnings) if (!said.includes(warning)) log.warn(warning);
    said = warnings;
  };
}

interface Watched {
  readonly app: App;
  readonly settings: Settings;
  readonly input: Input;
  readonly parts: CliParts;
  readonly log: RootLog;
  readonly fileMark: string;
  readonly pluginsMark: string;
  warn(): Promise<void>;
}

/** Plugins and the settings file are looked at while the server runs; SIGHUP reads the settings at once. */
async function watchAll(watched: Watched): Promise<readonly Watch[]> {
  const { app, settings, input, parts, log, warn } = watched;
  const read = () =>
    loadFor(input, parts, flagSettings(input)).catch((error) => {
      app.services.troubles.note("settings", error);
      throw error;
    });
  let isBehind = false;
  const reconfigure = async () => {
    try {
      await app.reconfigure((await read()).settings);
      isBehind = false;
      await warn();
    } catch (error) {
      isBehind = true;
      log.error("the settings were not reloaded; the old ones go on", { error });
    }
  };
  process.on("SIGHUP", reconfigure);
  // Settings may name a plugin that is saved a moment after them.
  const reload = async () => (await app.refresh()) && (isBehind ? reconfigure() : warn());
  const failed = (error: unknown) => log.error("what changed was not looked at", { error });
  const plugins = watch(() => markPlugins(settings), reload, failed, watched.pluginsMark);
  const file = settingsFileOf(input);
  return file === undefined ? [plugins] : [plugins, watch(() => markOf(file), reconfigure, failed, watched.fileMark)];
}

const markPlugins = ({ plugins }: Settings): Promise<string> =>
  scanPlugins(plugins).then(
    (found) => found.map(({ mark }) => mark).join("\n"),
    (error) => String(error),
  );

const markOf = async (file: string | undefined): Promise<string> => {
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  return found ? `${found.size} ${found.mtimeMs}` : "";
};

function flagSettings(input: Input) {
  const port = numberOf(input, "port", 0);
  const workers = numberOf(input, "workers", 1);
  const host = textOf(input, "host");
  return { ...(port === undefined ? {} : { port }), ...(workers ? { workers } : {}), ...(host ? { host } : {}) };
}

/** `undefined` if the address cannot be had; the reason is on standard error then. */
async function open(app: App, { port, host }: Settings): Promise<Listening | undefined> {
  try {
    return listen({ port, host, handler: app.handle });
  } catch (error) {
    const reason =
      error instanceof Error
        ? `${error.name} ${(error as { code?: string }).code ?? ""} ${error.message}`
        : String(error);
    const isTaken = /EADDRINUSE|AddrInUse|in use/i.test(reason);
    const sentence = isTaken
      ? `Port ${port} on ${host} is taken; choose another one with --port.`
      : `Cannot listen on ${host}:${port}: ${reason}`;
    await complain(`cameo: ${sentence}`);
    return undefined;
  }
}

async function banner(
  settings: Settings,
  port: number,
  { version, tryPaths }: CliParts,
  tookMs: number,
): Promise<string> {
  const address = addressOf(settings, port);
  const urls = (await tryUrls(settings, tryPaths)).map((path) => `    ${address}${path}`);
  return [
    `\n  Cameo ${version} on ${runtimeName}, ready in ${Math.round(tookMs)} ms`,
    `\n  ${address}`,
    "\n  Try:",
    ...urls,
    "\n  Ctrl-C ends it.\n",
  ].join("\n");
}

/** The address to print: the public one, or host and port with a host that a browser can open. */
export function addressOf({ baseUrl, host }: { baseUrl?: string | undefined; host: string }, port: number): string {
  if (baseUrl !== undefined) return baseUrl.replace(/\/+$/, "");
  const open = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  return `http://${open}:${port}`;
}

interface Signals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
}

function listenForSignals(): Signals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = () => {
    count += 1;
    (count === 1 ? first : second).resolve();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return { first: first.promise, second: second.promise };
}

/** After the first signal requests under way are finished; a second one, or the end of the grace, does not wait for them. */
async function untilStopped(server: Listening, { first, second }: Signals): Promise<number> {
  await first;
  const grace = Promise.withResolvers<number>();
  const timer = setTimeout(() => grace.resolve(exitCodes.done), graceMs);
  const stopped = server.stop().then(() => exitCodes.done);
  const code = await Promise.race([stopped, grace.promise, second.then(() => exitCodes.interrupted)]);
  clearTimeout(timer);
  return code;
}
