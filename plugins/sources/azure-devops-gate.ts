/** At most so many at one time; the others wait in the order in which they came. */
export type Gate = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** One who waits leaves with the reason of its signal. */
export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async (work, signal) => {
    signal?.throwIfAborted();
    if (free > 0) free -= 1;
    else await turn(waiting, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

function turn(waiting: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => {
    const place = waiting.indexOf(enter);
    if (place >= 0) waiting.splice(place, 1);
    reject(signal?.reason);
  };
  const enter = () => {
    signal?.removeEventListener("abort", giveUp);
    resolve();
  };
  waiting.push(enter);
  signal?.addEventListener("abort", giveUp, { once: true });
  return promise;
}
