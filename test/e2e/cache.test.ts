/** The cache through the front door: freshness, revalidation, failures, purge, restart. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { CameoError } from "../../core/error.ts";
import { startApp, type TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";
import { createOrigin } from "../origin.ts";

const token = "an-admin-token-for-tests";
const operator = { headers: { authorization: `Bearer ${token}` } };
const origin = createOrigin();
const settings = { adminToken: token, mounts: { o: { source: "origin", ttlS: 100, staleS: 1000 } } };
let app: TestApp;
let card: Uint8Array;
let other: Uint8Array;
let nextRef = 0;
/** A ref that no other test uses. */
let ref = "";

before(async () => {
  app = await startApp({ settings, plugins: [origin.plugin] });
  [card, other] = await Promise.all([fixture("png-rgb"), fixture("png-grey")]);
});
after(() => app.close());
beforeEach(() => {
  nextRef += 1;
  ref = `${nextRef}.png`;
  Object.assign(origin, { fail: undefined, maxAgeS: undefined, unchanged: 0, isPrivate: false });
  origin.loads.length = 0;
  origin.images.set(ref, card);
});

const status = (response: Response) => `${response.status} ${response.headers.get("x-cache")}`;
const get = async (query = "w=40&f=png") => app.get(`/o/${ref}?${query}`);

/** Asks until the background work shows. */
async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("it never came to pass");
}

test("a second request is a memory hit with the same bytes", async () => {
  const first = await get();
  assert.equal(status(first), "200 MISS origin");
  const second = await get();
  assert.equal(status(second), "200 HIT memory");
  assert.deepEqual(await second.bytes(), await first.bytes());
  assert.deepEqual(origin.loads, [ref]);
});

test("another variant is made from the kept original", async () => {
  await get("w=40&f=png");
  await get("w=50&f=png");
  assert.deepEqual(origin.loads, [ref]);
});

test("requests for one image at one time share one flight", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => get()));
  assert.equal(new Set(await Promise.all(answers.map(async (each) => (await each.bytes()).join()))).size, 1);
  assert.deepEqual(origin.loads, [ref]);
});

test("a stale copy is served at once and revalidated behind it, without rendering when nothing changed", async () => {
  await get();
  const jobs = app.app.services.pool.stats().jobs;
  app.advance(200);
  assert.equal(status(await get()), "200 STALE memory");
  await until(async () => status(await get()) === "200 HIT memory");
  assert.equal(origin.unchanged, 1);
  assert.equal(app.app.services.pool.stats().jobs, jobs);
});

test("a copy that was revalidated is fresh for no longer than its source allows", async () => {
  origin.maxAgeS = 10;
  await get();
  app.advance(20);
  await get();
  await until(async () => status(await get()) === "200 HIT memory");
  assert.equal(origin.unchanged, 1);
  app.advance(20);
  assert.equal(status(await get()), "200 STALE memory");
});

test("a stale copy is made anew when the origin has another image", async () => {
  const old = (await get()).headers.get("etag");
  origin.images.set(ref, other);
  app.advance(200);
  assert.equal((await get()).headers.get("etag"), old);
  await until(async () => (await get()).headers.get("etag") !== old);
});

test("a stale copy is served on while the origin is down, and the origin is left alone for a while", async () => {
  await get();
  origin.fail = async () => {
    throw new CameoError("origin-failed", "down");
  };
  app.advance(200);
  assert.equal(status(await get()), "200 STALE memory");
  await until(() => origin.loads.length === 2);
  await until(() => app.app.services.flights.size() === 0);
  assert.equal(status(await get()), "200 STALE memory");
  assert.equal(origin.loads.length, 2);
  app.advance(60);
  await get();
  await until(() => origin.loads.length === 3);
});

test("a new variant of a stale original is made while the origin is down", async () => {
  await get("w=40&f=png");
  origin.fail = async () => {
    throw new CameoError("origin-timeout", "slow");
  };
  app.advance(200);
  assert.equal((await get("w=60&f=png")).status, 200);
});

test("an old original outlives the failed renewal of a variant; its origin is asked once for all that is made of it meanwhile", async () => {
  await get("w=40&f=png");
  origin.fail = async () => {
    throw new CameoError("origin-failed", "down");
  };
  app.advance(200);
  assert.equal(status(await get("w=40&f=png")), "200 STALE memory");
  await until(() => app.app.services.flights.size() === 0);
  for (const width of [60, 70, 80]) assert.equal((await get(`w=${width}&f=png`)).status, 200);
  assert.equal(origin.loads.length, 2);
  app.advance(60);
  assert.equal((await get("w=90&f=png")).status, 200);
  assert.equal(origin.loads.length, 3);
  origin.fail = undefined;
  app.advance(60);
  assert.equal((await get("w=91&f=png")).status, 200);
  assert.equal(origin.unchanged, 1);
});

