/** Puts a server together from settings and plugins: snapshot, cache, workers, routes. Opens no socket. */
import { availableParallelism, totalmem } from "node:os";
import { createCache } from "./cache/cache.ts";
import { createFlights } from "./cache/flight.ts";
import { CameoError } from "./error.ts";
import { createRoutes } from "./http/routes.ts";
import type { RootLog } from "./log.ts";
import { createTroubles } from "./metrics.ts";
import { createGuard } from "./net/guard.ts";
import { toOriginal } from "./net/original.ts";
import type { Services } from "./pipeline.ts";
import type { Plugin, SourceHost } from "./plugin.ts";
import { createSnapshot, findPlugin, type Snapshot } from "./registry/snapshot.ts";
import type { Handler } from "./runtime.ts";
import { findSecret, signingKeysOf } from "./secret.ts";
import { parseOptions } from "./settings/load.ts";
import type { MountSettings, Settings } from "./settings/schema.ts";
import { createAssets } from "./work/assets.ts";
import { Pool, type WorkerThread } from "./work/pool.ts";

export interface AppParts {
  readonly settings: Settings;
  readonly plugins: readonly Plugin[];
  readonly version: string;
  readonly log: RootLog;
  createWorker(): WorkerThread;
  /** Bytes of a packaged file by its specifier. */
  readAsset(specifier: string): Promise<Uint8Array>;
  /** Milliseconds since 1970. Default: the system's clock. */
  now?(): number;
  /** 0 ≤ n < 1. Default: `Math.random`. */
  random?(): number;
}

export interface App {
  readonly handle: Handler;
  readonly services: Services;
  /** Resolves when every worker is warm. */
  ready(): Promise<void>;
  dispose(): Promise<void>;
}

/** Throws `bad-setting`. */
export async function createApp(parts: AppParts): Promise<App> {
  const now = parts.now ?? (() => Date.now());
  const { settings, log } = parts;
  const secret = await findSecret(settings, log);
  const signingKeys = signingKeysOf(settings, secret);
  const createHost = (plugin: string, mount: MountSettings) => sourceHost(plugin, mount, parts, now);
  const snapshot = await createSnapshot({
    version: parts.version,
    generation: 1,
    settings,
    plugins: parts.plugins,
    secret,
    signingKeys,
    createHost,
  });
  const cache = createCache({
    memory: { maxBytes: memoryBudget(settings) },
    tiers: await createTiers(parts, now),
    log,
    now,
  });
  const pool = createPool(parts, snapshot);
  const troubles = createTroubles(now);
  const random = parts.random ?? Math.random;
  const services: Services = { snapshot, cache, flights: createFlights(), pool, log, troubles, now, random };
  let isReady = false;
  const ready = pool.ready().then(() => {
    isReady = true;
  });
  ready.catch(() => {});
  const handle = createRoutes(
    services,
    { version: parts.version, startedAt: now(), isReady: () => isReady },
    parts.readAsset,
  );
  return { handle, services, ready: () => ready, dispose: () => dispose(services) };
}

async function dispose({ pool, cache, snapshot }: Services): Promise<void> {
  pool.dispose();
  await cache.dispose();
  await snapshot.dispose();
}

function sourceHost(
  plugin: string,
  mount: MountSettings,
  { settings, log, version }: AppParts,
  now: () => number,
): SourceHost {
  const { fetchMs, sourceBytes } = settings.limits;
  const guard = createGuard({
    fetchMs,
    maxBytes: sourceBytes,
    allowPrivate: mount.allowPrivate,
    userAgent: `Cameo/${version}`,
  });
  return {
    log: log.child({ plugin }),
    fail: (code, detail, options) => new CameoError(code, detail, options),
    now,
    fetch: guard,
    maxBytes: sourceBytes,
    toOriginal,
  };
}

/** The tiers behind memory: every other key of `cache` is a store plugin with its options. */
async function createTiers({ settings, plugins, log }: AppParts, now: () => number) {
  const tiers = Object.entries(settings.cache).filter(([name]) => name !== "memory");
  return Promise.all(
    tiers.map(async ([name, options]) => {
      const definition = findPlugin(plugins, "store", name, `cache.${name}`);
      const parsed = parseOptions(definition.options, options as Record<string, unknown>, ["cache", name]);
      const fail = (...words: ConstructorParameters<typeof CameoError>) => new CameoError(...words);
      return {
        name,
        driver: await definition.setup(parsed, { log: log.child({ plugin: `store.${name}` }), fail, now }),
      };
    }),
  );
}

function createPool({ settings, createWorker, readAsset, log }: AppParts, { engines, generation }: Snapshot): Pool {
  const size = settings.workers ?? availableParallelism();
  return new Pool({
    size,
    generation,
    engines,
    limits: settings.limits,
    log,
    assets: createAssets(readAsset),
    createWorker,
  });
}

/** 512 MiB or a quarter of the machine's memory, whichever is less. */
function memoryBudget(settings: Settings): number {
  return settings.cache.memory.maxBytes ?? Math.min(512 * 2 ** 20, Math.floor(totalmem() / 4));
}
