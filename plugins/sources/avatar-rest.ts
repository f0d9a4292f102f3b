/** Links in trouble are left alone for a while, so that a page of avatars does not wait for one of them again and again. */
import { CameoError, type SourceHost } from "cameo/plugin";

export interface Rests {
  /** Whether a link is not to be asked now. */
  isResting(mount: string): boolean;
  /** A link has answered, be it that it has nothing. */
  noteAnswer(mount: string): void;
  /** A link was too slow (`late`), or failed, for a picture. Each picture counts once: one person's slow server is not everybody's. */
  noteTrouble(mount: string, trouble: unknown, picture: string): void;
}

/** Troubles with so many pictures in a row are no accident. */
const troubleLimit = 5;
const restMs = 30_000;
/** However long a service wishes to be left alone. */
const longestRestMs = 600_000;

/** What says that the service is in trouble, not one of its pictures. */
const outages: ReadonlySet<string> = new Set(["origin-failed", "origin-timeout"]);

export const late = Symbol("late");

interface State {
  /** How many pictures more are no accident. */
  left: number;
  /** Those that were in trouble since the last answer or rest. */
  readonly pictures: Set<string>;
  untilMs: number;
}

const fresh = (): State => ({ left: troubleLimit, pictures: new Set(), untilMs: 0 });

export function createRests(host: Pick<SourceHost, "now" | "fail" | "trouble" | "mount">): Rests {
  const states = new Map<string, State>();
  const partOf = (mount: string) => `${host.mount} chain: ${mount}`;

  function rest(mount: string, ms: number): void {
    // The next trouble after the rest begins another one.
    states.set(mount, { left: 1, pictures: new Set(), untilMs: host.now() + Math.min(ms, longestRestMs) });
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
    noteTrouble(mount, trouble, picture) {
      const known = trouble instanceof CameoError ? trouble : undefined;
      if (trouble !== late && !outages.has(known?.code ?? "")) return;
      // What is remembered of one picture, which may be asked for in many sizes, says nothing new of the service.
      if (known?.options.log?.cached === true) return;
      const wishedS = known?.options.retryAfterS;
      if (wishedS !== undefined) return rest(mount, wishedS * 1000);
      const state = states.get(mount) ?? fresh();
      states.set(mount, state);
      state.pictures.add(picture);
      if (state.pictures.size >= state.left) rest(mount, restMs);
    },
  };
}