test("a copy past its stale time is not served", async () => {
  await get();
  origin.images.delete(ref);
  app.advance(2000);
  assert.equal((await get()).status, 404);
});

test("a missing image is remembered for about a minute", async () => {
  origin.images.delete(ref);
  assert.equal((await get()).status, 404);
  assert.equal((await get("w=50")).status, 404);
  assert.equal(origin.loads.length, 1);
  origin.images.set(ref, card);
  app.advance(61);
  assert.equal((await get()).status, 200);
});

test("a failing origin is a 502 that is remembered for about half a minute", async () => {
  origin.fail = async () => {
    throw new Error("secret reason");
  };
  const response = await get();
  const problem = await response.text();
  assert.equal(response.status, 502);
  assert.match(response.headers.get("cache-control") ?? "", /max-age=24/);
  assert.ok(!problem.includes("secret reason"));
  await until(() => app.lines.some((line) => line.includes("secret reason") && line.includes("source.origin")));
  origin.fail = undefined;
  assert.equal((await get()).status, 502);
  app.advance(31);
  assert.equal((await get()).status, 200);
});

test("an origin that answers `unchanged` without being asked about a copy has failed", async () => {
  origin.fail = async () => "unchanged" as never;
  const response = await get();
  assert.equal(response.status, 502);
  assert.equal(((await response.json()) as { code: string }).code, "origin-failed");
});

test("a source that hangs meets the deadline", async () => {
  const slow = await startApp({
    settings: { mounts: { o: { source: "origin" } }, limits: { fetchMs: 20 } },
    plugins: [origin.plugin],
  });
  origin.fail = () => new Promise(() => {});
  assert.equal((await slow.get(`/o/${ref}?w=5`)).status, 504);
  await slow.close();
});

test("a client that leaves cancels only itself, and its leaving is not remembered as a failure", async () => {
  const { promise: open, resolve: opened } = Promise.withResolvers<void>();
  origin.fail = async () => {
    await open;
    return { body: card };
  };
  const leaver = new AbortController();
  const leaving = app.get(`/o/${ref}?w=40&f=png`, { signal: leaver.signal });
  const staying = get();
  leaver.abort();
  opened();
  assert.equal((await staying).status, 200);
  await leaving;
});

test("bytes that nobody else holds are moved to the worker, unless two requests share them or the cache keeps them", async () => {
  const given: Uint8Array[] = [];
  const { promise: open, resolve: opened } = Promise.withResolvers<void>();
  let isLocal = true;
  origin.fail = async () => {
    await open;
    const body = card.slice();
    given.push(body);
    return { body, isLocal, mayMove: true };
  };
  const { flights } = app.app.services;
  const { share } = flights;
  let joined = 0;
  const counted: typeof share = (...how) => {
    joined += 1;
    return share(...how);
  };
  Object.assign(flights, { share: counted });
  const two = [get("w=40&f=png"), get("w=50&f=png")];
  await until(() => joined === 2);
  opened();
  assert.deepEqual((await Promise.all(two)).map(status), ["200 MISS origin", "200 MISS origin"]);
  Object.assign(flights, { share });
  assert.equal(status(await get("w=60&f=png")), "200 MISS origin");
  isLocal = false;
  assert.equal(status(await get("w=70&f=png")), "200 MISS origin");
  assert.equal(status(await get("w=80&f=png")), "200 MISS origin");
  assert.deepEqual(
    given.map(({ length }) => length),
    [card.length, 0, card.length],
  );
});

test("an origin's max-age shortens the time to live, and is never longer than the mount's", async () => {
  origin.maxAgeS = 10;
  assert.match((await get()).headers.get("cache-control") ?? "", /^public, max-age=10, stale-while-revalidate=1000$/);
  origin.maxAgeS = 100_000;
  ref = "long.png";
  origin.images.set(ref, card);
  assert.match((await get()).headers.get("cache-control") ?? "", /^public, max-age=100, stale-while-revalidate=1000$/);
});

test("what an origin calls private is private, and never served stale", async () => {
  Object.assign(origin, { isPrivate: true, maxAgeS: 10 });
  assert.match((await get()).headers.get("cache-control") ?? "", /^private, max-age=10, stale-while-revalidate=0$/);
  app.advance(20);
  assert.equal(status(await get()), "200 MISS origin");
});

test("DELETE throws away the original and everything made from it, for operators only", async () => {
  await get("w=40&f=png");
  await get("w=50&f=png");
  assert.equal((await app.get(`/o/${ref}`, { method: "DELETE" })).status, 401);
  assert.equal((await app.get("/o?url=x", { method: "DELETE" })).status, 401);
  assert.equal(
    (await app.get(`/o/${ref}`, { method: "DELETE", headers: { authorization: "Bearer wrong" } })).status,
    401,
  );
  assert.equal(status(await get("w=40&f=png")), "200 HIT memory");
  const purged = await app.get(`/o/${ref}?w=40`, { method: "DELETE", ...operator });
  assert.deepEqual(await purged.json(), { purged: 3, mount: "o", ref });
  assert.equal(status(await get("w=40&f=png")), "200 MISS origin");
  assert.equal(origin.loads.length, 2);
});

