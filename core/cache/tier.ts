/** A slower tier: an unstorage driver that counts, and whose failures are logged and never thrown. */
import { createStorage, type Driver } from "unstorage";
import type { Log } from "../plugin.ts";
import { decodeEntry, type Entry } from "./entry.ts";

export interface TierStats {
  readonly name: string;
  /** What it holds, if it knows. */
  readonly entries?: number;
  readonly bytes?: number;
  readonly hits: number;
  readonly misses: number;
  /** Failed operations, and values that did not match their checksum. */
  readonly errors: number;
  readonly writes: number;
  /** The last failure: an error code of the system or a short message, and when. */
  readonly lastError?: { readonly at: number; readonly message: string };
}

export interface Tier {
  readonly name: string;
  /** A value that fails its checksum is deleted and counts as a miss. */
  read(key: string): Promise<Entry | undefined>;
  /** `ttlS`: for how many seconds it may be served; a store may forget it then. */
  write(key: string, value: Uint8Array, ttlS: number): Promise<void>;
  remove(key: string): Promise<void>;
  /** All that begin with `prefix` (whole segments). */
  keys(prefix: string): Promise<readonly string[]>;
  removeAll(keys: readonly string[]): Promise<void>;
  clear(): Promise<void>;
  stats(): TierStats;
  dispose(): Promise<void>;
}

/** A driver may tell what it holds: `getInstance()` with a function `usage`. */
interface Usage {
  usage(): { readonly entries: number; readonly bytes: number };
}

/** A tier that is down fails with every request; the log hears of it once a minute. */
const logEveryMs = 60_000;
const removalsAtOnce = 16;
/** Values waiting for a store that is slower than the renderers; beyond this they are not written, so that they cannot fill the memory. */
const maxWritingBytes = 64 * 1024 * 1024;

export function createTier(name: string, driver: Driver, log: Log, now: () => number): Tier {
  const storage = createStorage({ driver });
  const counts = { hits: 0, misses: 0, errors: 0, writes: 0 };
  let lastError: TierStats["lastError"];
  let loggedAt = Number.NEGATIVE_INFINITY;
  let writingBytes = 0;

  function fail(operation: string, error: unknown): void {
    counts.errors += 1;
    lastError = { at: now(), message: shortOf(error) };
    if (now() - loggedAt < logEveryMs) return;
    loggedAt = now();
    const { errors } = counts;
    log.warn("A cache tier failed; serving goes on without it.", {
      tier: name,
      operation,
      error: String(error),
      errors,
    });
  }

  async function attempt<T>(operation: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      fail(operation, error);
      return undefined;
    }
  }

  const remove = async (key: string) => {
    await attempt("remove", () => storage.removeItem(key));
  };

  async function decoded(key: string, bytes: Uint8Array): Promise<Entry | undefined> {
    const entry = decodeEntry(bytes);
    if (entry) return entry;
    fail("read", new Error("A value was damaged, or written by another version; it was deleted."));
    await remove(key);
    return undefined;
  }

  return {
    name,
    keys: async (prefix) => (await attempt("list", () => storage.getKeys(prefix))) ?? [],
    async read(key) {
      const bytes = toBytes(await attempt("read", () => storage.getItemRaw<unknown>(key)));
      const entry = bytes && (await decoded(key, bytes));
      counts[entry ? "hits" : "misses"] += 1;
      return entry;
    },
    async write(key, value, ttlS) {
      if (writingBytes > maxWritingBytes)
        return fail("write", new Error("The store is slower than what is written to it."));
      writingBytes += value.length;
      const done = await attempt("write", () => storage.setItemRaw(key, value, { ttl: ttlS }).then(() => true));
      writingBytes -= value.length;
      if (done) counts.writes += 1;
    },
    remove,
    /** By keys, since `clear(base)` of unstorage's own drivers ignores the base, and its storage ignores the call. */
    async removeAll(keys) {
      for (let at = 0; at < keys.length; at += removalsAtOnce) {
        await Promise.all(keys.slice(at, at + removalsAtOnce).map(remove));
      }
    },
    async clear() {
      await attempt("clear", () => storage.clear());
    },
    stats: () => ({ name, ...usageOf(driver), ...counts, ...(lastError ? { lastError } : {}) }),
    async dispose() {
      await attempt("dispose", () => storage.dispose());
    },
  };
}

/** Drivers answer with a `Buffer` (whose `slice` is another one than that of its kind), or with what the network gave them. */
function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return typeof value === "string" ? new TextEncoder().encode(value) : undefined;
}

function usageOf(driver: Driver): { entries?: number; bytes?: number } {
  const instance: unknown = driver.getInstance?.();
  return hasUsage(instance) ? instance.usage() : {};
}

function hasUsage(value: unknown): value is Usage {
  return typeof value === "object" && value !== null && "usage" in value && typeof value.usage === "function";
}

/** `ENOSPC` rather than a sentence with a path in it: this is shown in `/health`. */
function shortOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error ? String(error.code) : "";
  return /^E[A-Z]+$/.test(code) ? code : error.message.slice(0, 200);
}
