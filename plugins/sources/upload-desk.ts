/** What is done with pictures: taken in, moderated, accepted, taken away. One change at a time for each user, in the order in which they came. */
import type { SourceHost } from "cameo/plugin";
import type { Assets } from "./upload-assets.ts";
import type { Entry, HistoryEvent, Ledger, Picture } from "./upload-ledger.ts";
import type { Master, Masters } from "./upload-master.ts";
import type { Names } from "./upload-names.ts";
import type { Purger } from "./upload-purge.ts";
import { describeEntry, describePicture, etagOf, nameplate } from "./upload-report.ts";
import { isMd5, type User } from "./upload-user.ts";

export interface Submission {
  readonly user: User;
  readonly file: Uint8Array;
  readonly rating: string;
  readonly isPrivate: boolean;
}

export interface Shown {
  readonly body: Uint8Array;
  /** MIME type. */
  readonly type: string;
  readonly etag: string;
}

/** Names are hashes or private IDs. All but `upload` throw `not-found` where there is no picture. */
export interface Desk {
  upload(submission: Submission, signal: AbortSignal): Promise<object>;
  remove(name: string): Promise<object>;
  info(name: string): Promise<object>;
  /** The picture that waits for a decision. */
  held(name: string): Promise<Shown>;
  /** `seen`: entity tags (RFC 9110 §13.1.1) of which the picture must have one, so that nothing is decided of one that came after the look. */
  accept(name: string, seen: string | null): Promise<object>;
  reject(name: string, seen: string | null): Promise<object>;
}

export interface DeskParts {
  readonly host: SourceHost;
  readonly names: Names;
  readonly assets: Assets;
  readonly ledger: Ledger;
  readonly masters: Masters;
  readonly purger: Purger;
  /** Of the public mount, such as `/avatar`. */
  readonly path: string;
}

/** Events of one user that are remembered. */
const maxHistory = 20;

const nothing: Entry = { current: null, held: null, history: [] };

export function createDesk(parts: DeskParts): Desk {
  const { host, names, path } = parts;
  const inTurn = createTurns();
  const change = async (name: string, next: Change) => {
    const key = await names.keyOf(name);
    return inTurn(key, () => changeEntry(key, next, parts));
  };
  const tell = async (name: string, entry: Entry) => {
    const known = await names.of(await names.keyOf(name));
    return { ...nameplate(known, path), ...describeEntry(entry) };
  };
  return {
    async upload(submission, signal) {
      const key = await names.keyOf(submission.user.key);
      if (!isMd5(key)) return inTurn(key, () => takeIn(key, submission, signal, parts));
      const detail = "This MD5 is not known yet; give the e-mail or its SHA-256.";
      throw host.fail("bad-parameter", detail, { fields: { parameter: "id" } });
    },
    async remove(name) {
      await change(name, () => null);
      return { deleted: true };
    },
    info: async (name) => tell(name, await findOrFail(await names.keyOf(name), parts)),
    async held(name) {
      const { held } = await findOrFail(await names.keyOf(name), parts);
      const body = held && (await parts.assets.body(held.asset));
      if (body) return { body, type: held.type, etag: etagOf(held) };
      throw host.fail("not-found", "No picture waits for a decision here.");
    },
    accept: async (name, seen) => tell(name, (await change(name, (entry) => accepted(entry, seen, host))) ?? nothing),
    reject: async (name, seen) => tell(name, (await change(name, (entry) => rejected(entry, seen, host))) ?? nothing),
  };
}

/** What becomes of an entry; `null` takes it away. */
type Change = (entry: Entry) => Entry | null;

async function findOrFail(key: string, { ledger, host }: DeskParts): Promise<Entry> {
  const entry = await ledger.findAny(key);
  if (entry) return entry;
  throw host.fail("not-found", "Nobody has uploaded a picture under this name.");
}

async function changeEntry(key: string, next: Change, parts: DeskParts): Promise<Entry | null> {
  const { ledger, purger, names } = parts;
  const entry = next(await findOrFail(key, parts));
  await purger.begin(key);
  await ledger.write(key, entry);
  await purger.finish(key);
  if (!entry) await names.forget(key);
  return entry;
}

async function takeIn(key: string, submission: Submission, signal: AbortSignal, parts: DeskParts): Promise<object> {
  const { host, names, assets, ledger, masters, purger, path } = parts;
  const { user, file, rating, isPrivate } = submission;
  const master = await masters.make(file, signal);
  const isHeld = await moderate(key, master, rating, host);
  if (signal.aborted) throw host.fail("bad-request", "The upload was given up before it was kept.");
  const { body, type, width } = master;
  const asset = await assets.put(names.hash(key), body);
  const picture = { asset, type, bytes: body.length, width, rating, isPrivate, updated: host.now() };
  await names.learn(key, [user.key, ...user.names]);
  const before = (await ledger.findAny(key)) ?? nothing;
  const entry = isHeld ? { ...before, held: picture } : { ...before, current: picture, held: null };
  await purger.begin(key);
  await ledger.write(key, noted(entry, isHeld ? "held" : "accepted", picture, host), body);
  await purger.finish(key);
  const status = isHeld ? "held" : "accepted";
  return { ...nameplate(await names.of(key), path), status, ...describePicture(picture) };
}

async function moderate(user: string, master: Master, rating: string, host: SourceHost): Promise<boolean> {
  const { body, type, width } = master;
  const verdict = await host.moderate({ body, type, width, height: width, user, rating });
  if (verdict === "accept" || verdict === "hold") return verdict === "hold";
  host.metrics.count("refused");
  throw host.fail("bad-request", `The picture was not accepted: ${verdict.reject}`);
}

function noted(entry: Entry, event: HistoryEvent["event"], { asset }: Picture, host: SourceHost): Entry {
  host.metrics.count(event);
  return { ...entry, history: [...entry.history, { at: host.now(), event, asset }].slice(-maxHistory) };
}

function accepted(entry: Entry, seen: string | null, host: SourceHost): Entry {
  const { held } = entry;
  if (!held) throw host.fail("not-found", "No picture waits for a decision here.");
  checkSeen(held, seen, host);
  return noted({ ...entry, current: held, held: null }, "accepted", held, host);
}

function checkSeen(picture: Picture, seen: string | null, host: SourceHost): void {
  const tags = seen?.split(",").map((each) => each.trim()) ?? ["*"];
  if (tags.includes("*") || tags.includes(etagOf(picture))) return;
  throw host.fail("bad-request", "By now it is another picture than that of `If-Match`; look at it again.");
}

/** What waits goes; without that, what is shown. */
function rejected(entry: Entry, seen: string | null, host: SourceHost): Entry | null {
  const refused = entry.held ?? entry.current;
  if (!refused) throw host.fail("not-found", "There is no picture to reject here.");
  checkSeen(refused, seen, host);
  const next = noted({ ...entry, current: entry.held ? entry.current : null, held: null }, "rejected", refused, host);
  return next.current ? next : null;
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
