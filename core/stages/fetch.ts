/** fetch: `ImageRequest` → the original, from the cache if it is fresh, else from its source; type and header read from the bytes. */
import { createHash } from "node:crypto";
import type { Ticket } from "../cache/cache.ts";
import type { Entry, Lineage } from "../cache/entry.ts";
import { type FreshnessPolicy, freshness, negativeFreshness, state } from "../cache/freshness.ts";
import { noteUses } from "../cache/lineage.ts";
import { CameoError, codes, type ErrorOptions, toCameoError } from "../error.ts";
import type { Drawing, Header, Original } from "../image.ts";
import type { Services } from "../pipeline.ts";
import type { SourceInstance } from "../plugin.ts";
import { readHeader } from "../work/header.ts";
import type { ImageRequest } from "./resolve.ts";

/** Times of an entry, in milliseconds since 1970. */
export interface Times {
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
}

/** The source's validators, how long it lets a copy be fresh, and the hash of what it gave. */
export interface Origin {
  readonly etag?: string;
  readonly lastModified?: string;
  readonly sha256?: string;
  readonly maxAgeS?: number;
  readonly isPrivate?: boolean;
  readonly noStale?: boolean;
  readonly by?: string;
  readonly needsSignature?: boolean;
  readonly isStopgap?: boolean;
  readonly madeOf?: Lineage;
}

export interface Fetched {
  readonly body: Uint8Array;
  /** A card to draw in place of the body. */
  readonly drawing?: Drawing;
  readonly header: Header;
  readonly origin: Origin;
  readonly times: Times;
  /** Where the bytes came from: a tier, `origin`, or `revalidated`. */
  readonly from: string;
  /** Nobody else holds the body: it may be moved to a worker, which empties it here. */
  readonly mayMove?: boolean;
}

/** The source says that nothing changed, and no body was needed to hear it. */
export interface Unchanged {
  readonly unchanged: true;
  readonly times: Times;
}

export interface FetchNeeds {
  /** The variant at hand, if one is: its validators may save the download. */
  readonly variant: Entry | undefined;
  readonly signal: AbortSignal;
}

/** Sources all of whose originals were local so far: the slower tiers keep none of them, so that none is looked for there. */
const isLocal = new WeakMap<SourceInstance, boolean>();

/**
 * One flight per original. Throws `not-found`, `host-not-allowed`, `origin-failed`, `origin-timeout`, `source-too-large`,
 * `unsupported-type` or `broken-image`; failures are kept for a short time, so that a missing image is not asked for again and again.
 */
export async function fetch(
  request: ImageRequest,
  services: Services,
  needs: FetchNeeds,
): Promise<Fetched | Unchanged> {
  const key = request.keys.original;
  const hit = isLocal.get(request.mount.source) ? services.cache.peek(key) : await services.cache.get(key);
  if (hit && state(hit.entry.header, services.now()) === "fresh") return fromEntry(hit.entry, hit.tier, services);
  const previous = hit && hit.entry.header.kind === "original" ? hit.entry : undefined;
  const resting = previous && !needs.variant ? restingTimes(previous, services.now()) : undefined;
  if (previous && resting) return { ...fromEntry(previous, "stale", services), times: resting };
  const load = (signal: AbortSignal) => loadAndKeep(request, services, previous, needs.variant, signal);
  const flight = `${flightKey(request, previous, needs.variant)}@${services.cache.ticket(request.keys.prefix)}`;
  const { answer, isShared } = await services.flights.share(flight, load, needs.signal);
  return isShared && "mayMove" in answer ? { ...answer, mayMove: false } : answer;
}

/** A flight that may end without a body is no use to those who hold no variant, nor one that may go less far to those who are signed. */
function flightKey(request: ImageRequest, previous: Entry | undefined, variant: Entry | undefined): string {
  const key = request.isSigned ? `${request.keys.original}!` : request.keys.original;
  return !previous && variant ? `${key}?${request.keys.variant}` : key;
}

function fromEntry({ header, body }: Entry, tier: string, services: Services): Fetched {
  if (header.error) throw rethrown(header.error, header.freshUntil - services.now());
  const read = readHeader(body, { maxFrames: services.snapshot.settings.limits.frames });
  return { body, header: read, origin: header.origin ?? {}, times: header, from: tier };
}

