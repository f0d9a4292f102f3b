/** Starters of plugins, each with its test. `NAME` stands for the plugin's name, `LABEL` for the same without dashes. */
import { templateCode, templateTest, themeCode, themeTest } from "./plugins-starters-pictures.ts";

export const starterKinds = ["source", "transform", "template", "theme", "store", "route", "gate"] as const;
export type StarterKind = (typeof starterKinds)[number];

export interface Starter {
  /** Of the file with its code. */
  readonly ending: ".ts" | ".tsx";
  code(name: string): string;
  test(name: string): string;
  /** What to put in the settings and what to try, for the terminal. */
  use(name: string): string;
}

const sourceCode = `/**
 * A source: gives the bytes of an image for a ref, the part of the URL after the mount.
 *
 *     mounts: { pictures: { source: "NAME", base: "https://img.example.com/" } }
 *     /pictures/cats/1.jpg?w=320   →   https://img.example.com/cats/1.jpg
 */
import { source } from "cameo/plugin";
import * as v from "valibot";

export default source({
  name: "NAME", // Equal to the file's name.
  // What a mount may set. Checked before setup; the types below come from here.
  options: v.object({
    base: v.optional(v.pipe(v.string(), v.url()), "https://img.example.com/"),
    token: v.optional(v.string()), // Shown nowhere: names with "token" or "key" are hidden.
  }),
  // Once per mount. No network here: a source that cannot be reached must not keep the server from starting.
  setup({ base, token }, host) {
    return {
      // The one spelling of a ref, so that equal refs share a cache entry.
      normalize(ref) {
        const clean = ref.trim().replace(/^\\/+/, "");
        if (!/^[\\w./-]+$/.test(clean) || clean.split("/").includes("..")) {
          throw host.fail("bad-request", "A ref takes letters, digits, dots, dashes and slashes.");
        }
        return clean;
      },
      // Called once per miss. null: not mine, or not there.
      async load(ref, { signal, previous }) {
        const response = await host.fetch(new URL(ref, base), {
          signal,
          allow: [new URL(base).host],
          headers: {
            ...(token ? { authorization: \`Bearer \${token}\` } : {}),
            ...(previous?.etag ? { "if-none-match": previous.etag } : {}),
          },
        });
        return host.toOriginal(response); // 404 → null, 304 → "unchanged", other errors → a 502.
      },
    };
  },
});
`;

const sourceTest = `import { createHost, images, testSource } from "cameo/testing";
import plugin from "./NAME.ts";

const base = "https://img.test/";

testSource(plugin, {
  options: { base },
  ref: "cats/1.png",
  body: images.png(),
  spellings: ["/cats/1.png"],
  missing: "cats/none.png",
  refused: ["", "../secret.png", "a b"],
  host: createHost({
    answers: {
      [base + "cats/1.png"]: new Response(images.png(), { headers: { etag: '"1"' } }),
      "*": new Response("Not there.", { status: 404 }),
    },
  }),
});
`;

const transformCode = `/** A transform: one operation on a picture. \`?LABEL=ff6600\` mixes a colour into it. */
import { codec, editFrames, transform } from "cameo/plugin";

export default transform({
  name: "NAME", // Equal to the file's name.
  order: 70, // Place in the chain: crop 10, resize 50, effects 60 to 79, pad 80, radius 90.
  reads: ["LABEL"], // Request parameters that apply gets.
  parameters: { LABEL: { ...codec.color, about: "Mix this colour into every pixel, half and half." } },
  // size() is missing: the picture keeps its size.
  // Runs in a worker, with a deadline. Every frame of an animation counts.
  apply(picture, { LABEL: color }) {
    const { r, g, b } = color as { r: number; g: number; b: number };
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        data[at] = ((data[at] ?? 0) + r) / 2;
        data[at + 1] = ((data[at + 1] ?? 0) + g) / 2;
        data[at + 2] = ((data[at + 2] ?? 0) + b) / 2;
      }
    });
  },
});
`;

const transformTest = `import assert from "node:assert/strict";
import { images, testTransform } from "cameo/testing";
import plugin from "./NAME.ts";

testTransform(plugin, {
  query: "LABEL=ff0000",
  look(after, before) {
    const [was, is] = [images.colorAt(before, 3, 4), images.colorAt(after, 3, 4)];
    assert.equal(is.r, Math.round((was.r + 255) / 2));
    assert.equal(is.a, was.a);
  },
});
`;

const storeCode = `/**
 * A store: one more tier of the cache behind memory, as an unstorage driver.
 *
 *     cache: { "NAME": { maxEntries: 1000 } }
 *
 * This one is a map in memory. https://unstorage.unjs.io has drivers for Redis, S3 and more to return here.
 */
import { store } from "cameo/plugin";
import * as v from "valibot";

export default store({
  name: "NAME", // Equal to the file's name.
  options: v.object({ maxEntries: v.optional(v.number(), 1000) }),
  setup({ maxEntries }, host) {
    const items = new Map<string, Uint8Array>();
    return {
      hasItem: (key) => items.has(key),
      getItem: () => null, // Cameo stores bytes only.
      getItemRaw: (key) => items.get(key) ?? null,
      setItemRaw(key, value) {
        items.set(key, value);
        const [oldest] = items.keys();
        if (items.size > maxEntries && oldest !== undefined) items.delete(oldest);
      },
      removeItem: (key) => void items.delete(key),
      // Keys are like "pictures:2fd4…:original": purging deletes all under a base.
      getKeys: (base = "") => [...items.keys()].filter((key) => key.startsWith(base)),
      dispose: () => host.log.debug("closed", { entries: items.size }),
    };
  },
});
`;

