/**
 * A tier of the cache in Redis, or in what speaks like it (Valkey, KeyDB), that several processes share: what one of them made is a hit for the others. One node or
 * whatever address leads to the primary; no Redis Cluster.
 *
 *     cache: { redis: { url: "redis://127.0.0.1:6379/0" } }
 *     images:2fd4…:original  →  cameo:images:2fd4…:original, a string that ends by itself
 *
 * A cache that is down or slow must cost nothing: see `redis-link.ts`. It is no driver of unstorage's, whose Redis keeps bytes as base64, queues what it cannot send,
 * and waits as long as the server likes.
 *
 * Threat: what was purged comes back from Redis, since that could not be reached just then. Layers: such purges are owed, and no value is read before they are made up for.
 * Residual risk: a process that ends before that forgets them; who can write to Redis can show any picture.
 * https://redis.io/docs/latest/commands/
 */
import { Buffer } from "node:buffer";
import { type StoreHost, store } from "cameo/plugin";
import type { Driver } from "unstorage";
import { createLink, isReply, type Link } from "./redis-link.ts";
import { addressOf, options, type RedisOptions } from "./redis-options.ts";

export default store({ name: "redis", options, setup: createRedis });

/** Keys looked at by one `SCAN`, and removed by one `UNLINK`. */
const batch = 500;
/** Values under way at one time, so that a read waits for no more than these. */
const writesAtOnce = 2;
/** What is owed at most; then it is everything. */
const maxOwed = 50_000;
/** How long no value is written after Redis has refused one, since it is full or a replica: twice as long each time. */
const firstPauseMs = 1000;
const maxPauseMs = 30_000;

async function createRedis(settings: RedisOptions, host: StoreHost): Promise<Driver> {
  refuseSlips(settings, host);
  const { prefix, maxValueBytes } = settings;
  const link = createLink({ settings, host, prepare: payAll });
  const inLane = createLanes(writesAtOnce);
  const pause = createPause(host);
  /** Keys, and bases that end in a colon (or are all of it), which were to be removed while Redis could not be reached. */
  const owed = new Set<string>();

  /** Removes, or remembers that it has to. */
  async function orOwe<T>(keyOrBase: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isTooMuch = owed.size >= maxOwed;
      if (isTooMuch) owed.clear();
      owed.add(isTooMuch ? "" : keyOrBase);
      link.giveUp(error);
      throw error;
    }
  }

  /** One pass over all keys, however much is owed. */
  async function payAll(run: Link["run"]): Promise<void> {
    while (owed.size > 0) {
      const now = new Set(owed);
      await removeFound(run, "", (key) => basesOf(key).some((each) => now.has(each)));
      for (const each of now) owed.delete(each);
    }
  }

  async function* scan(run: Link["run"], base: string): AsyncGenerator<string[]> {
    const pattern = `${(prefix + base).replace(/[\\*?[\]]/g, "\\$&")}*`;
    let cursor = "0";
    do {
      const [next, found] = await run((redis) => redis.scan(cursor, "MATCH", pattern, "COUNT", batch));
      cursor = next;
      yield found.map((key) => key.slice(prefix.length));
    } while (cursor !== "0");
  }

  async function removeFound(run: Link["run"], base: string, isMeant: (key: string) => boolean): Promise<void> {
    for await (const found of scan(run, base)) {
      const keys = found.filter(isMeant).map((key) => prefix + key);
      if (keys.length > 0) await run((redis) => redis.unlink(...keys));
    }
  }

  const removeItem = async (key: string) =>
    void (await orOwe(key, () => link.run((redis) => redis.unlink(prefix + key))));

  async function getKeys(base = ""): Promise<string[]> {
    const found = new Set<string>(); // A scan may tell a key twice.
    for await (const keys of scan(link.run, base)) for (const key of keys) found.add(key);
    return [...found];
  }

  async function setItemRaw(key: string, value: Uint8Array, { ttl }: { ttl?: number } = {}): Promise<void> {
    // What it takes the place of is no longer true.
    if (value.length > maxValueBytes) return removeItem(key);
    const ttlS = Math.min(ttl ?? Number.POSITIVE_INFINITY, settings.ttlS ?? Number.POSITIVE_INFINITY);
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const set = Number.isFinite(ttlS)
      ? () => link.run((redis) => redis.set(prefix + key, bytes, "EX", Math.max(1, Math.ceil(ttlS))))
      : () => link.run((redis) => redis.set(prefix + key, bytes));
    await inLane(() => pause.unless(set));
  }

  /** What was purged while the connection was made is not made up for yet: then by the next one. */
  const getItemRaw = async (key: string) => {
    if (owed.size > 0) link.giveUp(new Error("Some purges have to be made up for first."));
    return await link.run((redis) => redis.getBuffer(prefix + key));
  };

  await link.tried;
  return {
    hasItem: async (key) => (await getItemRaw(key)) !== null,
    getItem: async (key) => (await getItemRaw(key))?.toString() ?? null,
    getItemRaw,
    setItemRaw,
    removeItem,
    // Whoever lists means to remove, and cannot remove what is not listed.
    getKeys: (base = "") => orOwe(base, () => getKeys(base)),
    clear: (base = "") => orOwe(base, () => removeFound(link.run, base, () => true)),
    async dispose() {
      await link.close();
      if (owed.size > 0) host.log.warn("Redis was not there for some purges until the end; purge once more.");
    },
  };
}

function refuseSlips({ url, passwordFile, caFile }: RedisOptions, host: StoreHost): void {
  const address = addressOf(url);
  if (passwordFile && address?.password)
    throw host.fail(
      "bad-setting",
      "Give the password in `cache.redis.url` or in `cache.redis.passwordFile`, not both.",
    );
  if (caFile && !address?.isSecure)
    throw host.fail("bad-setting", "`cache.redis.caFile` is for a `rediss://` URL; this one has no TLS.");
}

/** `a:b:c` → ``, `a:`, `a:b:` and itself. */
function basesOf(key: string): string[] {
  const ends = [...key.matchAll(/:/g)].map(({ index }) => key.slice(0, index + 1));
  return ["", ...ends, key];
}

/** Lets so many work at one time; the others wait in their order. */
function createLanes(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Spares a Redis that refuses to be written to: the refusal is repeated without asking, for a while. */
function createPause(host: StoreHost) {
  let refusal: unknown;
  let pauseMs = 0;
  let until = Number.NEGATIVE_INFINITY;
  return {
    async unless<T>(write: () => Promise<T>): Promise<T> {
      if (host.now() < until) throw refusal;
      try {
        const answer = await write();
        pauseMs = 0;
        return answer;
      } catch (error) {
        if (isReply(error)) {
          refusal = error;
          pauseMs = Math.min(maxPauseMs, Math.max(firstPauseMs, pauseMs * 2));
          until = host.now() + pauseMs;
        }
        throw error;
      }
    },
  };
}
