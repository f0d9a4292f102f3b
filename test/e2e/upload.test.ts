/** Uploaded avatars through the front door: what goes in, what comes out, and what is never seen again. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { signPath } from "../../core/request/sign.ts";
import type { TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";
import { see } from "../see.ts";
import {
  email,
  moderator,
  mounts,
  operator,
  send,
  signingKey,
  startUploads,
  token,
  upload,
  uploader,
} from "./upload-server.ts";

const md5 = createHash("md5").update(email).digest("hex");
const sha256 = createHash("sha256").update(email).digest("hex");

let app: TestApp;
let red: Uint8Array;
let grey: Uint8Array;

before(async () => {
  [red, grey] = [await fixture("png-rgb"), await fixture("png-grey")];
  app = await startUploads();
});
after(() => app.close());

const status = async (path: string, on = app): Promise<number> => (await on.get(path)).status;
const picture = async (path: string, on = app): Promise<Uint8Array> => (await on.get(path)).bytes();
const info = async (hash: string, on = app): Promise<Record<string, unknown>> =>
  (await on.get(`/avatar/${hash}/info`, { headers: operator })).json();
const remove = (hash: string, headers = uploader, on = app): Promise<Response> =>
  on.get(`/avatar/${hash}`, { method: "DELETE", headers });

/** Every file below a folder. */
async function bytesBelow(folder: string): Promise<Buffer> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

test("POST /avatar puts a square picture behind both hashes, and says what it did", async () => {
  assert.equal(await status(`/avatar/${md5}`), 404);
  const wide = await fixture("photo-2725");
  const answer = await upload(app, wide);
  const { asset, etag, urls, ...rest } = answer as unknown as Record<string, unknown>;
  assert.match(String(asset), /^[0-9a-f]{64}$/);
  assert.match(String(etag), /^"[0-9a-f]{32}-g"$/);
  assert.deepEqual(new Set(urls as string[]), new Set([`/avatar/${sha256}`, `/avatar/${md5}`]));
  assert.deepEqual(
    [rest.sha256, rest.md5, rest.status, rest.rating, rest.private],
    [sha256, md5, "accepted", "g", false],
  );
  assert.equal(rest.width, 1024);
  for (const hash of [md5, sha256]) {
    const response = await app.get(`/avatar/${hash}?s=64`);
    assert.equal(response.headers.get("x-source"), "upload");
    assert.ok(response.headers.get("last-modified"));
    const { pixels } = await see(await response.bytes());
    assert.deepEqual([pixels.width, pixels.height], [64, 64]);
  }
});

test("POST /avatar takes the picture as the body too, with fields in headers or query", async () => {
  const body = red as Uint8Array<ArrayBuffer>;
  const headers = { ...uploader, "x-avatar-email": " Grace@Example.com ", "content-type": "image/png" };
  const first = await app.get("/avatar?rating=pg", { method: "POST", body, headers });
  assert.equal(first.status, 201);
  const { sha256: hash, rating } = (await first.json()) as { sha256: string; rating: string };
  assert.equal(hash, createHash("sha256").update("grace@example.com").digest("hex"));
  assert.equal(rating, "pg");
});

test("a second upload takes the first one's place at once, on every tier and under every name", async () => {
  await upload(app, red);
  const refs = ["avatar", "faces"].flatMap((mount) => [md5, sha256, `upload/${md5}`].map((ref) => `${mount}/${ref}`));
  const paths = refs.flatMap((ref) => [`/${ref}?s=40`, `/meta/${ref}`]);
  const old = await Promise.all(paths.map((path) => picture(path)));
  await upload(app, grey);
  const next = await Promise.all(paths.map((path) => picture(path)));
  for (const [at, path] of paths.entries()) assert.notDeepEqual(next[at], old[at], path);
  await app.app.services.cache.purge("");
  assert.deepEqual(await Promise.all(paths.map((path) => picture(path))), next);
});

