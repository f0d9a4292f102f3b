/** The last trouble of each part, for `/health`, and counters. In memory; nothing here names a client, a ref or a secret. */
import { toCameoError } from "./error.ts";

export interface Trouble {
  readonly part: string;
  readonly code: string;
  /** The public sentence. */
  readonly detail: string;
  /** ISO 8601. */
  readonly at: string;
  readonly count: number;
  /** ISO 8601: when it first worked again. Absent while the trouble lasts. */
  readonly recoveredAt?: string;
}

export interface Troubles {
  /** `null` takes the part's trouble away. */
  note(part: string, error: unknown): void;
  /** The part has worked: a trouble that it had is over, and stays to be seen. */
  recover(part: string): void;
  list(): readonly Trouble[];
}

/** Most parts that troubles are kept of. */
const maxParts = 200;

/** `now` in milliseconds since 1970. */
export function createTroubles(now: () => number): Troubles {
  const parts = new Map<string, Trouble>();
  return {
    note(part, error) {
      if (error === null) return void parts.delete(part);
      // A part may be named after what a stranger asks for: the list stays short.
      if (!parts.has(part) && parts.size >= maxParts) return;
      const { code, detail } = toCameoError(error);
      const count = (parts.get(part)?.count ?? 0) + 1;
      parts.set(part, { part, code, detail, at: new Date(now()).toISOString(), count });
    },
    recover(part) {
      const trouble = parts.get(part);
      if (trouble && !trouble.recoveredAt) parts.set(part, { ...trouble, recoveredAt: new Date(now()).toISOString() });
    },
    list: () => [...parts.values()],
  };
}

/** What was counted under one name. */
export interface Figure {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  /** Median and 95th percentile of the last measurements. */
  readonly p50: number;
  readonly p95: number;
}

export interface Figures {
  /** Counts a request that plugins work on, until the work is done. */
  during<T>(plugins: readonly string[], work: Promise<T>): Promise<T>;
  /** Requests that a plugin works on now. */
  inFlight(plugin: string): number;
  /** Notes one measurement of a plugin. */
  note(plugin: string, name: string, value: number): void;
  /** IDs of the plugins that worked on a request or noted anything. */
  plugins(): readonly string[];
  /** By name, of one plugin. */
  of(plugin: string): Readonly<Record<string, Figure>>;
}

/** Most names that one plugin may count under: a name made from a request would grow for ever. */
const maxNames = 100;

/** Measurements that percentiles are made from. */
const recentValues = 256;

interface Tally {
  count: number;
  sum: number;
  max: number;
  /** The last values, the oldest overwritten. */
  readonly recent: number[];
}

export function createFigures(): Figures {
  const plugins = new Map<string, Map<string, Tally>>();
  const flights = new Map<string, number>();
  const count = (ids: readonly string[], by: number) => {
    for (const id of ids) flights.set(id, (flights.get(id) ?? 0) + by);
  };
  return {
    async during(ids, work) {
      count(ids, 1);
      try {
        return await work;
      } finally {
        count(ids, -1);
      }
    },
    inFlight: (plugin) => flights.get(plugin) ?? 0,
    note(plugin, name, value) {
      const own = plugins.get(plugin) ?? new Map<string, Tally>();
      plugins.set(plugin, own);
      const tally = own.get(name) ?? { count: 0, sum: 0, max: 0, recent: [] };
      if (tally.count === 0 && own.size >= maxNames) return;
      tally.recent[tally.count % recentValues] = value;
      Object.assign(tally, { count: tally.count + 1, sum: tally.sum + value, max: Math.max(tally.max, value) });
      own.set(name, tally);
    },
    plugins: () => [...new Set([...plugins.keys(), ...flights.keys()])].sort(),
    of: (plugin) =>
      Object.fromEntries([...(plugins.get(plugin) ?? [])].map(([name, tally]) => [name, toFigure(tally)])),
  };
}

function toFigure({ count, sum, max, recent }: Tally): Figure {
  const sorted = recent.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count, sum, max, p50: at(0.5), p95: at(0.95) };
}
