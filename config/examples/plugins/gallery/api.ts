/** One way to the service: the key in its header, its refusals in our words, and silence while its limit is used up. */
import type { SourceHost } from "cameo/plugin";
import * as v from "valibot";

export interface Api {
  /** The answer of `GET {base}/{path}`; `null` for 404. Throws `origin-failed`, also where the answer is not as `question.body` says. */
  get<T>(question: Question<T>, signal: AbortSignal): Promise<Answer<T> | null>;
}

export interface Question<T> {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body: v.GenericSchema<unknown, T>;
}

export interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

/** How long to wait where the service does not say, in seconds. */
const waitS = 60;

export function createApi({ base, key }: { base: string; key: string }, host: SourceHost): Api {
  const root = new URL(base.replace(/\/*$/, "/"));
  const headers = { authorization: `Client-ID ${key}`, accept: "application/json", "accept-version": "v1" };
  let closedUntilMs = 0;
  return {
    async get({ path, query = {}, body }, signal) {
      if (host.now() < closedUntilMs) throw limited(host, (closedUntilMs - host.now()) / 1000);
      const url = new URL(path, root);
      url.search = String(new URLSearchParams(query));
      const answer = await host.fetch(url, { signal, headers, allow: [root.host] });
      const isUsedUp = answer.headers.get("x-ratelimit-remaining") === "0";
      if (isUsedUp || answer.status === 429) closedUntilMs = host.now() + restS(answer.headers, host.now()) * 1000;
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw refusal(answer.status, closedUntilMs, host);
      const said = v.safeParse(body, await answer.json().catch(() => undefined));
      if (said.success) return { body: said.output, headers: answer.headers };
      throw host.fail("origin-failed", "The photo service did not answer as its API does; check the mount's `base`.");
    },
  };
}

/** Seconds until the limit is lifted: `Retry-After`, or `X-Ratelimit-Reset` as Unix time. */
function restS(headers: Headers, nowMs: number): number {
  const [after, reset] = [Number(headers.get("retry-after")), Number(headers.get("x-ratelimit-reset"))];
  if (after > 0) return after;
  return reset > 0 ? Math.max(1, reset - nowMs / 1000) : waitS;
}

const limited = (host: SourceHost, afterS: number): Error =>
  host.fail("origin-failed", "The photo service's limit of requests is used up; try again later.", {
    retryAfterS: Math.ceil(afterS),
  });

function refusal(status: number, closedUntilMs: number, host: SourceHost): Error {
  const afterS = (closedUntilMs - host.now()) / 1000;
  if (status === 429 || (status === 403 && afterS > 0)) return limited(host, afterS);
  const detail =
    status === 401 || status === 403
      ? "The photo service does not accept the key; the operator has to correct the mount's `key`."
      : `The photo service answered ${status}; try again later.`;
  return host.fail("origin-failed", detail, { fields: { originStatus: status } });
}
