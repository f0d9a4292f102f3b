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
import type { Redis } from "ioredis";
import type { Driver } from "unstorage";
import { createDebts, createKeyspace } from "./redis-keys.ts";
import { createLink, isReply, type Link } from "./redis-link.ts";
import { addressOf, options, type RedisOptions } from "./redis-options.ts";

export default store({ name: "redis", options, setup: createRedis });

/** Values under way at one time, so that a read waits for no more than these. */
const writesAtOnce = 2;
/** How long no value is written after Redis has refused one, since it is full or a replica: twice as long each time. */
const firstPauseMs = 1000;
const maxPauseMs = 30_000;

async function createRedis(settings: RedisOptions, host: StoreHost): Promise<Driver> {
  refuseSlips(settings, host);
  const { prefix } = settings;
  const keyspace = createKeyspace(prefix);
  const debts = createDebts(keyspace);
  const link = createLink({ settings, host, prepare: debts.pay });
  const write = createWriter(settings, link, host);

  /** Removes, or remembers that it has to. */
  async function orOwe<T>(keyOrBase: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      debts.add(keyOrBase);
      link.giveUp(error);
      throw error;
    }
  }

  let isPaying = false;

  /** What came while the connection was made: nothing more comes now that there is one, so that this has an end. */
  async function payRest(): Promise<void> {
    if (isPaying) return;
    isPaying = true;
    try {
      await debts.pay(link.run);
    } catch (error) {
      link.giveUp(error);
    } finally {
      isPaying = false;
    }
  }

  async function getItemRaw(key: string): Promise<Uint8Array | null> {
    const value = await link.run((redis) => redis.getBuffer(prefix + key));
    if (debts.isNone()) return value;
    void payRest();
    // Also where it came to be owed while it was read.
    if (debts.owes(key)) throw new Error("This was purged while Redis could not be reached.");
    return value;
  }

  async function getKeys(base: string): Promise<string[]> {
    const found = new Set<string>();
    for await (const keys of keyspace.scan(link.run, base)) for (const key of keys) found.add(key);
    return [...found];
  }

  async function removeAll(base: string): Promise<void> {
    for await (const keys of keyspace.scan(link.run, base)) await keyspace.remove(link.run, keys);
  }

  const removeItem = (key: string) => orOwe(key, () => keyspace.remove(link.run, [key]));

  await link.tried;
  return {
    hasItem: async (key) => (await getItemRaw(key)) !== null,
    getItem: async (key) => (await getItemRaw(key))?.toString() ?? null,
    getItemRaw,
    // What a value that is too large takes the place of is no longer true.
    setItemRaw: (key, value: Uint8Array, { ttl }: { ttl?: number } = {}) =>
      value.length > settings.maxValueBytes ? removeItem(key) : write(key, value, ttl),
    removeItem,
    // Whoever lists means to remove, and cannot remove what is not listed.
    getKeys: (base = "") => orOwe(base, () => getKeys(base)),
    clear: (base = "") => orOwe(base, () => removeAll(base)),
    async dispose() {
      await link.close();
      if (!debts.isNone()) host.log.warn("Redis was not there for some purges until the end; purge once more.");
    },
  };
}

type Write = (key: string, value: Uint8Array, ttlS: number | undefined) => Promise<void>;

function createWriter({ prefix, ttlS: longestS }: RedisOptions, link: Link, host: StoreHost): Write {
  const inLane = createLanes(writesAtOnce);
  const pause = createPause(host);
  return async (key, value, ttlS) => {
    const endsS = Math.min(ttlS ?? Number.POSITIVE_INFINITY, longestS ?? Number.POSITIVE_INFINITY);
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const set = (redis: Redis) =>
      Number.isFinite(endsS)
        ? redis.set(prefix + key, bytes, "EX", Math.max(1, Math.ceil(endsS)))
        : redis.set(prefix + key, bytes);
    await inLane(() => pause.unless(() => link.run(set)));
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
      const leftMs = until - host.now();
      // A clock that was set back ends the pause.
      if (leftMs > 0 && leftMs <= pauseMs) throw refusal;
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
