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
}

export interface Troubles {
  note(part: string, error: unknown): void;
  list(): readonly Trouble[];
}

/** `now` in milliseconds since 1970. */
export function createTroubles(now: () => number): Troubles {
  const parts = new Map<string, Trouble>();
  return {
    note(part, error) {
      const { code, detail } = toCameoError(error);
      const count = (parts.get(part)?.count ?? 0) + 1;
      parts.set(part, { part, code, detail, at: new Date(now()).toISOString(), count });
    },
    list: () => [...parts.values()],
  };
}

/** What was counted under one name. */
export interface Figure {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
}

export interface Figures {
  /** Notes one measurement of a plugin. */
  note(plugin: string, name: string, value: number): void;
  /** By name, of one plugin. */
  of(plugin: string): Readonly<Record<string, Figure>>;
}

/** Most names that one plugin may count under: a name made from a request would grow for ever. */
const maxNames = 100;

export function createFigures(): Figures {
  const plugins = new Map<string, Map<string, Figure>>();
  return {
    note(plugin, name, value) {
      const own = plugins.get(plugin) ?? new Map<string, Figure>();
      plugins.set(plugin, own);
      const { count, sum, max } = own.get(name) ?? { count: 0, sum: 0, max: 0 };
      if (count > 0 || own.size < maxNames)
        own.set(name, { count: count + 1, sum: sum + value, max: Math.max(max, value) });
    },
    of: (plugin) => Object.fromEntries(plugins.get(plugin) ?? []),
  };
}
