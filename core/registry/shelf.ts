/** All plugins of a server: the built-in ones, and those in its folders with their last good version and their last failure. */
import { mkdir } from "node:fs/promises";
import { relative } from "node:path";
import { CameoError, toCameoError } from "../error.ts";
import type { Log, Plugin } from "../plugin.ts";
import { builtIn, type LoadedPlugin, loadPlugin } from "./load.ts";
import { isOutOfTime } from "./setup.ts";
import { type ProvidedModules, stagePlugin, sweepStaged } from "./stage.ts";
import { hashSource, type PluginSource, scanPlugins } from "./tree.ts";

export interface ShelfParts {
  readonly builtIns: readonly Plugin[];
  /** Cameo's own version. */
  readonly version: string;
  readonly folders: readonly string[];
  /** Where versions of plugins are copied to. */
  readonly staging: string;
  readonly provided: ProvidedModules;
  readonly log: Log;
}

/** One place on the shelf: a file or a folder. */
interface Place {
  mark: string;
  hash: string;
  current: LoadedPlugin | undefined;
  previous: LoadedPlugin | undefined;
  error: string | undefined;
  /** How often its present contents failed to load. */
  failures: number;
  /** Whether they failed because they took too long: to try them at each change of another would hold that up. */
  isLate: boolean;
}

const emptyPlace: Place = {
  mark: "",
  hash: "",
  current: undefined,
  previous: undefined,
  error: undefined,
  failures: 0,
  isLate: false,
};

export interface PluginStatus {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Cameo's version for a built-in, the first digits of the code's hash for others. */
  readonly version: string;
  readonly file: string | null;
  readonly isDisabled: boolean;
  readonly canRollBack: boolean;
  readonly lastError: string | null;
}

/** What a look at the folders found, in the order of the log line. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly failed: readonly string[];
}

/** A plugin that was taken back, and how to put it up once more. */
export interface Retry {
  readonly id: string;
  tryAgain(): void;
}

export class Shelf {
  readonly #parts: ShelfParts;
  readonly #builtIns: readonly LoadedPlugin[];
  readonly #places = new Map<string, Place>();
  readonly #disabled = new Set<string>();

  constructor(parts: ShelfParts) {
    this.#parts = parts;
    this.#builtIns = parts.builtIns.map((plugin) => builtIn(plugin, parts.version));
  }

  /** Everything that is loaded, disabled ones too: a snapshot answers for them. */
  plugins(): readonly LoadedPlugin[] {
    return this.#all();
  }

  get disabled(): ReadonlySet<string> {
    return this.#disabled;
  }

  /** Looks at the folders and loads what is new. A plugin that fails keeps its last good version. Throws `bad-setting` if a folder cannot be read. */
  async refresh(): Promise<Changes> {
    const sources = await scanPlugins(this.#parts.folders);
    const changes = { added: [] as string[], changed: [] as string[], removed: [] as string[], failed: [] as string[] };
    for (const [path, place] of this.#places) {
      if (sources.some((each) => each.path === path)) continue;
      this.#places.delete(path);
      if (place.current) changes.removed.push(place.current.id);
    }
    const isNews =
      changes.removed.length > 0 || sources.some(({ path, mark }) => this.#places.get(path)?.mark !== mark);
    for (const source of sources) await this.#refreshOne(source, changes, isNews);
    return changes;
  }

  async #refreshOne(
    source: PluginSource,
    changes: { added: string[]; changed: string[]; failed: string[] },
    isNews: boolean,
  ): Promise<void> {
    const known = this.#places.get(source.path);
    const isSame = known?.mark === source.mark;
    // What failed is tried again when something else has changed: that may have been the reason.
    if (isSame && !(isNews && known.error !== undefined && !known.isLate)) return;
    const place: Place = known ?? { ...emptyPlace };
    this.#places.set(source.path, place);
    place.mark = source.mark;
    try {
      const hash = await hashSource(source);
      if (hash === place.hash && place.error === undefined) return;
      const loaded = await this.#load(source, hash, place.failures);
      (place.current ? changes.changed : changes.added).push(loaded.id);
      Object.assign(place, {
        hash,
        previous: place.current,
        current: loaded,
        error: undefined,
        failures: 0,
        isLate: false,
      });
    } catch (error) {
      place.failures += 1;
      const before = place.error;
      place.error = reasonOf(error);
      place.isLate = isOutOfTime(error);
      if (isSame && place.error === before) return;
      this.#warn(source.path, place, error);
      changes.failed.push(relative(".", source.path));
    }
  }

  async #load(source: PluginSource, hash: string, attempt: number): Promise<LoadedPlugin> {
    await mkdir(this.#parts.staging, { recursive: true, mode: 0o700 });
    const url = await stagePlugin(source, hash, this.#parts.staging, this.#parts.provided, attempt);
    const loaded = await loadPlugin(source, hash, url);
    const clash = this.#all().find((each) => each.id === loaded.id && each.file !== source.path);
    if (!clash) return loaded;
    const other = clash.file === undefined ? "a built-in plugin" : relative(".", clash.file);
    throw new CameoError(
      "bad-setting",
      `The plugin ${relative(".", source.path)} has the ID ${loaded.id} of ${other}; give it another name.`,
    );
  }

  /** That the old version goes on is a warning; that there is none is worse. */
  #warn(path: string, { current, error: reason }: Place, error: unknown): void {
    const facts = { file: relative(".", path), reason, error };
    if (current) this.#parts.log.warn("a plugin was not loaded; what was there goes on", facts);
    else this.#parts.log.error("a plugin was not loaded; all else goes on without it", facts);
  }

  /** The plugins of `ids` could not be put to work: back to what they were before. Answers how to try one of them once more. */
  takeBack(ids: readonly string[], error: unknown): readonly Retry[] {
    return [...this.#places].flatMap(([path, place]) => {
      const { current, previous } = place;
      if (!current || !ids.includes(current.id)) return [];
      const why = { error: reasonOf(error), isLate: isOutOfTime(error) };
      Object.assign(place, { current: previous, previous: undefined, ...why });
      this.#warn(path, place, error);
      const tryAgain = () => Object.assign(place, { current, previous, error: undefined });
      return [{ id: current.id, tryAgain }];
    });
  }

