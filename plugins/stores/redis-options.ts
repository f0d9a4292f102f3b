/** Settings of the store `redis`, and the address that its URL names. */
import { bytes } from "cameo/plugin";
import * as v from "valibot";

const about = v.description;
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_147_483_647));

/** Messages never quote the URL: it may hold a password. */
const url = v.pipe(
  v.string("the URL is text"),
  v.check(
    (text) => addressOf(text) !== undefined,
    "a URL is `redis://host:6379/0`, `rediss://…` for TLS, or `unix:///run/redis.sock?db=0`, with `user:password@` before the host where one is needed, both percent-encoded",
  ),
);

export const options = v.object({
  url: v.pipe(
    v.optional(url, "redis://127.0.0.1:6379/0"),
    about(
      "Where it is: `redis://user:password@host:6379/0`, `rediss://…` for TLS, `unix:///run/redis.sock?db=0` for a socket. The number is that of the database.",
    ),
  ),
  passwordFile: v.pipe(
    v.optional(v.pipe(v.string(), v.minLength(1))),
    about(
      "File with the password in place of one in `url`, read anew for each connection, so that it can be replaced while Cameo runs.",
    ),
  ),
  caFile: v.pipe(
    v.optional(v.pipe(v.string(), v.minLength(1))),
    about(
      "File with the certificates (PEM) that a `rediss://` server's own is checked against, read anew for each connection. Default: those that the runtime trusts.",
    ),
  ),
  prefix: v.pipe(
    v.optional(v.pipe(v.string(), v.minLength(1)), "cameo:"),
    about(
      "What the keys begin with. Processes that share results have the same one, other installations in the same database another.",
    ),
  ),
  ttlS: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(3_153_600_000))),
    about(
      "After how many seconds Redis forgets a value, at the latest. Default: when it may no longer be served, which is `ttlS` and `staleS` of its mount.",
    ),
  ),
  maxValueBytes: v.pipe(
    v.optional(bytes, 4 * 2 ** 20),
    about("Larger values are not written there: a large original would hold up the others."),
  ),
  timeoutMs: v.pipe(
    v.optional(milliseconds, 250),
    about("Time for one command. After one that took longer, Redis is left alone for a moment, 0.2 to 30 seconds."),
  ),
  connectTimeoutMs: v.pipe(
    v.optional(milliseconds, 1000),
    about("Time for a connection with TLS and password. A start waits for the first one, as long as this at most."),
  ),
});

export type RedisOptions = v.InferOutput<typeof options>;

/** What a URL says. */
export interface Address {
  /** Path of a socket, in place of `host` and `port`. */
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly isSecure: boolean;
  readonly user: string;
  readonly password: string;
  readonly database: number;
}

/** `undefined` for what is no URL of a Redis, or one that could not be shown safely: a raw `@` or space in a password. Pure. */
export function addressOf(text: string): Address | undefined {
  try {
    return read(text);
  } catch {
    return undefined; // No URL, or `%` before what is no escape.
  }
}

function read(text: string): Address | undefined {
  if (!/^(rediss?|unix):\/\/[^\s@#]*(@[^\s@#]*)?$/.test(text)) return undefined;
  const { protocol, hostname, port, pathname, username, password, searchParams } = new URL(text);
  const isSocket = protocol === "unix:";
  if ([...searchParams.keys()].some((name) => name !== "db" || !isSocket)) return undefined;
  const database = (isSocket ? searchParams.get("db") : pathname.slice(1)) || "0";
  if (!/^\d{1,9}$/.test(database)) return undefined;
  const common = {
    isSecure: protocol === "rediss:",
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: Number(database),
  };
  if (isSocket) {
    const isPath = pathname.length > 1 && ["", "localhost"].includes(hostname) && port === "";
    return isPath ? { ...common, path: decodeURIComponent(pathname) } : undefined;
  }
  return hostname === ""
    ? undefined
    : { ...common, host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 6379) };
}
