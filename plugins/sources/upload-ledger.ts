/**
 * Who has which picture. One JSON value per user is the truth, written whole: before it the old picture holds, after it the new one.
 *
 *     user:{mount}:{hash of the key}    the entry
 *
 * Order of a change: bytes, reference, names, a note of the purge to come, entry, then what is no longer needed. A crash in between leaves a reference too
 * many, never one too few; `sweep` takes those away.
 */
import type { SourceHost } from "cameo/plugin";
import type { Assets } from "./upload-assets.ts";
import type { Names } from "./upload-names.ts";

export interface Picture {
  /** SHA-256 of the bytes, in hex. */
  readonly asset: string;
  /** MIME type. */
  readonly type: string;
  readonly bytes: number;
  /** It is square. */
  readonly width: number;
  readonly rating: string;
  readonly isPrivate: boolean;
  /** Milliseconds since 1970. */
  readonly updated: number;
}

export interface HistoryEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: "accepted" | "held" | "rejected";
  readonly asset: string;
}

export interface Entry {
  /** What is shown. */
  readonly current: Picture | null;
  /** What waits for an operator. */
  readonly held: Picture | null;
  /** The last ones, oldest first. */
  readonly history: readonly HistoryEvent[];
}

export interface Ledger {
  /** Under any name. */
  find(name: string): Promise<Entry | null>;
  /** Of a user, also where it still stands under another of the names. */
  findAny(key: string): Promise<Entry | null>;
  /** The one moment of a change. `null`: there is nothing any more. `body` is what the entry newly names. */
  write(key: string, entry: Entry | null, body?: Uint8Array): Promise<void>;
  /** Takes away what a crash left behind. */
  sweep(): Promise<void>;
}

export function createLedger({ storage, mount }: SourceHost, names: Names, assets: Assets): Ledger {
  const readHashed = (user: string) => storage.getItem<Entry>(`user:${mount}:${user}`);
  const read = (key: string) => readHashed(names.hash(key));

  async function write(key: string, entry: Entry | null, body?: Uint8Array): Promise<void> {
    const user = names.hash(key);
    const before = await readHashed(user);
    const kept = assetsOf(entry);
    for (const asset of kept) await assets.hold(user, asset);
    if (entry) await storage.setItem(`user:${mount}:${user}`, entry);
    else await storage.removeItem(`user:${mount}:${user}`);
    if (body) await assets.put(user, body);
    for (const asset of assetsOf(before)) if (!kept.includes(asset)) await assets.release(user, asset);
    for (const name of await names.of(key)) if (name !== key && (await read(name))) await write(name, null);
  }

  /** An own entry under a name that is another user's by now. */
  async function isReplaced(user: string): Promise<boolean> {
    const key = await names.opened(`name:${mount}:${user}`);
    return key !== undefined && (await read(key)) !== null;
  }

  return {
    /** An own entry under a private ID, from before its e-mail was known, is what the name stands for until it is replaced. */
    async find(name) {
      const key = await names.keyOf(name);
      return (await read(key)) ?? (key === name ? null : await read(name));
    },
    async findAny(key) {
      for (const name of await names.of(key)) {
        const entry = await read(name);
        if (entry) return entry;
      }
      return null;
    },
    write,
    async sweep() {
      const base = `user:${mount}:`;
      for (const each of await storage.getKeys(base)) {
        if (await isReplaced(each.slice(base.length))) await storage.removeItem(each);
      }
      await assets.sweep(async (user, asset) => assetsOf(await readHashed(user)).includes(asset));
    },
  };
}

const assetsOf = (entry: Entry | null): string[] =>
  [entry?.current, entry?.held].flatMap((picture) => (picture ? [picture.asset] : []));
