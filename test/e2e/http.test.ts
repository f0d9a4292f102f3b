/** HTTP behaviour of the image routes: negotiation, headers, conditional requests, signatures, presets, errors, explain, health. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createClient } from "../../core/client.ts";
import { signPath } from "../../core/request/sign.ts";
import { resolve } from "../../core/stages/resolve.ts";
import { startApp, type TestApp } from "../app.ts";
import { type FixtureName, fixture } from "../fixtures/fixture.ts";

const key = "a-signing-key-for-tests";
const adminToken = "operators-of-these-tests";
const chrome = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
let app: TestApp;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-images-"));
  const files: Record<string, FixtureName> = {
    "card.png": "png-rgba",
    "photo.jpg": "jpeg-420",
    "moving.gif": "gif-animated",
    "naïve “name”.png": "png-rgb",
    "flat.webp": "webp-lossy",
  };
  for (const [name, fixtureName] of Object.entries(files))
    await writeFile(join(folder, name), await fixture(fixtureName));
  await writeFile(join(folder, "note.txt"), "not an image");
  const ink =
    '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="16" fill="#111"/></svg>';
  await writeFile(join(folder, "ink.svg"), ink);
  await writeFile(join(folder, "half.jpg"), (await fixture("jpeg-420")).slice(0, 1500));
  const images = { source: "file", base: folder };
  app = await startApp({
    settings: {
      signingKeys: [key],
      adminToken,
      presets: { thumb: "w=32&h=32&fit=cover&f=png", gray: "grayscale" },
      mounts: {
        images,
        signed: { ...images, sign: "required" },
        remote: { source: "http", allow: ["allowed.example"] },
        named: { ...images, presetsOnly: true },
        own: { ...images, cacheControl: "public, max-age=5", cors: "", corp: "same-origin" },
        lenient: { ...images, truncated: "allow" },
        internal: { ...images, internal: true },
      },
      limits: { urlLength: 600, outputPx: 2000 },
    },
  });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => app.get(path, { headers });
const type = async (path: string, accept = "") => (await get(path, { accept })).headers.get("content-type");

test("format=auto follows Accept, then the source's own family", async () => {
  assert.equal(await type("/images/photo.jpg?w=20", chrome), "image/avif");
  assert.equal(await type("/images/photo.jpg?w=20", "image/webp,*/*"), "image/webp");
  assert.equal(await type("/images/photo.jpg?w=20"), "image/jpeg");
  assert.equal(await type("/images/card.png?w=20"), "image/png");
  assert.equal(await type("/images/moving.gif?w=20"), "image/gif");
  assert.equal(await type("/images/flat.webp?w=20"), "image/jpeg");
});

test("format=auto keeps an animation moving", async () => {
  assert.equal(await type("/images/moving.gif?w=20", chrome), "image/webp");
  assert.equal(await type("/images/moving.gif?w=20", "image/avif"), "image/gif");
  assert.equal(await type("/images/moving.gif?w=20&frames=1", chrome), "image/avif");
});

test("Vary is sent only where the format was negotiated", async () => {
  assert.equal((await get("/images/card.png?w=20")).headers.get("vary"), "Accept");
  assert.equal((await get("/images/card.png?w=20&f=png")).headers.get("vary"), null);
});

test("an error has the Vary that its picture would have, from the cache too", async () => {
  for (const path of ["/images/gone.png", "/images/note.txt", "/images/gone.png?theme=auto&f=auto"]) {
    const wanted = path.includes("theme") ? "Accept, Sec-CH-Prefers-Color-Scheme" : "Accept";
    for (const cached of [false, true]) {
      const { ok, headers } = await get(path);
      assert.deepEqual([ok, headers.get("vary")], [false, wanted], `${path} ${cached}`);
    }
  }
  assert.equal((await get("/images/gone.png?f=png")).headers.get("vary"), null);
});