/** An error as it was when it was kept; caches may hold it for as long as it is remembered here. */
export function rethrown(error: NonNullable<Entry["header"]["error"]>, leftMs: number): CameoError {
  return new CameoError(error.code, error.detail, {
    log: { cached: true },
    cacheS: Math.max(0, Math.floor(leftMs / 1000)),
  });
}

async function loadAndKeep(
  request: ImageRequest,
  services: Services,
  previous: Entry | undefined,
  variant: Entry | undefined,
  signal: AbortSignal,
): Promise<Fetched | Unchanged> {
  const ticket = services.cache.ticket(request.keys.prefix);
  const known = (previous ?? variant)?.header.origin;
  const loading = noteUses(services.cache.instant(), () => loadOnce(request, services, known, signal));
  try {
    const loaded = await loading.done;
    services.troubles.recover(`mount.${request.mount.name}`);
    if (loaded !== "unchanged") return await keep(request, services, loaded, loading.lineage(), ticket);
    const times = freshness(policyOf(request, known?.noStale), services.now(), known?.maxAgeS);
    if (!previous) return { unchanged: true, times };
    const origin = { ...previous.header.origin, ...made(loading.lineage()) };
    const entry = { header: { ...previous.header, ...times, origin }, body: previous.body };
    void services.cache.set(request.keys.original, entry, ticket);
    return fromEntry(entry, "revalidated", services);
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = toCameoError(error);
    const part = `mount.${request.mount.name}`;
    if (codes[failure.code].report) services.troubles.note(part, failure);
    else if (failure.code === "not-found") services.troubles.recover(part);
    const soon = previous && retrySoon(failure, previous, services);
    if (!previous || !soon) {
      keepFailure(request, services, failure, loading.lineage(), ticket);
      throw failure;
    }
    const facts = { ...previous.header.facts, retryAt: soon.freshUntil };
    void services.cache.set(
      request.keys.original,
      { header: { ...previous.header, facts }, body: previous.body },
      ticket,
    );
    if (variant) throw failure;
    return { ...fromEntry(previous, "stale", services), times: soon };
  }
}

/** Stale-if-error: what is made from an old copy is looked at again soon, and not kept longer than the copy. */
function retrySoon(error: CameoError, previous: Entry, services: Services): Times | undefined {
  const isUsable = codes[error.code].retryable && state(previous.header, services.now()) === "stale";
  const soon = isUsable ? negativeFreshness(error.code, services.now(), services.random()) : undefined;
  return soon && { ...soon, staleUntil: previous.header.staleUntil };
}

/** While the origin is left alone, after a failure, an old copy is all there is. */
function restingTimes({ header }: Entry, now: number): Times | undefined {
  const retryAt = header.facts?.retryAt;
  if (typeof retryAt !== "number" || retryAt <= now || state(header, now) !== "stale") return undefined;
  return { storedAt: now, freshUntil: retryAt, staleUntil: header.staleUntil };
}

async function loadOnce(
  { mount, ref, query, isSigned, isInside }: ImageRequest,
  services: Services,
  origin: Origin | undefined,
  signal: AbortSignal,
): Promise<Original | "unchanged"> {
  const deadline = AbortSignal.timeout(services.snapshot.settings.limits.fetchMs);
  const either = AbortSignal.any([signal, deadline]);
  const id = `source.${mount.definition.name}`;
  const load = async () =>
    checked(await mount.source.load(ref, { signal: either, previous: origin, isSigned, isInside, query }));
  const entered = services.turnstile.pass(() => services.figures.during([id], load()), either);
  const loaded = await settle(entered, deadline, id);
  if (loaded === null) throw new CameoError("not-found", "There is no image under this name.");
  return loaded;
}

/** A source may come from JavaScript, where nothing checked what it answers. Throws what `settle` takes for a failure of the source. */
function checked(answer: Original | "unchanged" | null): Original | "unchanged" | null {
  if (answer === null || answer === "unchanged" || answer?.drawing || answer?.body instanceof Uint8Array) return answer;
  throw new TypeError('load() answered neither { body }, a Uint8Array, nor "unchanged" or null');
}

