/** Searches that are under way: a client waits only so long, and what comes later is there for the next one. */
import type { SourceHost } from "cameo/plugin";
import type { SearchResult } from "./logo-search.ts";

/** For a search after its client has been answered. */
const lateMs = 20_000;
/** Searches that may go on without a client. */
const mostLate = 32;
/** Results that wait for the next client, and how long they are worth something. */
const mostKept = 100;
const keptMs = 600_000;

export type Search = (signal: AbortSignal) => Promise<SearchResult>;

export interface Pending {
  /** `undefined`: it takes longer. Throws only the reason of `signal`. */
  find(key: string, search: Search, waitMs: number, signal: AbortSignal): Promise<SearchResult | undefined>;
  dispose(): void;
}

interface Flight {
  readonly done: Promise<SearchResult>;
  readonly startedMs: number;
}

export function createPending(host: SourceHost, deadlineMs: number): Pending {
  const flights = new Map<string, Flight>();
  const closing = new AbortController();
  let running = 0;

  function start(key: string, search: Search): Flight {
    const ends = AbortSignal.timeout(running < mostLate ? Math.max(lateMs, deadlineMs) : deadlineMs);
    running += 1;
    const failed = (cause: unknown): SearchResult => {
      host.log.warn("A search for a logo failed", { cause });
      return { found: undefined, isDoubtful: true };
    };
    const done = search(AbortSignal.any([closing.signal, ends]))
      .catch(failed)
      .finally(() => {
        running -= 1;
      });
    const flight = { done, startedMs: host.now() };
    flights.set(key, flight);
    const [oldest] = flights.keys();
    if (flights.size > mostKept && oldest !== undefined) flights.delete(oldest);
    return flight;
  }

  return {
    async find(key, search, waitMs, signal) {
      signal.throwIfAborted();
      const known = flights.get(key);
      const flight = known && host.now() - known.startedMs < keptMs ? known : start(key, search);
      const result = await inTime(flight.done, AbortSignal.any([signal, AbortSignal.timeout(waitMs)]));
      signal.throwIfAborted();
      if (result && flights.get(key) === flight) flights.delete(key);
      return result;
    },
    dispose: () => closing.abort(),
  };
}

/** Waits no longer than the signal; the work goes on. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>();
  const leave = () => over.resolve(undefined);
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
