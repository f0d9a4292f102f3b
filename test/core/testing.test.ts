/** The suites of `cameo/testing`, on plugins that keep the contract and on plugins that do not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codec, editFrames, type PluginOf, source, store, transform } from "cameo/plugin";
import {
  createHost,
  createPicture,
  hasCode,
  images,
  testEngine,
  testSource,
  testStore,
  testTransform,
} from "cameo/testing";
import memoryDriver from "unstorage/drivers/memory";
import * as v from "valibot";
import type { Check } from "../../core/testing/check.ts";
import { sourceChecks } from "../../core/testing/source.ts";
import { storeChecks } from "../../core/testing/store.ts";
import { guessQuery, transformChecks } from "../../core/testing/transform.ts";
import { readHeader } from "../../core/work/header.ts";
import imagescript from "../../plugins/engines/imagescript.ts";
import flip from "../../plugins/transforms/flip.ts";
import grayscale from "../../plugins/transforms/grayscale.ts";
import negate from "../../plugins/transforms/negate.ts";
import pad from "../../plugins/transforms/pad.ts";
import rotate from "../../plugins/transforms/rotate.ts";
import { see } from "../see.ts";

const body = images.png();
const shop = "https://shop.test/";

/** A well-behaved source, and what its parts are when they are wrong. */
const shopSource = (wrong: { isCareless?: boolean; isUnsteady?: boolean } = {}): PluginOf<"source"> =>
  source({
    name: "shop",
    options: v.object({ base: v.optional(v.string(), shop) }),
    setup: ({ base }, host) => ({
      normalize: (ref) => (wrong.isUnsteady ? `${ref}/` : ref.trim().toLowerCase()),
      async load(ref, { signal, previous }) {
        if (ref.includes("..")) throw host.fail("bad-request", "A ref cannot go up.");
        const headers = previous?.etag ? { "if-none-match": previous.etag } : {};
        const response = await host.fetch(new URL(ref, base), { signal, headers });
        if (wrong.isCareless) return { body: new Uint8Array(await response.arrayBuffer()) };
        return host.toOriginal(response);
      },
    }),
  });

const open = () => ({
  ref: "a.png",
  body,
  spellings: [" A.png "],
  missing: "none.png",
  refused: ["../a.png"],
  host: createHost({
    answers: {
      [`${shop}a.png`]: new Response(body, { headers: { etag: '"1"' } }),
      "*": new Response("", { status: 404 }),
    },
  }),
});

testSource(shopSource(), open);
for (const plugin of [flip, grayscale, negate]) testTransform(plugin);
testTransform(rotate, { query: "rotate=90" });
testTransform(pad, { query: "pad=3&bg=red" });
testStore(store({ name: "memory", options: v.object({}), setup: () => memoryDriver() }));
testEngine(imagescript);

/** Claims that fail. */
async function failing(checks: readonly Check[]): Promise<readonly string[]> {
  const results = await Promise.all(
    checks.map(async ({ claim, run }) => {
      try {
        await run();
        return [];
      } catch {
        return [claim];
      }
    }),
  );
  return results.flat();
}

test("sourceChecks() finds an error page that is served, and refs of several spellings", async () => {
  assert.deepEqual(await failing(sourceChecks(shopSource({ isCareless: true }), open)), [
    "answers null for what is not there",
    "takes no error page for an image",
  ]);
  const unsteady = await failing(sourceChecks(shopSource({ isUnsteady: true }), open));
  assert.ok(unsteady.includes("normalize() gives one spelling and is idempotent"), unsteady.join());
});

test("sourceChecks() finds options that do not fit", async () => {
  const checks = sourceChecks(shopSource(), () => ({ ...open(), options: { bass: "x" } }));
  assert.ok((await failing(checks)).includes("answers an original with bytes"));
});

const broken = (own: Partial<Parameters<typeof transform>[0]>) =>
  transform({
    name: "flood",
    order: 60,
    reads: ["flood"],
    parameters: { flood: codec.boolean },
    apply: (picture) => editFrames(picture, ({ data }) => void data.fill(255)),
    ...own,
  });

test("transformChecks() finds sizes that are not those announced, frames left out and parameters of others", async () => {
  assert.deepEqual(await failing(transformChecks(broken({}))), []);
  assert.deepEqual(await failing(transformChecks(broken({ size: () => ({ width: 1, height: 1 }) }))), [
    "announces the size that it makes",
  ]);
  const first = broken({
    apply(picture) {
      const pixels = picture.pixels();
      picture.setPixels({ ...pixels, data: pixels.data.fill(7) });
    },
  });
  assert.deepEqual(await failing(transformChecks(first)), ["treats every frame, and the same each time"]);
  const taken = broken({ reads: ["width"], parameters: { width: codec.boolean } });
  assert.ok((await failing(transformChecks(taken))).includes("adds parameters that it reads, under free names"));
  assert.deepEqual(await failing(transformChecks(broken({ isNeeded: () => true }))), [
    "has something to do when asked, and nothing when not",
  ]);
  const look = (after: { data: Uint8ClampedArray }) => assert.equal(after.data[0], 0);
  assert.deepEqual(await failing(transformChecks(broken({}), { look })), ["does what its test expects"]);
});

