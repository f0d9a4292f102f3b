/** What every source must do. */
import assert from "node:assert/strict";
import type { Original } from "../image.ts";
import type { LoadContext, PluginOf, SourceHost, SourceInstance } from "../plugin.ts";
import { assertFailure, type Check, commonChecks, hasCode, optionsOf } from "./check.ts";
import { createHost } from "./host.ts";

/** A source with something behind it. */
export interface SourceSubject {
  /** As in the settings. Default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** A ref that is there. Default: what needs one is not tested. */
  readonly ref?: string;
  /** The bytes that it answers. Default: whatever, but some. */
  readonly body?: Uint8Array;
  /** Other spellings of `ref`. Default none. */
  readonly spellings?: readonly string[];
  /** A ref that is well-formed and not there. Default: not tested. */
  readonly missing?: string;
  /** Refs that can never be valid. Default none. */
  readonly refused?: readonly string[];
  /** The source's own query parameters, for `ref`. Default none. */
  readonly query?: Readonly<Record<string, string>>;
  /** Default: a host whose `fetch` has no answer. */
  readonly host?: SourceHost;
  /** Called after each check. */
  close?(): void | Promise<void>;
}

/** A context for `load`, with what a test wants to be different. */
export const loadContext = (context: Partial<LoadContext> = {}): LoadContext => ({
  signal: new AbortController().signal,
  isSigned: false,
  query: {},
  ...context,
});

/** An instance whose options went through the plugin's schema. Throws `bad-setting`. */
export async function setupSource(
  plugin: PluginOf<"source">,
  { options, host = createHost() }: Pick<SourceSubject, "options" | "host"> = {},
): Promise<SourceInstance> {
  return plugin.setup(optionsOf(plugin, options), host);
}

/** Loads a ref that is there. */
export async function loadOriginal(
  source: SourceInstance,
  ref: string,
  context: Partial<LoadContext> = {},
): Promise<Original> {
  const answer = await source.load(normalize(source, ref), loadContext(context));
  assert.ok(answer !== null && answer !== "unchanged", `load(${JSON.stringify(ref)}) answered ${answer}`);
  return answer;
}

const normalize = (source: SourceInstance, ref: string): string => source.normalize?.(ref) ?? ref;

/** The same for every check, or what makes a fresh one for each. */
export type SourceSubjects = SourceSubject | (() => SourceSubject | Promise<SourceSubject>);

/** The checks for a source: of one subject only those that it says enough for. */
export function sourceChecks(plugin: PluginOf<"source">, subjects: SourceSubjects): Check[] {
  const open = typeof subjects === "function" ? subjects : () => subjects;
  const isKnown = (key: keyof SourceSubject) => typeof subjects === "function" || subjects[key] !== undefined;
  const check = (claim: string, run: (source: SourceInstance, subject: SourceSubject) => Promise<void>): Check => ({
    claim,
    async run() {
      const subject = await open();
      const source = await setupSource(plugin, subject);
      try {
        await run(source, subject);
      } finally {
        await source.dispose?.();
        await subject.close?.();
      }
    },
  });
  const withRef = [
    check("answers an original with bytes", answersBytes),
    check("takes its own validators back", takesValidators),
  ];
  const withMissing = check("answers null for what is not there", async (source, { missing }) => {
    if (missing !== undefined) assert.equal(await source.load(normalize(source, missing), loadContext()), null);
  });
  const withRefused = check(
    "refuses refs that can never be valid with bad-request",
    async (source, { refused = [] }) => {
      const load = async (ref: string) => source.load(normalize(source, ref), loadContext());
      for (const ref of refused) await assert.rejects(load(ref), hasCode("bad-request"), JSON.stringify(ref));
    },
  );
  return [
    ...commonChecks(plugin),
    check("can be set up, with its options", async () => {}),
    ...(isKnown("ref") ? withRef : []),
    ...(isKnown("missing") ? [withMissing] : []),
    ...(isKnown("refused") ? [withRefused] : []),
    check("normalize() gives one spelling and is idempotent", givesOneSpelling),
    check("says what is wrong with an odd ref by host.fail, if it refuses it", refusesOddRefs),
    check("check() answers sentences, if it is there", answersSentences),
    { claim: "takes no error page for an image", run: () => refusesErrors(plugin, open) },
  ];
}

