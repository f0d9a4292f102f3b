/**
 * One connection to Redis that never holds anybody up. A command has `timeoutMs`; where one takes longer, or the connection ends, all that wait are told at once, the
 * connection goes, and Redis is left alone: 0.2 s, then twice as long for each failure in a row, 30 s at most. Until there is a connection again commands fail at once.
 *
 * `ioredis` speaks the protocol and no more: its own reconnecting reads no password file, waits for what is gone, and goes on in database 0 where the wanted one is refused.
 */
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import type { StoreHost } from "cameo/plugin";
import type { Redis } from "ioredis";
import { type Address, addressOf, type RedisOptions } from "./redis-options.ts";

export interface Link {
  /** Sends commands with `work`. Rejects after `timeoutMs`, and at once while there is no connection. */
  run<T>(work: (redis: Redis) => Promise<T>): Promise<T>;
  /** Gives the connection up, for another one after a moment. */
  giveUp(cause: unknown): void;
  /** The end of the first attempt to connect, good or bad. */
  readonly tried: Promise<void>;
  close(): Promise<void>;
}

export interface LinkParts {
  readonly settings: RedisOptions;
  readonly host: StoreHost;
  /** What is to be done on a new connection before anybody else uses it; where it fails, so does the connection. */
  prepare(run: Link["run"]): Promise<void>;
}

const firstRestMs = 200;
const maxRestMs = 30_000;
const closed = "Redis closed the connection.";
/** How often the log hears that it is back. */
const tellMs = 60_000;

/** Answers after which only another connection can help: a password that was changed, a server that is no longer the primary. */
const endings = /^(NOAUTH|READONLY|MASTERDOWN|LOADING)\b/;

export function createLink({ settings, host, prepare }: LinkParts): Link {
  let redis: Redis | undefined;
  let opening: Promise<void> = Promise.resolve();
  let cause: Error = new Error("There is no connection yet.");
  let failures = 0;
  let isClosed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;

  async function open(): Promise<void> {
    let fresh: Redis | undefined;
    try {
      fresh = await connect(settings);
      await prepare((work) => runOn(fresh as Redis, work));
      if (isClosed) return fresh.disconnect();
      redis = fresh;
      watch(fresh);
    } catch (error) {
      fresh?.disconnect();
      lose(error);
    }
  }

  function watch(fresh: Redis): void {
    const onClose = () => {
      if (redis === fresh) giveUp(new Error(closed));
    };
    fresh.once("close", onClose);
    // It may have gone before anybody listened.
    if (fresh.status !== "ready") onClose();
    else if (failures > 0 && host.now() - toldAt >= tellMs) {
      toldAt = host.now();
      host.log.info("Redis is there again.");
    }
  }

  function giveUp(error: unknown): void {
    if (redis === undefined) return;
    const old = redis;
    redis = undefined;
    lose(error);
    old.disconnect();
  }

  function lose(error: unknown): void {
    cause = plain(error);
    failures += 1;
    if (isClosed) return;
    const restMs = Math.min(maxRestMs, firstRestMs * 2 ** (failures - 1));
    // Several processes that lost it at one moment come back one by one.
    retry = setTimeout(() => (opening = open()), restMs * (0.75 + Math.random() / 2));
    retry.unref();
  }

  const runOn = <T>(on: Redis, work: (redis: Redis) => Promise<T>): Promise<T> =>
    within(settings.timeoutMs, work(on), `Redis took longer than ${settings.timeoutMs} ms.`);

  async function run<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const used = redis;
    if (used === undefined) throw cause;
    try {
      const answer = await runOn(used, work);
      failures = 0;
      return answer;
    } catch (error) {
      const isAnswer = isReply(error) && !endings.test(error.message);
      if (!isAnswer && redis === used) giveUp(error);
      // What was under way on a lost connection knows only that it is closed.
      throw isAnswer || redis === used ? plain(error) : cause;
    }
  }

  async function openFirst(): Promise<void> {
    await open();
    if (redis === undefined) host.log.warn("Redis is not there; serving goes on without it.", { error: String(cause) });
  }

  opening = openFirst();
  return {
    run,
    giveUp,
    tried: opening,
    async close() {
      isClosed = true;
      clearTimeout(retry);
      const last = redis;
      redis = undefined;
      cause = new Error("The store is closed.");
      last?.disconnect();
      await opening;
    },
  };
}

/** A connection that is logged in, in its database, and answers. Rejects with the cause, closed, within `connectTimeoutMs`. */
async function connect(settings: RedisOptions): Promise<Redis> {
  const address = addressOf(settings.url);
  if (!address) throw new Error("The URL names no Redis.");
  const password = settings.passwordFile ? (await readFile(settings.passwordFile, "utf8")).trim() : address.password;
  // Seventeen megabytes and a tenth of a second, which only those pay who have Redis.
  const { Redis } = await import("ioredis");
  const redis = new Redis({ ...(await placeOf(address, settings)), ...quiet });
  let cause: unknown;
  redis.on("error", (error: unknown) => (cause ??= error));
  const { connectTimeoutMs } = settings;
  try {
    const ready = logIn(redis, { ...address, password });
    await within(connectTimeoutMs, ready, `There was no connection to Redis within ${connectTimeoutMs} ms.`);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw cause ?? error;
  }
}

async function logIn(redis: Redis, { user, password, database }: Address): Promise<void> {
  await redis.connect();
  if (password !== "") await (user === "" ? redis.auth(password) : redis.auth(user, password));
  if (database > 0) await redis.select(database);
  await redis.ping();
}

/** Nothing is tried again, queued or asked by the client itself, and an end waits for nobody. */
const quiet = {
  lazyConnect: true,
  retryStrategy: () => null,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  disableClientInfo: true,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  connectTimeout: 0,
  disconnectTimeout: 1,
} as const;

async function placeOf({ path, host, port, isSecure }: Address, { caFile }: RedisOptions) {
  if (path !== undefined) return { path };
  const place = { host: host ?? "", port: port ?? 6379, family: 0 };
  if (!isSecure) return place;
  const ca = caFile ? { ca: await readFile(caFile, "utf8") } : {};
  return { ...place, tls: { ...ca, ...(isIP(place.host) ? {} : { servername: place.host }) } };
}

/** What has come while this process itself was busy is looked at before a timeout is called one. */
const graceMs = 20;

function within<T>(ms: number, work: Promise<T>, reason: string): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      timer = setTimeout(() => reject(new Error(reason)), graceMs);
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export const isReply = (error: unknown): error is Error => error instanceof Error && error.name === "ReplyError";

/** Without the command that failed, which `ioredis` hangs on the error: it may be the one with the password. */
function plain(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { name, message } = error;
  const said = /^(MOVED|CLUSTERDOWN|CROSSSLOT)\b/.test(message)
    ? `Redis Cluster is not supported. ${message}`
    : /^(Stream isn't writeable|Connection is closed)/.test(message)
      ? closed
      : message;
  return Object.assign(new Error(said), { name }, "code" in error ? { code: error.code } : {});
}