test("DELETE reaches what an internal mount keeps, for operators only", async () => {
  const chained = await startApp({
    settings: {
      adminToken: token,
      mounts: { avatar: { source: "avatar", chain: ["o"] }, o: { source: "origin", internal: true } },
    },
    plugins: [origin.plugin],
  });
  const hash = "0bc83cb571cd1c50ba6f3e8a78ef1346";
  const purge = (path: string, headers: Record<string, string> = {}) =>
    chained.get(path, { method: "DELETE", headers });
  origin.images.set(hash, card);
  assert.equal((await chained.get(`/avatar/${hash}?s=20`)).headers.get("x-source"), "o");
  origin.images.delete(hash);
  assert.equal((await purge(`/o/${hash}`)).status, 401);
  const purged = async (path: string) => {
    const response = await purge(path, { authorization: `Bearer ${token}` });
    return ((await response.json()) as { purged: number }).purged;
  };
  // The avatar, and the copy that its link keeps.
  assert.equal(await purged(`/avatar/${hash}`), 2);
  assert.equal(await purged(`/o/${hash}`), 0);
  origin.images.set(hash, card);
  await chained.get(`/avatar/${hash}?s=20`);
  origin.images.delete(hash);
  // The link's copy; the avatar that was made from it is no longer shown.
  assert.equal(await purged(`/o/${hash}`), 1);
  assert.notEqual((await chained.get(`/avatar/${hash}?s=20`)).headers.get("x-source"), "o");
  assert.equal((await chained.get(`/o/${hash}`)).status, 404);
  await chained.close();
});

test("a purge while an image is being made keeps the old one out", async () => {
  const { promise: open, resolve: opened } = Promise.withResolvers<void>();
  origin.fail = async () => {
    await open;
    return { body: card };
  };
  const making = get();
  await until(() => origin.loads.length === 1);
  await app.get(`/o/${ref}`, { method: "DELETE", ...operator });
  opened();
  await making;
  origin.fail = undefined;
  assert.equal(status(await get()), "200 MISS origin");
});

test("an origin's word on who may keep a picture is heard also where its bytes are the same", async () => {
  const reach = async () => (await get()).headers.get("cache-control")?.split(",")[0];
  origin.fail = async () => ({ body: card });
  assert.equal(await reach(), "public");
  origin.fail = async () => ({ body: card, isPrivate: true });
  app.advance(200);
  await get();
  await until(async () => (await reach()) === "private");
});

test("a version in the URL is a copy of its own, and immutable", async () => {
  await get("w=40&f=png");
  const versioned = await get("w=40&f=png&v=2");
  assert.equal(origin.loads.length, 2);
  assert.match(versioned.headers.get("cache-control") ?? "", /max-age=31536000, immutable/);
});

test("the disk tier outlives a restart, holds no ref in the clear, and a damaged file is made anew", async () => {
  const first = await startApp({ settings, plugins: [origin.plugin] });
  await first.get(`/o/${ref}?w=40&f=png`);
  await first.app.dispose();
  const second = await startApp({ settings, plugins: [origin.plugin], folder: first.folder });
  assert.equal(status(await second.get(`/o/${ref}?w=40&f=png`)), "200 HIT disk");
  await second.app.dispose();
  const cache = join(first.folder, "cache");
  const files = (await readdir(cache, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  assert.ok(files.length >= 2);
  assert.ok(files.every((each) => !join(each.parentPath, each.name).includes(ref)));
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(path, bytes);
  }
  const third = await startApp({ settings, plugins: [origin.plugin], folder: first.folder });
  assert.equal(status(await third.get(`/o/${ref}?w=40&f=png`)), "200 MISS origin");
  await third.close();
});

test("a disk that cannot be written is a warning, not an outage", async () => {
  const blocked = await startApp({
    settings: { ...settings, cache: { disk: { path: "/dev/null/cache" } } },
    plugins: [origin.plugin],
  });
  assert.equal((await blocked.get(`/o/${ref}?w=40&f=png`)).status, 200);
  assert.equal(status(await blocked.get(`/o/${ref}?w=40&f=png`)), "200 HIT memory");
  await until(() => blocked.lines.some((line) => line.includes('"level":"warn"')));
  await blocked.close();
});

test("a client that leaves, and an image that is not there, are no troubles of the server", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  origin.fail = () => promise.then(() => null);
  const abort = new AbortController();
  const left = app.get(`/o/${ref}?w=40`, { signal: abort.signal });
  await until(() => origin.loads.length === 1);
  const before = app.app.services.troubles.list();
  abort.abort();
  await left;
  resolve();
  assert.equal((await get("w=41")).status, 404);
  assert.deepEqual(app.app.services.troubles.list(), before);
});
