/** The image routes: `/{mount}/{ref}`, `/meta/{mount}/{ref}`, `?explain`, and `DELETE` to purge. */
import { LRUCache } from "lru-cache";
import type { Entry, EntryHeader } from "../cache/entry.ts";
import { state } from "../cache/freshness.ts";
import { CameoError, codes, toCameoError } from "../error.ts";
import { type Answer, answer, answerFromMemory, type Services, type Timings } from "../pipeline.ts";
import { acceptedFormats } from "../request/negotiate.ts";
import { splitPath } from "../request/parse.ts";
import { type ImageRequest, resolve } from "../stages/resolve.ts";
import { count } from "../traffic.ts";
import { explain } from "./explain.ts";
import {
  cacheControl,
  cacheStatus,
  fixedHeaders,
  isUnmodifiedSince,
  matchesEtag,
  schemeHint,
  serverTiming,
  varyOf,
} from "./headers.ts";
import { problemResponse } from "./problem.ts";

/** Resolved requests that are kept: `resolve` is pure, so a known URL need not be parsed again. */
const keptRequests = 8192;
/** Characters of their URLs together; each is held several times over. Long ones push others out, so that a flood of them costs little memory. */
const keptCharacters = 4 * 2 ** 20;

/** By URL and what else decides; the least recently used go first. */
export const createKept = <T extends object>(): LRUCache<string, T> =>
  new LRUCache({ max: keptRequests, maxSize: keptCharacters, sizeCalculation: (_, key) => key.length });

export interface ImageHandler {
  /** Answers a GET, or a HEAD whose body the router drops; never throws. */
  answer(request: Request): Response | Promise<Response>;
  /** The answer to a GET that had the same a moment ago, from memory: nothing is routed or parsed for it. `undefined` for all others. */
  again(request: Request): Response | undefined;
}

interface Asked {
  readonly pathname: string;
  readonly search: string;
  readonly isExplain: boolean;
}

/** The path and query of an absolute URL, as they were written. */
export function splitUrl(url: string): { readonly pathname: string; readonly search: string } {
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2)).split("#", 1)[0] ?? "/";
  const question = path.indexOf("?");
  return question < 0
    ? { pathname: path, search: "" }
    : { pathname: path.slice(0, question), search: path.slice(question + 1) };
}

export function createImageHandler(services: Services): ImageHandler {
  const resolved = createKept<ImageRequest>();
  // Of an entry, its header alone: bodies belong to the cache, whose budget counts them.
  const fixed = new WeakMap<ImageRequest, { readonly of: EntryHeader; readonly headers: Record<string, string> }>();
  const recent = new WeakMap<ImageRequest, Recent>();
  /** By URL and `Accept`, as they were written. */
  const hot = createKept<ImageRequest>();
  const { log, snapshot } = services;

  function lookUp(asked: Asked, { headers }: Request): ImageRequest {
    const accept = headers.get("accept") ?? undefined;
    const scheme = mayBeThemed(asked) ? schemeOf(headers) : undefined;
    const key = `${asked.pathname}?${asked.search} ${acceptedFormats(accept).join()} ${scheme}`;
    const known = resolved.get(key);
    if (known) return held(known, services.now());
    const { pathname, search } = asked;
    const request = resolve({ pathname, search, accept, scheme }, snapshot, services.now());
    resolved.set(key, request);
    return request;
  }

  function respond(request: Request, image: ImageRequest, found: Answer, timings: Timings): Response {
    const entry = found.entry;
    const known = fixed.get(image);
    const kept = known?.of === entry.header ? known : { of: entry.header, headers: fixedHeaders(entry, image) };
    fixed.set(image, kept);
    const headers = {
      ...kept.headers,
      "cache-control": cacheControl(entry, image, services.now()),
      "x-cache": cacheStatus(found),
      "server-timing": serverTiming(timings),
    };
    if (isNotModified(request, entry)) return notModified(headers);
    return new Response(entry.body as Uint8Array<ArrayBuffer>, { headers });
  }

  /** Headers of a memory hit change once a second; made for each answer they cost more than all the rest. */
  function respondAgain(request: Request, image: ImageRequest, found: Answer, timings: Timings): Response {
    const second = Math.floor(services.now() / 1000);
    const known = recent.get(image);
    const isKnown = known?.second === second && known.of === found.entry.header;
    if (isKnown && !isConditional(request)) {
      return new Response(found.entry.body as Uint8Array<ArrayBuffer>, { headers: known.headers });
    }
    const response = respond(request, image, found, timings);
    if (response.status !== 200) return response;
    const note = noteHits(image.mount.name, found.entry.body.length);
    recent.set(image, { second, of: found.entry.header, headers: new Headers(response.headers), note });
    // Nothing but these decides of it.
    if (image.parameters.expires === undefined && !image.isThemed) hot.set(keyOf(request), image);
    return response;
  }

  function again(request: Request): Response | undefined {
    if (request.method !== "GET" || isConditional(request)) return undefined;
    const started = performance.now();
    const image = hot.get(keyOf(request));
    const known = image && recent.get(image);
    const now = services.now();
    if (!image || known?.second !== Math.floor(now / 1000)) return undefined;
    const found = services.cache.peek(image.keys.variant);
    if (found?.entry.header !== known.of || state(known.of, now) !== "fresh") return undefined;
    known.note(performance.now() - started);
    return new Response(found.entry.body as Uint8Array<ArrayBuffer>, { headers: known.headers });
  }

  /** `record` for hits of one picture, whose words are found once. */
  function noteHits(mount: string, bytes: number): (ms: number) => void {
    const tally = services.traffic.tally(mount, 200, "HIT memory");
    const fields = { method: "GET", mount, status: 200, cache: "HIT memory" };
    const write = snapshot.settings.log.requests ? log.repeated("request", fields, "ms") : undefined;
    return (ms) => {
      count(tally, ms, bytes);
      write?.(Math.round(ms * 100) / 100);
    };
  }

  function refuse(
    request: Request,
    { asked, image }: { readonly asked: Asked | undefined; readonly image: ImageRequest | undefined },
    error: unknown,
    started: number,
  ): Response {
    const known = toCameoError(error);
    const { report } = codes[known.code];
    const mount = asked && splitPath(asked.pathname).mount;
    if (report)
      services.troubles.note(known.code === "busy" || known.code === "too-slow" ? "workers" : "requests", known);
    const fields = { code: known.code, detail: known.detail, mount, ...known.options.log, cause: known.options.cause };
    log[report ? "warn" : "debug"]("request failed", fields);
    const response = problemResponse(known, image && varyOf(image));
    record(request, mount, response.status, "", started);
    return response;
  }

  /** Counts it, and writes a line. `bytes`: of the body, where there is one. */
  function record(
    { method }: Request,
    mount: string | undefined,
    status: number,
    cached: string,
    started: number,
    bytes = 0,
  ): void {
    const took = performance.now() - started;
    const known = mount !== undefined && snapshot.mounts.has(mount) ? mount : "";
    count(services.traffic.tally(known, status, cached), took, method === "HEAD" || status === 304 ? 0 : bytes);
    if (!snapshot.settings.log.requests) return;
    log.info("request", { method, mount, status, cache: cached, ms: Math.round(took * 100) / 100 });
  }

  async function make(
    request: Request,
    asked: Asked,
    image: ImageRequest,
    timings: Timings,
    started: number,
  ): Promise<Response> {
    try {
      if (asked.isExplain) return await explain(image, services, timings);
      const found = await answer(image, services, timings, request.signal);
      const response = respond(request, image, found, { ...timings, total: performance.now() - started });
      if (timings.fetch !== undefined) services.traffic.noteStages(timings);
      record(request, image.mount.name, response.status, cacheStatus(found), started, found.entry.body.length);
      return response;
    } catch (error) {
      return refuse(request, { asked, image }, request.signal.aborted ? gone(error) : error, started);
    }
  }

  const answerAny = (request: Request): Response | Promise<Response> => {
    const started = performance.now();
    let asked: Asked | undefined;
    let image: ImageRequest | undefined;
    try {
      asked = readUrl(request.url, snapshot.settings.limits.urlLength);
      image = lookUp(asked, request);
      const found = asked.isExplain ? undefined : answerFromMemory(image, services);
      const timings = { resolve: performance.now() - started };
      if (!found) return make(request, asked, image, timings, started);
      const response = respondAgain(request, image, found, timings);
      record(request, image.mount.name, response.status, "HIT memory", started, found.entry.body.length);
      return response;
    } catch (error) {
      return refuse(request, { asked, image }, error, started);
    }
  };
  return { answer: answerAny, again };
}

