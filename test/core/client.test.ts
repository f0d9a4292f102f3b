import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { createClient, type ImageParameters } from "../../core/client.ts";
import { CameoError } from "../../core/error.ts";
import { color } from "../../core/request/codec.ts";
import type { Parameters } from "../../core/request/parameters.ts";
import { createGrammar, formatRequest, parseRequest } from "../../core/request/parse.ts";
import { verifyRequest } from "../../core/request/sign.ts";

const grammar = createGrammar();
const key = "a key of more than sixteen characters";
const cameo = createClient({ baseUrl: "https://img.example.com/", key });
const now = Date.UTC(2026, 0, 1);

function parse(url: string, query: readonly string[] = []) {
  const [path = "", search = ""] = url.replace("https://img.example.com", "").split("?");
  return parseRequest(path, search, grammar, { query });
}

const refuses = (part: RegExp) => (error: unknown) =>
  error instanceof CameoError && error.code === "bad-parameter" && part.test(error.detail);

const byte = fc.integer({ min: 0, max: 255 });
const pixels = fc.integer({ min: 1, max: 4096 });
const decimals = (min: number, max: number) => fc.integer({ min: min * 100, max: max * 100 }).map((each) => each / 100);

/** Each value as people write it for the client, with the value that the server should see. */
const pairs: Readonly<Record<string, fc.Arbitrary<readonly [human: unknown, parsed: unknown]>>> = {
  width: pixels.map((each) => [each, each]),
  height: pixels.map((each) => [each, each]),
  fit: fc.constantFrom("cover", "contain", "fill", "outside").map((each) => [each, each]),
  position: fc
    .tuple(decimals(0, 1), decimals(0, 1), fc.boolean())
    .map(([x, y, isList]) => [isList ? [x, y] : { y, x }, { x, y }]),
  dpr: decimals(1.01, 5).map((each) => [each, each]),
  enlarge: fc.constant([true, true]),
  crop: fc
    .tuple(pixels, pixels, pixels, pixels, fc.boolean())
    .map(([x, y, width, height, isList]) => [
      isList ? [x, y, width, height] : { height, width, y, x },
      { x, y, width, height },
    ]),
  trim: fc.oneof(
    fc.constant([true, 10] as const),
    decimals(1, 100).map((each) => [each, each] as const),
  ),
  rotate: decimals(1, 359).map((each) => [each, each]),
  flip: fc.constant([true, true]),
  pad: fc.tuple(pixels, pixels, pixels, pixels).chain(([top, right, bottom, left]) =>
    fc.constantFrom(
      [top, { top, right: top, bottom: top, left: top }] as const,
      [[top, right], { top, right, bottom: top, left: right }] as const,
      [[top, right, bottom, left], { top, right, bottom, left }] as const,
      [
        { left, bottom, right, top },
        { top, right, bottom, left },
      ] as const,
    ),
  ),
  background: fc
    .record({ r: byte, g: byte, b: byte, a: byte }, { noNullPrototype: true })
    .chain((each) =>
      fc.constantFrom(`#${color.format(each)}`, color.format(each).toUpperCase()).map((hex) => [hex, each]),
    ),
  radius: fc.constantFrom(["max", "max"] as const, [12, 12] as const),
  blur: fc.oneof(
    fc.constant([true, 3] as const),
    decimals(0.3, 250).map((each) => [each, each] as const),
  ),
  brightness: decimals(-100, -1).map((each) => [each, each]),
  format: fc.constantFrom("avif", "webp", "jpeg", "png", "gif").map((each) => [each, each]),
  quality: fc.integer({ min: 1, max: 100 }).map((each) => [each, each]),
  preset: fc.constantFrom([["card", "small"], "card,small"] as const, ["card", "card"] as const),
  version: fc.stringMatching(/^[\w.-]{1,64}$/).map((each) => [each, each]),
};

/** Any that a URL can carry. */
const ref = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .filter((each) => each.isWellFormed() && each !== "." && each !== "..");
const parameters = fc.record(pairs, { requiredKeys: [] });
const half = (each: object, side: 0 | 1) =>
  Object.fromEntries(Object.entries(each).map(([name, pair]) => [name, (pair as readonly unknown[])[side]]));

