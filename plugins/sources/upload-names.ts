/**
 * By which names a user is known, and where a picture is shown. Everything is hashed in keys and sealed in values (`upload-box.ts`).
 *
 *     name:{mount}:{name}          another name (MD5, private ID) → key
 *     names:{mount}:{key}:{name}   the same from the other end → name
 *     shown:{mount}:{name}:{ref}   what is found under this name is shown at this ref of the public mount → ref
 */
import type { SourceHost } from "cameo/plugin";
import { type Box, createBox } from "./upload-box.ts";

export interface Names {
  readonly hash: Box["hash"];
  readonly seal: Box["seal"];
  /** The text that was sealed under a key of the storage. */
  opened(storageKey: string): Promise<string | undefined>;
  /** The user behind any name; the name itself if it is not known. */
  keyOf(name: string): Promise<string>;
  /** All names of a user, the key first. */
  of(key: string): Promise<string[]>;
  /** Remembers other names of a user. One that was another user's is this one's from now on. */
  learn(key: string, names: readonly string[]): Promise<void>;
  /** Remembers that another ref of the public mount shows what is found under `name`. */
  noteShown(name: string, ref: string): Promise<void>;
  /** Every ref of the public mount that may show this user's picture. */
  shownAs(key: string): Promise<string[]>;
  /** Forgets a user's other names, and where they were shown. */
  forget(key: string): Promise<void>;
}

export function createNames(host: SourceHost): Names {
  const { storage, mount } = host;
  const { hash, seal, open } = createBox(host);
  const nameKey = (name: string) => `name:${mount}:${hash(name)}`;
  const namesKey = (key: string, name = "") => `names:${mount}:${hash(key)}:${name && hash(name)}`;
  const shownKey = (name: string, ref = "") => `shown:${mount}:${hash(name)}:${ref && hash(ref)}`;

  async function opened(storageKey: string): Promise<string | undefined> {
    const sealed = await storage.getItem<string>(storageKey);
    return sealed === null ? undefined : open(sealed);
  }

  async function below(base: string): Promise<string[]> {
    const found = await Promise.all((await storage.getKeys(base)).map(opened));
    return found.filter((each) => each !== undefined);
  }

  const keyOf = async (name: string) => (await opened(nameKey(name))) ?? name;
  const of = async (key: string) => [key, ...(await below(namesKey(key)))];
  return {
    hash,
    seal,
    opened,
    keyOf,
    of,
    async learn(key, names) {
      for (const name of names) {
        const before = await keyOf(name);
        if (name === key || before === key) continue;
        await storage.setItem(namesKey(key, name), seal(name));
        await storage.setItem(nameKey(name), seal(key));
        await storage.removeItem(namesKey(before, name));
      }
    },
    async noteShown(name, ref) {
      const place = shownKey(name, ref);
      if ((await opened(place)) !== ref) await storage.setItem(place, seal(ref));
    },
    async shownAs(key) {
      const names = await of(key);
      const refs = await Promise.all(names.map((name) => below(shownKey(name))));
      return [...new Set([...names, ...refs.flat()])];
    },
    async forget(key) {
      for (const name of await of(key)) {
        for (const ref of await below(shownKey(name))) await storage.removeItem(shownKey(name, ref));
        // By now it may be another user's.
        if ((await keyOf(name)) === key) await storage.removeItem(nameKey(name));
        await storage.removeItem(namesKey(key, name));
      }
    },
  };
}
