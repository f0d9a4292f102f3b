/** A server without a socket: the world that answers now, and how the next one takes its place. */
import { join } from "node:path";
import { createCache } from "./cache/cache.ts";
import { createFlights } from "./cache/flight.ts";
import { openPurges } from "./cache/purges.ts";
import { CameoError } from "./error.ts";
import type { RootLog } from "./log.ts";
import { createFigures, createTroubles } from "./metrics.ts";
import type { Services } from "./pipeline.ts";
import type { Plugin } from "./plugin.ts";
import { createPluginBlobs } from "./registry/blobs.ts";
import { createControl } from "./registry/control.ts";
import { culpritOf } from "./registry/setup.ts";
import { type Changes, type Retry, Shelf } from "./registry/shelf.ts";
import { isSpare, type LeavesOut, refuseBroken, withReasons } from "./registry/spare.ts";
import type { ProvidedModules } from "./registry/stage.ts";
import { createPluginStorages } from "./registry/storage.ts";
import { closeTiers, memoryBudget, type OpenTier, openTiers } from "./registry/tiers.ts";
import type { Handler } from "./runtime.ts";
import { findSecret } from "./secret.ts";
import { completeSettings } from "./settings/load.ts";
import { needRestart } from "./settings/restart.ts";
import type { Settings } from "./settings/schema.ts";
import { createTraffic } from "./traffic.ts";
import { createAssets } from "./work/assets.ts";
import type { WorkerThread } from "./work/pool.ts";
import { createTurnstile } from "./work/turnstile.ts";
import { createWorld, type Ground, type World } from "./world.ts";

export interface AppParts {
  readonly settings: Settings;
  readonly plugins: readonly Plugin[];
  readonly version: string;
  readonly log: RootLog;
  /** Modules that plugins in folders may import from Cameo. Default none. */
  readonly provided?: ProvidedModules;
  /** `CAMEO_…` variables for options of plugins. Default none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** For one answer rather than many: what draws cards is set up when it is needed. Default no. */
  readonly isBrief?: boolean;
  /** Broken plugins that it starts without. Default `spare`: those that no setting needs and that are no gates. */
  readonly leavesOut?: LeavesOut;
  createWorker(): WorkerThread;
  /** Bytes of a packaged file by its specifier. */
  readAsset(specifier: string): Promise<Uint8Array>;
  /** Milliseconds since 1970. Default: the system's clock. */
  now?(): number;
  /** 0 ≤ n < 1. Default: `Math.random`. */
  random?(): number;
}

/** Throws `bad-setting`. */
export async function createApp(parts: AppParts): Promise<App> {
  const shelf = new Shelf({
    builtIns: parts.plugins,
    version: parts.version,
    folders: parts.settings.plugins,
    staging: join(parts.settings.dataPath, "plugins"),
    provided: parts.provided ?? {},
    log: parts.log,
  });
  // Copies that an earlier process left may be of this one's ID, as in a container, and lack what has been installed since.
  await shelf.sweep();
  await shelf.refresh();
  await refuseBroken(shelf.failures(), parts.settings.plugins, parts.leavesOut);
  const app = new App(parts, shelf);
  await app.start();
  return app;
}

export class App {
  readonly #parts: AppParts;
  readonly #shelf: Shelf;
  #settings: Settings;
  #generation = 0;
  #isReady = false;
  #world: World | undefined;
  #ground: Ground | undefined;
  #tiers: readonly OpenTier[] = [];
  #warnings: readonly string[] = [];
  readonly #figures = createFigures();
  /** Reloads come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: AppParts, shelf: Shelf) {
    this.#parts = parts;
    this.#shelf = shelf;
    this.#settings = parts.settings;
  }

  /** Answers a request with the world of this moment. */
  readonly handle: Handler = (request, peer) => this.#now().handle(request, peer);

