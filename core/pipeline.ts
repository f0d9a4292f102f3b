/**
 * The pipeline: resolve → fetch → transform → render → store. Each stage is one file with one exported function that takes a readonly
 * value and returns the next one. Before `fetch` the cache is asked, and one flight per key is shared by all who wait.
 */
import type { Cache, CacheHit } from "./cache/cache.ts";
import type { Entry } from "./cache/entry.ts";
import type { Flights } from "./cache/flight.ts";
import { negativeFreshness, state } from "./cache/freshness.ts";
import { CameoError, codes, toCameoError } from "./error.ts";
import type { Plan } from "./image.ts";
import type { RootLog } from "./log.ts";
import type { Figures, Troubles } from "./metrics.ts";
import type { Snapshot } from "./registry/snapshot.ts";
import { type Fetched, fetch, negativeEntry, type Origin, rethrown } from "./stages/fetch.ts";
import { render } from "./stages/render.ts";
import { type ImageRequest, resolve } from "./stages/resolve.ts";
import { store, toEntry } from "./stages/store.ts";
import { transform } from "./stages/transform.ts";
import type { Traffic } from "./traffic.ts";
import type { Pool } from "./work/pool.ts";
import type { Job, JobResult } from "./work/protocol.ts";
import type { Turnstile } from "./work/turnstile.ts";
import { isHeavy } from "./work/weight.ts";

export const pipeline = [resolve, fetch, transform, render, store] as const;

/** What the stages work with. */
export interface Services {
  readonly snapshot: Snapshot;
  readonly cache: Cache;
  readonly flights: Flights;
  readonly pool: Pool;
  /** How many originals may be loaded at one time. */
  readonly turnstile: Turnstile;
  readonly log: RootLog;
  readonly troubles: Troubles;
  readonly figures: Figures;
  readonly traffic: Traffic;
  /** Milliseconds since 1970. */
  now(): number;
  /** 0 ≤ n < 1, for jitter. */
  random(): number;
}

/** Milliseconds by stage, for `Server-Timing`. */
export type Timings = Record<string, number>;

export interface Answer {
  readonly entry: Entry;
  readonly cached: "HIT" | "STALE" | "MISS";
  /** Tier of a hit, `origin` of a miss. */
  readonly tier: string;
}

/** From memory, if it is fresh there: no promise, no stage, the hot path. Throws a failure that is remembered. */
export function answerFromMemory(request: ImageRequest, services: Services): Answer | undefined {
  const hit = services.cache.peek(request.keys.variant);
  if (!hit || state(hit.entry.header, services.now()) !== "fresh") return undefined;
  return toAnswer(request, hit, "HIT", services.now());
}

/** Any image: from the cache, stale and renewed behind the client's back, or made. A client that leaves cancels only itself. */
export async function answer(
  request: ImageRequest,
  services: Services,
  timings: Timings,
  signal?: AbortSignal,
): Promise<Answer> {
  const asked = performance.now();
  const hit = await services.cache.get(request.keys.variant);
  timings.cache = performance.now() - asked;
  const now = hit ? state(hit.entry.header, services.now()) : "expired";
  if (hit && now === "fresh") return toAnswer(request, hit, "HIT", services.now());
  if (hit && now === "stale" && hit.entry.header.kind === "variant") {
    renew(request, services, hit.entry);
    return toAnswer(request, hit, "STALE", services.now());
  }
  const entry = await services.flights.run(
    flightKey(request, services),
    (shared) => make(request, services, undefined, timings, shared),
    signal,
  );
  refuseUnsigned(request, entry.header.origin);
  return { entry, cached: "MISS", tier: "origin" };
}

/**
 * Who comes after a purge does not join a flight from before it: that one may hold what was purged. Nor does who is signed join one that is not:
 * a stranger could keep him from what only he may see.
 */
const flightKey = ({ keys, isSigned }: ImageRequest, { cache }: Services): string =>
  `${keys.variant}${isSigned ? "!" : ""}@${cache.ticket(keys.prefix)}`;

function toAnswer(request: ImageRequest, { entry, tier }: CacheHit, cached: "HIT" | "STALE", now: number): Answer {
  if (entry.header.error) throw rethrown(entry.header.error, entry.header.freshUntil - now);
  refuseUnsigned(request, entry.header.origin);
  return { entry, cached, tier };
}

/** An image that its source calls private is shown to signed URLs only, wherever it comes from, and nothing is told of it. Throws `signature-required`. */
export function refuseUnsigned({ isSigned, isInside }: ImageRequest, origin: Origin | undefined): void {
  if (!origin?.needsSignature || isSigned || isInside) return;
  throw new CameoError("signature-required", "This image is shown to signed URLs only; sign this one.");
}