test("a private ID that shows a picture by its e-mail shows the new one at once", async () => {
  const body = JSON.stringify({ subjects: [email] });
  const response = await app.get("/avatar/ids", { method: "POST", body, headers: operator });
  const { ids } = (await response.json()) as { ids: { id: string }[] };
  const id = `~${ids[0]?.id}`;
  const path = `/avatar/${id}?s=30`;
  await remove(md5);
  assert.equal(await status(path), 404);
  await upload(app, red);
  const old = await picture(path);
  await upload(app, grey);
  assert.notDeepEqual(await picture(path), old);
  await upload(app, red, { email, id });
  assert.deepEqual(await picture(path), old);
  assert.equal((await remove(id)).status, 200);
  assert.equal(await status(path), 404);
  assert.equal(await status(`/avatar/${md5}`), 404);
});

test("DELETE /avatar/:hash takes the picture away everywhere; the admin token alone only purges", async () => {
  await upload(app, red);
  assert.equal(await status(`/avatar/${md5}`), 200);
  const purged = (await (await remove(md5, operator)).json()) as { purged: number };
  assert.equal(purged.purged, 1);
  assert.equal(await status(`/avatar/${md5}`), 200);
  assert.equal((await remove(md5)).status, 200);
  assert.equal(await status(`/avatar/${md5}`), 404);
  assert.equal(await status(`/avatar/${sha256}`), 404);
  assert.equal((await remove(md5)).status, 404);
});

test("equal pictures are kept once, and go with the last who has them", async () => {
  const on = await startUploads();
  const blobs = join(on.folder, "blobs");
  const count = async () =>
    (await readdir(blobs, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name)).length;
  const first = await upload(on, red, { email: "a@example.com" });
  const second = await upload(on, red, { email: "b@example.com" });
  assert.equal(first.asset, second.asset);
  assert.equal(await count(), 1);
  await remove(first.sha256, uploader, on);
  assert.equal(await count(), 1);
  assert.equal(await status(`/avatar/${second.sha256}`, on), 200);
  await upload(on, grey, { email: "b@example.com" });
  assert.equal(await count(), 1);
  await remove(second.sha256, uploader, on);
  assert.equal(await count(), 0);
  await on.close();
});

test("nothing of the uploaded bytes is kept or served", async () => {
  const on = await startUploads();
  const marker = "a-secret-place-in-the-metadata";
  const file = new Uint8Array(Buffer.concat([await fixture("jpeg-metadata"), Buffer.from(marker)]));
  const { asset } = await upload(on, file);
  const texts = ["Exif", "SECRET-", marker];
  const answers = await Promise.all(
    [`/avatar/${md5}`, `/avatar/${md5}?f=webp&s=2048`, `/avatar/${md5}?f=jpeg`].map((path) => picture(path, on)),
  );
  await on.app.dispose();
  const kept = [await bytesBelow(on.folder), ...answers];
  for (const text of texts) assert.ok(Buffer.from(file).includes(text));
  for (const text of texts) assert.ok(!kept.some((bytes) => Buffer.from(bytes).includes(text)), text);
  assert.ok(asset);
});

test("an upload is upright and as large as it was, never larger", async () => {
  const { sha256: hash } = await upload(app, await fixture("jpeg-orientation-6"), { email: "upright@example.com" });
  const { width } = await info(hash);
  const { pixels } = await see(await fixture("jpeg-orientation-1"));
  assert.equal(width, Math.min(pixels.width, pixels.height));
});

test("uploads outlive a restart", async () => {
  const first = await startUploads();
  const { etag } = await upload(first, red);
  const old = await picture(`/avatar/${md5}?s=20`, first);
  await first.app.dispose();
  const second = await startUploads([], first.folder);
  await second.app.services.cache.clear();
  assert.deepEqual(await picture(`/avatar/${md5}?s=20`, second), old);
  assert.equal((await info(md5, second)).etag, etag);
  await second.close();
});

test("two uploads for one user at once leave one whole picture and no bytes too many", async () => {
  const on = await startUploads();
  const files = [red, grey, red, grey, red, grey];
  const answers = await Promise.all(files.map((file) => upload(on, file)));
  const { asset } = await info(md5, on);
  assert.equal(asset, answers.at(-1)?.asset);
  const blobs = (await readdir(join(on.folder, "blobs"), { recursive: true })).filter((name) =>
    /[0-9a-f]{64}$/.test(name),
  );
  assert.deepEqual(
    blobs.map((name) => name.slice(-64)),
    [asset],
  );
  assert.equal(await status(`/avatar/${md5}`, on), 200);
  await on.close();
});