/** A source that hangs meets the deadline even if it ignores its signal; a stranger's error becomes `origin-failed` with its ID. */
async function settle<T>(work: Promise<T>, deadline: AbortSignal, plugin: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const expire = () =>
    late.reject(new CameoError("origin-timeout", "The source took too long; try again later.", { log: { plugin } }));
  deadline.addEventListener("abort", expire, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } catch (error) {
    if (error instanceof CameoError) throw error;
    const options: ErrorOptions = { cause: error, log: { plugin } };
    throw new CameoError("origin-failed", "The source of this image failed; the log has the reason.", options);
  } finally {
    deadline.removeEventListener("abort", expire);
  }
}

async function keep(
  request: ImageRequest,
  services: Services,
  original: Original,
  lineage: Lineage | undefined,
  ticket: Ticket,
): Promise<Fetched> {
  const { limits } = services.snapshot.settings;
  if (original.body.byteLength > limits.sourceBytes) {
    throw new CameoError("source-too-large", `The source is larger than ${limits.sourceBytes} bytes, the limit here.`);
  }
  const { etag, lastModified, maxAgeS, isPrivate, noStale, drawing, by, needsSignature, isStopgap } = original;
  const header = drawing ? drawn(drawing) : readHeader(original.body, { maxFrames: limits.frames });
  // A local file's validator changes with its bytes; hashing all of them would cost more than reading them.
  const sha256 = createHash("sha256")
    .update((original.isLocal || drawing) && etag ? etag : original.body)
    .digest("hex");
  const times = freshness(policyOf(request, noStale), services.now(), maxAgeS);
  const origin = {
    sha256,
    ...(etag ? { etag } : {}),
    ...(lastModified ? { lastModified } : {}),
    ...(maxAgeS === undefined ? {} : { maxAgeS }),
    ...(isPrivate ? { isPrivate } : {}),
    ...(noStale ? { noStale } : {}),
    ...(by ? { by } : {}),
    ...(needsSignature ? { needsSignature } : {}),
    ...(isStopgap ? { isStopgap } : {}),
    ...made(lineage),
  };
  isLocal.set(request.mount.source, original.isLocal === true && isLocal.get(request.mount.source) !== false);
  if (drawing) return { body: original.body, drawing, header, origin, times, from: "origin" };
  if (!original.isLocal) {
    const entryHeader = {
      kind: "original",
      type: "application/octet-stream",
      etag: `"${sha256}"`,
      sha256,
      ...times,
      origin,
    } as const;
    void services.cache.set(request.keys.original, { header: entryHeader, body: original.body }, ticket);
  }
  return { body: original.body, header, origin, times, from: "origin", mayMove: mayMove(original) };
}

/** Bytes that the cache keeps stay here, and so do those that share their buffer with others. */
const mayMove = ({ body, isLocal, mayMove = false }: Original): boolean =>
  mayMove && isLocal === true && body.byteLength === body.buffer.byteLength;

/** A drawing has no bytes to read: it is a vector of the card's size. */
const drawn = ({ size }: Drawing): Header => ({ format: "svg", ...size, frames: 1, orientation: 1 });

/** The mount's, without stale time where the origin allows none. */
function policyOf({ mount: { settings } }: ImageRequest, noStale: boolean | undefined): FreshnessPolicy {
  return { ttlS: settings.ttlS, staleS: noStale ? 0 : settings.staleS };
}

const made = (lineage: Lineage | undefined): Pick<Origin, "madeOf"> => (lineage ? { madeOf: lineage } : {});

function keepFailure(
  request: ImageRequest,
  services: Services,
  error: CameoError,
  lineage: Lineage | undefined,
  ticket: Ticket,
): void {
  const times = negativeFreshness(error.code, services.now(), services.random());
  if (times) void services.cache.set(request.keys.original, negativeEntry(error, times, made(lineage)), ticket);
}

/** The memory of a failure, and of what it came from. */
export function negativeEntry({ code, detail }: CameoError, times: Times, { madeOf }: Pick<Origin, "madeOf">): Entry {
  const body = new Uint8Array();
  const sha256 = createHash("sha256").update(body).digest("hex");
  return {
    header: {
      kind: "negative",
      type: "application/problem+json",
      etag: `"${sha256}"`,
      sha256,
      ...times,
      error: { code, detail },
      ...(madeOf ? { origin: { madeOf } } : {}),
    },
    body,
  };
}
