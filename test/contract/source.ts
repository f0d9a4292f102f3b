/**
 * What every source plugin must do. A plugin's own test calls `testSource` with its subject and adds what is special
 * to it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStorage } from "unstorage";
import * as v from "valibot";
import { CameoError } from "../../core/error.ts";
import type { Original } from "../../core/image.ts";
import { createGuard, type GuardSettings } from "../../core/net/guard.ts";
import { toOriginal } from "../../core/net/original.ts";
import type { LoadContext, Log, PluginOf, PluginStorage, SourceHost, SourceInstance } from "../../core/plugin.ts";

/** A source with something behind it: a folder, a server. */
export interface OpenedSource {
  readonly options: Readonly<Record<string, unknown>>;
  /** A ref that answers `body`. */
  readonly good: string;
  readonly body: Uint8Array;
  /** Other spellings of it. Default none. */
  readonly spellings?: readonly string[];
  /** A ref that is well-formed and not there. */
  readonly missing: string;
  /** Refs that can never be valid, besides those that are refused for every source. */
  readonly refused?: readonly string[];
  readonly host?: SourceHost;
  close(): Promise<void>;
}

export interface SourceSubject {
  readonly plugin: PluginOf<"source">;
  open(): Promise<OpenedSource>;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A host whose guard may reach this machine, where the tests' servers are. */
export function createTestHost(settings: Partial<GuardSettings> = {}): SourceHost {
  const guard = { fetchMs: 10_000, maxBytes: 1e6, allowPrivate: ["127.0.0.0/8"], userAgent: "Cameo/test", ...settings };
  return {
    log: silent,
    fail: (code, detail, options) => new CameoError(code, detail, options),
    now: () => 0,
    fetch: createGuard(guard),
    toOriginal: (response) => toOriginal(response, 0),
    render: () => Promise.reject(new CameoError("not-found", "There is no other mount here.")),
    metrics: { count() {}, observe() {} },
    storage: createStorage() as PluginStorage,
    maxBytes: guard.maxBytes,
  };
}

/** The parsed options, as `setup` gets them. Throws what Valibot throws. */
export async function setupSource(
  plugin: PluginOf<"source">,
  options: Readonly<Record<string, unknown>>,
  host: SourceHost = createTestHost(),
): Promise<SourceInstance> {
  return plugin.setup(v.parse(plugin.options, options), host);
}

export const loadContext = (context: Partial<LoadContext> = {}): LoadContext => ({
  signal: new AbortController().signal,
  isSigned: false,
  query: {},
  ...context,
});

/** For `assert.rejects` and `assert.throws`: an error of ours with this code. */
export const hasCode =
  (code: string) =>
  (error: unknown): true => {
    assert.ok(error instanceof CameoError, `expected a CameoError, got ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  };

/** Loads a ref that is there. */
export async function loadOriginal(
  source: SourceInstance,
  ref: string,
  context: Partial<LoadContext> = {},
): Promise<Original> {
  const answer = await source.load(ref, loadContext(context));
  assert.ok(answer !== null && answer !== "unchanged", `${ref}: ${answer}`);
  return answer;
}

const oddRefs = ["", "\0", "a\0.jpg", "..", "../a.jpg", "a/../../b.jpg", "a\\..\\b.jpg", "a\nb.jpg"];

/** Registers the tests. */
export function testSource({ plugin, open }: SourceSubject): void {
  const id = `source.${plugin.name}`;
  const check = (claim: string, run: (source: SourceInstance, opened: OpenedSource) => Promise<void>) =>
    test(`${id} ${claim}`, async () => {
      const opened = await open();
      const source = await setupSource(plugin, opened.options, opened.host);
      try {
        await run(source, opened);
      } finally {
        await source.dispose?.();
        await opened.close();
      }
    });
  const normalize = (source: SourceInstance, ref: string): string => source.normalize?.(ref) ?? ref;

  check("answers an original with the bytes", async (source, { good, body }) => {
    const original = await loadOriginal(source, normalize(source, good));
    assert.deepEqual(new Uint8Array(original.body), new Uint8Array(body));
  });

  check("answers null for what is not there", async (source, { missing }) => {
    assert.equal(await source.load(normalize(source, missing), loadContext()), null);
  });

  check('answers "unchanged" to its own validators', async (source, { good }) => {
    const { etag, lastModified } = await loadOriginal(source, normalize(source, good));
    assert.ok(etag ?? lastModified, "no validator");
    assert.equal(
      await source.load(normalize(source, good), loadContext({ previous: { etag, lastModified } })),
      "unchanged",
    );
  });

  check("answers anew to validators that are not its own", async (source, { good, body }) => {
    const previous = { etag: '"other"', lastModified: new Date(0).toUTCString() };
    assert.deepEqual(
      new Uint8Array((await loadOriginal(source, normalize(source, good), { previous })).body),
      new Uint8Array(body),
    );
  });

  check("normalize() gives one spelling and is idempotent", async (source, { good, missing, spellings = [] }) => {
    for (const ref of [good, missing, ...spellings]) {
      const once = normalize(source, ref);
      assert.equal(normalize(source, once), once, ref);
    }
    for (const ref of spellings) assert.equal(normalize(source, ref), normalize(source, good), ref);
  });

  check("refuses refs that can never be valid, in normalize() and in load()", async (source, { refused = [] }) => {
    for (const ref of [...oddRefs, ...refused]) {
      assert.throws(() => normalize(source, ref), hasCode("bad-request"), JSON.stringify(ref));
      await assert.rejects(source.load(ref, loadContext()), hasCode("bad-request"), JSON.stringify(ref));
    }
  });

  check("rejects with the reason of a signal that has aborted", async (source, { good }) => {
    const reason = new Error("the client left");
    await assert.rejects(source.load(good, loadContext({ signal: AbortSignal.abort(reason) })), reason);
  });
}