test("createClient().url() writes what formatRequest() writes", () => {
  fc.assert(
    fc.property(ref, parameters, (each, given) => {
      const url = cameo.url(["images", each], half(given, 0) as ImageParameters);
      const request = {
        output: "image",
        mount: "images",
        ref: each,
        query: {},
        parameters: half(given, 1) as Parameters,
      } as const;
      assert.equal(url, `https://img.example.com${formatRequest(request, grammar)}`);
      assert.deepEqual({ ...parse(url).parameters }, half(given, 1));
      assert.equal(parse(url).ref, each);
    }),
    { numRuns: 500 },
  );
});

test("createClient().url() takes a path as a URL has it, with or without a slash and a query", () => {
  assert.equal(cameo.url("/images/a%20b.jpg", { width: 320 }), "https://img.example.com/images/a%20b.jpg?w=320");
  assert.equal(cameo.url("images/ä.jpg"), "https://img.example.com/images/%C3%A4.jpg");
  assert.equal(
    cameo.url("/images/a.jpg?height=10&f=jpg", { width: 5 }),
    "https://img.example.com/images/a.jpg?w=5&h=10&f=jpeg",
  );
  assert.equal(cameo.url("/meta/images/a.jpg"), "https://img.example.com/meta/images/a.jpg");
});

test("createClient().url() keeps a prefix, gives relative URLs, and escapes a ref that is a URL", () => {
  assert.equal(
    createClient({ baseUrl: "https://example.com/img/" }).url("/a/b.jpg"),
    "https://example.com/img/a/b.jpg",
  );
  assert.equal(createClient({ baseUrl: "" }).url("/a/b.jpg"), "/a/b.jpg");
  const remote = createClient({ baseUrl: "" }).url(["remote", "https://e.org/a b.jpg?x=1&y=2#z"], { width: 8 });
  assert.equal(remote, "/remote/https://e.org/a%20b.jpg%3Fx%3D1%26y%3D2%23z?w=8");
});

test("createClient().url() asks for the same image after a browser, or any other sender, has read the URL", async () => {
  const part = fc.constantFrom(".", "..", "...", "", "a", ".a", "%2e", "?", "é ", "https:");
  const dotted = fc.array(part, { minLength: 2, maxLength: 6 }).map((parts) => parts.join("/"));
  await fc.assert(
    fc.asyncProperty(fc.oneof(dotted, ref), async (each) => {
      fc.pre(each !== "." && each !== "..");
      const sent = new URL(await cameo.signed(["images", each], { width: 3 })).href;
      assert.equal(parse(sent).ref, each);
      assert.equal(verifyRequest(parse(sent), grammar, [key], now), true);
    }),
    { numRuns: 300 },
  );
  for (const each of [".", ".."]) assert.throws(() => cameo.url(["images", each]), refuses(/only dots/));
  for (const each of ["/images/.", "/meta/images/%2E%2e"]) assert.throws(() => cameo.url(each), refuses(/only dots/));
});

test("createClient().url() takes a theme, which a page may name for each of its looks", () => {
  const sources = (["light", "dark", "auto"] as const).map((theme) => cameo.url("/images/logo.png", { theme }));
  assert.deepEqual(
    sources.map((each) => parse(each).parameters.theme),
    ["light", "dark", "auto"],
  );
});

test("createClient().url() leaves defaults and undefined out", () => {
  const url = cameo.url("/images/a.jpg", {
    fit: "inside",
    position: "center",
    format: "auto",
    flip: false,
    rotate: 360,
  });
  assert.equal(url, "https://img.example.com/images/a.jpg");
});

test("createClient().url() carries the source's own query parameters", () => {
  const url = cameo.url(["og-image", "card"], { width: 600, query: { title: "Hi & bye", b: "2" } });
  assert.equal(url, "https://img.example.com/og-image/card?w=600&b=2&title=Hi%20%26%20bye");
  assert.deepEqual({ ...parse(url, ["title", "b"]).query }, { title: "Hi & bye", b: "2" });
});

