/**
 * Which purges came after some work began, so that the work cannot bring back what was purged meanwhile. Bounded: when the oldest purges
 * are forgotten, work older than them counts as purged, which costs a miss and never serves the old.
 */
export interface Epoch {
  /** The instant to remember when work begins. */
  now(): number;
  /** A purge of `prefix` begins: whole key segments with a final colon, or "" for everything. Call the answer when it is done. */
  begin(prefix: string): () => void;
  /** Whether work that began at `instant` comes too late for `key`. During a purge everything under its prefix does. */
  isPurged(key: string, instant: number): boolean;
}

interface Purge {
  /** Purges of this prefix under way. */
  active: number;
  /** When the last one ended. */
  endedAt: number;
}

export function createEpoch(maxPrefixes = 1024): Epoch {
  const purges = new Map<string, Purge>();
  let clock = 0;
  let forgottenAt = 0;

  function end(prefix: string, purge: Purge): void {
    purge.active -= 1;
    purge.endedAt = ++clock;
    purges.delete(prefix);
    purges.set(prefix, purge);
    if (purges.size > maxPrefixes) forgetOldest();
  }

  function forgetOldest(): void {
    for (const [prefix, { active, endedAt }] of purges) {
      if (active > 0) continue;
      purges.delete(prefix);
      forgottenAt = Math.max(forgottenAt, endedAt);
      return;
    }
  }

  return {
    now: () => clock,
    begin(prefix) {
      const purge = purges.get(prefix) ?? { active: 0, endedAt: 0 };
      purge.active += 1;
      purges.set(prefix, purge);
      return () => end(prefix, purge);
    },
    isPurged(key, instant) {
      if (instant < forgottenAt) return true;
      if (purges.size === 0) return false;
      const found = prefixesOf(key).map((prefix) => purges.get(prefix));
      return found.some((purge) => purge !== undefined && (purge.active > 0 || purge.endedAt > instant));
    },
  };
}

/** `a:b:c` → ``, `a:`, `a:b:`. */
function prefixesOf(key: string): string[] {
  const segments = key.split(":");
  return segments.map((_, at) =>
    segments
      .slice(0, at)
      .map((segment) => `${segment}:`)
      .join(""),
  );
}