/** Revalidates in the background. While the origin is down the stale copy is served on, and the origin is left alone for a while. */
function renew(request: ImageRequest, services: Services, stale: Entry): void {
  const retryAt = stale.header.facts?.retryAt;
  if (typeof retryAt === "number" && retryAt > services.now()) return;
  const ticket = services.cache.ticket(request.keys.prefix);
  services.flights
    .run(flightKey(request, services), (signal) => make(request, services, stale, {}, signal))
    .catch((error) => {
      const { code } = toCameoError(error);
      if (codes[code].report) services.troubles.note(`mount.${request.mount.name}`, error);
      const pause = codes[code].retryable ? negativeFreshness(code, services.now(), services.random()) : undefined;
      if (!pause) return;
      const facts = { ...stale.header.facts, retryAt: pause.freshUntil };
      void services.cache.set(request.keys.variant, { header: { ...stale.header, facts }, body: stale.body }, ticket);
    });
}

/** The stages after `resolve`, for one variant. */
async function make(
  request: ImageRequest,
  services: Services,
  stale: Entry | undefined,
  timings: Timings,
  signal: AbortSignal,
): Promise<Entry> {
  const ticket = services.cache.ticket(request.keys.prefix);
  try {
    const entry = await makeEntry(request, services, stale, timings, signal);
    store(request, entry, services, ticket);
    return entry;
  } catch (error) {
    if (signal.aborted) throw error;
    const known = toCameoError(error);
    const keepsStale = stale !== undefined && codes[known.code].retryable;
    const times = keepsStale ? undefined : negativeFreshness(known.code, services.now(), services.random());
    // Where there is no original, its failure is remembered, with what it was to be made of.
    const { origin = {} } = services.cache.peek(request.keys.original)?.entry.header ?? {};
    if (times) store(request, negativeEntry(known, times, origin), services, ticket);
    throw known;
  }
}

async function makeEntry(
  request: ImageRequest,
  services: Services,
  stale: Entry | undefined,
  timings: Timings,
  signal: AbortSignal,
): Promise<Entry> {
  const started = performance.now();
  const fetched = await fetch(request, services, { variant: stale, signal });
  timings.fetch = performance.now() - started;
  if ("unchanged" in fetched) {
    if (stale) return { header: { ...stale.header, ...fetched.times }, body: stale.body };
    throw new CameoError(
      "origin-failed",
      "The origin says that nothing has changed, but it was not asked about a copy.",
    );
  }
  if (stale && stale.header.origin?.sha256 === fetched.origin.sha256) {
    const { storedAt, freshUntil, staleUntil } = fetched.times;
    const { origin } = fetched;
    return { header: { ...stale.header, storedAt, freshUntil, staleUntil, origin }, body: stale.body };
  }
  const plan = transform(request, fetched.header, services.snapshot);
  const queued = performance.now();
  const { rendered, timings: spent, times } = await draw({ ...fetched, plan }, services, signal);
  const busy = spent.decodeMs + spent.operateMs + spent.encodeMs;
  Object.assign(timings, {
    queue: performance.now() - queued - busy,
    decode: spent.decodeMs,
    transform: spent.operateMs,
    encode: spent.encodeMs,
  });
  return toEntry(rendered, times ? { ...fetched, times, origin: { ...fetched.origin, isStopgap: true } } : fetched);
}

type Made = JobResult & {
  /** Of a fallback: those of the original do not hold for it. */
  readonly times?: Fetched["times"];
};

/** Renders; where a card's template fails, its fallback is drawn and looked at again soon. */
async function draw(
  { body, mayMove = false, header, drawing, plan, times }: Fetched & { readonly plan: Plan },
  services: Services,
  signal: AbortSignal,
): Promise<Made> {
  if (!drawing) return render({ body, mayMove, header, plan }, services, signal);
  const { fallback, remarks = [], ...card } = drawing;
  try {
    const made = await render({ body, header, plan, drawing: card }, services, signal);
    const { decodeMs, operateMs, encodeMs } = made.timings;
    services.figures.note(card.template, "renderMs", decodeMs + operateMs + encodeMs);
    services.troubles.recover(card.template);
    return withRemarks(made, remarks);
  } catch (error) {
    const failure = toCameoError(error);
    if (signal.aborted || !isTemplates(failure, { body, header, plan }, services)) throw error;
    services.troubles.note(card.template, failure);
    services.figures.note(card.template, "errors", 1);
    services.log.warn("a template failed", { plugin: card.template, code: failure.code, ...failure.options.log });
    const soon = negativeFreshness("template-failed", services.now(), services.random());
    if (!fallback) throw error;
    const made = await draw({ body, header, plan, times, drawing: fallback, origin: {}, from: "" }, services, signal);
    const failed = `${card.template} failed; this is ${fallback.template}`;
    return { ...withRemarks(made, [...remarks, failed]), times: { ...times, ...soon } };
  }
}

/** Whether a failure is the template's own. A large card is slow by its size, so that another template would be too. */
function isTemplates({ code }: CameoError, job: Job, { snapshot }: Services): boolean {
  if (code === "too-slow") return !isHeavy(job, snapshot.settings.limits.decodedBytes);
  return code === "template-failed" || code === "internal";
}

function withRemarks(made: Made, first: readonly string[]): Made {
  const remarks = [...first, ...(made.rendered.remarks ?? [])];
  return remarks.length > 0 ? { ...made, rendered: { ...made.rendered, remarks } } : made;
}
