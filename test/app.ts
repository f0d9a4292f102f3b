/** The front door for tests: a whole app with real workers, asked by URL, without a socket. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAsset } from "../config/assets.ts";
import { plugins } from "../config/builtin.ts";
import { provided } from "../config/modules.ts";
import { type App, createApp } from "../core/app.ts";
import { createLog, type LogSink } from "../core/log.ts";
import type { Plugin } from "../core/plugin.ts";
import { loadSettings, merge } from "../core/settings/load.ts";
import type { SettingsInput } from "../core/settings/schema.ts";
import { LateWorker } from "./late-worker.ts";

export interface TestApp {
  readonly app: App;
  /** A folder of this app's own, gone after `close`. */
  readonly folder: string;
  /** Lines written to the log so far. */
  readonly lines: string[];
  /** Moves the clock, which stands still otherwise: how fast the machine is changes no answer. */
  advance(seconds: number): void;
  /** Asks for a path such as `/images/a.jpg?w=10`. */
  get(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  readonly settings?: SettingsInput;
  /** Used besides the built-in ones. */
  readonly plugins?: readonly Plugin[];
  /** Keep this folder's cache and secret. Default: a new one. */
  readonly folder?: string;
  /** Whether what draws cards is set up at the start, as in a server, not with the first card. Default: no. */
  readonly preparesCards?: boolean;
}

const workerModule = new URL("../config/worker.ts", import.meta.url).href;

/** One worker, a cache in a temporary folder, a clock that stands at the present. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "cameo-app-")));
  const all = [...plugins, ...(options.plugins ?? [])];
  const base = {
    plugins: [join(folder, "plugins.d")],
    workers: 1,
    dataPath: folder,
    cache: { memory: {}, disk: { path: join(folder, "cache") } },
  };
  const { settings } = await loadSettings({
    defaults: merge(base, (options.settings ?? {}) as Record<string, unknown>) as SettingsInput,
    environment: {},
    findOptions(kind, name) {
      const found = all.find((each) => each.kind === kind && each.name === name);
      return found && "options" in found ? found.options : undefined;
    },
  });
  const lines: string[] = [];
  const sink: LogSink = { write: (text) => void lines.push(...text.trimEnd().split("\n")) };
  let nowMs = Date.now();
  const now = () => nowMs;
  const log = createLog({ level: "debug", sink, now });
  const app = await createApp({
    provided,
    settings,
    plugins: all,
    version: "0.0.0-test",
    log,
    readAsset,
    createWorker: () => new (options.preparesCards ? Worker : LateWorker)(workerModule, { type: "module" }),
    now,
    random: () => 0.5,
  });
  await app.ready();
  return {
    app,
    folder,
    get lines() {
      // The log is written behind the answers.
      log.flush();
      return lines;
    },
    advance(seconds) {
      nowMs += seconds * 1000;
    },
    get: async (path, init) => app.handle(new Request(`http://localhost${path}`, init)),
    async close() {
      await app.dispose();
      if (!options.folder) await rm(folder, { recursive: true, force: true });
    },
  };
}
