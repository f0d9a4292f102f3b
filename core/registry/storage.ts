/**
 * What plugins keep: small JSON values in one SQLite file, which survives a crash in the middle of a write and which only its owner can
 * read. Each plugin sees its own keys only. Opened at the first use, made at the first write.
 */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { PluginStorage } from "../plugin.ts";

const schema = "CREATE TABLE IF NOT EXISTS item (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID";

/** How long a writer waits for another process, in milliseconds. */
const busyMs = 5000;

/** Texts by key, in one SQLite file. */
interface Items {
  get(key: string): string | null;
  set(key: string, text: string): void;
  remove(key: string): void;
  /** Those that begin with `base`. */
  keys(base: string): string[];
  close(): void;
}

function createItems(file: string): Items {
  let opened: { readonly database: DatabaseSync; readonly inode: number | undefined } | undefined;
  // Closing deletes the log that lies beside, which is another file's where this one was replaced.
  const close = (): void => {
    if (opened?.inode === inodeOf(file)) opened?.database.close();
    opened = undefined;
  };
  const open = (): DatabaseSync => {
    if (!opened) {
      const database = openDatabase(file);
      opened = { database, inode: inodeOf(file) };
    }
    return opened.database;
  };
  // What is written to a file that was deleted or replaced meanwhile would be lost without a word.
  const openToWrite = (): DatabaseSync => {
    if (opened && opened.inode !== inodeOf(file))
      throw new Error(`${file} was deleted or replaced while it was in use; restart the server.`);
    return open();
  };
  // Reading makes no file: where none can be made, nothing was kept, and what only looks goes on.
  const read = <T>(use: (database: DatabaseSync) => T, nothing: T): T => {
    if (!opened && !isThere(file)) return nothing;
    try {
      open();
    } catch (error) {
      return readOnly(file, use, error);
    }
    return use(open());
  };
  return {
    get: (key) =>
      read((database) => {
        const row = database.prepare("SELECT value FROM item WHERE key = ?").get(key);
        return row ? String(row.value) : null;
      }, null),
    set(key, text) {
      openToWrite()
        .prepare("INSERT INTO item VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .run(key, text);
    },
    remove(key) {
      if (opened || isThere(file)) openToWrite().prepare("DELETE FROM item WHERE key = ?").run(key);
    },
    keys: (base) =>
      read((database) => {
        const rows = database.prepare("SELECT key FROM item WHERE key >= ?1 AND key < ?1 || char(0x10ffff)").all(base);
        return rows.map((row) => String(row.key));
      }, []),
    close,
  };
}

/**
 * On a read-only disk SQLite opens a file with a log (WAL) only if told that nobody changes it. Not while there is a log with something in it:
 * that may be another process's, and what it holds would be missing. Opened for one use, so that nothing of it grows old.
 */
function readOnly<T>(file: string, use: (database: DatabaseSync) => T, reason: unknown): T {
  if (isThere(`${file}-wal`) && statSync(`${file}-wal`).size > 0) throw reason;
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(`${pathToFileURL(file).href}?immutable=1`, { readOnly: true });
  } catch {
    throw reason;
  }
  try {
    return use(database);
  } catch {
    throw reason;
  } finally {
    database.close();
  }
}

/** What cannot be opened is tried again at the next use, so that an operator may put the file right while the server runs. */
function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    keepPrivate(file);
    database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${schema}`);
    return database;
  } catch (cause) {
    database?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file}, where plugins keep their values, cannot be opened: ${reason}`, { cause });
  }
}

/**
 * SQLite gives its log and index (`-wal`, `-shm`) the mode of the file, which therefore has to be there before; what an earlier version left
 * is made private too. The file is never opened here where it exists: closing it again would end the locks that this process holds on it.
 */
function keepPrivate(file: string): void {
  attempt(() => closeSync(openSync(file, "wx", 0o600)));
  for (const each of [file, `${file}-wal`, `${file}-shm`]) attempt(() => chmodSync(each, 0o600));
}

/** A file that cannot be looked at may be there: whoever opens it is told why he cannot. */
function isThere(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch (error) {
    return !["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "");
  }
}

function inodeOf(file: string): number | undefined {
  try {
    return statSync(file).ino;
  } catch {
    return undefined;
  }
}

/** There already, not there, or another user's: whether the file can be used is for SQLite to say. */
function attempt(change: () => void): void {
  try {
    change();
  } catch {}
}

export interface PluginStorages {
  /** The keys of one plugin, by its ID. */
  of(id: string): PluginStorage;
  dispose(): Promise<void>;
}

export function createPluginStorages(file: string): PluginStorages {
  const items = createItems(file);
  return { of: (id) => storageBelow(`${id}:`, items), dispose: async () => items.close() };
}

/** Keys are taken as they are, and a value comes back as what it was: the text `42` is not the number. */
function storageBelow(prefix: string, items: Items): PluginStorage {
  return {
    getItem: async <T>(key: string) => readValue(items.get(prefix + key)) as T | null,
    setItem: async (key, value) => items.set(prefix + key, JSON.stringify(value) ?? "null"),
    removeItem: async (key) => items.remove(prefix + key),
    getKeys: async (base = "") => items.keys(prefix + base).map((key) => key.slice(prefix.length)),
  };
}

/** Before, texts were kept without quotes. */
function readValue(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
