import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import fc from "fast-check";
import * as v from "valibot";
import type { SourceInstance } from "../../../core/plugin.ts";
import http from "../../../plugins/sources/http.ts";
import { createTestHost, hasCode, loadContext, loadOriginal, setupSource, testSource } from "../../contract/source.ts";
import { startHttp } from "../../core/net/servers.ts";

const body = new TextEncoder().encode("a picture, as far as this plugin knows");
const host = createTestHost({ lookup: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]) });

/** A server with one picture at `/a.jpg`, one behind `/moved`, and what it was asked. */
async function startOrigin() {
  const asked: { url: string; headers: IncomingHttpHeaders }[] = [];
  const server = await startHttp((request, response) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    if (request.url === "/moved") response.writeHead(302, { location: `http://other.test:${server.port}/a.jpg` }).end();
    else if (!/^\/(shop\/)?a\.jpg(\?|$)/.test(request.url ?? "")) response.writeHead(404).end();
    else if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end();
    else
      response.writeHead(200, { "content-type": "image/jpeg", etag: '"1"', "cache-control": "max-age=90" }).end(body);
  });
  return { ...server, origin: `http://pinned.test:${server.port}`, asked };
}

async function withOrigin(run: (origin: Awaited<ReturnType<typeof startOrigin>>) => Promise<void>): Promise<void> {
  const origin = await startOrigin();
  try {
    await run(origin);
  } finally {
    await origin.close();
  }
}

const setup = (options: Record<string, unknown> = {}): Promise<SourceInstance> => setupSource(http, options, host);

const refusedUrls = [
  "a.jpg",
  "/etc/passwd",
  "//pinned.test/a.jpg",
  "ftp://pinned.test/a.jpg",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "data:image/png;base64,AA",
  "https:",
  "https://",
  "https:///",
  "https:pinned.test/a.jpg",
  "http://user@pinned.test/",
  "http://user:pw@pinned.test/",
  "http://:@pinned.test:x/",
  "https:\\\\pinned.test\\a.jpg",
  "http://pinned.test\\@evil.test/",
  "ht\ntp://pinned.test/",
  "http://pin\tned.test/",
  "http://256.1.1.1/",
  "http://[::1",
  "https%3A%2F%2Fuser%40pinned.test%2F",
  "https%3A%2F%2F%ZZ",
];

testSource({
  plugin: http,
  async open() {
    const { origin, close } = await startOrigin();
    const { port } = new URL(origin);
    const spellings = [
      `http:/pinned.test:${port}/a.jpg`,
      `HTTP://PINNED.test.:${port}/b/../a.jpg#part`,
      encodeURIComponent(`${origin}/a.jpg`),
      ` ${origin}/a.jpg`,
    ];
    const options = { allow: ["pinned.test"] };
    return {
      options,
      host,
      good: `${origin}/a.jpg`,
      body,
      spellings,
      missing: `${origin}/none.jpg`,
      refused: refusedUrls,
      close,
    };
  },
});

testSource({
  plugin: { ...http, name: "http with base" },
  async open() {
    const { origin, close } = await startOrigin();
    const refused = ["/a.jpg", "a//b.jpg", "./a.jpg", "a/..", "https://evil.test/a.jpg", "//evil.test/a.jpg", "a.jpg/"];
    return { options: { base: `${origin}/shop` }, host, good: "a.jpg", body, missing: "none.jpg", refused, close };
  },
});

test("http normalizes to the spelling of URL", async () => {
  const { normalize } = await setup();
  const spellings: readonly (readonly [string, string])[] = [
    ["https://Example.COM:443/A.jpg", "https://example.com/A.jpg"],
    ["http://example.com:80", "http://example.com/"],
    ["https:/example.com/a b.jpg", "https://example.com/a%20b.jpg"],
    ["https:////example.com//a.jpg", "https://example.com//a.jpg"],
    ["https://bücher.example/ü.jpg#x", "https://xn--bcher-kva.example/%C3%BC.jpg"],
    ["https%3A%2F%2Fexample.com%2Fa.jpg%3Fv%3D1", "https://example.com/a.jpg?v=1"],
    ["https://example.com/a.jpg?u=https%3A%2F%2Fb.test", "https://example.com/a.jpg?u=https%3A%2F%2Fb.test"],
    ["http://2130706433/", "http://127.0.0.1/"],
  ];
  for (const [ref, url] of spellings) assert.equal(normalize?.(ref), url);
});

test("http normalize() is idempotent on any URL (property)", async () => {
  const { normalize = (ref) => ref } = await setup();
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const once = normalize(url);
      assert.equal(normalize(once), once);
      assert.equal(normalize(encodeURIComponent(url)), once);
    }),
  );
});

test("http isAllowed() is the allow-list, empty by default", async () => {
  const none = await setup();
  const some = await setup({ allow: ["example.com", "*.cdn.test"] });
  assert.equal(none.isAllowed?.("https://example.com/a.jpg"), false);
  assert.equal(some.isAllowed?.("https://example.com/a.jpg"), true);
  assert.equal(some.isAllowed?.("https://a.cdn.test/a.jpg"), true);
  assert.equal(some.isAllowed?.("https://example.com.evil.test/a.jpg"), false);
  assert.equal(http.sign, "unless-allowed");
  assert.equal(http.refParameter, "url");
});