  /** Sentences for the log, such as a variable that no setting has. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  get services(): Services {
    return this.#now().services;
  }

  #now(): World {
    if (!this.#world) throw new Error("the app has not started");
    return this.#world;
  }

  /** Resolves when every worker is warm. */
  async ready(): Promise<void> {
    await this.services.pool.ready();
    this.#isReady = true;
  }

  /** Sentences about plugins that are broken: left out, or as they were before. */
  get failures(): readonly string[] {
    return this.#shelf.failures().map(({ reason }) => reason);
  }

  /** Called once by `createApp`. A setting may name what did not load, so the reasons are told together. */
  async start(): Promise<void> {
    try {
      this.#ground = await this.#prepare();
      this.#world = await this.#buildFirst(this.#ground);
    } catch (error) {
      throw withReasons(error, this.failures);
    }
    for (const reason of this.failures) this.#ground.troubles.note("plugins", new CameoError("bad-setting", reason));
    await this.#shelf.sweep();
  }

  /** A plugin that cannot be put to work is left out as one that does not load is. */
  async #buildFirst(ground: Ground): Promise<World> {
    try {
      return await this.#build(ground, this.#mayLack());
    } catch (error) {
      const id = culpritOf(error);
      const mayGo = id !== undefined && isSpare(id, this.#complete(), this.#parts.leavesOut);
      if (!mayGo || this.#shelf.takeBack([id], error).length === 0) throw error;
      return this.#buildFirst(ground);
    }
  }

  /** Whether the first world may lack plugins that the settings name. */
  #mayLack(): boolean {
    return this.#parts.leavesOut === "any" && this.failures.length > 0;
  }

  async #prepare(): Promise<Ground> {
    const { log, version, readAsset, createWorker, isBrief = false, now = Date.now } = this.#parts;
    const { settings, plugins, disabled } = this.#shape();
    const secret = await findSecret(settings, log);
    this.#tiers = await openTiers({ settings, plugins, disabled, log, now, old: [], isLenient: this.#mayLack() });
    const storages = createPluginStorages(join(settings.dataPath, "plugins.sqlite"));
    const purges = await openPurges({ storage: storages.of("core.purges"), log, now });
    const facts = { version, startedAt: now(), isReady: () => this.#isReady, plugins: () => this.#shelf.list() };
    return {
      cache: createCache({ memory: { maxBytes: memoryBudget(settings) }, tiers: this.#tiers, log, now, purges }),
      flights: createFlights(),
      turnstile: createTurnstile(settings.limits.loads, settings.limits.queue),
      troubles: createTroubles(now),
      figures: this.#figures,
      traffic: createTraffic(),
      storages,
      blobs: createPluginBlobs(join(settings.dataPath, "blobs")),
      log,
      assets: createAssets(readAsset),
      version,
      secret,
      routes: { facts, readAsset, plugins: this.#control() },
      isBrief,
      createWorker,
      now,
      random: this.#parts.random ?? Math.random,
    };
  }

  /** What a world is made from. */
  #shape() {
    return { settings: this.#complete(), plugins: this.#shelf.plugins(), disabled: this.#shelf.disabled };
  }

  /** The settings with the variables for options of the plugins that are there now. */
  #complete(): Settings {
    const plugins = this.#shelf.plugins().map(({ plugin }) => plugin);
    const { settings, unknown } = completeSettings(this.#settings, plugins, this.#parts.environment ?? {});
    this.#warnings = unknown.map((name) => `${name} is set, but there is no such setting.`);
    return settings;
  }

  /** `lenient`: a mount whose plugin is gone stays and says so, since a plugin may be taken away while its mount is configured. */
  #build(ground: Ground, isLenient: boolean): Promise<World> {
    this.#generation += 1;
    return createWorld({ isLenient, generation: this.#generation, ...this.#shape() }, ground, this.#world);
  }

  /** Looks at the plugin folders and puts what changed to work. Answers whether anything did. Never throws: a failure leaves all as it was. */
  refresh(): Promise<boolean> {
    return this.#inTurn(async () => {
      const changes = await this.#shelf.refresh().catch((error) => {
        this.#ground?.troubles.note("plugins", error);
        this.#parts.log.error("the plugins could not be looked at; what was there goes on", { error });
      });
      if (!changes) return false;
      for (const file of changes.failed) this.#ground?.troubles.note("plugins", this.#shelf.failureOf(file));
      const isNews = changes.added.length + changes.changed.length + changes.removed.length > 0;
      const isDone = isNews && (await this.#swapFor(changes));
      const isWell = isDone === isNews && this.#shelf.list().every(({ lastError }) => lastError === null);
      if (isWell) this.#ground?.troubles.note("plugins", null);
      return isDone;
    });
  }

  async #swapFor(changes: Pick<Changes, "added" | "changed" | "removed">): Promise<boolean> {
    const { added, changed, removed } = changes;
    try {
      await this.#swap();
      this.#parts.log.info("plugins reloaded", { generation: this.#generation, added, changed, removed });
      return true;
    } catch (error) {
      this.#ground?.troubles.note("plugins", error);
      const retries = this.#shelf.takeBack([...added, ...changed], error);
      return retries.length > 1 || (retries.length > 0 && removed.length > 0)
        ? this.#swapOneByOne(retries, removed)
        : false;
    }
  }

