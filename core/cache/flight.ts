/** One flight per key, shared by all who wait for the same thing. */

export interface Flights {
  /**
   * The answer of `work`, started now or already under way for `key`. A rejection reaches every waiter.
   * A waiter whose `signal` aborts is rejected with the signal's reason and leaves alone; when the last one has left, the signal given to
   * `work` aborts and the key is free again. Without `signal` the waiter never leaves: that is how work in the background runs to its end.
   */
  run<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The same, and whether another waiter gets the same answer: what nobody shares may be taken apart. */
  share<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<Shared<T>>;
  /** Flights under way. */
  size(): number;
}

export interface Shared<T> {
  readonly answer: T;
  readonly isShared: boolean;
}

interface Flight {
  readonly answer: Promise<unknown>;
  readonly abort: AbortController;
  waiters: number;
}

export function createFlights(): Flights {
  const flights = new Map<string, Flight>();

  function start(key: string, work: (signal: AbortSignal) => Promise<unknown>): Flight {
    const abort = new AbortController();
    const answer = (async () => work(abort.signal))();
    const flight: Flight = { answer, abort, waiters: 0 };
    flights.set(key, flight);
    const land = () => remove(key, flight);
    answer.then(land, land);
    return flight;
  }

  function remove(key: string, flight: Flight): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  function leave(key: string, flight: Flight, reason: unknown): void {
    flight.waiters -= 1;
    if (flight.waiters > 0) return;
    remove(key, flight);
    flight.abort.abort(reason);
  }

  /** Once it has landed nobody joins a flight any more, so that the number of its waiters is final. */
  async function share<T>(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<Shared<T>> {
    signal?.throwIfAborted();
    const flight = flights.get(key) ?? start(key, work);
    flight.waiters += 1;
    const landed = flight.answer as Promise<T>;
    const answer = await (signal ? orLeave(landed, signal, () => leave(key, flight, signal.reason)) : landed);
    return { answer, isShared: flight.waiters > 1 };
  }

  const run: Flights["run"] = async (key, work, signal) => (await share(key, work, signal)).answer;

  return { run, share, size: () => flights.size };
}

function orLeave<T>(answer: Promise<T>, signal: AbortSignal, leave: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      leave();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