test("the headers of a picture are these", async () => {
  const response = await get("/images/card.png?w=20&f=webp");
  const headers = Object.fromEntries(response.headers);
  assert.match(headers.etag ?? "", /^"[0-9a-f]{32}"$/);
  assert.match(headers["server-timing"] ?? "", /resolve;dur=.*fetch;dur=.*encode;dur=/);
  assert.match(headers["cache-control"] ?? "", /^public, max-age=\d+, stale-while-revalidate=604800$/);
  assert.equal(headers["content-length"], String((await response.bytes()).length));
  const {
    etag: _e,
    "server-timing": _s,
    "cache-control": _c,
    "content-length": _l,
    "last-modified": modified,
    ...rest
  } = headers;
  assert.ok(Date.parse(modified ?? "") <= Date.now());
  assert.deepEqual(rest, {
    "access-control-allow-origin": "*",
    "content-disposition": 'inline; filename="card.webp"',
    "content-type": "image/webp",
    "cross-origin-resource-policy": "cross-origin",
    "x-cache": "MISS origin",
    "x-content-type-options": "nosniff",
  });
});

test("a mount has its own Cache-Control, CORS and CORP", async () => {
  const { headers } = await get("/own/card.png?w=20");
  assert.equal(headers.get("cache-control"), "public, max-age=5");
  assert.equal(headers.get("access-control-allow-origin"), null);
  assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
});

test("If-Modified-Since is a 304 too, where no ETag is asked about", async () => {
  const modified = (await get("/images/card.png?w=20")).headers.get("last-modified") ?? "";
  const ask = (headers: Record<string, string>) => get("/images/card.png?w=20", headers);
  assert.equal((await ask({ "if-modified-since": modified })).status, 304);
  assert.equal((await ask({ "if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT" })).status, 200);
  assert.equal((await ask({ "if-modified-since": modified, "if-none-match": '"other"' })).status, 200);
  assert.equal((await ask({ "if-modified-since": "yesterday" })).status, 200);
});

test("If-None-Match with the ETag is a 304 without a body", async () => {
  const etag = (await get("/images/card.png?w=20&f=png")).headers.get("etag") ?? "";
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const response = await get("/images/card.png?w=20&f=png", { "if-none-match": tag });
    assert.equal(response.status, 304, tag);
    assert.equal(response.headers.get("etag"), etag);
    assert.equal((await response.bytes()).length, 0);
  }
  assert.equal((await get("/images/card.png?w=20&f=png", { "if-none-match": '"other"' })).status, 200);
});

test("HEAD has the headers of GET and no body", async () => {
  const got = await get("/images/card.png?w=20&f=png");
  const head = await app.get("/images/card.png?w=20&f=png", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), got.headers.get("content-length"));
  assert.equal((await head.bytes()).length, 0);
});

test("a 304 has no length, to HEAD neither: that of the picture is another", async () => {
  for (const path of ["/images/card.png?w=20&f=png", "/docs"]) {
    const etag = (await get(path)).headers.get("etag") ?? "";
    for (const method of ["GET", "HEAD"]) {
      const response = await app.get(path, { method, headers: { "if-none-match": etag } });
      assert.deepEqual([response.status, response.headers.get("content-length")], [304, null], `${method} ${path}`);
    }
  }
});

test("a server with a short name answers", async () => {
  const { status } = await app.app.handle(new Request("http://img/images/card.png?w=20&f=png"));
  assert.equal(status, 200);
});

test("/meta takes a ref in the query too, and says what is missing without one", async () => {
  assert.equal((await problem("/meta/remote?url=https://other.example/a.jpg")).code, "host-not-allowed");
  assert.equal((await problem("/meta/images")).code, "not-found");
});

test("Content-Disposition survives any file name", async () => {
  const { headers } = await get(`/images/${encodeURIComponent("naïve “name”.png")}?w=20&f=png`);
  assert.equal(
    headers.get("content-disposition"),
    "inline; filename=\"na_ve _name_.png\"; filename*=UTF-8''na%C3%AFve%20%E2%80%9Cname%E2%80%9D.png",
  );
});

async function problem(path: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const response = await app.get(path, init);
  assert.equal(response.headers.get("content-type"), "application/problem+json", path);
  const body = (await response.json()) as Record<string, unknown>;
  assert.equal(body.status, response.status);
  assert.equal(typeof body.detail, "string");
  return body;
}

