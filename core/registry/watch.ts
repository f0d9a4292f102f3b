/**
 * Looks again and again. Watching by events differs between systems, misses network folders and fires on half a save; reading the times
 * of a few dozen files costs nothing and does not.
 */

export interface Watch {
  stop(): void;
}

/** Between two looks, in milliseconds. */
const everyMs = 80;

/**
 * Calls `look` until stopped, never twice at one time. `mark` says in a few words what is there; `act` is called once it has changed and
 * then stayed the same for one more look, so that a file in the middle of being saved is left alone. What one of them throws goes to
 * `failed`, and the next look comes all the same. `known` is the mark of what is at work already; default: that of the first look.
 */
export function watch(
  mark: () => Promise<string>,
  act: () => Promise<unknown>,
  failed: (error: unknown) => void,
  known?: string,
): Watch {
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let acted = known;
  let last: string | undefined;
  const look = async () => {
    try {
      const now = await mark();
      acted ??= now;
      const isSteady = now === last;
      last = now;
      if (now !== acted && isSteady) {
        acted = now;
        await act();
      }
    } catch (error) {
      failed(error);
    }
    if (!isStopped) timer = setTimeout(look, everyMs);
  };
  void look();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
