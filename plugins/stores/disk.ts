/**
 * The disk tier of the cache: one file per value, and a folder for all that was made from one source.
 *
 *     cache: { disk: { path: "./.cameo/cache", maxBytes: 10737418240 } }
 *     images:2fd4…:original  →  {path}/entries/images/2f/2fd4…/original.bin
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
  maxBytes: v.pipe(v.optional(bytes, 10 * 1024 ** 3), v.description("Budget for the values. Default 10 GiB.")),
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

  const fileOf = (key: string) => pathOf(root, key) + suffix;
  const put = (key: string, usedAt: number, bytes: number) => index.set(key, { usedAt }, { size: Math.max(1, bytes) });

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
    if (value.length > limit) throw host.fail("internal", "The disk cache has no room for this value.");
    await writeWhole(fileOf(key), value, settings.fsync);
    put(key, host.now(), value.length);
    if (index.calculatedSize > limit) startUpkeep();
  }

  async function remove(key: string): Promise<void> {
    index.delete(key);
    await fs.unlink(fileOf(key)).catch(allowMissing);
    await fs.rmdir(dirname(fileOf(key))).catch(() => {});
  }

  async function clear(base = ""): Promise<void> {
    for (const key of [...index.keys()]) if (key.startsWith(base)) index.delete(key);
    const remove = () => fs.rm(pathOf(root, base), { recursive: true, force: true });
    await remove().catch(remove); // Again, if another process wrote meanwhile.
  }

  async function keysUnder(base = ""): Promise<string[]> {
    const files = await Array.fromAsync(filesUnder(pathOf(root, base)));
    return files.filter((file) => file.endsWith(suffix)).map((file) => keyOf(root, file));
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

/** Under another name in the same folder, then renamed; again if somebody takes the folder away meanwhile. */
async function writeWhole(file: string, value: Uint8Array, flush: boolean, tries = 5): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await fs.mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await fs.writeFile(temporary, value, { mode: 0o600, flush });
    await fs.rename(temporary, file);
  } catch (error) {
    await fs.unlink(temporary).catch(() => {});
    if (tries === 0) throw error;
    allowMissing(error);
    await writeWhole(file, value, flush, tries - 1);
  }
}

/** Least recently used first. Temporary files go by age, since a number of a process says nothing to one in another container. */
async function findValues(root: string, abandonedAt: number, isClosed: () => boolean) {
  const found: { key: string; usedAt: number; bytes: number }[] = [];
  for await (const file of filesUnder(root)) {
    if (isClosed()) break;
    const info = await fs.stat(file).catch(allowMissing);
    if (info && file.endsWith(suffix)) found.push({ key: keyOf(root, file), usedAt: info.mtimeMs, bytes: info.size });
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

/** File (without its suffix) of a key, or folder of a base, which ends in a colon. Names are safe on any system, in any case. */
function pathOf(root: string, keyOrBase: string): string {
  const [first = "", second, ...rest] = keyOrBase.split(":").map((segment) => segment.replace(unsafe, escaped));
  return join(root, first, ...(second && rest.length > 0 ? [second.slice(0, 2), second] : [second ?? ""]), ...rest);
}

function keyOf(root: string, file: string): string {
  const names = relative(root, file.slice(0, -suffix.length)).split(sep);
  if (names.length > 2) names.splice(1, 1);
  return names.map(decodeURIComponent).join(":");
}

function allowMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}
