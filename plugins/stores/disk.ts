/**
 * The disk tier of the cache: one file per value. What was made from one source begins with the same name, and 256 folders share a mount's.
 *
 *     cache: { disk: { path: "./.cameo/cache", maxBytes: 10737418240 } }
 *     images:2fd4…:original  →  {path}/entries/images/2f/2fd4….original.bin
 *
 * A value is written under another name and renamed: a reader gets all of it or nothing, whatever kills the writer. The least recently used
 * go first: their order is in memory and, for the next start, in the files' times. Several processes may share a folder.
 */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { bytes, type StoreHost, store } from "cameo/plugin";
import { LRUCache } from "lru-cache";
import type { Driver } from "unstorage";
import * as v from "valibot";

const options = v.object({
  path: v.pipe(
    v.optional(v.pipe(v.string(), v.nonEmpty()), "./.cameo/cache"),
    v.description("Folder of the cache; made when it is needed."),
  ),
  maxBytes: v.pipe(
    v.optional(bytes, 10 * 1024 ** 3),
    v.description("Budget on the disk, which gives each value whole blocks of 4 KiB. Default 10 GiB."),
  ),
  minFreeBytes: v.pipe(
    v.optional(bytes),
    v.description(
      "What to leave free: the budget shrinks when others fill the disk. Default 5 % of it, but not more than 5 GiB.",
    ),
  ),
  fsync: v.pipe(
    v.optional(v.boolean(), false),
    v.description(
      "Wait until each value is on the platter. Off, since a power cut damages only the last values and their checksums find it.",
    ),
  ),
});

/** What most file systems give at a time: many small values take more than their bytes. */
const blockBytes = 4096;
const onDisk = (bytes: number): number => Math.max(1, Math.ceil(bytes / blockBytes)) * blockBytes;

const evictTo = 0.9;
const saveEveryMs = 5 * 60_000;
const rescanAfterMs = 10 * 60_000;
const freeCheckMs = 10_000;
const abandonedMs = 60 * 60_000;

export default store({ name: "disk", options, setup: createDisk });

function createDisk(settings: v.InferOutput<typeof options>, host: StoreHost): Driver {
  const root = resolve(settings.path, "entries");
  /** What each file's time says; the last use may be `saveEveryMs` later. Objects, since a size counts only with another value. */
  const index = new LRUCache<string, { usedAt: number }>({ maxSize: Number.MAX_SAFE_INTEGER });
  let limit = settings.maxBytes;
  let scannedAt = 0;
  let freeCheckedAt = 0;
  let isClosed = false;
  let upkeep: Promise<void> | undefined;

  /** Folders that are known to be there. */
  const made = new Set<string>();
  const fileOf = (key: string) => pathOf(root, key) + suffix;
  const put = (key: string, usedAt: number, bytes: number) => index.set(key, { usedAt }, { size: onDisk(bytes) });

  function touch(key: string, bytes: number): void {
    const now = host.now();
    const known = index.get(key);
    if (known && now - known.usedAt < saveEveryMs) return;
    put(key, now, bytes);
    fs.utimes(fileOf(key), now / 1000, now / 1000).catch(() => {});
  }

  async function read(key: string): Promise<Buffer | null> {
    const value = await fs.readFile(fileOf(key)).catch(allowMissing);
    if (value) touch(key, value.length);
    else index.delete(key);
    return value;
  }

  async function write(key: string, value: Uint8Array): Promise<void> {
    if (host.now() - freeCheckedAt > freeCheckMs) startUpkeep();
    if (onDisk(value.length) > limit) throw host.fail("internal", "The disk cache has no room for this value.");
    await writeWhole(fileOf(key), value, { flush: settings.fsync, made });
    put(key, host.now(), value.length);
    if (index.calculatedSize > limit) startUpkeep();
  }

  async function remove(key: string): Promise<void> {
    index.delete(key);
    await fs.unlink(fileOf(key)).catch(allowMissing);
  }

  async function clear(base = ""): Promise<void> {
    for (const key of [...index.keys()]) if (key.startsWith(base)) index.delete(key);
    if (isPartOfFolder(base)) {
      await Promise.all((await filesOf(base)).map((file) => fs.unlink(file).catch(allowMissing)));
      return;
    }
    const remove = () => fs.rm(pathOf(root, base), { recursive: true, force: true });
    await remove().catch(remove); // Again, if another process wrote meanwhile.
  }

  /** All files under a base, also half-written ones. */
  async function filesOf(base: string): Promise<string[]> {
    const path = pathOf(root, base);
    if (!isPartOfFolder(base)) return Array.fromAsync(filesUnder(path));
    const files = await Array.fromAsync(filesUnder(dirname(path)));
    return files.filter((file) => file.startsWith(path));
  }

  async function keysUnder(base = ""): Promise<string[]> {
    const files = await filesOf(base);
    return files.flatMap((file) => keyOf(root, file) ?? []);
  }

  function startUpkeep(): void {
    upkeep ??= tidy()
      .catch((error) => host.log.warn("The disk cache could not be tidied.", { error: String(error) }))
      .finally(() => (upkeep = undefined));
  }

  async function tidy(): Promise<void> {
    if (scannedAt === 0) await scan();
    await leaveFree();
    if (index.calculatedSize <= limit) return;
    if (host.now() - scannedAt > rescanAfterMs) await scan();
    while (index.calculatedSize > limit * evictTo && !isClosed) {
      const [oldest] = index.rkeys();
      if (oldest !== undefined) await remove(oldest);
    }
  }

  async function leaveFree(): Promise<void> {
    freeCheckedAt = host.now();
    const disk = await fs.statfs(root).catch(() => undefined);
    if (!disk?.blocks) return; // Some file systems report none.
    const floor = settings.minFreeBytes ?? Math.min(disk.blocks * disk.bsize * 0.05, 5 * 1024 ** 3);
    limit = Math.min(settings.maxBytes, Math.max(0, index.calculatedSize + disk.bavail * disk.bsize - floor));
  }

  /** Looks at every file, of this process and of others, beside reads and writes; what these change meanwhile stays on top. */
  async function scan(): Promise<void> {
    const began = host.now();
    const isRecent = (key: string) => Number(index.peek(key)?.usedAt) >= began;
    const found = await findValues(root, began - abandonedMs, () => isClosed);
    for (const [at, { key, usedAt, bytes }] of found.entries()) {
      if (at % 1000 === 0) await setImmediate();
      if (!isRecent(key)) put(key, usedAt, bytes);
    }
    for (const key of [...index.rkeys()].filter(isRecent)) index.get(key);
    scannedAt = began;
  }

  startUpkeep();
  return {
    getInstance: () => ({ usage: () => ({ entries: index.size, bytes: index.calculatedSize }) }),
    hasItem: async (key) => (await read(key)) !== null,
    getItem: async (key) => (await read(key))?.toString() ?? null,
    getItemRaw: read,
    setItemRaw: write,
    removeItem: remove,
    getKeys: keysUnder,
    clear,
    async dispose() {
      isClosed = true;
      await upkeep;
    },
  };
}

