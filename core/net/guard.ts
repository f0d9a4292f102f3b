/**
 * The one way out: every request that Cameo makes goes through here.
 *
 * Threat: a URL, a redirect or a name server of an outsider leads the server into its own network (SSRF), leaks its
 * credentials to another host, or feeds it without end.
 * Layers: http(s) without user names only → the caller's host patterns → the name is resolved once → every address is
 * vetted → the connection is pinned to what was vetted (`node:http(s)`, since `fetch` resolves again by itself) → the
 * same again for each redirect. Headers that may hold a secret stay with their origin. One deadline spans everything,
 * one cap holds for the wire and for what is unpacked.
 * Residual risk: a public address that a network routes inwards; an allow-listed host that attacks its own network.
 */
import { createFetch } from "ofetch";
import { CameoError } from "../error.ts";
import type { FetchOptions } from "../plugin.ts";
import { withDeadline } from "./deadline.ts";
import { codeOf, type Outgoing, receive, send } from "./exchange.ts";
import { hostOf, isHostAllowed } from "./hosts.ts";
import { type Lookup, resolveHost } from "./resolve.ts";

export interface GuardSettings {
  /** For one call, with name lookup, redirects, retry and body; in milliseconds. */
  readonly fetchMs: number;
  /** Cap on a body, unless the call has its own; in bytes. */
  readonly maxBytes: number;
  /** Default 3. */
  readonly maxRedirects?: number;
  /** Ranges besides the public ones, as CIDR. */
  readonly allowPrivate: readonly string[];
  readonly userAgent: string;
  /** Resolver in place of the system's. */
  readonly lookup?: Lookup;
  /** Certificate authorities in PEM in place of the runtime's own. */
  readonly ca?: string;
}

export type GuardedFetch = (url: string | URL, options?: FetchOptions) => Promise<Response>;

/**
 * `fetch` behind the guard. The body of its `Response` is here already. An HTTP error status is returned.
 * Throws `host-not-allowed`, `origin-failed`, `origin-timeout`, `source-too-large`, or the reason with which the
 * caller aborted.
 */
export function createGuard(settings: GuardSettings): GuardedFetch {
  return (url, options = {}) =>
    withDeadline(settings.fetchMs, options.signal, (signal) =>
      fetchRetrying({ settings, options, signal }, parseUrl(url)),
    );
}

interface Call {
  readonly settings: GuardSettings;
  readonly options: FetchOptions;
  readonly signal: AbortSignal;
}

/**
 * ofetch gives the retry: once more when the connection was reset, which happens when an origin restarts, and only for
 * GET and HEAD. Its error carries the whole URL in its message, so ours, its cause, is thrown in its place.
 */
async function fetchRetrying(call: Call, url: URL): Promise<Response> {
  const first = outgoing(call, url);
  const retrying = createFetch({ fetch: (() => follow(call, first)) as unknown as typeof fetch });
  try {
    return await retrying.raw<unknown, "stream">(url.href, {
      method: first.method,
      responseType: "stream",
      ignoreResponseError: true,
      retry: first.method === "POST" ? 0 : 1,
      onRequestError: (context) => {
        if (call.signal.aborted || !isReset(context.error)) context.options.retry = false;
      },
    });
  } catch (error) {
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  }
}

const isReset = (error: unknown): boolean =>
  error instanceof CameoError && codeOf(error.options.cause) === "ECONNRESET";

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

async function follow({ settings, options, signal }: Call, first: Outgoing): Promise<Response> {
  let current = first;
  for (let left = settings.maxRedirects ?? 3; ; left--) {
    checkUrl(current.url, options.allow);
    const addresses = await resolveHost(current.url, settings.allowPrivate, settings.lookup);
    signal.throwIfAborted();
    const message = await send(current, { addresses, signal, ca: settings.ca });
    if (options.redirect === "manual" || !redirectStatuses.has(message.statusCode ?? 0))
      return receive(message, current, options.maxBytes ?? settings.maxBytes);
    message.destroy();
    if (left === 0) throw badRedirect(current.url, "too many redirects");
    current = redirected(current, message.statusCode ?? 0, message.headers.location);
  }
}

function parseUrl(url: string | URL): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new CameoError("host-not-allowed", "This is not an absolute http or https URL.", { cause });
  }
}

function checkUrl(url: URL, allow: readonly string[] | undefined): void {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new CameoError("host-not-allowed", "Only http and https URLs are fetched.", {
      log: { protocol: url.protocol },
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new CameoError("host-not-allowed", "A URL with a user name or password is not fetched.", {
      log: { host: url.host },
    });
  }
  if (allow && !isHostAllowed(url, allow)) {
    throw new CameoError(
      "host-not-allowed",
      "The host is not on the allow-list; the operator can add it to the mount's `allow`.",
      {
        log: { host: url.host },
      },
    );
  }
}

/** Headers that belong to the connection or that say where it goes: not the caller's to set. */
const ownHeaders: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "content-length",
  "accept-encoding",
  "proxy-authorization",
  "proxy-connection",
]);

/** Headers that hold no secret and may follow to another origin. Any other may be a token under a name of its own. */
const openHeaders: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "host",
  "if-modified-since",
  "if-none-match",
  "user-agent",
]);

function outgoing({ settings, options }: Call, url: URL): Outgoing {
  const headers: Record<string, string> = { accept: "*/*", "user-agent": settings.userAgent };
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (!ownHeaders.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return addressed({
    url,
    method: options.method ?? "GET",
    headers: { ...headers, "accept-encoding": "gzip, br" },
    body: options.body,
  });
}

/** With the `Host` of its URL, without a dot at its end. */
function addressed(request: Outgoing): Outgoing {
  const { url } = request;
  return { ...request, headers: { ...request.headers, host: url.port ? `${hostOf(url)}:${url.port}` : hostOf(url) } };
}

/**
 * The request that a redirect asks for (RFC 9110 §15.4): a POST goes on as GET unless 307 or 308 keep it, which they
 * may within one origin only.
 */
function redirected(from: Outgoing, status: number, location: string | undefined): Outgoing {
  const url = location && URL.canParse(location, from.url) ? new URL(location, from.url) : undefined;
  if (!url) throw badRedirect(from.url, "no valid Location");
  const secrets = Object.keys(from.headers).filter((name) => !openHeaders.has(name));
  const keepsBody = status === 307 || status === 308 || from.method !== "POST";
  const { body, ...rest } = keepsBody ? from : { ...from, method: "GET", body: undefined };
  if (url.origin === from.url.origin) return addressed({ ...rest, url, body });
  const isDowngrade = from.url.protocol === "https:" && url.protocol === "http:";
  if (body !== undefined || (isDowngrade && secrets.length > 0))
    throw badRedirect(from.url, "would carry credentials away");
  const headers = Object.fromEntries(Object.entries(from.headers).filter(([name]) => openHeaders.has(name)));
  return addressed({ ...rest, url, headers });
}

const badRedirect = (url: URL, reason: string): CameoError =>
  new CameoError("origin-failed", `The origin's redirect cannot be followed: ${reason}.`, { log: { host: url.host } });