  disable(id: string): void {
    this.#known(id);
    this.#disabled.add(id);
  }

  enable(id: string): void {
    this.#known(id);
    this.#disabled.delete(id);
  }

  /** The version before the present one, until its file changes again. */
  rollBack(id: string): void {
    this.#known(id);
    const place = [...this.#places.values()].find((each) => each.current?.id === id);
    if (!place?.previous) throw new CameoError("bad-request", `There is no earlier version of ${id} to go back to.`);
    Object.assign(place, { current: place.previous, previous: place.current });
  }

  #known(id: string): void {
    if (this.#all().some((each) => each.id === id)) return;
    throw new CameoError("not-found", `There is no plugin ${id}; GET /plugins lists them.`);
  }

  #all(): readonly LoadedPlugin[] {
    return [...this.#builtIns, ...[...this.#places.values()].flatMap(({ current }) => (current ? [current] : []))];
  }

  /** One row per plugin, failed files too. */
  list(): readonly PluginStatus[] {
    const own = [...this.#places].map(([path, place]) => this.#status(place.current, path, place));
    return [...this.#builtIns.map((each) => this.#status(each, null, undefined)), ...own];
  }

  #status(loaded: LoadedPlugin | undefined, path: string | null, place: Place | undefined): PluginStatus {
    const id = loaded?.id ?? "";
    return {
      id,
      kind: loaded?.plugin.kind ?? "",
      name: loaded?.plugin.name ?? "",
      version: loaded?.url ? loaded.version.slice(0, 12) : (loaded?.version ?? ""),
      file: path === null ? null : relative(".", path),
      isDisabled: this.#disabled.has(id),
      canRollBack: place?.previous !== undefined,
      lastError: place?.error ?? null,
    };
  }

  /** Those that are not as their files are, with the reason. */
  failures(): readonly { readonly file: string; readonly reason: string }[] {
    return [...this.#places].flatMap(([path, { error: reason }]) =>
      reason === undefined ? [] : [{ file: relative(".", path), reason }],
    );
  }

  /** Why a file could not be loaded. */
  failureOf(file: string): CameoError {
    const reason = this.failures().find((each) => each.file === file)?.reason;
    return new CameoError("bad-setting", reason ?? "A plugin could not be loaded.");
  }

  /** Removes copies of code that no version here needs. */
  async sweep(): Promise<void> {
    const urls = [...this.#places.values()].flatMap(({ current, previous }) => [current?.url, previous?.url]);
    await sweepStaged(
      this.#parts.staging,
      urls.filter((each) => each !== undefined),
    );
  }
}

function reasonOf(error: unknown): string {
  const { detail } = toCameoError(error);
  return detail === toCameoError(null).detail && error instanceof Error ? error.message : detail;
}
