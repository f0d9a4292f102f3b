/**
 * Who has which picture. One JSON value per user is the truth, written whole: before it the old picture holds, after it the new one. Bytes are kept by their
 * hash, once for all who have them, and go with the last of them.
 *
 *     user:{mount}:{key}           the entry
 *     name:{mount}:{name}          another name (MD5, private ID) → key
 *     names:{mount}:{key}:{name}   the same from the other end → name
 *     shown:{mount}:{name}:{ref}   what is found under this name is shown at this ref of the public mount → ref
 *     ref:{asset}:{mount}:{key}    somebody has, or is about to have, these bytes → since when
 *
 * Keys, names and refs are hashed there, and sealed where they are values (`upload-box.ts`).
 *
 * Order of a change: bytes, reference, names, entry, then what is no longer needed. A crash in between leaves a reference too many, never one too few; `sweep`
 * takes those away. Bytes are removed first and put back if a reference has come meanwhile, and one who has just written an entry looks whether its bytes are
 * still there: so a removal and an upload of the same bytes cannot lose them, whatever the order.
 */
import type { SourceHost } from "cameo/plugin";
import { createBox } from "./upload-box.ts";

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
  /** The user behind any name; the name itself if it is not known. */
  keyOf(name: string): Promise<string>;
  /** Of a user or any other name. */
  find(name: string): Promise<Entry | null>;
  /** Of a user, also where it still stands under another of the names. */
  findAny(key: string): Promise<Entry | null>;
  body(asset: string): Promise<Uint8Array | null>;
  /** Remembers other names of a user. */
  learn(key: string, names: readonly string[]): Promise<void>;
  /** All names of a user, the key first. */
  namesOf(key: string): Promise<string[]>;
  /** Remembers that another ref of the public mount shows what is found under `name`. */
  noteShown(name: string, ref: string): Promise<void>;
  /** Every ref of the public mount that may show this user's picture. */
  shownAs(key: string): Promise<string[]>;
  /** Keeps bytes before the entry that will name them. */
  put(key: string, body: Uint8Array): Promise<string>;
  /** The one moment of a change. `null`: there is nothing any more. */
  write(key: string, entry: Entry | null, body?: Uint8Array): Promise<void>;
  /** Forgets a user's other names, and where they were shown. */
  forget(key: string): Promise<void>;
  /** Takes away what a crash left behind. */
  sweep(): Promise<void>;
}

/** A reference without an entry may belong to an upload under way for as long as this, in milliseconds. */
const underWayMs = 10 * 60_000;

export function createLedger(host: SourceHost): Ledger {
  const { storage, blobs, mount, now } = host;
  const { hash, seal, open } = createBox(host);
  const userKey = (key: string) => `user:${mount}:${hash(key)}`;
  const nameKey = (name: string) => `name:${mount}:${hash(name)}`;
  const namesKey = (key: string, name = "") => `names:${mount}:${hash(key)}:${name && hash(name)}`;
  const shownKey = (name: string, ref = "") => `shown:${mount}:${hash(name)}:${ref && hash(ref)}`;
  const refKey = (asset: string, key: string) => `ref:${asset}:${mount}:${hash(key)}`;
  const read = (key: string) => storage.getItem<Entry>(userKey(key));
  const opened = async (key: string) => {
    const sealed = await storage.getItem<string>(key);
    return sealed === null ? undefined : open(sealed);
  };
  const keyOf = async (name: string) => (await opened(nameKey(name))) ?? name;
  const isHeld = async (asset: string) => (await storage.getKeys(`ref:${asset}:`)).length > 0;

  async function collect(asset: string): Promise<void> {
    if (await isHeld(asset)) return;
    const body = await blobs.get(asset);
    await blobs.remove(asset);
    if (body && (await isHeld(asset))) await blobs.put(body);
  }

  async function release(key: string, asset: string): Promise<void> {
    await storage.removeItem(refKey(asset, key));
    await collect(asset);
  }

  /** An own entry under a private ID, from before its e-mail was known, is what the name stands for until it is replaced. */
  async function find(name: string): Promise<Entry | null> {
    const key = await keyOf(name);
    return (await read(key)) ?? (key === name ? null : await read(name));
  }

  const below = async (base: string) => {
    const found = await Promise.all((await storage.getKeys(base)).map(opened));
    return found.filter((each) => each !== undefined);
  };
  const namesOf = async (key: string) => [key, ...(await below(namesKey(key)))];
  const shownOf = (name: string) => below(shownKey(name));

  async function forget(key: string): Promise<void> {
    for (const name of await namesOf(key)) {
      for (const ref of await shownOf(name)) await storage.removeItem(shownKey(name, ref));
      await storage.removeItem(nameKey(name));
      await storage.removeItem(namesKey(key, name));
    }
  }

  async function write(key: string, entry: Entry | null, body?: Uint8Array): Promise<void> {
    const before = await read(key);
    for (const asset of assetsOf(entry)) await storage.setItem(refKey(asset, key), now());
    if (entry) await storage.setItem(userKey(key), entry);
    else await storage.removeItem(userKey(key));
    const kept = assetsOf(entry);
    for (const asset of kept) if (body && !(await blobs.get(asset))) await blobs.put(body);
    for (const asset of assetsOf(before)) if (!kept.includes(asset)) await release(key, asset);
    for (const name of await namesOf(key)) if (name !== key && (await read(name))) await write(name, null);
  }

  /** An own entry under a name that is another user's by now. */
  async function isReplaced(userKey: string): Promise<boolean> {
    const key = await opened(userKey.replace(/^user:/, "name:"));
    return key !== undefined && (await read(key)) !== null;
  }

  async function isLeftBehind(refKey: string): Promise<boolean> {
    const [, asset = "", owner, hashed] = refKey.split(":");
    if (owner !== mount) return false;
    if (assetsOf(await storage.getItem<Entry>(`user:${mount}:${hashed}`)).includes(asset)) return false;
    return now() - ((await storage.getItem<number>(refKey)) ?? 0) > underWayMs;
  }

  return {
    keyOf,
    find,
    async findAny(key) {
      for (const name of await namesOf(key)) {
        const entry = await read(name);
        if (entry) return entry;
      }
      return null;
    },
    body: (asset) => blobs.get(asset),
    namesOf,
    async noteShown(name, ref) {
      const key = shownKey(name, ref);
      if ((await opened(key)) !== ref) await storage.setItem(key, seal(ref));
    },
    async shownAs(key) {
      const names = await namesOf(key);
      return [...new Set([...names, ...(await Promise.all(names.map(shownOf))).flat()])];
    },
    async learn(key, names) {
      for (const name of names) {
        if (name === key || (await keyOf(name)) === key) continue;
        await storage.setItem(namesKey(key, name), seal(name));
        await storage.setItem(nameKey(name), seal(key));
      }
    },
    async put(key, body) {
      const asset = await blobs.put(body);
      await storage.setItem(refKey(asset, key), now());
      return asset;
    },
    write,
    forget,
    async sweep() {
      for (const each of await storage.getKeys(`user:${mount}:`))
        if (await isReplaced(each)) await storage.removeItem(each);
      for (const each of await storage.getKeys("ref:")) if (await isLeftBehind(each)) await storage.removeItem(each);
      for (const asset of await blobs.keys()) await collect(asset);
    },
  };
}

const assetsOf = (entry: Entry | null): string[] =>
  [entry?.current, entry?.held].flatMap((picture) => (picture ? [picture.asset] : []));