const storeTest = `import { testStore } from "cameo/testing";
import plugin from "./NAME.ts";

testStore(plugin, { options: { maxEntries: 100 } });
`;

const routeCode = `/**
 * A route: extra endpoints beside the images. It works as soon as it is loaded.
 *
 *     GET /NAME/hello   →   { "hello": "hello", "asked": 1 }
 */
import { route } from "cameo/plugin";
import * as v from "valibot";

export default route({
  name: "NAME", // Equal to the file's name.
  options: v.object({ greeting: v.optional(v.string(), "hello") }), // From the setting routes.NAME.
  setup({ greeting }, host) {
    return {
      endpoints: [
        {
          method: "GET",
          path: "/NAME/:name", // The first part must be no mount's.
          // isForOperators: true would demand the admin token.
          async handle(_request, { params }) {
            const asked = ((await host.storage.getItem<number>("asked")) ?? 0) + 1; // Outlives a restart.
            await host.storage.setItem("asked", asked);
            return Response.json({ [greeting]: params.name, asked });
          },
        },
      ],
    };
  },
});
`;

const routeTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost, testRoute } from "cameo/testing";
import plugin from "./NAME.ts";

testRoute(plugin);

test("route.NAME greets and counts", async () => {
  const { endpoints } = await plugin.setup({ greeting: "hello" }, createHost());
  const request = new Request("http://localhost/NAME/ada");
  const answer = await endpoints[0]?.handle(request, { params: { name: "ada" }, signal: request.signal });
  assert.deepEqual(await answer?.json(), { hello: "ada", asked: 1 });
});
`;

const gateCode = `/**
 * A gate: every request passes it before anything else is done. It works as soon as it is loaded.
 * This one lets each client ask so many times a minute.
 */
import { gate } from "cameo/plugin";
import * as v from "valibot";

export default gate({
  name: "NAME", // Equal to the file's name.
  options: v.object({ perMinute: v.optional(v.number(), 600) }), // From the setting gates.NAME.
  setup({ perMinute }, host) {
    let minute = 0;
    const counts = new Map<string, number>();
    return {
      // Return to let the visit pass; throw host.fail to refuse it.
      check({ client = "unknown", path }) {
        if (path === "/health") return;
        const now = Math.floor(host.now() / 60_000); // host.now(), so that a test can set the clock.
        if (now !== minute) counts.clear();
        minute = now;
        const count = (counts.get(client) ?? 0) + 1;
        counts.set(client, count);
        if (count > perMinute) throw host.fail("busy", "Too many requests; ask again in a minute.", { retryAfterS: 60 });
      },
    };
  },
});
`;

const gateTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost, hasCode, testGate, visitOf } from "cameo/testing";
import plugin from "./NAME.ts";

testGate(plugin);

test("gate.NAME refuses a client that asks too often, until the minute is over", async () => {
  const host = createHost();
  const { check } = await plugin.setup({ perMinute: 1 }, host);
  const ask = async () => check(visitOf());
  await ask();
  await assert.rejects(ask(), hasCode("busy"));
  host.setNow(60_000);
  await ask();
});
`;

const made = (code: string, test: string, use: string): Starter => {
  const fill = (text: string) => (name: string) =>
    text.replaceAll("NAME", name).replaceAll("LABEL", name.replaceAll("-", ""));
  return {
    ending: code.includes("@jsxImportSource") ? ".tsx" : ".ts",
    code: fill(code),
    test: fill(test),
    use: fill(use),
  };
};

export const starters = {
  source: made(
    sourceCode,
    sourceTest,
    'Then give it a mount in the settings:\n  mounts: { pictures: { source: "NAME" } }',
  ),
  transform: made(transformCode, transformTest, "Then ask for it: /images/photo.jpg?LABEL=ff6600"),
  template: made(
    templateCode,
    templateTest,
    "Then look at it, and at each save of it:\n  cameo templates render NAME --title Hello --open\n  http://127.0.0.1:3000/templates of a running server",
  ),
  theme: made(themeCode, themeTest, "Then ask for it: /images/logo.png?theme=dark"),
  store: made(storeCode, storeTest, 'Then make it a tier of the cache, in the settings:\n  cache: { "NAME": {} }'),
  route: made(routeCode, routeTest, "Then ask for it: GET /NAME/hello"),
  gate: made(gateCode, gateTest, 'Its options are in the settings:\n  gates: { "NAME": { perMinute: 100 } }'),
} as const satisfies Record<StarterKind, Starter>;