  /** One of several changes is bad: each is tried on its own, so that it does not hold the others back. Answers whether any worked. */
  async #swapOneByOne(retries: readonly Retry[], removed: readonly string[]): Promise<boolean> {
    let isDone = removed.length > 0 && (await this.#swapFor({ added: [], changed: [], removed }));
    for (const { id, tryAgain } of retries) {
      tryAgain();
      if (await this.#swapFor({ added: [], changed: [id], removed: [] })) isDone = true;
    }
    return isDone;
  }

  async #swap(isLenient = true): Promise<void> {
    if (!this.#ground) return;
    const old = this.#now();
    const { log, now, cache } = this.#ground;
    const shape = this.#shape();
    const tiers = await openTiers({ ...shape, log, now, old: this.#tiers, isLenient });
    const next = await this.#build(this.#ground, isLenient).catch(async (error) => {
      await closeTiers(tiers, this.#tiers);
      throw error;
    });
    this.#world = next;
    this.#tiers = tiers;
    const reshaped = cache.reshape({ memory: { maxBytes: memoryBudget(shape.settings) }, tiers });
    reshaped.catch((error) => this.#parts.log.error("a store could not be closed", { error }));
    // In turn: a reload that is under way has staged code which no place on the shelf names yet.
    void old.retire(next).then(() => this.#inTurn(() => this.#shelf.sweep()));
  }

  /** Puts new settings to work: mounts, presets, limits, engines, cache. Some need a restart. Throws `bad-setting`. */
  reconfigure(settings: Settings): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#settings;
      this.#settings = settings;
      try {
        await this.#swap(false);
        this.#ground?.troubles.note("settings", null);
        this.#parts.log.info("settings reloaded", { generation: this.#generation });
        const fixed = needRestart(this.#parts.settings, settings);
        if (fixed.length > 0) this.#parts.log.warn("some settings work after a restart only", { settings: fixed });
      } catch (error) {
        this.#settings = before;
        this.#ground?.troubles.note("settings", error);
        throw error;
      }
    });
  }

  #control() {
    return createControl({
      shelf: this.#shelf,
      figures: this.#figures,
      log: this.#parts.log,
      now: () => ({ snapshot: this.services.snapshot, inFlight: this.#now().inFlight }),
      swap: () => this.#swap(),
      inTurn: (work) => this.#inTurn(work),
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async dispose(): Promise<void> {
    await this.#turn;
    const { pool, cache, snapshot } = this.services;
    pool.dispose();
    await cache.dispose();
    await snapshot.dispose();
    await this.#ground?.storages.dispose();
  }
}
