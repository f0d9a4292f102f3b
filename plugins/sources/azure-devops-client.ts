/**
 * Requests to one organisation of Azure DevOps: with its token, a few at one time, no more while it limits the rate; and the answers told
 * apart. Without a valid token the service sends to a sign-in page, or answers 203 with HTML, seldom 401: none of these is ever an answer.
 */
import type { SourceHost } from "cameo/plugin";
import type { Credential } from "./azure-devops-credential.ts";
import { badStatus, badToken, tooMany, tooSlow } from "./azure-devops-failures.ts";
import { createGate } from "./azure-devops-gate.ts";
import type { AzureOptions } from "./azure-devops-options.ts";

export interface Question {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly accept: string;
  /** JSON to send by POST. Default: GET. */
  readonly json?: object;
  /** Validator of a copy that is there. */
  readonly etag?: string | undefined;
  readonly maxBytes: number;
}

export interface Client {
  /** An answer of 200, 304, 403 or 404. Throws `origin-failed` or `origin-timeout` for any other. */
  ask(question: Question): Promise<Response>;
  /** The error for a 403 that no other way leads around. */
  forbidden(): Error;
  /** Whether there is no token, or one that was refused not long ago. */
  isTroubled(): boolean;
  /** The token lacks the scope of the Graph, so that the older links are used for a while. */
  refuseGraph(): void;
  isGraphRefused(): boolean;
}

/** After a refusal the same token is not tried again for so long, in milliseconds. */
const pauseMs = 10_000;
/** After that a trouble may be over though nobody has tried: links are made again, and who follows them tries. In milliseconds. */
const troubleMs = 60_000;
/** How long a Graph that the token may not read is left alone, in milliseconds. */
const graphRefusalMs = 300_000;
/** Where a 429 does not say, and the most that it may say; in seconds. */
const restS = { byDefault: 30, most: 3600 };
const mostRedirects = 3;

export function createClient(options: AzureOptions, credential: Credential, host: SourceHost): Client {
  const { organization, maxConcurrent, timeoutMs } = options;
  const gate = createGate(maxConcurrent);
  const trouble = createTrouble(`azure-devops ${organization}`, host);
  let restUntilMs = 0;
  let graphRefusedUntilMs = 0;
  let refused: { readonly header: string; readonly untilMs: number } | undefined;

  async function ask(question: Question): Promise<Response> {
    question.signal.throwIfAborted();
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([question.signal, late]);
    try {
      return await gate(() => askNow({ ...question, signal }), signal);
    } catch (error) {
      if (late.aborted && error === late.reason) throw tooSlow(organization, host);
      throw error;
    }
  }

  async function askNow(question: Question): Promise<Response> {
    refuseWhileResting();
    const header = await trouble.watch(() => credential.header());
    if (refused?.header === header && host.now() < refused.untilMs) throw badToken(organization, host);
    const response = await follow(question, header, host);
    if (!(await isSignIn(response))) return accepted(response);
    const other = await trouble.watch(() => credential.renew(header));
    const again = other === undefined ? undefined : await follow(question, other, host);
    if (again && !(await isSignIn(again))) return accepted(again);
    refused = { header: other ?? header, untilMs: host.now() + pauseMs };
    throw noteRefusal();
  }

  function refuseWhileResting(): void {
    const leftMs = restUntilMs - host.now();
    if (leftMs > 0) throw tooMany(organization, Math.ceil(leftMs / 1000), host);
  }

  function accepted(response: Response): Response {
    const { status } = response;
    if (status === 429 || (status === 503 && response.headers.has("retry-after"))) {
      const waitS = Math.min(restS.most, retryAfterS(response, host.now()) ?? restS.byDefault);
      restUntilMs = Math.max(restUntilMs, host.now() + waitS * 1000);
      host.metrics.count("rateLimited");
      throw tooMany(organization, waitS, host);
    }
    if (![200, 304, 403, 404].includes(status)) throw badStatus(status, organization, host);
    if (status !== 403) trouble.clear();
    return response;
  }

  function noteRefusal(): Error {
    host.metrics.count("authenticationFailures");
    return trouble.note(badToken(organization, host));
  }

  return {
    ask,
    isTroubled: () => credential.isMissing === true || trouble.isFresh(),
    forbidden: noteRefusal,
    isGraphRefused: () => host.now() < graphRefusedUntilMs,
    refuseGraph() {
      graphRefusedUntilMs = host.now() + graphRefusalMs;
      host.metrics.count("graphRefused");
      host.log.warn("the token may not read the Graph; older avatar links are used", { scope: "vso.graph" });
    },
  };
}

/** The trouble that `/health` shows while the token does not work. */
function createTrouble(part: string, host: SourceHost) {
  let state: "unknown" | "fine" | "bad" = "unknown";
  let sinceMs = 0;
  const note = (error: Error): Error => {
    host.trouble(part, error);
    state = "bad";
    sinceMs = host.now();
    return error;
  };
  return {
    note,
    isFresh: () => state === "bad" && host.now() - sinceMs < troubleMs,
    clear() {
      if (state !== "fine") host.trouble(part, null);
      state = "fine";
    },
    async watch<T>(work: () => Promise<T>): Promise<T> {
      try {
        return await work();
      } catch (error) {
        throw error instanceof Error ? note(error) : error;
      }
    },
  };
}

/** Follows redirects within one origin; any other, and one to a sign-in page, is answered as it is. */
async function follow(question: Question, authorization: string, host: SourceHost): Promise<Response> {
  const { signal, maxBytes, accept, etag, json } = question;
  const headers = {
    accept,
    authorization,
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(json === undefined ? {} : { "content-type": "application/json" }),
  };
  const sent = json === undefined ? {} : { method: "POST" as const, body: JSON.stringify(json) };
  let url = new URL(question.url);
  for (let left = mostRedirects; ; left--) {
    const startMs = host.now();
    const response = await host.fetch(url, { ...sent, headers, signal, maxBytes, redirect: "manual" });
    host.metrics.observe("requestMs", host.now() - startMs);
    const next = nextOf(response, url);
    if (!next || left === 0 || json !== undefined) return response;
    url = next;
  }
}

function nextOf({ status, headers }: Response, url: URL): URL | undefined {
  const location = headers.get("location");
  if (status < 300 || status > 399 || !location || !URL.canParse(location, url)) return undefined;
  const next = new URL(location, url);
  return next.origin === url.origin && !/sign-?in|login|oauth/i.test(next.pathname) ? next : undefined;
}

/** Redirects that are left lead to a sign-in page. A page where no page was asked for is one. */
async function isSignIn(response: Response): Promise<boolean> {
  const { status, headers } = response;
  if (status === 401 || status === 203 || (status >= 300 && status < 400 && status !== 304)) return true;
  if (status !== 200) return false;
  if (/^text\/html\b/i.test(headers.get("content-type") ?? "")) return true;
  const start = new Uint8Array(await response.clone().arrayBuffer()).subarray(0, 512);
  return /^\ufeff?\s*(<!doctype html|<html)/i.test(new TextDecoder().decode(start));
}

/** Seconds or a date (RFC 9110 §10.2.3). */
function retryAfterS({ headers }: Response, nowMs: number): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text));
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}
