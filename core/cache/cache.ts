/** The tiers together: memory, then any unstorage drivers, from fast to slow. Read through, fill upward. */
import { LRUCache } from "lru-cache";
import type { Driver } from "unstorage";
import type { Log } from "../plugin.ts";
import { type Entry, encodeEntry } from "./entry.ts";
import { createEpoch } from "./epoch.ts";
import { createMemory } from "./memory.ts";
import { createPurges, type Purges } from "./purges.ts";
import { createTier, type Tier, type TierStats } from "./tier.ts";

export type { TierStats } from "./tier.ts";

export interface CacheHit {
  readonly entry: Entry;
  /** "memory", "disk" … */
  readonly tier: string;
}

/** When work began; see `Cache.ticket`. */
export type Ticket = number;

export interface CacheParts {
  readonly memory: { readonly maxBytes: number; readonly maxEntryBytes?: number };
  /** From fast to slow. */
  readonly tiers: readonly { readonly name: string; readonly driver: Driver }[];
  readonly log: Log;
  /** What was purged before. Default: nothing. */
  readonly purges?: Purges;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Cache {
  /** The instant to remember as `Lineage.since` before an original is asked for. */
  instant(): number;
  /** Memory only, synchronous: the hot path. Counts a hit; a miss is counted by the `get` that follows. */
  peek(key: string): CacheHit | undefined;
  /**
   * Whatever the fastest tier holds, also when it is stale or expired. Never rejects: a tier that fails, or a damaged value, is a miss. So is what was
   * made of something that was purged since.
   */
  get(key: string): Promise<CacheHit | undefined>;
  /**
   * Memory at once; resolves when the slower tiers have it too, or have deleted what a failure takes the place of. Never rejects: a tier that fails is logged (once a minute) and counted.
   * With a `ticket`, dropped if a purge of the key's prefix came after it.
   */
  set(key: string, entry: Entry, ticket?: Ticket): Promise<void>;
  /** To be taken when the work on an entry under `prefix` begins, and given to `set`, so that a purge meanwhile wins. */
  ticket(prefix: string): Ticket;
  /**
   * Deletes what begins with `prefix` (whole key segments, as `refPrefix` makes it; "" is all) on every tier, and what that is a copy of, so that it is not made
   * from the same bytes again. What was made of it under other prefixes is a miss from now on. Answers how many entries went.
   */
  purge(prefix: string): Promise<number>;
  /** Empties every tier. */
  clear(): Promise<void>;
  /** Other tiers or another budget from now on. A driver that stays keeps its tier; one that goes is closed after the writes under way. */
  reshape(shape: Pick<CacheParts, "memory" | "tiers">): Promise<void>;
  stats(): { readonly tiers: readonly TierStats[] };
  /** Waits for writes under way and closes the drivers. */
  dispose(): Promise<void>;
}

/** Entries under one prefix that are asked on a tier what they are copies of. */
const maxLooks = 4;

/** Prefixes of which it is remembered what was under them, after it has gone. */
const maxCopied = 10_000;

/** The least that some stores take. */
const minTtlS = 60;

/** `m:a:original` → `m:a:`. */
const prefixOf = (key: string): string => key.slice(0, key.lastIndexOf(":") + 1);

const copiesOf = (entry: Entry | undefined): readonly string[] | undefined => entry?.header.origin?.madeOf?.copies;

export function createCache({ memory: firstBudget, tiers: drivers, log, now, purges: known }: CacheParts): Cache {
  let budget = firstBudget;
  let memory = createMemory(budget);
  const open = ({ name, driver }: CacheParts["tiers"][number]) => ({
    driver,
    tier: createTier(name, driver, log, now),
  });
  let opened = drivers.map(open);
  let tiers = opened.map(({ tier }) => tier);
  const counts = { hits: 0, misses: 0, errors: 0, writes: 0 };
  const epoch = createEpoch();
  const purges = known ?? createPurges({ log, now });
  const isOutdated = ({ header }: Entry): boolean => purges.isOutdated(header.origin?.madeOf);
  /** What the last entries were copies of: they may have given way, or a purge may have come while they were made. */
  const copied = new LRUCache<string, readonly string[]>({ max: maxCopied });
  const pending = new Set<{ readonly key: string; readonly done: Promise<unknown> }>();

  function peek(key: string): CacheHit | undefined {
    const entry = memory.get(key);
    if (entry === undefined) return undefined;
    if (isOutdated(entry)) {
      memory.delete(key);
      return undefined;
    }
    counts.hits += 1;
    return { entry, tier: "memory" };
  }

  async function get(key: string): Promise<CacheHit | undefined> {
    const hit = peek(key);
    if (hit) return hit;
    counts.misses += 1;
    const began = epoch.now();
    for (const [at, tier] of tiers.entries()) {
      const entry = await tier.read(key);
      if (!entry) continue;
      // A tier that was off or failed when its key was purged still has it.
      if (isOutdated(entry) || purges.isPurged(prefixOf(key), entry.header.storedAt)) {
        await tier.remove(key);
        continue;
      }
      void keep(key, entry, began, tiers.slice(0, at));
      return { entry, tier: tier.name };
    }
    return undefined;
  }

  /** In memory and on these tiers, unless a purge came after `began`; one that comes while it is written waits for it in `purge`. */
  async function keep(key: string, entry: Entry, began: number, onto: readonly Tier[]): Promise<void> {
    if (epoch.isPurged(key, began)) return;
    memory.set(key, entry);
    if (onto.length === 0) return;
    const write = { key, done: Promise.all(lay(key, entry, onto)) };
    pending.add(write);
    await write.done;
    pending.delete(write);
  }

  /** A failure lives for a minute: memory is enough, and strangers can make as many as they like. What it takes the place of goes. */
  function lay(key: string, entry: Entry, onto: readonly Tier[]): Promise<void>[] {
    if (entry.header.kind === "negative" && memory.get(key)) return onto.map((tier) => tier.remove(key));
    const value = encodeEntry(entry);
    const ttlS = Math.max(minTtlS, Math.ceil((entry.header.staleUntil - now()) / 1000));
    return onto.map((tier) => tier.write(key, value, ttlS));
  }

  async function set(key: string, entry: Entry, ticket = epoch.now()): Promise<void> {
    const copies = copiesOf(entry) ?? [];
    if (copies.length > 0) copied.set(prefixOf(key), copies);
    if (!epoch.isPurged(key, ticket)) counts.writes += 1;
    // The purge could not know them yet, and what is under them may be as old as this.
    else await Promise.all(copies.map(purgeOne));
    await keep(key, entry, ticket, tiers);
  }

  async function settle(prefix: string): Promise<void> {
    await Promise.all([...pending].filter(({ key }) => key.startsWith(prefix)).map(({ done }) => done));
  }

  async function purge(given: string): Promise<number> {
    const { count, copies } = await purgeOne(given === "" || given.endsWith(":") ? given : `${given}:`);
    const others = await Promise.all(copies.map(purgeOne));
    return others.reduce((sum, other) => sum + other.count, count);
  }

  async function purgeOne(prefix: string): Promise<{ readonly count: number; readonly copies: readonly string[] }> {
    const end = epoch.begin(prefix);
    purges.note(prefix);
    const inMemory = memory.takePrefix(prefix);
    await settle(prefix);
    const known = await Promise.all(tiers.map((tier) => tier.keys(prefix)));
    const inEntries =
      inMemory.map(([, entry]) => copiesOf(entry)).find(Boolean) ?? (await copiesOnTiers(prefix, known));
    const copies = [...new Set([...(inEntries ?? []), ...(copied.get(prefix) ?? [])])];
    await Promise.all(tiers.map((tier, at) => tier.removeAll(known[at] ?? [])));
    // Again: what was begun meanwhile may have got the old.
    purges.note(prefix);
    end();
    return { count: new Set([...inMemory.map(([key]) => key), ...known.flat()]).size, copies };
  }

  /** What was copied is told by the original, or by anything made from it: the original may have had to give way. */
  async function copiesOnTiers(
    prefix: string,
    known: readonly (readonly string[])[],
  ): Promise<readonly string[] | undefined> {
    for (const [at, tier] of tiers.entries()) {
      const keys = known[at] ?? [];
      const original = `${prefix}original`;
      for (const key of [...keys].sort((a, b) => Number(b === original) - Number(a === original)).slice(0, maxLooks)) {
        const copies = copiesOf(await tier.read(key));
        if (copies) return copies;
      }
    }
    return undefined;
  }

  async function clear(): Promise<void> {
    const end = epoch.begin("");
    memory.clear();
    await settle("");
    await Promise.all(tiers.map((tier) => tier.clear()));
    end();
  }

  async function reshape(shape: Pick<CacheParts, "memory" | "tiers">): Promise<void> {
    const before = opened;
    opened = shape.tiers.map((each) => before.find(({ driver }) => driver === each.driver) ?? open(each));
    tiers = opened.map(({ tier }) => tier);
    if (shape.memory.maxBytes !== budget.maxBytes) memory = createMemory(shape.memory);
    budget = shape.memory;
    await settle("");
    await Promise.all(before.filter((each) => !opened.includes(each)).map(({ tier }) => tier.dispose()));
  }

  async function dispose(): Promise<void> {
    await settle("");
    await Promise.all(tiers.map((tier) => tier.dispose()));
    memory.clear();
  }

  const stats = () => ({
    tiers: [{ name: "memory", ...memory.stats(), ...counts }, ...tiers.map((tier) => tier.stats())],
  });
  const [ticket, instant] = [() => epoch.now(), () => purges.now()];
  return { peek, get, set, ticket, instant, purge, clear, reshape, stats, dispose };
}
