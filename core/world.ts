/**
 * A world: one snapshot with the workers and the routes that serve it. A reload builds the next world, swaps one reference, and lets the
 * requests that hold the old one finish.
 */
import { availableParallelism } from "node:os";
import type { Cache } from "./cache/cache.ts";
import type { Flights } from "./cache/flight.ts";
import { createHost } from "./host.ts";
import { createRoutes, type RouteParts } from "./http/routes.ts";
import type { RootLog } from "./log.ts";
import type { Figures, Troubles } from "./metrics.ts";
import type { Services } from "./pipeline.ts";
import type { PluginKind } from "./plugin.ts";
import type { PluginBlobStores } from "./registry/blobs.ts";
import type { LoadedPlugin } from "./registry/load.ts";
import { inTime } from "./registry/setup.ts";
import { createSnapshot, listTemplates, type Snapshot } from "./registry/snapshot.ts";
import type { PluginStorages } from "./registry/storage.ts";
import type { Handler, Peer } from "./runtime.ts";
import { signingKeysOf } from "./secret.ts";
import type { MountSettings, Settings } from "./settings/schema.ts";
import type { Traffic } from "./traffic.ts";
import type { Assets } from "./work/assets.ts";
import { Pool, type WorkerThread } from "./work/pool.ts";
import type { Turnstile } from "./work/turnstile.ts";

/** What worlds share: it outlives each of them. */
export interface Ground {
  readonly cache: Cache;
  readonly flights: Flights;
  readonly troubles: Troubles;
  readonly figures: Figures;
  readonly traffic: Traffic;
  readonly storages: PluginStorages;
  readonly blobs: PluginBlobStores;
  readonly turnstile: Turnstile;
  readonly log: RootLog;
  readonly assets: Assets;
  readonly version: string;
  readonly secret: string;
  readonly routes: RouteParts;
  /** Whether it serves one answer rather than many. */
  readonly isBrief: boolean;
  createWorker(): WorkerThread;
  now(): number;
  random(): number;
}

export interface WorldParts {
  readonly generation: number;
  readonly settings: Settings;
  readonly plugins: readonly LoadedPlugin[];
  readonly disabled: ReadonlySet<string>;
  /** Whether a mount may name a plugin that is gone. */
  readonly isLenient: boolean;
}

/** How long new workers may take to be warm, in milliseconds: more than one engine's setup, which has a limit of its own. */
const workersMs = 60_000;

/** How long requests may hold an old world, in milliseconds. */
const retireMs = 30_000;

export class World {
  readonly services: Services;
  readonly #handle: Handler;
  readonly #drained = Promise.withResolvers<void>();
  #inFlight = 0;
  #isRetired = false;

  constructor(services: Services, routes: RouteParts) {
    this.services = services;
    this.#handle = createRoutes(services, routes);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Answers a request, and holds this world until the answer is there. */
  handle(request: Request, peer?: Peer): Response | Promise<Response> {
    const answer = this.#handle(request, peer);
    if (answer instanceof Response) return answer;
    this.#inFlight += 1;
    const leave = () => this.#leave();
    answer.then(leave, leave);
    return answer;
  }

  #leave(): void {
    this.#inFlight -= 1;
    if (this.#isRetired && this.#inFlight === 0) this.#drained.resolve();
  }

  /** Disposes the world after its last request, or after a while with a warning. The pool stays if `next` uses it too. */
  async retire(next: World): Promise<void> {
    const { snapshot, pool, log } = this.services;
    this.#isRetired = true;
    if (this.#inFlight === 0) this.#drained.resolve();
    const late = setTimeout(() => {
      log.warn("requests still hold an old generation; it is disposed all the same", {
        generation: snapshot.generation,
      });
      this.#drained.resolve();
    }, retireMs);
    await this.#drained.promise;
    clearTimeout(late);
    if (next.services.pool !== pool) pool.dispose();
    await snapshot.dispose();
  }
}

/** Builds a world and warms its workers. Throws `bad-setting`; nothing is left behind then. `old` lends its workers if nothing about them changes. */
export async function createWorld(parts: WorldParts, ground: Ground, old?: World): Promise<World> {
  const { snapshot, begin } = await prepare(parts, ground);
  const pool =
    old && poolKey(old.services.snapshot) === poolKey(snapshot) ? old.services.pool : createPool(snapshot, ground);
  try {
    if (old) await inTime(() => pool.ready(), workersMs);
  } catch (error) {
    pool.dispose();
    await snapshot.dispose();
    throw error;
  }
  return new World(begin(pool), ground.routes);
}

interface Prepared {
  readonly snapshot: Snapshot;
  /** From here on plugins may ask for images. */
  begin(pool: Pool): Services;
}

/** Apart from `createWorld`: plugins keep what is made here, and where functions hold all that is around them they would keep every world before. */
async function prepare(parts: WorldParts, ground: Ground): Promise<Prepared> {
  const { settings, plugins, disabled, generation, isLenient } = parts;
  let services: Services | undefined;
  const hostParts = { ...ground, settings, services: () => services };
  const templates = listTemplates(parts);
  const hostOf = (id: string, mount?: { readonly name: string; readonly settings: MountSettings }) =>
    createHost(
      { id, mount: mount?.name ?? "", allowPrivate: mount?.settings.allowPrivate ?? [] },
      { ...hostParts, templates },
    );
  const { secret } = ground;
  const snapshot = await createSnapshot({
    generation,
    settings,
    plugins,
    disabled,
    isLenient,
    secret,
    signingKeys: signingKeysOf(settings, secret),
    createHost: hostOf,
  });
  const { cache, flights, turnstile, troubles, figures, traffic, log, now, random } = ground;
  const begin = (pool: Pool): Services => {
    services = { snapshot, pool, cache, flights, turnstile, troubles, figures, traffic, log, now, random };
    return services;
  };
  return { snapshot, begin };
}

/** What a worker is started with: the same key, the same workers. */
function poolKey({ engines, plugins, settings, themes, mounts }: Snapshot): string {
  return JSON.stringify([
    engines,
    themes.map(({ name }) => name),
    workerUrls(plugins),
    settings.workers,
    settings.limits,
    drawsCards(mounts),
  ]);
}

const drawsCards = (mounts: Snapshot["mounts"]): boolean =>
  [...mounts.values()].some(({ definition }) => definition.draws);

const workerUrls = (plugins: readonly LoadedPlugin[]): readonly string[] =>
  plugins.flatMap(({ plugin, url }) => (url && workerKinds.has(plugin.kind) ? [url] : []));

/** Kinds that run in workers. */
const workerKinds: ReadonlySet<PluginKind> = new Set(["engine", "transform", "theme", "template"]);

function createPool(
  { engines, themes: strategies, generation, plugins, settings, mounts }: Snapshot,
  { createWorker, isBrief, assets, log }: Ground,
): Pool {
  const size = settings.workers ?? availableParallelism();
  const { limits } = settings;
  const themes = strategies.map(({ name }) => name);
  return new Pool({
    size,
    hasArtist: !isBrief && drawsCards(mounts),
    generation,
    engines,
    themes,
    plugins: workerUrls(plugins),
    limits,
    log,
    assets,
    createWorker,
  });
}