const refused: readonly [path: string, status: number, code: string][] = [
  ["/images/card.png?w=0", 400, "bad-parameter"],
  ["/images/card.png?q=200", 400, "bad-parameter"],
  ["/images/card.png?wdith=5", 400, "bad-parameter"],
  ["/images/card.png?preset=none", 400, "bad-parameter"],
  ["/images/card.png?w=3000&enlarge", 400, "bad-parameter"],
  ["/images/%E0%A4%A.png", 400, "bad-request"],
  ["/signed/card.png?w=20", 403, "signature-required"],
  ["/remote/https://other.example/a.jpg", 403, "host-not-allowed"],
  ["/images/missing.png", 404, "not-found"],
  ["/images/", 404, "not-found"],
  ["/images", 404, "not-found"],
  ["/nowhere/a.png", 404, "no-such-route"],
  [`/images/card.png?v=${"x".repeat(600)}`, 414, "url-too-long"],
  ["/images/note.txt?w=20", 415, "unsupported-type"],
  ["/images/half.jpg?w=20", 422, "broken-image"],
];

test("each mistake has its status, code and a sentence", async () => {
  for (const [path, status, code] of refused) {
    const body = await problem(path);
    assert.deepEqual([body.status, body.code], [status, code], path);
    assert.ok(String(body.detail).endsWith(".") || String(body.detail).includes("takes"), String(body.detail));
  }
});

test("a bad parameter is named, with what it got and what it takes", async () => {
  const body = await problem("/images/card.png?w=abc");
  assert.equal(body.parameter, "width");
  assert.equal(body.got, "abc");
  assert.match(String(body.takes), /whole number/);
});

test("/ leads to the documentation", async () => {
  const response = await get("/");
  assert.deepEqual([response.status, response.headers.get("location")], [302, "/docs"]);
});

test("other methods are a 405", async () => {
  const body = await problem("/images/card.png", { method: "POST" });
  assert.equal(body.status, 405);
  const allowed = async (path: string, method = "PATCH") => {
    const { status, headers } = await app.get(path, { method });
    return `${status} ${headers.get("allow")}`;
  };
  assert.equal(await allowed("/images/card.png"), "405 GET, HEAD, DELETE");
  assert.equal(await allowed("/meta/images/card.png", "DELETE"), "405 GET, HEAD");
  assert.equal(await allowed("/health"), "405 GET, HEAD");
  assert.equal(await allowed("/plugins/transform.blur/disable", "GET"), "405 POST");
  for (const path of ["/nowhere", "/images2/card.png", "/internal/card.png"])
    assert.equal(await allowed(path), "404 null");
});

test("OPTIONS tells the methods, and pages that may read a picture may send headers with it", async () => {
  const asked = {
    origin: "https://a.example",
    "access-control-request-method": "GET",
    "access-control-request-headers": "if-none-match",
  };
  const options = async (path: string, headers: Record<string, string> = {}) => {
    const response = await app.get(path, { method: "OPTIONS", headers });
    const all = [
      "allow",
      "access-control-allow-origin",
      "access-control-allow-methods",
      "access-control-allow-headers",
    ];
    return [response.status, ...all.map((name) => response.headers.get(name))];
  };
  assert.deepEqual(await options("/images/card.png"), [204, "GET, HEAD, DELETE, OPTIONS", null, null, null]);
  assert.deepEqual(await options("/images/card.png", asked), [
    204,
    "GET, HEAD, DELETE, OPTIONS",
    "*",
    "GET, HEAD",
    "*",
  ]);
  assert.deepEqual(await options("/health", asked), [204, "GET, HEAD, OPTIONS", null, null, null]);
  assert.equal((await options("/nowhere", asked))[0], 404);
});

test("the name of a plugin in a path is decoded once, and refused where that is not possible", async () => {
  const change = async (id: string) => {
    const init = { method: "POST", headers: { authorization: `Bearer ${adminToken}` } };
    return (await app.get(`/plugins/${id}/disable`, init)).status;
  };
  assert.deepEqual([await change("%zz"), await change("%25"), await change("none")], [400, 404, 404]);
});

test("half an image is given where the mount allows it", async () => {
  assert.equal((await get("/lenient/half.jpg?w=20&f=png")).status, 200);
});

