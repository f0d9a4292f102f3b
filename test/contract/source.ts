/**
 * What every source plugin must do. A plugin's own test calls `testSource` with its subject and adds what is special
 * to it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { createGuard, type GuardSettings } from "../../core/net/guard.ts";
import type { PluginOf, SourceHost, SourceInstance } from "../../core/plugin.ts";
import { hasCode } from "../../core/testing/check.ts";
import { createHost } from "../../core/testing/host.ts";
import { loadContext, loadOriginal, sourceChecks } from "../../core/testing/source.ts";

export { hasCode } from "../../core/testing/check.ts";
export { loadContext, loadOriginal } from "../../core/testing/source.ts";

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

/** A host whose guard may reach this machine, where the tests' servers are. */
export function createTestHost(settings: Partial<GuardSettings> = {}): SourceHost {
  const guard = { fetchMs: 10_000, maxBytes: 1e6, allowPrivate: ["127.0.0.0/8"], userAgent: "Cameo/test", ...settings };
  return { ...createHost({ maxBytes: guard.maxBytes }), fetch: createGuard(guard) };
}

/** The parsed options, as `setup` gets them. Throws what Valibot throws. */
export async function setupSource(
  plugin: PluginOf<"source">,
  options: Readonly<Record<string, unknown>>,
  host: SourceHost = createTestHost(),
): Promise<SourceInstance> {
  return plugin.setup(v.parse(plugin.options, options), host);
}

const oddRefs = ["", "\0", "a\0.jpg", "..", "../a.jpg", "a/../../b.jpg", "a\\..\\b.jpg", "a\nb.jpg"];

/** As the suite that plugins of others run wants it. */
const openShared = (open: SourceSubject["open"]) => async () => {
  const { good, host = createTestHost(), ...opened } = await open();
  return { ...opened, host, ref: good };
};

/** Registers the tests: those of `cameo/testing`, and what is stricter for the built-in ones. */
export function testSource({ plugin, open }: SourceSubject): void {
  const id = `source.${plugin.name}`;
  for (const { claim, run } of sourceChecks({ ...plugin, name: plugin.name.replaceAll(" ", "-") }, openShared(open)))
    test(`${id} ${claim}`, async () => run());
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