test("http binds an unsigned request to allow, redirects too, and a signed one to public hosts only", async () => {
  await withOrigin(async ({ origin }) => {
    const source = await setup({ allow: ["pinned.test"] });
    await assert.rejects(source.load(origin.replace("pinned", "other"), loadContext()), hasCode("host-not-allowed"));
    await assert.rejects(source.load(`${origin}/moved`, loadContext()), hasCode("host-not-allowed"));
    assert.deepEqual((await loadOriginal(source, `${origin}/moved`, { isSigned: true })).body, body);
    const closed = await setupSource(http, {}, createTestHost({ allowPrivate: [] }));
    await assert.rejects(
      closed.load("http://127.0.0.1/", loadContext({ isSigned: true })),
      hasCode("host-not-allowed"),
    );
  });
});

test("http answers what the origin says of type and freshness, and sends its validators back", async () => {
  await withOrigin(async ({ origin, asked }) => {
    const source = await setup({ allow: ["pinned.test"] });
    const { type, etag, maxAgeS } = await loadOriginal(source, `${origin}/a.jpg`);
    assert.deepEqual({ type, etag, maxAgeS }, { type: "image/jpeg", etag: '"1"', maxAgeS: 90 });
    const previous = { etag, lastModified: "Tue, 14 Nov 2023 22:13:20 GMT" };
    assert.equal(await source.load(`${origin}/a.jpg`, loadContext({ previous })), "unchanged");
    assert.deepEqual(
      asked.map(({ headers }) => headers.accept),
      ["image/*", "image/*"],
    );
    assert.deepEqual(
      asked.map(({ headers }) => headers["if-none-match"]),
      [undefined, '"1"'],
    );
    assert.deepEqual(
      asked.map(({ headers }) => headers["if-modified-since"]),
      [undefined, previous.lastModified],
    );
  });
});

test("http sends its headers to allow-listed hosts only, and to no other origin after a redirect", async () => {
  await withOrigin(async ({ origin, asked }) => {
    const source = await setup({ allow: ["pinned.test"], headers: { "X-Token": "t" } });
    await loadOriginal(source, `${origin}/a.jpg`);
    await loadOriginal(source, `${origin.replace("pinned", "other")}/a.jpg`, { isSigned: true });
    await loadOriginal(source, `${origin}/moved`, { isSigned: true });
    assert.deepEqual(
      asked.map(({ headers }) => headers["x-token"]),
      ["t", undefined, "t", undefined],
    );
  });
});

test("http with base keeps every path under it and needs no allow-list", async () => {
  await withOrigin(async ({ origin, asked }) => {
    for (const base of [`${origin}/shop`, `${origin}/shop/`]) {
      const source = await setup({ base, headers: { "X-Token": "t" } });
      assert.equal(source.isAllowed?.("a.jpg"), true);
      for (const ref of ["a.jpg", "sub/ü b.jpg", "a?b#c.jpg", "%2e%2e/%2fa.jpg", "@evil.test:80"])
        await source.load(ref, loadContext());
    }
    const urls = [
      "/shop/a.jpg",
      "/shop/sub/%C3%BC%20b.jpg",
      "/shop/a%3Fb%23c.jpg",
      "/shop/%252e%252e/%252fa.jpg",
      "/shop/%40evil.test%3A80",
    ];
    assert.deepEqual(
      asked.map(({ url }) => url),
      [...urls, ...urls],
    );
    assert.ok(asked.every(({ headers }) => headers["x-token"] === "t"));
  });
});

test("http with base binds redirects of an unsigned request to the base's host and to allow", async () => {
  await withOrigin(async ({ origin }) => {
    await assert.rejects((await setup({ base: origin })).load("moved", loadContext()), hasCode("host-not-allowed"));
    const source = await setup({ base: origin, allow: ["other.test"] });
    assert.deepEqual((await loadOriginal(source, "moved")).body, body);
  });
});

test("http with base never leaves it (property)", async () => {
  const { normalize = (ref) => ref, isAllowed } = await setup({ base: "https://example.com/shop/" });
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (ref) => {
      try {
        normalize(ref);
      } catch (error) {
        return hasCode("bad-request")(error);
      }
      return isAllowed?.(ref) === true && normalize(normalize(ref)) === normalize(ref);
    }),
  );
});

test("http options refuse what is no host pattern and no plain base", () => {
  const isValid = (options: object) => v.safeParse(http.options, options).success;
  assert.equal(isValid({ allow: ["example.com", "*.example.com", "a:8080", "*"] }), true);
  assert.equal(isValid({ base: "http://10.0.0.1:9000/bucket" }), true);
  for (const allow of ["https://example.com", "a/b", "", "*.*"])
    assert.equal(isValid({ allow: [allow] }), false, allow);
  for (const base of ["", "a/b", "ftp://a.test/", "https://user:pw@a.test/", "https://a.test/?q=1"])
    assert.equal(isValid({ base }), false, base);
});
