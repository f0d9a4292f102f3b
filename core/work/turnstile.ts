/** Lets a few in at a time. Threat: hundreds of large originals that are read at once, before any queue can count their bytes. */
import { AsyncLocalStorage } from "node:async_hooks";
import { CameoError } from "../error.ts";

export interface Turnstile {
  /**
   * Runs `work` when there is room. Throws `busy` when too many wait; a waiter whose signal aborts leaves.
   * Work that was let in may come again, for what it is made from, and waits for nobody: it would wait for itself.
   */
  pass<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** At most `most` at one time, and `waiting` in line. */
export function createTurnstile(most: number, waiting: number): Turnstile {
  const line: (() => void)[] = [];
  const admitted = new AsyncLocalStorage<true>();
  let inside = 0;

  async function enter(signal: AbortSignal): Promise<void> {
    if (inside < most) {
      inside += 1;
      return;
    }
    if (line.length >= waiting) {
      throw new CameoError("busy", "Too many images are being fetched; try again shortly.", { retryAfterS: 2 });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const at = line.indexOf(resolve);
      if (at >= 0) line.splice(at, 1);
      reject(signal.reason);
    };
    line.push(resolve);
    signal.addEventListener("abort", leave, { once: true });
    await promise;
    signal.removeEventListener("abort", leave);
  }

  /** The place goes to the next in line. */
  function exit(): void {
    const next = line.shift();
    if (next) next();
    else inside -= 1;
  }

  return {
    async pass(work, signal) {
      if (admitted.getStore()) return work();
      await enter(signal);
      try {
        return await admitted.run(true, work);
      } finally {
        exit();
      }
    },
  };
}
