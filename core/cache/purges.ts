/**
 * When sources were purged, for what was made from them under other keys: the card with an avatar, the avatar that is an upload. Nobody can list those; so each remembers
 * what it was made of, and counts as purged if that was purged since.
 *
 * Kept over a restart, where the entries on the disk are too. Bounded: when the oldest are forgotten, everything older that was made of others counts as purged, which
 * costs a miss and never serves the old.
 */
import type { Log, PluginStorage } from "../plugin.ts";
import type { Lineage } from "./entry.ts";

export interface Purges {
  /** The instant to remember before something is made. Never goes back, whatever the clock does. */
  now(): number;
  /** What is under `prefix` (whole key segments with a final colon; "" is all) was purged, now. */
  note(prefix: string): void;
  /** Whether any of what it was made of was purged since. */
  isOutdated(lineage: Lineage | undefined): boolean;
  /** Whether what is under `prefix` itself was purged well after `storedAt`: by a store that was switched off then, or failed. */
  isPurged(prefix: string, storedAt: number): boolean;
}

export interface PurgesParts {
  /** Where they are kept. Default: nowhere. */
  readonly storage?: PluginStorage | undefined;
  readonly log: Log;
  /** Milliseconds since 1970. */
  now(): number;
  /** How many are remembered. Default 20,000. */
  readonly most?: number;
}

/** Instants of purges run ahead of a clock that stands or was set back; what is stored at once must not count as older. */
const slackMs = 1000;

/** In the storage, the instant before which nothing is known. */
const forgottenKey = "-";

/** What cannot be read may have been purged: then all that was made of others before this moment counts so. */
export async function openPurges(parts: PurgesParts): Promise<Purges> {
  const { storage, log, now } = parts;
  if (!storage) return createPurges(parts);
  try {
    const keys = await storage.getKeys();
    const known = await Promise.all(keys.map(async (key) => [key, await storage.getItem(key)] as const));
    // What is no instant was damaged: it may have been this moment.
    const instant = (at: unknown): number => (typeof at === "number" ? at : now());
    return createPurges(
      parts,
      known.map(([key, at]) => [key, instant(at)] as const).sort(([, a], [, b]) => a - b),
    );
  } catch (error) {
    log.warn("What was purged before cannot be read; what was made of other images is made anew.", { error });
    return createPurges(parts, [[forgottenKey, now()]]);
  }
}

/** `known` are purges of before, the oldest first. */
export function createPurges(
  { storage, log, now, most = 20_000 }: PurgesParts,
  known: readonly (readonly [string, number])[] = [],
): Purges {
  const noted = new Map(known);
  let forgottenAt = noted.get(forgottenKey) ?? Number.NEGATIVE_INFINITY;
  noted.delete(forgottenKey);
  let last = Math.max(forgottenAt, ...noted.values());
  let isTold = false;

  function keep(work: (storage: PluginStorage) => Promise<void>): void {
    if (!storage) return;
    work(storage).catch((error: unknown) => {
      if (isTold) return;
      isTold = true;
      log.warn("Purges cannot be noted; after a restart, cards may show what was purged.", { error });
    });
  }

  /** A tenth at a time, so that it is done seldom. */
  function forgetOldest(): void {
    const gone = [...noted].slice(0, Math.max(1, Math.floor(most / 10)));
    for (const [prefix, at] of gone) {
      noted.delete(prefix);
      forgottenAt = Math.max(forgottenAt, at);
    }
    // First what is no longer known, so that a crash in between forgets nothing.
    keep(async (storage) => {
      await storage.setItem(forgottenKey, forgottenAt);
      for (const [prefix] of gone) if (!noted.has(prefix)) await storage.removeItem(prefix);
    });
  }

  const isAfter = (prefix: string, since: number): boolean => (noted.get(prefix) ?? Number.NEGATIVE_INFINITY) > since;

  return {
    now: () => {
      last = Math.max(last, now());
      return last;
    },
    note(prefix) {
      last = Math.max(last + 1, now());
      const at = last;
      noted.delete(prefix);
      noted.set(prefix, at);
      keep((storage) => storage.setItem(prefix, at));
      if (noted.size > most) forgetOldest();
    },
    isOutdated(lineage) {
      if (!lineage) return false;
      const { since, of } = lineage;
      return since < forgottenAt || isAfter("", since) || of.some((prefix) => isAfter(prefix, since));
    },
    isPurged: (prefix, storedAt) => ["", prefix].some((each) => isAfter(each, storedAt + slackMs)),
  };
}