test("a private picture is shown to signed URLs only", async () => {
  const { sha256: hash } = await upload(app, red, { email: "private@example.com", private: "1" });
  assert.equal(await status(`/avatar/${hash}`), 403);
  const canonical = `/avatar/${hash}?w=20&h=20&fit=cover&enlarge=1`;
  const signed = `${canonical}&sig=${signPath(canonical, signingKey)}`;
  const response = await app.get(signed);
  assert.equal(response.status, 200, signed);
  assert.match(response.headers.get("cache-control") ?? "", /private/);
  assert.equal(await status(canonical), 403);
  await upload(app, red, { email: "private@example.com", private: "0" });
  assert.equal(await status(canonical), 200);
  await upload(app, red, { email: "private@example.com", private: "true" });
  assert.equal(await status(canonical), 403);
});

test("nothing is told of a private picture: no size, no bytes, no one who answered, no validator", async () => {
  const { sha256: hash } = await upload(app, red, { email: "quiet@example.com", private: "1" });
  const canonical = `/avatar/${hash}?w=20&h=20&fit=cover&enlarge=1`;
  const told = async (query: string) => (await app.get(`${canonical}${query}`)).text();
  const signature = `&sig=${signPath(canonical, signingKey)}`;
  for (const when of ["cold", "in memory"]) {
    const explained = await told("&explain");
    assert.match(explained, /signature-required/, when);
    assert.doesNotMatch(explained, /"(by|plan|bytes)":/, when);
    assert.match(await told(`${signature}&explain`), /"by":"upload"/);
    const seen = await app.get(canonical + signature);
    assert.equal(seen.status, 200);
    for (const tag of ["*", seen.headers.get("etag") ?? ""]) {
      const again = await app.get(canonical, { headers: { "if-none-match": tag } });
      assert.deepEqual([again.status, again.headers.get("etag")], [403, null]);
    }
    assert.equal(await status(`/meta${canonical}`), 403);
  }
});

test("a picture is shown from its rating on", async () => {
  const { sha256: hash } = await upload(app, red, { email: "rated@example.com", rating: "R" });
  const seen = await Promise.all(["", "?r=pg", "?r=r", "?r=x"].map((query) => status(`/avatar/${hash}${query}`)));
  assert.deepEqual(seen, [404, 404, 200, 200]);
});

test("a moderator refuses, holds and lets pass; what is held is shown when an operator accepts it", async () => {
  const seen: string[] = [];
  const verdicts: ("accept" | "hold" | { reject: string })[] = [
    { reject: "Faces only." },
    "hold",
    "accept",
    "hold",
    "hold",
  ];
  const on = await startUploads([
    moderator(({ body, type, width, height, user, rating }) => {
      seen.push([type, width === height, user, rating, body.length > 0].join());
      return verdicts[seen.length - 1] ?? null;
    }),
  ]);
  const refused = await send(on, red);
  assert.equal(refused.status, 400);
  assert.match(((await refused.json()) as { detail: string }).detail, /Faces only\./);
  assert.equal(await status(`/avatar/${md5}/info`, on), 401);
  assert.equal((await on.get(`/avatar/${md5}/info`, { headers: operator })).status, 404);
  const decide = (what: string) => on.get(`/avatar/${md5}/${what}`, { method: "POST", headers: operator });

  assert.equal((await upload(on, red)).status, "held");
  assert.equal(await status(`/avatar/${md5}`, on), 404);
  assert.equal((await info(md5, on)).status, "held");
  const waiting = await on.get(`/avatar/${md5}/held`, { headers: operator });
  assert.equal(waiting.headers.get("content-type"), "image/png");
  assert.equal((await see(await waiting.bytes())).format, "png");
  assert.equal(await status(`/avatar/${md5}/held`, on), 401);
  assert.equal((await on.get(`/avatar/${md5}/accept`, { method: "POST", headers: uploader })).status, 401);
  assert.equal((await decide("accept")).status, 200);
  assert.equal(await status(`/avatar/${md5}`, on), 200);
  assert.equal((await decide("accept")).status, 404);
  assert.equal((await on.get(`/avatar/${md5}/held`, { headers: operator })).status, 404);

  await upload(on, grey);
  const shown = await picture(`/avatar/${md5}`, on);
  await upload(on, red);
  assert.deepEqual(await picture(`/avatar/${md5}`, on), shown);
  assert.equal((await decide("reject")).status, 200);
  assert.deepEqual(await picture(`/avatar/${md5}`, on), shown);
  await upload(on, red);
  await decide("accept");
  assert.notDeepEqual(await picture(`/avatar/${md5}`, on), shown);
  assert.equal((await decide("reject")).status, 200);
  assert.equal(await status(`/avatar/${md5}`, on), 404);
  assert.deepEqual(new Set(seen), new Set([`image/png,true,${sha256},g,true`]));
  await on.close();
});

