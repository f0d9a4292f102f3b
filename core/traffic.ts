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
  /** `ms`: from the first look at the request to the answer. The others as in `Tally`. */
  note(mount: string, status: number, cached: string, ms: number, bytes: number): void;
  /** Milliseconds by stage, of what was made. */
  noteStages(timings: Readonly<Record<string, number>>): void;
  tallies(): readonly Tally[];
  stages(): ReadonlyMap<string, Stage>;
}

export function createTraffic(): Traffic {
  const tallies = new Map<string, Tally>();
  const stages = new Map<string, Stage>();

  function tallyOf(mount: string, status: number, cached: string): Tally {
    const key = `${mount} ${status} ${cached}`;
    const known = tallies.get(key);
    if (known) return known;
    const tally = { mount, status, cached, count: 0, sumS: 0, bytes: 0, within: durationBoundsS.map(() => 0) };
    tallies.set(key, tally);
    return tally;
  }

  return {
    note(mount, status, cached, ms, bytes) {
      const tally = tallyOf(mount, status, cached);
      const seconds = ms / 1000;
      tally.count += 1;
      tally.sumS += seconds;
      tally.bytes += bytes;
      const at = durationBoundsS.findIndex((bound) => seconds <= bound);
      if (at >= 0) tally.within[at] = (tally.within[at] ?? 0) + 1;
    },
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
