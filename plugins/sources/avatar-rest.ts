/** Links in trouble are left alone for a while, so that a page of avatars does not wait for one of them again and again. */
import { CameoError, type SourceHost } from "cameo/plugin";

export interface Rests {
  /** Whether a link is not to be asked now. */
  isResting(mount: string): boolean;
  /** A link has answered, be it that it has nothing. */
  noteAnswer(mount: string): void;
  /** A link was too slow (`late`), or failed. */
  noteTrouble(mount: string, trouble: unknown): void;
}

/** So many troubles in a row are no accident. */
const troubleLimit = 5;
const restMs = 30_000;
/** However long a service wishes to be left alone. */
const longestRestMs = 600_000;

/** What says that the service is in trouble, not one of its pictures. */
const outages: ReadonlySet<string> = new Set(["origin-failed", "origin-timeout"]);

export const late = Symbol("late");

interface State {
  troubles: number;
  untilMs: number;
}

export function createRests(host: Pick<SourceHost, "now" | "fail" | "trouble" | "mount">): Rests {
  const states = new Map<string, State>();
  const partOf = (mount: string) => `${host.mount} chain: ${mount}`;

  function rest(mount: string, ms: number): void {
    // The next trouble after the rest begins another one.
    states.set(mount, { troubles: troubleLimit - 1, untilMs: host.now() + Math.min(ms, longestRestMs) });
    const detail = "This link of the avatar chain is in trouble or too slow, and is left out for a while.";
    host.trouble(partOf(mount), host.fail("origin-failed", detail));
  }

  return {
    isResting: (mount) => (states.get(mount)?.untilMs ?? 0) > host.now(),
    noteAnswer(mount) {
      const state = states.get(mount);
      if (!state) return;
      states.delete(mount);
      if (state.untilMs > 0) host.trouble(partOf(mount), null);
    },
    noteTrouble(mount, trouble) {
      const known = trouble instanceof CameoError ? trouble : undefined;
      if (trouble !== late && !outages.has(known?.code ?? "")) return;
      // What is remembered of one picture, which may be asked for in many sizes, says nothing new of the service.
      if (known?.options.log?.cached === true) return;
      const wishedS = known?.options.retryAfterS;
      if (wishedS !== undefined) return rest(mount, wishedS * 1000);
      const state = states.get(mount) ?? { troubles: 0, untilMs: 0 };
      states.set(mount, { ...state, troubles: state.troubles + 1 });
      if (state.troubles + 1 >= troubleLimit) rest(mount, restMs);
    },
  };
}
