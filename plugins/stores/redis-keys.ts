/** The keys of one prefix, listed and removed without ever blocking Redis: SCAN and UNLINK, so many at a time. And those that are still to be removed. */
import type { Link } from "./redis-link.ts";

/** Keys looked at by one `SCAN`, and removed by one `UNLINK`. */
const batch = 500;
/** Debts at most; then it is everything. */
const maxDebts = 50_000;
/** How often debts that came while others were paid are looked at: strangers can make them as fast as they are paid. */
const maxRounds = 3;

type Run = Link["run"];

export interface Keyspace {
  /** Keys under a base, without the prefix, as they are found; one may come twice. */
  scan(run: Run, base: string): AsyncGenerator<string[]>;
  remove(run: Run, keys: readonly string[]): Promise<void>;
}

export function createKeyspace(prefix: string): Keyspace {
  return {
    async *scan(run, base) {
      const pattern = `${escaped(prefix + base)}*`;
      let cursor = "0";
      do {
        const [next, found] = await run((redis) => redis.scan(cursor, "MATCH", pattern, "COUNT", batch));
        cursor = next;
        yield found.map((key) => key.slice(prefix.length));
      } while (cursor !== "0");
    },
    async remove(run, keys) {
      for (let at = 0; at < keys.length; at += batch) {
        const some = keys.slice(at, at + batch).map((key) => prefix + key);
        await run((redis) => redis.unlink(...some));
      }
    },
  };
}

/** For a pattern in which it stands for itself. */
const escaped = (text: string): string => text.replace(/[\\*?[\]]/g, "\\$&");

/** What was to be removed while Redis could not be reached. */
export interface Debts {
  /** A key, or a base: what ends in a colon, or nothing for all of it. */
  add(keyOrBase: string): void;
  isNone(): boolean;
  /** Whether what is under the key is not to be believed. */
  owes(key: string): boolean;
  /** All that there are now; some may be left that came meanwhile. */
  pay(run: Run): Promise<void>;
}

export function createDebts(keyspace: Keyspace): Debts {
  const owed = new Set<string>();
  /** What is being paid: who owes it once more meanwhile has to pay once more. */
  const rounds = new Set<ReadonlySet<string>>();

  function add(keyOrBase: string): void {
    const isTooMuch = owed.size >= maxDebts;
    if (isTooMuch) owed.clear();
    owed.add(isTooMuch ? "" : keyOrBase);
  }

  /** Bases cost one pass over all keys, however many they are. */
  async function payThese(run: Run, these: ReadonlySet<string>): Promise<void> {
    if (![...these].some(isBase)) return keyspace.remove(run, [...these]);
    const isOwed = (key: string) => isWithin(key, these);
    for await (const found of keyspace.scan(run, "")) await keyspace.remove(run, found.filter(isOwed));
  }

  async function payOnce(run: Run): Promise<void> {
    const these = new Set(owed);
    owed.clear();
    rounds.add(these);
    try {
      await payThese(run, these);
    } catch (error) {
      for (const each of these) add(each);
      throw error;
    } finally {
      rounds.delete(these);
    }
  }

  return {
    add,
    isNone: () => owed.size === 0 && rounds.size === 0,
    owes: (key) => isWithin(key, owed) || [...rounds].some((these) => isWithin(key, these)),
    async pay(run) {
      for (let round = 0; owed.size > 0 && round < maxRounds; round++) await payOnce(run);
    },
  };
}

const isBase = (text: string): boolean => text === "" || text.endsWith(":");

const isWithin = (key: string, these: ReadonlySet<string>): boolean => basesOf(key).some((each) => these.has(each));

/** `a:b:c` → ``, `a:`, `a:b:` and itself. */
function basesOf(key: string): string[] {
  const bases = [...key.matchAll(/:/g)].map(({ index }) => key.slice(0, index + 1));
  return ["", ...bases, key];
}
