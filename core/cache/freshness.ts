/** How long an entry may be served. Pure: the clock and the dice are arguments. All instants are milliseconds since 1970. */
import { codes, type ErrorCode } from "../error.ts";

/** How long a mount's entries are fresh, and how long after that they may still be served while they are revalidated, in seconds. */
export interface FreshnessPolicy {
  readonly ttlS: number;
  readonly staleS: number;
}

export interface Lifetime {
  readonly storedAt: number;
  /** Served as it is before this. */
  readonly freshUntil: number;
  /** Served before this while it is revalidated, or while the origin is down. */
  readonly staleUntil: number;
}

/** Failures are kept up to this share longer or shorter, so that those of one outage do not all end in the same second. */
const jitter = 0.2;

/** The lifetime of something stored `now`. `maxAgeS` is what the origin allows: it shortens the policy's `ttlS`, never lengthens it. */
export function freshness(policy: FreshnessPolicy, now: number, maxAgeS?: number): Lifetime {
  const allowedS = maxAgeS === undefined || Number.isNaN(maxAgeS) ? policy.ttlS : Math.max(0, maxAgeS);
  const freshUntil = now + Math.round(Math.min(policy.ttlS, allowedS) * 1000);
  return { storedAt: now, freshUntil, staleUntil: freshUntil + policy.staleS * 1000 };
}

/**
 * The lifetime of a failure: the code's `cacheS` (404: 60 s, other: 30 s), 20 % more or less, and never stale. `random` is in 0..1.
 * `undefined`: this failure must not be kept (`busy`, `internal`, everything about access).
 */
export function negativeFreshness(code: ErrorCode, now: number, random: number): Lifetime | undefined {
  const { cacheS } = codes[code];
  if (cacheS === 0) return undefined;
  const until = now + Math.round(cacheS * 1000 * (1 - jitter + 2 * jitter * random));
  return { storedAt: now, freshUntil: until, staleUntil: until };
}

/** `fresh`: serve it. `stale`: serve it and revalidate. `expired`: good for its validators only. */
export function state(header: Pick<Lifetime, "freshUntil" | "staleUntil">, now: number): "fresh" | "stale" | "expired" {
  if (now < header.freshUntil) return "fresh";
  return now < header.staleUntil ? "stale" : "expired";
}
