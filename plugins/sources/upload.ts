/**
 * Pictures that users upload: a link of the avatar chain, and the endpoints to put them there.
 *
 *     POST   /avatar                     file, email or id, rating, private → 201
 *     POST   /avatar/upload-tokens       { email or id, expiresS } → a token for that user alone
 *     DELETE /avatar/{hash}
 *     GET    /avatar/{hash}/info         operators
 *     GET    /avatar/{hash}/held         operators: the picture that waits for a decision
 *     POST   /avatar/{hash}/accept       operators, also …/reject
 *     /upload/{md5 | sha256 | ~id}?r=pg&for=~3c0f…   the picture, for the chain: the highest rating, and the chain's own ref; `internal` as a rule
 *
 * Threat: pictures that are bombs, or carry what their owner did not mean to show; strangers who upload; old pictures that are served on; changes that tear.
 * Layers: `upload-body.ts` bounds what comes in, `upload-access.ts` says who may, `upload-master.ts` lets nothing of the original through, `upload-ledger.ts` keeps
 * changes whole, and everything made from an old picture is purged before the answer is given.
 * Residual risk: browsers and caches in front keep an old picture for as long as they were told (`clientTtlS` of the avatar mount).
 */
import { bytes, type Original, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";
import { createAccess } from "./upload-access.ts";
import { type Assets, createAssets } from "./upload-assets.ts";
import { createDesk } from "./upload-desk.ts";
import { createEndpoints, ratings } from "./upload-endpoints.ts";
import { createLedger, type Ledger, type Picture } from "./upload-ledger.ts";
import { createMasters, isPending } from "./upload-master.ts";
import { createNames, type Names } from "./upload-names.ts";
import { createPurger, type Purger } from "./upload-purge.ts";
import { etagOf } from "./upload-report.ts";
import { readName } from "./upload-user.ts";

const token = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{16,}$/, "takes tokens of at least 16 visible ASCII characters, no spaces"),
);

const options = v.object({
  path: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^\/[\w.-]+$/, "takes the path of a mount, such as /avatar")), "/avatar"),
    v.description("The public mount whose chain asks this one: uploads are sent there, and its copies are purged."),
  ),
  shownBy: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.regex(/^[\w.-]+$/, "takes names of mounts"))), []),
    v.description("Further mounts whose chains ask this one; their copies are purged too."),
  ),
  tokens: v.pipe(
    v.optional(v.array(token), []),
    v.description(
      "Bearer tokens that may upload for everybody, each at least 16 characters. Without one, uploads are off.",
    ),
  ),
  maxBytes: v.pipe(v.optional(bytes, 5 * 2 ** 20), v.description("Largest upload, in bytes. A larger one is a 413.")),
  masterPx: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(4096)), 1024),
    v.description("Longest side of the square picture that is kept, in pixels. A smaller upload is not enlarged."),
  ),
  freshS: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 600),
    v.description(
      "How long browsers may keep what shows a picture elsewhere, such as a card, in seconds. Cameo's own copies are purged with each change.",
    ),
  ),
});

/** How often what crashes left behind is looked for, in milliseconds. */
const sweepMs = 6 * 3_600_000;

export default source({
  name: "upload",
  options,
  query: ["r", "for"],
  setup({ path, shownBy, tokens, maxBytes, masterPx, freshS }, host) {
    const names = createNames(host);
    const assets = createAssets(host);
    const ledger = createLedger(host, names, assets);
    const masters = createMasters(masterPx, host);
    const purger = createPurger(host, names, [path, ...shownBy.map((each) => `/${each}`)]);
    const desk = createDesk({ host, names, assets, ledger, masters, purger, path });
    const access = createAccess(tokens, host);
    const tidy = createTidy({ ledger, purger, host });
    return {
      endpoints: createEndpoints({ host, access, desk, path, maxBytes }),
      normalize: (ref) => normalize(ref, host),
      async load(ref, { query, isInside, previous }) {
        tidy.now();
        if (isPending(ref)) return masters.pending(ref);
        if (isInside && query.for !== undefined) await noteShown(ref, query.for, names);
        return show(ref, { ledger, assets, host, freshS, rating: query.r ?? "x", known: previous?.etag });
      },
      dispose: tidy.end,
    };
  },
});

function normalize(ref: string, host: SourceHost): string {
  if (isPending(ref) || readName(ref) === ref) return ref;
  throw host.fail("bad-request", "The path takes an MD5 or a SHA-256 in lower case, or a private ID (`~…`).");
}

/** The chain tells for which ref of its own it asks, so that a later upload purges that too. Strangers are not listened to. */
async function noteShown(ref: string, by: string, names: Names): Promise<void> {
  if (by !== ref && readName(by) === by) await names.noteShown(ref, by);
}

interface Showing {
  readonly ledger: Ledger;
  readonly assets: Assets;
  readonly host: SourceHost;
  readonly freshS: number;
  /** Highest that may be shown. */
  readonly rating: string;
  readonly known: string | undefined;
}

async function show(
  ref: string,
  { ledger, assets, host, freshS, rating, known }: Showing,
): Promise<Original | "unchanged" | null> {
  const limit = ratings.indexOf(rating);
  if (limit < 0) throw host.fail("bad-parameter", `"r" takes one of ${ratings.join(", ")}.`);
  for (let picture = await currentOf(ref, ledger); picture; ) {
    if (ratings.indexOf(picture.rating) > limit) return null;
    const etag = etagOf(picture);
    if (etag === known) return "unchanged";
    const body = await assets.body(picture.asset);
    if (body) return toOriginal(picture, body, freshS, host);
    const next = await currentOf(ref, ledger);
    if (next?.asset === picture.asset) {
      host.log.warn("the bytes of an uploaded picture are gone", { asset: picture.asset });
      return null;
    }
    // Replaced between the two looks.
    picture = next;
  }
  return null;
}

const currentOf = async (ref: string, ledger: Ledger): Promise<Picture | null> =>
  (await ledger.find(ref))?.current ?? null;

const toOriginal = (picture: Picture, body: Uint8Array, maxAgeS: number, host: SourceHost): Original => ({
  body,
  type: picture.type,
  etag: etagOf(picture),
  lastModified: new Date(picture.updated).toUTCString(),
  maxAgeS,
  by: host.mount,
  needsSignature: picture.isPrivate,
  isLocal: true,
});

interface TidyParts {
  readonly ledger: Ledger;
  readonly purger: Purger;
  readonly host: SourceHost;
}

/** Makes good what a crash left behind: purges at once, bytes behind the requests' backs, at the first one and every few hours. */
function createTidy({ ledger, purger, host }: TidyParts): { now(): void; end(): Promise<void> } {
  let dueAt = 0;
  const recovered = purger.recover();
  let running: Promise<unknown> = recovered;
  return {
    now() {
      if (host.now() < dueAt) return;
      dueAt = host.now() + sweepMs;
      running = ledger.sweep().catch((cause: unknown) => {
        host.log.warn("uploads could not be tidied up", { cause });
      });
    },
    async end() {
      purger.end();
      await Promise.all([recovered, running]);
    },
  };
}
