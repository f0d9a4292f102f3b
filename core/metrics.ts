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