test("what was answered a moment ago is answered again, to the same question and to no other", async () => {
  const path = "/images/card.png?w=24&f=png";
  const all = async (response: Response) => [
    [...response.headers],
    Buffer.from(await response.bytes()).toString("hex"),
  ];
  await get(path);
  const second = await all(await get(path));
  assert.deepEqual(await all(await get(path)), second);
  const etag = new Headers(second[0] as [string, string][]).get("etag") ?? "";
  assert.equal((await get(path, { "if-none-match": etag })).status, 304);
  assert.equal(await (await app.get(path, { method: "HEAD" })).text(), "");
  assert.equal((await app.get(path, { method: "POST" })).status, 405);
  assert.match((await get(`${path}&explain`)).headers.get("content-type") ?? "", /json/);
  for (let turn = 0; turn < 3; turn++) {
    assert.equal(await type("/images/photo.jpg?w=24", chrome), "image/avif");
    assert.equal(await type("/images/photo.jpg?w=24"), "image/jpeg");
  }
  const themed = async (scheme: string) =>
    (await get("/images/ink.svg?w=24&f=png&theme=auto", { "sec-ch-prefers-color-scheme": scheme })).headers.get("etag");
  const [dark, light] = [await themed("dark"), await themed("light")];
  assert.notEqual(dark, light);
  for (let turn = 0; turn < 3; turn++) assert.deepEqual([await themed("dark"), await themed("light")], [dark, light]);
});

test("a signature opens a mount that demands one, until it expires", async () => {
  const canonical = "/signed/card.png?w=20&f=png";
  const signed = `${canonical}&sig=${signPath(canonical, key)}`;
  const response = await get(signed);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("cache-control") ?? "", /^private/);
  assert.equal((await get(signed.replace("w=20", "w=21"))).status, 403);
  const soon = Math.floor(Date.now() / 1000) + 100;
  const expiring = `/signed/card.png?w=20&f=png&exp=${soon}`;
  const url = `${expiring}&sig=${signPath(expiring, key)}`;
  assert.equal((await get(url)).status, 200);
  app.advance(200);
  assert.equal((await problem(url)).code, "url-expired");
});

test("a signature holds for every spelling of the image's own URL: with merged slashes, in capitals, in the query", async () => {
  const { snapshot } = app.app.services;
  const isSigned = (url: string) => {
    const [pathname = "", search = ""] = url.split("?");
    return resolve({ pathname, search, accept: undefined }, snapshot, Date.now()).isSigned;
  };
  const canonical = "/remote/https://other.example/a.jpg?w=20";
  const signature = signPath(canonical, key);
  for (const path of [
    "https:/other.example/a.jpg",
    "HTTPS://OTHER.example/a.jpg",
    "https%3A%2F%2Fother.example%2Fa.jpg",
  ])
    assert.equal(isSigned(`/remote/${path}?w=20&sig=${signature}`), true, path);
  assert.equal(isSigned(`/remote?w=20&url=https://other.example/a.jpg&sig=${signature}`), true);
  assert.throws(() => isSigned(`/remote/https:/other.example/b.jpg?w=20&sig=${signature}`), /signature-invalid/);
  const client = createClient({ baseUrl: "", key });
  const inQuery = await client.signed("/remote", { width: 20, query: { url: "https://other.example/a.jpg" } });
  assert.equal(isSigned(inQuery), true);
  assert.throws(() => isSigned(inQuery.replace("a.jpg", "b.jpg")), /signature-invalid/);
});

test("presets fill parameters in, and the URL's own win", async () => {
  const thumb = (await (await get("/meta/images/card.png?preset=thumb")).json()) as { width: number; height: number };
  assert.deepEqual([thumb.width, thumb.height], [32, 32]);
  const wide = (await (await get("/meta/images/card.png?preset=thumb&h=16")).json()) as {
    width: number;
    height: number;
  };
  assert.deepEqual([wide.width, wide.height], [32, 16]);
});

