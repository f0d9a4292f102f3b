/** The first tier: least recently used entries in this process, by bytes. Everything is synchronous. */
import { LRUCache } from "lru-cache";
import type { Entry } from "./entry.ts";

export interface MemoryOptions {
  /** Budget, with an estimate of what an entry costs besides its body. 0 keeps nothing. */
  readonly maxBytes: number;
  /** Larger entries are not kept, so that one of them cannot push out everything else. Default a quarter of `maxBytes`. */
  readonly maxEntryBytes?: number;
}

export interface Memory {
  /** Marks the entry as used. */
  get(key: string): Entry | undefined;
  set(key: string, entry: Entry): void;
  delete(key: string): void;
  /** Deletes what begins with `prefix`; answers it. */
  takePrefix(prefix: string): [key: string, entry: Entry][];
  clear(): void;
  stats(): { entries: number; bytes: number };
}

/** An entry's objects and its place in the list, measured roughly on both runtimes. */
const overheadBytes = 1024;

export function createMemory({ maxBytes, maxEntryBytes = Math.floor(maxBytes / 4) }: MemoryOptions): Memory {
  if (maxBytes < 1 || maxEntryBytes < 1) return nothing;
  const entries = new LRUCache<string, Entry>({
    maxSize: Math.floor(maxBytes),
  });
  return {
    get: (key) => entries.get(key),
    set(key, entry) {
      const size = sizeOf(entry, key);
      if (size > maxEntryBytes) entries.delete(key);
      else entries.set(key, { header: entry.header, body: withoutRest(entry.body) }, { size });
    },
    delete(key) {
      entries.delete(key);
    },
    takePrefix(prefix) {
      const taken = [...entries].filter(([key]) => key.startsWith(prefix));
      for (const [key] of taken) entries.delete(key);
      return taken;
    },
    clear: () => entries.clear(),
    stats: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  };
}

const nothing: Memory = {
  get: () => undefined,
  set: () => {},
  delete: () => {},
  takePrefix: () => [],
  clear: () => {},
  stats: () => ({ entries: 0, bytes: 0 }),
};

function sizeOf({ header, body }: Entry, key: string): number {
  return overheadBytes + body.length + 2 * (key.length + JSON.stringify(header).length);
}

/** A view keeps all of its buffer alive, which may be much larger than the budget knows; it is copied. */
function withoutRest(body: Uint8Array): Uint8Array {
  return body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body);
}
