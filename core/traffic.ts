/** Requests as `GET /metrics` counts them: by mount, status and cache, with their durations. In memory; nothing here names a client, a ref or a secret. */

/** Upper bounds of the durations that are told apart, in seconds. A memory hit takes a tenth of the first. */
export const durationBoundsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface Tally {
  /** Of the settings; empty where the path names none. */
  readonly mount: string;
  readonly status: number;
  /** `HIT memory` as in `X-Cache`; empty for errors. */
  readonly cached: string;
  count: number;
  sumS: number;
  /** Bytes of the bodies. */
  bytes: number;
  /** How many took at most as long as each of `durationBoundsS`, and longer than the one before. */
  readonly within: number[];
}

/** What the stages of misses took together. */
export interface Stage {
  count: number;
  sumS: number;
}

export interface Traffic {
  /** Where such answers are counted, with `count`. The words are those of `Tally`. */
  tally(mount: string, status: number, cached: string): Tally;
  /** Milliseconds by stage, of what was made. */
  noteStages(timings: Readonly<Record<string, number>>): void;
  tallies(): readonly Tally[];
  stages(): ReadonlyMap<string, Stage>;
}

/** One more answer. `ms`: from the first look at the request. */
export function count(tally: Tally, ms: number, bytes: number): void {
  const seconds = ms / 1000;
  tally.count += 1;
  tally.sumS += seconds;
  tally.bytes += bytes;
  let at = 0;
  while (at < durationBoundsS.length && seconds > (durationBoundsS[at] ?? 0)) at += 1;
  if (at < durationBoundsS.length) tally.within[at] = (tally.within[at] ?? 0) + 1;
}

export function createTraffic(): Traffic {
  const tallies = new Map<string, Tally>();
  const stages = new Map<string, Stage>();

  function tally(mount: string, status: number, cached: string): Tally {
    const key = `${mount} ${status} ${cached}`;
    const known = tallies.get(key);
    if (known) return known;
    const empty = { mount, status, cached, count: 0, sumS: 0, bytes: 0, within: durationBoundsS.map(() => 0) };
    tallies.set(key, empty);
    return empty;
  }

  return {
    tally,
    noteStages(timings) {
      for (const [name, ms] of Object.entries(timings)) {
        const stage = stages.get(name) ?? { count: 0, sumS: 0 };
        stages.set(name, { count: stage.count + 1, sumS: stage.sumS + ms / 1000 });
      }
    },
    tallies: () => [...tallies.values()],
    stages: () => stages,
  };
}