test("storeChecks() finds bytes that come back changed", async () => {
  const cut = store({
    name: "cut",
    options: v.object({}),
    setup() {
      const driver = memoryDriver();
      const setItemRaw = (key: string, value: Uint8Array) => driver.setItemRaw?.(key, value.subarray(0, 100), {});
      return { ...driver, setItemRaw };
    },
  });
  assert.deepEqual(await failing(storeChecks(cut, () => ({}))), [
    "gives bytes back as they were, and the last ones written",
  ]);
});

test("guessQuery() gives each parameter of a plugin a value that it takes", () => {
  const parameters = {
    amount: codec.integer({ min: 5, max: 20 }),
    mode: codec.word(["soft", "hard"]),
    ink: codec.color,
  };
  assert.equal(guessQuery(broken({ reads: ["amount", "mode", "ink"], parameters })), "amount=10&mode=soft&ink=ff0000");
});

test("guessQuery() finds the example of a parameter, and says so if there is none", () => {
  const pair = (takes: string) => {
    const parse = (text: string) => (/^[a-f]{3}-[a-f]{3}$/.test(text) ? text : undefined);
    return broken({ reads: ["pair"], parameters: { pair: { parse, format: String, takes } } });
  };
  assert.equal(guessQuery(pair("two shades, such as abc-def.")), "pair=abc-def");
  assert.throws(() => guessQuery(pair("two shades")), /"pair" takes two shades: give a query that asks for it/);
});

test("createHost() answers from its table, keeps what was done and minds the limits", async () => {
  const host = createHost({ answers: { [`${shop}a`]: new Response("12345") }, maxBytes: 4, nowMs: 5 });
  await assert.rejects(host.fetch(`${shop}a`), hasCode("source-too-large"));
  assert.equal(await (await host.fetch(`${shop}a`, { maxBytes: 5 })).text(), "12345");
  await assert.rejects(host.fetch(`${shop}b`), hasCode("origin-failed"));
  await assert.rejects(host.fetch(`${shop}a`, { allow: ["other.test"] }), hasCode("host-not-allowed"));
  assert.equal(host.calls.length, 4);
  host.log.warn("hm", { a: 1 });
  assert.deepEqual(host.lines, ["warn: hm"]);
  assert.equal(host.now(), 5);
  host.setNow(6);
  assert.equal(host.now(), 6);
  await host.storage.setItem("a:1", { b: 2 });
  assert.deepEqual([await host.storage.getItem("a:1"), await host.storage.getKeys("a:")], [{ b: 2 }, ["a:1"]]);
  host.metrics.count("hits");
  host.metrics.count("hits", 2);
  assert.equal(host.figures.get("hits"), 3);
});

test("images are what their names say", async () => {
  const drawn = images.draw(3, 2, (x, y) => ({ r: x * 100, g: y * 100, b: 7, a: 255 }));
  for (const [format, bytes] of Object.entries({ png: images.png(drawn), bmp: images.bmp(drawn) })) {
    const { width, height, format: sniffed } = readHeader(bytes, { maxFrames: 1 });
    assert.deepEqual([sniffed, width, height], [format, 3, 2]);
    assert.deepEqual(new Uint8Array((await see(bytes)).pixels.data), new Uint8Array(drawn.data));
  }
  const drawing = readHeader(images.svg(4, 3), { maxFrames: 1 });
  assert.deepEqual([drawing.format, drawing.width, drawing.height], ["svg", 4, 3]);
});

test("createPicture() moves pixels as an engine does", () => {
  const drawn = images.gradient(6, 4);
  const picture = createPicture(drawn);
  picture.rotate(90, { r: 0, g: 0, b: 0, a: 0 });
  assert.deepEqual([picture.width, picture.height], [4, 6]);
  assert.deepEqual(images.colorAt(picture.pixels(), 3, 0), images.colorAt(drawn, 0, 0));
  picture.rotate(270, { r: 0, g: 0, b: 0, a: 0 });
  assert.deepEqual(picture.pixels().data, drawn.data);
  picture.extend({ top: 1, right: 2, bottom: 3, left: 4 }, { r: 1, g: 2, b: 3, a: 4 });
  assert.deepEqual([picture.width, picture.height], [12, 8]);
  assert.deepEqual(images.colorAt(picture.pixels(), 0, 0), { r: 1, g: 2, b: 3, a: 4 });
  picture.crop({ x: 4, y: 1, width: 6, height: 4 });
  picture.flip();
  picture.flop();
  assert.deepEqual(images.colorAt(picture.pixels(), 5, 3), images.colorAt(drawn, 0, 0));
  picture.composite(
    images.draw(1, 1, () => ({ r: 9, g: 9, b: 9, a: 255 })),
    5,
    3,
  );
  assert.deepEqual(images.colorAt(picture.pixels(), 5, 3), { r: 9, g: 9, b: 9, a: 255 });
  picture.resize({ width: 3, height: 2 });
  assert.equal(picture.pixels().data.length, 24);
});

test("createHost() keeps its storage from that of another host", async () => {
  await createHost().storage.setItem("a", 1);
  assert.deepEqual(await createHost().storage.getKeys(), []);
});