test("a card that shows a picture shows the next one at once, and none when it is taken down; browsers keep it for ten minutes", async () => {
  const on = await startUploads([], undefined, { mounts: { ...mounts, "og-image": { source: "template" } } });
  await upload(on, red);
  const path = `/og-image?image=avatar/${sha256}&w=64`;
  const card = await on.get(path);
  assert.match(card.headers.get("cache-control") ?? "", /^public, max-age=600\b/);
  const first = await card.bytes();
  await upload(on, grey);
  const second = await picture(path, on);
  assert.ok(!Buffer.from(first).equals(second));
  assert.equal((await remove(md5, uploader, on)).status, 200);
  const third = await on.get(path);
  assert.equal(third.headers.get("x-cache"), "MISS origin");
  await upload(on, red);
  assert.ok(Buffer.from(first).equals(await picture(path, on)));
  await on.close();
});

test("uploads work where strangers may use presets only", async () => {
  const on = await startUploads([], undefined, { presetsOnly: true });
  assert.equal((await upload(on, red)).status, "accepted");
  await on.close();
});

test("a moderator that is broken lets nothing in", async () => {
  const on = await startUploads([
    moderator(() => {
      throw new Error("no model");
    }),
  ]);
  assert.equal((await send(on, red)).status, 500);
  assert.equal(await status(`/avatar/${md5}`, on), 404);
  await on.close();
});

test("the upload itself is under no address while it is drawn, and nothing of it stays in the cache", async () => {
  const on = await startUploads();
  await upload(on, red);
  await on.app.dispose();
  const cached = await readdir(join(on.folder, "cache"), { recursive: true });
  assert.deepEqual(
    cached.filter((name) => name.includes("upload") && /[0-9a-f]{30}/.test(name)),
    [],
  );
  assert.equal(await status(`/upload/!pending/${"0".repeat(64)}`), 404);
});

test("tokens and e-mails are in no log, no answer, no cache and no list of plugins", async () => {
  const on = await startUploads();
  const secret = "not-the-token-but-secret-too";
  const issued = await on.get("/avatar/upload-tokens", {
    method: "POST",
    headers: uploader,
    body: JSON.stringify({ email }),
  });
  const { token: own } = (await issued.json()) as { token: string };
  const texts = [
    await (await send(on, red, { email }, { authorization: `Bearer ${secret}` })).text(),
    await (await send(on, red, { email }, { authorization: `Bearer ${own}x` })).text(),
    await (await on.get(`/avatar?token=${own}&email=${email}`, { method: "POST", body: "no picture" })).text(),
    await (await on.get(`/avatar?token=${own}&mail=${email}`, { method: "POST", body: "no picture" })).text(),
    await (await on.get("/plugins", { headers: operator })).text(),
    await (await on.get("/health")).text(),
    await (await on.get(`/avatar/${md5}/info`, { headers: operator })).text(),
  ];
  await upload(on, red);
  await on.app.dispose();
  const places = [...texts, on.lines.join("\n"), (await bytesBelow(on.folder)).toString("latin1")];
  const disk = await bytesBelow(on.folder);
  for (const hash of [md5, sha256]) assert.ok(!disk.includes(hash), "a hash of an e-mail on the disk");
  for (const hidden of [token, secret, own, email]) assert.ok(!places.some((place) => place.includes(hidden)), hidden);
});
