/**
 * Who stands behind a private ID or a hash, as far as an operator has told.
 *
 * Threat: whoever reads the disk, or a page, learns e-mail addresses.
 * Layers: an ID is an HMAC under the instance's secret, so that nobody without it can try addresses; what it stands for is kept under
 * AES-GCM with a key derived from the same secret; hashes are kept as an HMAC too, since an MD5 of an address is easily reversed.
 * Residual risk: whoever holds the secret.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { SourceHost } from "cameo/plugin";

/** What links may be asked with. */
export interface Person {
  readonly email?: string | undefined;
  readonly id?: string | undefined;
  readonly login?: string | undefined;
  readonly descriptor?: string | undefined;
  readonly name?: string | undefined;
}

/** With the private ID, without `~`. */
export interface KnownPerson extends Person {
  readonly key: string;
}

export interface People {
  /** Private IDs, in the order of the people, without the `~`. */
  keep(people: readonly Person[]): Promise<string[]>;
  /** By a hash of the e-mail, or by a private ID (`~…`). */
  find(ref: string): Promise<KnownPerson | undefined>;
  /**
   * Takes back what is kept under a private ID, without `~`; `clear` then throws away what was made from it. `false`: nothing is kept. If the
   * server ends in between, the same call again finishes it.
   */
  forget(key: string, clear: (person: KnownPerson) => Promise<void>): Promise<boolean>;
  /** The mounts that have found somebody here: all of one plugin share what is kept. */
  mounts(): Promise<string[]>;
}

type PeopleHost = Pick<SourceHost, "hmac" | "storage" | "mount">;

/** Writes at one time: each is small, and others want the file too. */
const batch = 250;

const mountKey = "mount:";

export function createPeople({ hmac, storage, mount }: PeopleHost): People {
  const box = createBox(hmac("people"));
  const keyOf = (person: Person): string => hmac(`id:${subjectOf(person)}`).slice(0, 32);
  const hashKey = (hash: string): string => `hash:${hmac(`hash:${hash}`).slice(0, 32)}`;

  /** Each once, with all that is told of them: two writes for one would lose what one of them knows. */
  function merged(people: readonly Person[]): Iterable<readonly [key: string, person: Person]> {
    const byKey = new Map<string, Person>();
    for (const person of people) {
      const key = keyOf(person);
      byKey.set(key, { ...byKey.get(key), ...person });
    }
    return byKey;
  }

  async function keepOne([key, person]: readonly [key: string, person: Person]): Promise<void> {
    const known = await storage.getItem<string>(`id:${key}`);
    const before = known === null ? undefined : await box.open<Person>(known);
    const facts = { ...before, ...person };
    if (JSON.stringify(before) === JSON.stringify(facts)) return;
    // Hashes first: after a crash in between the same call does it all again.
    if (person.email !== undefined && before?.email === undefined)
      for (const hash of hashesOf(person.email)) await storage.setItem(hashKey(hash), key);
    await storage.setItem(`id:${key}`, await box.seal(facts));
  }

  let isNoted = false;
  async function noteMount(): Promise<void> {
    if (isNoted) return;
    await storage.setItem(`${mountKey}${mount}`, 1);
    isNoted = true;
  }

  return {
    async keep(people) {
      const wanted = [...merged(people)];
      for (let at = 0; at < wanted.length; at += batch) await Promise.all(wanted.slice(at, at + batch).map(keepOne));
      return people.map(keyOf);
    },
    async find(ref) {
      const key = ref.startsWith("~") ? ref.slice(1) : await storage.getItem<string>(hashKey(ref));
      const kept = key === null ? null : await storage.getItem<string>(`id:${key}`);
      const person = kept === null ? undefined : await box.open<Person>(kept);
      if (!person || key === null) return undefined;
      await noteMount();
      return { ...person, key };
    },
    async forget(key, clear) {
      const [place, leaving] = [`id:${key}`, `leaving:${key}`];
      const kept = (await storage.getItem<string>(place)) ?? (await storage.getItem<string>(leaving));
      if (kept === null) return false;
      await storage.setItem(leaving, kept);
      const person = await box.open<Person>(kept);
      for (const hash of person?.email === undefined ? [] : hashesOf(person.email))
        await storage.removeItem(hashKey(hash));
      await storage.removeItem(place);
      await clear({ ...person, key });
      await storage.removeItem(leaving);
      return true;
    },
    mounts: async () => (await storage.getKeys(mountKey)).map((each) => each.slice(mountKey.length)),
  };
}

/** The e-mail where there is one, since that is what others know too. A login is somebody else than whoever has it as user ID; in a descriptor case counts. */
function subjectOf({ email, id, login, descriptor = "" }: Person): string {
  const known = (email ?? id)?.trim().toLowerCase();
  if (known !== undefined) return known;
  return login === undefined ? `descriptor\0${descriptor.trim()}` : `login\0${login.trim().toLowerCase()}`;
}

/** MD5 and SHA-256 of an e-mail, as Gravatar makes them. */
export const hashesOf = (email: string): readonly [md5: string, sha256: string] => [
  digest("md5", email),
  digest("sha256", email),
];

export const digest = (algorithm: "md5" | "sha256", text: string): string =>
  createHash(algorithm).update(text.trim().toLowerCase()).digest("hex");

interface Box {
  seal(value: object): Promise<string>;
  /** `undefined` for what was sealed under another secret. */
  open<T>(sealed: string): Promise<T | undefined>;
}

/** AES-256-GCM with 12 random bytes before each text, as SP 800-38D §8.2.2 allows for far more texts than there are people. */
function createBox(keyHex: string): Box {
  const raw = Uint8Array.from(Buffer.from(keyHex, "hex"));
  const key = crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return {
    async seal(value) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const text = new TextEncoder().encode(JSON.stringify(value));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key, text);
      return Buffer.concat([iv, new Uint8Array(sealed)]).toString("base64");
    },
    async open<T>(sealed: string) {
      const bytes = Uint8Array.from(Buffer.from(sealed, "base64"));
      const how = { name: "AES-GCM", iv: bytes.subarray(0, 12) };
      const text = await crypto.subtle.decrypt(how, await key, bytes.subarray(12)).catch(() => undefined);
      return text && (JSON.parse(new TextDecoder().decode(text)) as T);
    },
  };
}