test("a default in the URL wins over a preset too, and equals the same without presets", async () => {
  const keyOf = async (query: string) => {
    const explained = (await (await get(`/images/card.png?${query}&explain`)).json()) as { keys: { variant: string } };
    return explained.keys.variant;
  };
  assert.equal(await keyOf("p=gray&grayscale=0&w=30"), await keyOf("w=30"));
  assert.notEqual(await keyOf("p=gray&w=30"), await keyOf("w=30"));
});

test("presetsOnly refuses all other parameters", async () => {
  assert.equal((await get("/named/card.png?preset=thumb,gray&v=1")).status, 200);
  assert.equal((await problem("/named/card.png?w=32")).parameter, "width");
  assert.equal((await problem("/named/card.png?preset=gray&grayscale=0")).parameter, "grayscale");
});

test("/meta describes the picture, also a transformed one", async () => {
  const response = await get("/meta/images/card.png");
  assert.equal(response.headers.get("content-type"), "application/json");
  const meta = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(
    [meta.width, meta.height, meta.format, meta.frames, meta.alpha, meta.orientation],
    [240, 160, "png", 1, true, 1],
  );
  assert.match(String(meta.dominantColor), /^#[0-9a-f]{6}$/);
  assert.match(String(meta.lqip), /^data:image\/(png|webp);base64,/);
  assert.ok(String(meta.thumbHash).length > 10 && String(meta.blurHash).length > 10);
  const turned = (await (await get("/meta/images/card.png?rotate=90&w=80")).json()) as Record<string, unknown>;
  assert.deepEqual([turned.width, turned.height], [80, 120]);
});

test("?explain says what would be done, without the bytes", async () => {
  const response = await get("/images/photo.jpg?explain&width=21&fit=inside", { accept: chrome });
  assert.equal(response.headers.get("cache-control"), "no-store");
  const told = (await response.json()) as Record<string, Record<string, unknown>>;
  assert.equal(told.canonical as unknown, "/images/photo.jpg?w=21");
  assert.deepEqual(told.request?.accepts, ["avif", "webp"]);
  assert.deepEqual((told.plan?.encode as { format?: string } | undefined)?.format, "avif");
  assert.deepEqual(told.plan?.size, { width: 21, height: 14 });
  assert.equal(told.original?.format, "jpeg");
  assert.equal(told.cache?.tier, null);
  await get("/images/photo.jpg?w=21", { accept: chrome });
  const again = (await (await get("/images/photo.jpg?explain&w=21", { accept: chrome })).json()) as typeof told;
  assert.deepEqual([again.cache?.tier, again.cache?.state], ["memory", "fresh"]);
});

test("an output without alpha is white where even the background is seen through", async () => {
  const under = async (query: string) => {
    const explained = (await (await get(`/images/card.png?f=jpeg&explain${query}`)).json()) as {
      plan: { encode: { background: object } };
    };
    return explained.plan.encode.background;
  };
  const white = { r: 255, g: 255, b: 255, a: 255 };
  for (const query of ["", "&bg=transparent", "&bg=ff000080"]) assert.deepEqual(await under(query), white, query);
  assert.deepEqual(await under("&bg=f00"), { r: 255, g: 0, b: 0, a: 255 });
});

test("?explain names the problem that stands in the way", async () => {
  const told = (await (await get("/images/missing.png?explain")).json()) as { problem?: { code?: string } };
  assert.equal(told.problem?.code, "not-found");
});

test("/health says that the server is ready, with its parts", async () => {
  const response = await get("/health");
  const health = (await response.json()) as Record<string, unknown>;
  assert.equal(response.status, 200);
  assert.deepEqual([health.status, health.live, health.ready], ["ready", true, true]);
  assert.deepEqual(
    (health.tiers as { name: string }[]).map(({ name }) => name),
    ["memory", "disk"],
  );
  assert.ok(!JSON.stringify(health).includes(key));
});

test("a log line says what was asked without ref, query or secret", async () => {
  await get("/images/card.png?w=33&f=png");
  app.app.services.log.error("flush");
  const line = app.lines.findLast((each) => each.includes('"message":"request"')) ?? "";
  assert.match(line, /"mount":"images","status":200/);
  assert.ok(!line.includes("card.png") && !line.includes("w=33"));
});
