/** One clock for a whole exchange, in one place, so that no stage can forget it. */
import { CameoError } from "../error.ts";

/**
 * What an aborted signal means to the client: a passed deadline is a 504, anything else stays the caller's own reason.
 */
function reasonOf(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  return reason instanceof Error && reason.name === "TimeoutError" ? tooSlow(reason) : reason;
}

const tooSlow = (cause?: unknown): CameoError =>
  new CameoError("origin-timeout", "The origin took too long to answer; try again later.", { cause });

/**
 * Runs `run` for at most `ms` milliseconds, or until `outer` aborts. Rejects at that moment, whatever `run` waits for
 * (a name lookup cannot be stopped), and aborts the signal that `run` got. Throws `origin-timeout`, or the reason of
 * `outer`.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (outer?.aborted) throw reasonOf(outer);
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (reason: unknown) => {
    stopped.reject(reason);
    controller.abort(reason);
  };
  const onAbort = () => stop(outer && reasonOf(outer));
  const timer = setTimeout(() => stop(tooSlow()), ms);
  outer?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([run(controller.signal), stopped.promise]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", onAbort);
  }
}