interface WriteOptions {
  readonly flush: boolean;
  /** Folders that need not be made; who finds one gone takes it out. */
  readonly made: Set<string>;
}

/** Under another name in the same folder, then renamed; again if somebody takes the folder away meanwhile. */
async function writeWhole(file: string, value: Uint8Array, options: WriteOptions, tries = 5): Promise<void> {
  const { flush, made } = options;
  const folder = dirname(file);
  const temporary = `${file}.${randomUUID()}`;
  try {
    if (!made.has(folder)) await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    made.add(folder);
    await fs.writeFile(temporary, value, { mode: 0o600, flush });
    await fs.rename(temporary, file);
  } catch (error) {
    made.delete(folder);
    await fs.unlink(temporary).catch(() => {});
    if (tries === 0) throw error;
    allowMissing(error);
    await writeWhole(file, value, options, tries - 1);
  }
}

/** Least recently used first. Temporary files, and values where none belongs, go by age, since a number of a process says nothing to one in another container. */
async function findValues(root: string, abandonedAt: number, isClosed: () => boolean) {
  const found: { key: string; usedAt: number; bytes: number }[] = [];
  for await (const file of filesUnder(root)) {
    if (isClosed()) break;
    const info = await fs.stat(file).catch(allowMissing);
    const key = keyOf(root, file);
    if (info && key !== undefined) found.push({ key, usedAt: info.mtimeMs, bytes: info.size });
    else if (info && info.mtimeMs < abandonedAt) await fs.unlink(file).catch(allowMissing);
  }
  return found.sort((a, b) => a.usedAt - b.usedAt);
}

async function* filesUnder(folder: string): AsyncGenerator<string> {
  const children = (await fs.readdir(folder, { withFileTypes: true }).catch(allowMissing)) ?? [];
  for (const child of children) {
    const path = join(folder, child.name);
    yield* child.isDirectory() ? filesUnder(path) : [path];
  }
}

const suffix = ".bin";
const unsafe = /[^a-z0-9_-]|^(?=(?:con|prn|aux|nul|com\d|lpt\d)$)./gu;
const escaped = (text: string) => Buffer.from(text).toString("hex").replace(/../g, "%$&");

/**
 * File (without its suffix) of a key. Of a base, which ends in a colon: a folder, or what the files in one begin with. Names are safe on any system,
 * in any case.
 */
function pathOf(root: string, keyOrBase: string): string {
  const [first = "", ...rest] = keyOrBase.split(":").map((segment) => segment.replace(unsafe, escaped));
  return join(root, first, rest[0]?.slice(0, 2) ?? "", rest.join("."));
}

const isPartOfFolder = (base: string): boolean => base.split(":").length > 2;

/** `undefined` for what is no value, or stands where none belongs. */
function keyOf(root: string, file: string): string | undefined {
  const [first = "", , name] = relative(root, file.slice(0, -suffix.length)).split(sep);
  const key = [first, ...(name?.split(".") ?? [])].map(decoded).join(":");
  return pathOf(root, key) + suffix === file ? key : undefined;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return ""; // No name of ours.
  }
}

function allowMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}