/** What decides of an answer, but for the client's colour scheme and the time. */
const keyOf = ({ url, headers }: Request): string => `${headers.get("accept")} ${url}`;

/** What was answered last for a request. */
interface Recent {
  readonly second: number;
  readonly of: EntryHeader;
  readonly headers: Headers;
  /** Counts such an answer, and writes its line. */
  note(ms: number): void;
}

/** A kept request is still subject to its expiry. */
function held(request: ImageRequest, now: number): ImageRequest {
  const { expires } = request.parameters;
  if (expires === undefined || expires * 1000 > now) return request;
  throw new CameoError("url-expired", "This URL has expired; ask for a new one.");
}

/** Takes `explain` off the query: it is no part of the picture. */
export function readUrl(url: string, maxLength: number): Asked {
  const { pathname, search } = splitUrl(url);
  if (pathname.length + search.length > maxLength) {
    throw new CameoError("url-too-long", `The URL is longer than ${maxLength} characters, the limit here.`);
  }
  if (!search.includes("explain")) return { pathname, search, isExplain: false };
  const kept = search.split("&").filter((part) => !/^explain(=(1|true)?)?$/.test(part));
  return { pathname, search: kept.join("&"), isExplain: kept.length < search.split("&").length };
}

/** Presets may hold a theme too. */
const mayBeThemed = ({ search }: Asked): boolean => /theme|(^|&)p/.test(search);

function schemeOf(headers: Headers): "light" | "dark" | undefined {
  const hint = headers.get(schemeHint)?.replaceAll('"', "");
  return hint === "light" || hint === "dark" ? hint : undefined;
}

const isConditional = ({ headers }: Request): boolean =>
  headers.has("if-none-match") || headers.has("if-modified-since");

/** An entity tag wins over a date. */
function isNotModified({ headers }: Request, { header }: Entry): boolean {
  const tag = headers.get("if-none-match");
  if (tag !== null) return matchesEtag(tag, header.etag);
  return isUnmodifiedSince(headers.get("if-modified-since"), header.origin?.lastModified);
}

/** Nobody is there to read it, and it is nobody's fault: neither a warning nor a trouble of the server. */
const gone = (cause: unknown): CameoError =>
  new CameoError("bad-request", "The client closed the connection before the answer was ready.", { cause });

function notModified(headers: Record<string, string>): Response {
  const { "content-length": _length, "content-type": _type, "content-disposition": _name, ...kept } = headers;
  return new Response(null, { status: 304, headers: kept });
}
