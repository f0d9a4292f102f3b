/** What is done with pictures: taken in, moderated, shown, taken away. One change at a time for each user, in the order in which they came. */
import { CameoError, type SourceHost } from "cameo/plugin";
import { describeNames } from "./upload-endpoints.ts";
import type { Entry, HistoryEvent, Ledger, Picture } from "./upload-ledger.ts";
import type { Master, Masters } from "./upload-master.ts";
import { isMd5, type User } from "./upload-user.ts";

export interface Submission {
  readonly user: User;
  readonly file: Uint8Array;
  readonly rating: string;
  readonly isPrivate: boolean;
}

/** Names are hashes or private IDs. All throw `not-found` where there is no picture. */
export interface Desk {
  upload(submission: Submission, signal: AbortSignal): Promise<object>;
  remove(name: string): Promise<object>;
  info(name: string): Promise<object>;
  accept(name: string): Promise<object>;
  reject(name: string): Promise<object>;
}

export interface DeskParts {
  readonly host: SourceHost;
  readonly ledger: Ledger;
  readonly masters: Masters;
  /** Of the public mount, such as `/avatar`. */
  readonly path: string;
}

/** Events of one user that are remembered. */
const maxHistory = 20;

const nothing: Entry = { current: null, held: null, history: [] };

export function createDesk({ host, ledger, masters, path }: DeskParts): Desk {
  const inTurn = createTurns();

  async function purge(key: string): Promise<void> {
    for (const ref of await ledger.shownAs(key)) {
      await host.purge(`/${host.mount}/${ref}`);
      for (const shown of [ref, `${host.mount}/${ref}`]) await host.purge(`${path}/${shown}`).catch(ignoreNoMount);
    }
  }

  const noted = (entry: Entry, event: HistoryEvent["event"], { asset }: Picture): Entry => {
    host.metrics.count(event);
    return { ...entry, history: [...entry.history, { at: host.now(), event, asset }].slice(1 - maxHistory) };
  };

  async function findOrFail(name: string): Promise<Entry> {
    const entry = await ledger.findAny(await ledger.keyOf(name));
    if (entry) return entry;
    throw host.fail("not-found", "Nobody has uploaded a picture under this name.");
  }

  /** A change to what is there; `null` takes it away. */
  async function change(name: string, next: (entry: Entry) => Entry | null): Promise<Entry | null> {
    const key = await ledger.keyOf(name);
    return inTurn(key, async () => {
      const entry = next(await findOrFail(name));
      await ledger.write(key, entry);
      await purge(key);
      if (!entry) await ledger.forget(key);
      return entry;
    });
  }

  async function nameplate(key: string): Promise<object> {
    const names = await ledger.namesOf(key);
    return { ...describeNames(names), urls: names.map((each) => `${path}/${each}`) };
  }

  async function report(name: string, { current, held, history }: Entry): Promise<object> {
    const shown = current ?? held;
    return {
      ...(await nameplate(await ledger.keyOf(name))),
      status: current ? "accepted" : "held",
      ...(shown ? describePicture(shown) : {}),
      ...(current && held ? { held: describePicture(held) } : {}),
      history: history.map(({ at, ...event }) => ({ at: new Date(at).toISOString(), ...event })),
    };
  }

  async function moderate(user: string, { body, type, width }: Master, rating: string): Promise<boolean> {
    const verdict = await host.moderate({ body, type, width, height: width, user, rating });
    if (verdict === "accept" || verdict === "hold") return verdict === "hold";
    host.metrics.count("refused");
    throw host.fail("bad-request", `The picture was not accepted: ${verdict.reject}`);
  }

  async function takeIn(key: string, { user, file, rating, isPrivate }: Submission, signal: AbortSignal) {
    const master = await masters.make(file, signal);
    const isHeld = await moderate(key, master, rating);
    if (signal.aborted) throw host.fail("bad-request", "The upload was given up before it was kept.");
    const { body, type, width } = master;
    const asset = await ledger.put(key, body);
    const picture = { asset, type, bytes: body.length, width, rating, isPrivate, updated: host.now() };
    await ledger.learn(key, [user.key, ...user.names]);
    const before = (await ledger.findAny(key)) ?? nothing;
    const entry = isHeld ? { ...before, held: picture } : { ...before, current: picture, held: null };
    const next = noted(entry, isHeld ? "held" : "accepted", picture);
    await ledger.write(key, next, body);
    await purge(key);
    return { ...(await nameplate(key)), status: isHeld ? "held" : "accepted", ...describePicture(picture) };
  }

  return {
    async upload(submission, signal) {
      const key = await ledger.keyOf(submission.user.key);
      if (isMd5(key)) {
        throw host.fail("bad-parameter", "This MD5 is not known yet; give the e-mail or its SHA-256.", {
          fields: { parameter: "id" },
        });
      }
      return inTurn(key, () => takeIn(key, submission, signal));
    },
    async remove(name) {
      await change(name, () => null);
      return { deleted: true };
    },
    info: async (name) => report(name, await findOrFail(name)),
    async accept(name) {
      const entry = await change(name, ({ current, held, ...kept }) => {
        if (!held) throw host.fail("not-found", "No picture waits for a decision here.");
        return noted({ ...kept, current: held, held: null }, "accepted", held);
      });
      return report(name, entry ?? nothing);
    },
    async reject(name) {
      const entry = await change(name, ({ current, held, ...kept }) => {
        const refused = held ?? current;
        if (!refused) throw host.fail("not-found", "There is no picture to reject here.");
        const left = held ? current : null;
        const next = noted({ ...kept, current: left, held: null }, "rejected", refused);
        return left ? next : null;
      });
      return entry ? report(name, entry) : { status: "rejected" };
    },
  };
}

const describePicture = ({ asset, bytes, width, rating, isPrivate, updated }: Picture): Record<string, unknown> => ({
  asset,
  etag: etagOf({ asset, rating, isPrivate }),
  updated: new Date(updated).toISOString(),
  bytes,
  width,
  rating,
  private: isPrivate,
});

/** Changes with the bytes, and with who may see them. */
export const etagOf = ({ asset, rating, isPrivate }: Pick<Picture, "asset" | "rating" | "isPrivate">): string =>
  `"${asset.slice(0, 32)}-${rating}${isPrivate ? "-private" : ""}"`;

function ignoreNoMount(error: unknown): void {
  if (!(error instanceof CameoError) || error.code !== "no-such-route") throw error;
}

/** Runs work for one key after all that came before it. */
function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}