test("createClient().url() refuses what the server would refuse", () => {
  assert.throws(() => cameo.url("/images/a.jpg", { width: 0 }), refuses(/"width" got "0"/));
  assert.throws(() => cameo.url("/images/a.jpg", { width: Number.NaN }), refuses(/"width" got "NaN"/));
  assert.throws(() => cameo.url("/images/a.jpg", { background: "mauve" }), refuses(/"background"/));
  assert.throws(() => cameo.url("/images/a.jpg", { widht: 3 } as ImageParameters), refuses(/no parameter "widht"/));
  assert.throws(() => cameo.url("/images/a.jpg?w=3", { width: 4 }), refuses(/given twice/));
});

test("createClient().signed() makes signatures that verifyRequest() accepts", async () => {
  await fc.assert(
    fc.asyncProperty(ref, parameters, fc.option(fc.integer({ min: 1, max: 99_999 })), async (each, given, laterS) => {
      const expires = laterS === null ? {} : { expires: now / 1000 + laterS };
      const url = await cameo.signed(["images", each], half(given, 0) as ImageParameters, expires);
      const request = parse(url);
      assert.equal(verifyRequest(request, grammar, ["another key that is old", key], now), true);
      assert.equal(url, `https://img.example.com${formatRequest(request, grammar)}`);
      assert.throws(() => verifyRequest(request, grammar, ["another key that is old"], now), /signature-invalid/);
    }),
    { numRuns: 100 },
  );
});

test("createClient().signed() takes the expiry as a date too, and it ends then", async () => {
  const url = await cameo.signed("/images/a.jpg", {}, { expires: new Date(now) });
  assert.equal(parse(url).parameters.expires, now / 1000);
  assert.equal(verifyRequest(parse(url), grammar, [key], now - 1), true);
  assert.throws(() => verifyRequest(parse(url), grammar, [key], now), /url-expired/);
});

test("createClient().signed() refuses an expiry that no server takes", async () => {
  for (const expires of [new Date("9999-12-31"), new Date("no date"), Date.UTC(2026, 11, 31), -5, Number.NaN, 1e21])
    await assert.rejects(cameo.signed("/images/a.jpg", {}, { expires }), refuses(/"expires" got/), String(expires));
});

test("createClient().signed() needs a key", async () => {
  await assert.rejects(createClient({ baseUrl: "" }).signed("/images/a.jpg"), /key/);
});

test("createClient().srcset() lists widths, keeping the ratio of width and height", () => {
  const client = createClient({ baseUrl: "" });
  assert.equal(
    client.srcset("/images/a.jpg", { widths: [320, 640], format: "webp" }),
    "/images/a.jpg?w=320&f=webp 320w, /images/a.jpg?w=640&f=webp 640w",
  );
  assert.equal(
    client.srcset("/images/a.jpg", { widths: [100, 400], width: 200, height: 150, fit: "cover" }),
    "/images/a.jpg?w=100&h=75&fit=cover 100w, /images/a.jpg?w=400&h=300&fit=cover 400w",
  );
});

test("createClient().srcset() lists densities", () => {
  const text = createClient({ baseUrl: "" }).srcset("/images/a.jpg", { densities: [1, 1.5, 2], width: 64 });
  assert.equal(text, "/images/a.jpg?w=64 1x, /images/a.jpg?w=64&dpr=1.5 1.5x, /images/a.jpg?w=64&dpr=2 2x");
});

test("createClient().signedSrcset() signs every candidate", async () => {
  const text = await cameo.signedSrcset("/images/a.jpg", { widths: [320, 640] }, { expires: now / 1000 + 60 });
  const candidates = text.split(", ").map((each) => each.split(" "));
  assert.deepEqual(
    candidates.map(([, mark]) => mark),
    ["320w", "640w"],
  );
  for (const [url = ""] of candidates) assert.equal(verifyRequest(parse(url), grammar, [key], now), true);
});

test("createClient() reaches no package and no node module", () => {
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = readFileSync(url, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [, specifier = ""] of source.matchAll(/^(?:import|export)\s(?!type\s)[^;]*?from\s*"([^"]+)"/gm)) {
      assert.match(specifier, /^\.\.?\//, `${url.pathname} imports ${specifier}`);
      visit(new URL(specifier, url));
    }
  };
  visit(new URL("../../core/client.ts", import.meta.url));
  assert.ok(seen.size >= 4, "the walk found the parser");
});