async function answersBytes(source: SourceInstance, { ref, body, query = {} }: SourceSubject): Promise<void> {
  if (ref === undefined) return;
  const original = await loadOriginal(source, ref, { query });
  assert.ok(original.body instanceof Uint8Array && original.body.length > 0, "the body has no bytes");
  if (body) assert.deepEqual(new Uint8Array(original.body), new Uint8Array(body));
  const { maxAgeS = 0 } = original;
  assert.ok(Number.isFinite(maxAgeS) && maxAgeS >= 0, `maxAgeS is ${maxAgeS}; it is a number of seconds`);
}

async function takesValidators(source: SourceInstance, { ref, query = {} }: SourceSubject): Promise<void> {
  if (ref === undefined) return;
  const { etag, lastModified } = await loadOriginal(source, ref, { query });
  const context = loadContext({ query, previous: { etag, lastModified } });
  const answer = await source.load(normalize(source, ref), context);
  assert.notEqual(answer, null, "a ref that is there is not there once it has been cached");
}

async function answersSentences(source: SourceInstance): Promise<void> {
  const sentences = (await source.check?.({ mounts: new Set(["example"]) })) ?? [];
  for (const each of sentences) assert.match(each, /\.$/, `check() answered ${JSON.stringify(each)}`);
}

/** Refs of several kinds of sources, for one of which nothing is known. */
const likelyRefs = [
  "example",
  "cats/1.jpg",
  "https://img.example.com/1.jpg",
  "ada@example.com",
  "0a".repeat(16),
] as const;

async function givesOneSpelling(
  source: SourceInstance,
  { ref, missing, spellings = [] }: SourceSubject,
): Promise<void> {
  for (const each of [ref, missing, ...spellings].filter((each) => each !== undefined)) assertIdempotent(source, each);
  for (const each of spellings) assert.equal(normalize(source, each), normalize(source, ref ?? ""), each);
  for (const each of likelyRefs) {
    if (isTaken(source, each)) assertIdempotent(source, each);
  }
}

function assertIdempotent(source: SourceInstance, ref: string): void {
  const once = normalize(source, ref);
  assert.equal(normalize(source, once), once, `normalize() changes its own answer to ${ref}`);
}

function isTaken(source: SourceInstance, ref: string): boolean {
  try {
    normalize(source, ref);
    return true;
  } catch (error) {
    assertFailure(error);
    return false;
  }
}

const oddRefs = ["", "\0", "..", "../a.jpg", "a\\..\\b", "a\nb", "%", "\ud800", "a".repeat(5000)];

/** Only `normalize` and `isAllowed`, which are pure: nothing is asked with an odd ref. */
async function refusesOddRefs(source: SourceInstance): Promise<void> {
  for (const ref of oddRefs) {
    if (!isTaken(source, ref)) continue;
    assert.equal(typeof (source.isAllowed?.(normalize(source, ref)) ?? true), "boolean");
  }
}

const page = (status: number): Response =>
  new Response("<!doctype html><title>Not an image</title>", { status, headers: { "content-type": "text/html" } });

/** A source that uses `fetch`, before an origin that answers every URL with an error page. */
async function refusesErrors(
  plugin: PluginOf<"source">,
  open: () => SourceSubject | Promise<SourceSubject>,
): Promise<void> {
  const subject = await open();
  try {
    const refs = subject.ref === undefined ? likelyRefs : [subject.ref];
    for (const ref of refs) for (const status of [404, 401, 429, 500]) await refusesPage(plugin, subject, ref, status);
  } finally {
    await subject.close?.();
  }
}

async function refusesPage(
  plugin: PluginOf<"source">,
  subject: SourceSubject,
  ref: string,
  status: number,
): Promise<void> {
  const host = createHost({ answers: { "*": () => page(status) } });
  const source = await setupSource(plugin, { ...subject, host });
  const load = async () => source.load(normalize(source, ref), loadContext({ query: subject.query ?? {} }));
  const answer = await load().catch(assertFailure);
  await source.dispose?.();
  if (host.calls.length > 0) assert.ok(!answer, `it served the page of a ${status}`);
}
