/** Avatars through the front door, before Gravatar, Libravatar and GitHub on this machine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import gravatarUrl from "gravatar-url";
import { createClient } from "../../core/client.ts";
import type { SettingsInput } from "../../core/settings/schema.ts";
import { libravatar } from "../../plugins/sources/libravatar.ts";
import { startApp, type TestApp } from "../app.ts";
import { changedAt, makePicture, type Services, startServices } from "../avatar-services.ts";
import { fixture } from "../fixtures/fixture.ts";
import { createOrigin } from "../origin.ts";
import { see } from "../see.ts";

const email = "myemailaddress@example.com";
const md5 = "0bc83cb571cd1c50ba6f3e8a78ef1346";
const sha256 = "84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee";
const signingKey = "a signing key for tests";
const adminToken = "an-admin-token-for-tests";

const remote = createOrigin();
let services: Services;
/** The server that example.com names for itself. */
let federated: Services;
let app: TestApp;

const federation = libravatar(async (name) => {
  const port = Number(new URL(federated.libravatar.base).port);
  return name === "_avatars._tcp.example.com" ? [{ name: "127.0.0.1", port, priority: 1, weight: 1 }] : [];
});

/** A busy machine is no slow link. */
const patient = { source: "avatar", deadlineMs: 60_000 } as const;

/** Mounts of avatars with one setting each; they share the links. */
const avatars = {
  avatar: {},
  identicons: { default: "identicon" },
  tame: { rating: "r" },
  alone: { chain: [] },
  picky: { chain: [], allow: ["*.example.com"] },
  guarded: { chain: [], remote: "web" },
  all: { chain: ["gravatar", "libravatar", "github"] },
  named: { chain: ["gravatar", "github"], named: ["gravatar", "github", "libravatar"] },
  impatient: { chain: ["gravatar", "libravatar"], deadlineMs: 20 },
  secretive: { chain: ["upload", "gravatar", "libravatar", "github"], lookups: false },
} as const;

before(async () => {
  [services, federated] = await Promise.all([startServices(), startServices()]);
  const link = { internal: true, allowPrivate: ["127.0.0.1/32"] };
  const settings = {
    adminToken,
    signingKeys: [signingKey],
    baseUrl: "https://img.example.com/",
    mounts: {
      ...Object.fromEntries(Object.entries(avatars).map(([name, more]) => [name, { ...patient, ...more }])),
      gravatar: { source: "gravatar", base: services.gravatar.base, ...link },
      libravatar: { source: "federated", base: services.libravatar.base, ...link },
      github: { source: "github", base: services.github.base, ...link },
      upload: { source: "upload", tokens: [adminToken], internal: true },
      remote: { source: "origin" },
      web: { source: "http", allowPrivate: link.allowPrivate },
    },
  } satisfies SettingsInput;
  app = await startApp({ settings, plugins: [remote.plugin, { ...federation, name: "federated" }] });
});
after(async () => {
  await app.close();
  await Promise.all([services.close(), federated.close()]);
});

const all = () => [services.gravatar, services.libravatar, services.github];
const asked = () => all().flatMap((each) => each.asked);

beforeEach(() => {
  remote.loads.length = 0;
  for (const each of all()) {
    each.asked.length = 0;
    each.recover();
  }
});

let count = 0;
/** A hash that no other test has. */
const newHash = (): string => createHash("md5").update(`somebody ${count++}`).digest("hex");

/** One with a red picture at Gravatar. */
function gravatarOf(): string {
  const hash = newHash();
  services.gravatar.pictures.set(hash, { body: services.picture });
  return hash;
}

async function colorOf(response: Response): Promise<readonly number[]> {
  assert.equal(response.status, 200);
  return [...(await see(await response.bytes())).pixels.data.subarray(0, 3)];
}

const red = [200, 30, 30];
const from = (response: Response) => response.headers.get("x-source");
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("a client of Gravatar", () => {
  const gravatar = createRequire(import.meta.url)("gravatar") as {
    url(email: string, options: Record<string, string>, isSecure?: boolean): string;
  };

  /** Only the host is another. */
  const get = (url: string): Promise<Response> => {
    const { pathname, search } = new URL(url, "https://gravatar.com");
    return app.get(pathname + search);
  };

  test("works unchanged: npm's gravatar", async () => {
    services.gravatar.pictures.set(md5, { body: services.picture, rating: "pg" });
    const found = await get(gravatar.url(` ${email.toUpperCase()}`, { s: "200", r: "pg", d: "404" }, true));
    const { pixels, format } = await see(await found.bytes());
    assert.deepEqual([pixels.width, pixels.height, format], [200, 200, "png"]);
    assert.equal((await get(gravatar.url(email, { s: "200", r: "g", d: "404" }))).status, 404);
    assert.equal(from(await get(gravatar.url("nobody@example.com", { d: "retro" }, false))), "default:retro");
  });

  test("works unchanged: npm's gravatar-url", async () => {
    services.gravatar.pictures.set(createHash("md5").update("bob@example.com").digest("hex"), {
      body: services.picture,
    });
    const found = await get(gravatarUrl("Bob@example.com", { size: 33 }));
    assert.deepEqual(await colorOf(found.clone()), red);
    assert.equal((await see(await found.bytes())).pixels.width, 33);
    assert.equal((await get(gravatarUrl("noone@example.com", { default: "404" }))).status, 404);
    assert.equal(from(await get(gravatarUrl("noone@example.com", { default: "identicon" }))), "default:identicon");
  });
});

describe("an avatar", () => {
  test("has Gravatar's headers, and says who answered", async () => {
    const path = `/avatar/${gravatarOf()}`;
    const { status, headers } = await app.get(path);
    const names = ["content-type", "cache-control", "last-modified", "access-control-allow-origin", "x-source"];
    const values = ["image/png", "public, max-age=300", changedAt, "*", "gravatar"];
    assert.deepEqual([status, ...names.map((name) => headers.get(name))], [200, ...values]);
    assert.match(headers.get("content-disposition") ?? "", /^inline/);
    const explained = (await (await app.get(`${path}?explain`)).json()) as { by: string };
    assert.equal(explained.by, "gravatar");
    const again = { "if-modified-since": changedAt };
    assert.equal((await app.get(path, { headers: again })).status, 304);
    assert.equal((await app.get(path, { method: "HEAD" })).status, 200);
  });

  test("that stands in for a picture is not kept for ever where the URL has a version, since a picture may come", async () => {
    const cached = async (path: string) => (await app.get(path)).headers.get("cache-control");
    for (const kind of ["mp", "identicon", "initials&name=Ada"])
      assert.equal(await cached(`/avatar/${newHash()}?v=1&d=${kind}`), "public, max-age=300");
    assert.match((await cached(`/avatar/${gravatarOf()}?v=1`)) ?? "", /immutable/);
    assert.match((await cached(`/avatar/${gravatarOf()}?v=1&f=y`)) ?? "", /immutable/);
  });

  test("is a square of the size asked for, in the format asked for, whatever is there", async () => {
    const hash = gravatarOf();
    const cases = {
      "": [80, 80, "png"],
      "?s=16": [16, 16, "png"],
      "?s=0": [1, 1, "png"],
      "?size=300&s=5": [300, 300, "png"],
      ".jpg?s=20": [20, 20, "jpeg"],
      ".webp?d=retro": [80, 80, "webp"],
      ".gif": [80, 80, "gif"],
      "?w=30&h=20&fit=cover&format=webp": [30, 20, "webp"],
      "?s=40&dpr=2": [80, 80, "png"],
    } as const;
    for (const [rest, wanted] of Object.entries(cases)) {
      const { pixels, format } = await see(await (await app.get(`/avatar/${hash}${rest}`)).bytes());
      assert.deepEqual([pixels.width, pixels.height, format], wanted, rest);
    }
    const accept = { headers: { accept: "image/avif,image/webp,*/*" } };
    assert.equal((await app.get(`/avatar/${hash}`, accept)).headers.get("content-type"), "image/avif");
    assert.deepEqual(services.gravatar.asked, [`/avatar/${hash}?s=512&d=404&r=g`]);
  });

  test("of an odd or missing id is the default, and nobody is asked", async () => {
    for (const path of ["", "/", "/x", "/ada@example.com", "/a/b", "/.png?s=9"]) {
      const found = await app.get(`/identicons${path}`);
      assert.deepEqual([found.status, from(found)], [200, "default:identicon"], path);
    }
    assert.equal((await app.get("/avatar/x?d=404")).status, 404);
    assert.deepEqual(asked(), []);
  });

  test("of each kind of default is drawn here; a real 404 is one; f=y asks nobody", async () => {
    const hash = gravatarOf();
    const kinds = "mp mmng identicon monsterid wavatar retro robohash pagan blank color".split(" ");
    for (const kind of kinds) {
      const found = await app.get(`/avatar/${hash}?f=y&d=${kind}&s=20`);
      assert.deepEqual([found.status, from(found)], [200, `default:${kind}`]);
      assert.ok(Date.parse(found.headers.get("last-modified") ?? "") > 0);
    }
    assert.equal((await app.get(`/avatar/${hash}?f=y&d=404`)).status, 404);
    assert.deepEqual(asked(), []);
    assert.equal(from(await app.get(`/avatar/${hash}?d=retro`)), "gravatar");
  });

  test("of letters is drawn by the template, from any script; without letters it is the figure", async () => {
    for (const name of ["Ada Lovelace", "山田 太郎", "محمد علي", "🦊"]) {
      const found = await app.get(`/alone/${newHash()}?d=initials&name=${encodeURIComponent(name)}&s=64`);
      assert.deepEqual([found.status, from(found)], [200, "default:initials"], name);
      assert.equal((await see(await found.bytes())).pixels.width, 64);
    }
    assert.equal(from(await app.get(`/alone/${newHash()}?d=initials&name=`)), "default:mp");
  });

  test("above the rating asked for, or above the mount's, is the default", async () => {
    const mild = newHash();
    const wild = newHash();
    services.gravatar.pictures.set(mild, { body: services.picture, rating: "pg" });
    services.gravatar.pictures.set(wild, { body: services.picture, rating: "x" });
    assert.equal(from(await app.get(`/tame/${mild}`)), "default:mp");
    assert.equal(from(await app.get(`/tame/${mild}?r=pg`)), "gravatar");
    assert.equal(from(await app.get(`/tame/${wild}?r=x`)), "default:mp");
    assert.equal(from(await app.get(`/avatar/${wild}?r=x`)), "gravatar");
    assert.equal(from(await app.get(`/named/gravatar/${wild}`)), "default:mp");
    assert.equal(from(await app.get(`/named/gravatar/${wild}?r=x`)), "gravatar");
  });
});

describe("a default by URL", () => {
  const url = "https://images.example.com/default.png";
  const shown = async (mount: string, of: string) =>
    from(await app.get(`/${mount}/${newHash()}?d=${encodeURIComponent(of)}`));

  test("is fetched and served, once for all, never redirected to", async () => {
    remote.images.set(url, makePicture(1, 200, 3));
    for (const id of [newHash(), newHash(), "x"]) {
      const found = await app.get(`/alone/${id}?d=${encodeURIComponent(url)}`);
      assert.deepEqual([found.status, from(found)], [200, "default:url"]);
      assert.deepEqual(await colorOf(found), [1, 200, 3]);
    }
    assert.deepEqual(remote.loads, [url]);
  });

  test("gives way to the usual one where it is not there, no picture, not allowed, or on an odd port", async () => {
    remote.images.set("https://elsewhere.example/default.png", makePicture(1, 2, 3));
    remote.images.set("https://images.example.com/page.png", new TextEncoder().encode("<!doctype html>"));
    const bad = ["https://images.example.com/none.png", "https://images.example.com/page.png"];
    for (const each of [...bad, "https://elsewhere.example/default.png", "https://images.example.com:81/default.png"])
      assert.equal(await shown("picky", each), "default:mp", each);
    assert.equal(await shown("alone", "https://elsewhere.example/default.png"), "default:url");
  });

  test("is fetched as the stranger who named it: the policy of the mount that fetches holds", async () => {
    const { port } = new URL(services.gravatar.base);
    for (const each of [`http://127.0.0.1:${port}/x.png`, "http://127.0.0.1/x.png", "http://localhost:80/x.png"])
      assert.equal(await shown("guarded", each), "default:mp");
    assert.deepEqual(asked(), []);
  });
});

describe("the chain", () => {
  test("asks in order, and no further than the first that answers", async () => {
    const hash = newHash();
    services.libravatar.pictures.set(hash, { body: makePicture(0, 0, 250) });
    const found = await app.get(`/all/${hash}`);
    assert.equal(from(found), "libravatar");
    assert.deepEqual(await colorOf(found), [0, 0, 250]);
    const both = gravatarOf();
    services.libravatar.pictures.set(both, { body: makePicture(0, 0, 250) });
    assert.equal(from(await app.get(`/all/${both}`)), "gravatar");
    assert.deepEqual([services.gravatar.asked.length, services.libravatar.asked.length], [2, 1]);
  });

  test("answers refs of a link by its name, of configured links only", async () => {
    services.github.pictures.set("octocat", { body: services.picture });
    const found = await app.get("/named/github/Octocat?s=20");
    assert.equal(from(found), "github");
    assert.deepEqual(await colorOf(found), red);
    assert.equal(from(await app.get("/named/github/nobody?d=retro")), "default:retro");
    assert.equal(from(await app.get("/named/github/no--login")), "default:mp");
    assert.equal(from(await app.get(`/named/libravatar/${newHash()}`)), "default:mp");
    assert.equal(from(await app.get(`/all/libravatar/${newHash()}`)), "default:mp");
    assert.deepEqual([services.gravatar.asked, services.libravatar.asked], [[], []]);
  });

  test("remembers what a link has not: it is asked once, and again after an hour", async () => {
    const hash = newHash();
    for (const rest of ["?s=20", "?s=40&d=retro", ".webp?d=identicon", "?d=404", "?theme=dark"])
      await app.get(`/avatar/${hash}${rest}`);
    assert.deepEqual(services.gravatar.asked, [`/avatar/${hash}?s=512&d=404&r=g`]);
    services.gravatar.pictures.set(hash, { body: services.picture });
    app.advance(3700);
    while (from(await app.get(`/avatar/${hash}?s=20`)) !== "gravatar") await settle();
    assert.equal(services.gravatar.asked.length, 2);
  });

  for (const trouble of ["broken", "limited", "html", "half", "huge", "dead"] as const) {
    test(`passes over a link that is ${trouble}, and asks it again soon`, async () => {
      const [first, second] = [gravatarOf(), newHash()];
      services.gravatar.trouble = trouble;
      services.libravatar.pictures.set(second, { body: makePicture(0, 0, 250) });
      const answer = await app.get(`/all/${first}`);
      assert.equal(from(answer), "default:mp");
      assert.match(answer.headers.get("cache-control") ?? "", /max-age=60$/);
      const versioned = await app.get(`/all/${first}?v=1`);
      assert.match(versioned.headers.get("cache-control") ?? "", /max-age=60$/);
      assert.equal(from(await app.get(`/all/${second}`)), "libravatar");
      services.gravatar.recover();
      app.advance(61);
      assert.equal(from(await app.get(`/all/${first}`)), "gravatar");
    });
  }

  test("does not wait for a slow link, and uses what it brings later", async () => {
    const path = `/impatient/${gravatarOf()}?d=retro`;
    services.gravatar.trouble = "slow";
    const first = await app.get(path);
    assert.equal(from(first), "default:retro");
    assert.match(first.headers.get("cache-control") ?? "", /max-age=60$/);
    assert.deepEqual([services.gravatar.asked.length, services.libravatar.asked.length], [1, 0]);
    services.gravatar.recover();
    while (app.app.services.flights.size() > 0) await settle();
    app.advance(61);
    assert.equal(from(await app.get(path)), "gravatar");
    assert.equal(services.gravatar.asked.length, 1);
  });

  test("passes over a picture that was cut off on its way, whole or not by its length", async () => {
    const photo = await fixture("photo-460");
    for (const body of [services.picture.subarray(0, -40), photo.subarray(0, photo.length / 2)]) {
      const hash = newHash();
      services.gravatar.pictures.set(hash, { body });
      services.libravatar.pictures.set(hash, { body: makePicture(1, 2, 250) });
      assert.equal(from(await app.get(`/all/${hash}?s=20`)), "libravatar");
      const shown = await app.get(`/avatar/${hash}?s=20&d=retro`);
      assert.deepEqual([shown.status, from(shown)], [200, "default:retro"]);
      assert.match(shown.headers.get("cache-control") ?? "", /max-age=(60|59)$/);
    }
  });

  test("does not give a link up for one picture that cannot be had, in however many sizes", async () => {
    services.gravatar.trouble = "broken";
    const hash = newHash();
    for (let s = 1; s <= 6; s++) assert.equal(from(await app.get(`/tame/${hash}?s=${s}`)), "default:mp");
    services.gravatar.recover();
    assert.equal(services.gravatar.asked.length, 1);
    assert.equal(from(await app.get(`/tame/${gravatarOf()}`)), "gravatar");
  });

  test("leaves a link that is down alone for a while, whoever is asked for, and says so", async () => {
    services.gravatar.trouble = "broken";
    for (let at = 0; at < 12; at++) assert.equal(from(await app.get(`/all/${newHash()}`)), "default:mp");
    assert.equal(services.gravatar.asked.length, 5);
    const health = (await (await app.get("/health")).json()) as { troubles: { part: string }[] };
    assert.ok(health.troubles.some(({ part }) => part === "all chain: gravatar"));
    services.gravatar.recover();
    app.advance(31);
    assert.equal(from(await app.get(`/all/${gravatarOf()}`)), "gravatar");
  });

  test("asks nobody outside in private mode", async () => {
    services.github.pictures.set("octocat", { body: services.picture });
    const hash = gravatarOf();
    for (const path of [hash, "github/octocat", `gravatar/${hash}`, `~${hash}`])
      assert.equal(from(await app.get(`/secretive/${path}`)), "default:mp", path);
    assert.deepEqual(asked(), []);
  });

  test("asks for each avatar once, for a page of 200 in two sizes", async () => {
    const hashes = Array.from({ length: 200 }, (_, at) => (at < 150 ? gravatarOf() : newHash()));
    const load = () =>
      Promise.all(hashes.flatMap((hash) => [20, 40].map((side) => app.get(`/avatar/${hash}?s=${side}&d=retro`))));
    const sources = (await load()).map(from);
    assert.equal(sources.filter((each) => each === "gravatar").length, 300);
    assert.equal(services.gravatar.asked.length, 200);
    await load();
    assert.equal(services.gravatar.asked.length, 200);
  });
});

describe("an uploaded picture", () => {
  async function upload(fields: Readonly<Record<string, string>>): Promise<void> {
    const body = new FormData();
    body.set("file", new Blob([Uint8Array.from(makePicture(250, 250, 0))], { type: "image/png" }));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const headers = { authorization: `Bearer ${adminToken}` };
    assert.equal((await app.get("/avatar", { method: "POST", headers, body })).status, 201);
  }
  const md5Of = (address: string) => createHash("md5").update(address).digest("hex");

  test("wins over every other, at once, by every name of its owner", async () => {
    const address = "grace@example.net";
    services.gravatar.pictures.set(md5Of(address), { body: services.picture });
    const subjects = JSON.stringify({ subjects: [address] });
    const headers = { authorization: `Bearer ${adminToken}` };
    const answer = await app.get("/avatar/ids", { method: "POST", headers, body: subjects });
    const { ids } = (await answer.json()) as { ids: { id: string }[] };
    const paths = [`/avatar/${md5Of(address)}`, `/avatar/~${ids[0]?.id}`];
    assert.deepEqual((await Promise.all(paths.map((path) => app.get(path)))).map(from), ["gravatar", "default:mp"]);
    await upload({ email: address });
    for (const path of paths) {
      const found = await app.get(path);
      assert.equal(from(found), "upload", path);
      assert.deepEqual(await colorOf(found), [250, 250, 0]);
    }
  });

  test("keeps its rating, and its privacy", async () => {
    await upload({ email: "joan@example.net", rating: "r" });
    assert.equal(from(await app.get(`/avatar/${md5Of("joan@example.net")}?r=pg`)), "default:mp");
    assert.equal(from(await app.get(`/avatar/${md5Of("joan@example.net")}?r=r`)), "upload");
    await upload({ email: "mary@example.net", private: "true" });
    const path = `/avatar/${md5Of("mary@example.net")}` as const;
    assert.equal((await app.get(`${path}?s=40`)).status, 403);
    const { signed: sign } = createClient({ baseUrl: "", key: signingKey });
    const signed = await app.get(await sign(path, { width: 40, height: 40, fit: "cover", enlarge: true }));
    assert.equal(from(signed), "upload");
    assert.match(signed.headers.get("cache-control") ?? "", /private/);
  });

  test("is shown in private mode", async () => {
    await upload({ email: "ida@example.net" });
    assert.equal(from(await app.get(`/secretive/${md5Of("ida@example.net")}`)), "upload");
    assert.deepEqual(asked(), []);
  });
});

describe("private ids", () => {
  const post = (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${adminToken}` }) =>
    app.get("/avatar/ids", { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });

  async function idsOf(subjects: readonly unknown[]): Promise<{ id: string; url: string }[]> {
    const answer = await post({ subjects });
    assert.equal(answer.status, 200);
    return ((await answer.json()) as { ids: { id: string; url: string }[] }).ids;
  }

  test("lead to the pictures of those whom they stand for", async () => {
    const [first, second, third] = await idsOf([email, { id: "42", login: "monalisa" }, "nobody@example.net"]);
    assert.equal(first?.url, `https://img.example.com/avatar/~${first?.id}`);
    services.gravatar.pictures.set(sha256, { body: services.picture });
    services.github.pictures.set("monalisa", { body: services.picture });
    assert.equal(from(await app.get(`/all/~${first?.id}?s=20`)), "gravatar");
    assert.equal(from(await app.get(`/all/~${second?.id}.png`)), "github");
    assert.equal(from(await app.get(`/all/~${third?.id}?d=retro`)), "default:retro");
    assert.equal(from(await app.get(`/all/~${"0".repeat(32)}?d=retro`)), "default:retro");
  });

  test("tell the chain the domain of a hash, so that its own Libravatar is asked", async () => {
    const hash = createHash("sha256").update("eve@example.com").digest("hex");
    await idsOf(["Eve@example.com"]);
    federated.libravatar.pictures.set(hash, { body: makePicture(9, 99, 199) });
    assert.deepEqual(await colorOf(await app.get(`/all/${hash}`)), [9, 99, 199]);
    assert.deepEqual(services.libravatar.asked, []);
  });

  test("are for operators, and need a body that says what is wrong with it without repeating it", async () => {
    assert.equal((await post({ subjects: [] }, {})).status, 401);
    const bad = [
      "{",
      "[]",
      { subjects: "x" },
      { subjects: [""] },
      { subjects: [{ email: "secret" }] },
      { subjects: [{}] },
    ];
    for (const body of [...bad, { subjects: [{ id: "1", more: 1 }] }, { subjects: Array(10_001).fill("x") }]) {
      const answer = await post(body);
      assert.equal(answer.status, 400, JSON.stringify(body).slice(0, 80));
      assert.ok(!(await answer.text()).includes("secret"));
    }
    assert.equal((await post(`{"subjects": ["${"x".repeat(9e6)}"]}`)).status, 413);
    assert.deepEqual(await idsOf([]), []);
  });

  test("come in bulk, in order, the same each time, and leave no address on the disk or in the log", async () => {
    const subjects = Array.from({ length: 10_000 }, (_, at) => `person${at}@secret.example`);
    const first = await idsOf(subjects);
    assert.equal(new Set(first.map(({ id }) => id)).size, 10_000);
    assert.deepEqual(await idsOf(subjects.slice(0, 20).toReversed()), first.slice(0, 20).toReversed());
    await app.get(`/avatar/~${first[0]?.id}`);
    for (const text of [...(await filesUnder(app.folder)), ...app.lines]) assert.ok(!text.includes("secret.example"));
  });

  const remove = (path: string, headers: Record<string, string> = { authorization: `Bearer ${adminToken}` }) =>
    app.get(path, { method: "DELETE", headers });

  test("are taken back with what was made from them, on every mount of avatars, and with the copies of the links", async () => {
    const subject = { id: "43", login: "lovelace" };
    const [made] = await idsOf([subject]);
    services.github.pictures.set("lovelace", { body: services.picture });
    const paths = ["all", "named"].map((mount) => `/${mount}/~${made?.id}?d=retro`);
    const sources = async () => (await Promise.all(paths.map((path) => app.get(path)))).map(from);
    assert.deepEqual(await sources(), ["github", "github"]);
    const before = services.github.asked.length;
    const answer = await remove(`/all/ids/${made?.id}`);
    assert.equal(answer.status, 200);
    const { deleted, purged } = (await answer.json()) as { deleted: boolean; purged: number };
    assert.ok(deleted && purged >= 3, `${purged}`);
    assert.deepEqual(await sources(), ["default:retro", "default:retro"]);
    assert.equal(services.github.asked.length, before);
    assert.deepEqual(await idsOf([subject]), [made]);
    await remove(`/all/~${made?.id}`);
    assert.equal(from(await app.get(paths[0] ?? "")), "github");
    assert.ok(services.github.asked.length > before, "the link has no copy any more");
  });

  test("that are taken back tell nothing of a hash any more", async () => {
    const address = "zoe@example.com";
    const hash = createHash("sha256").update(address).digest("hex");
    federated.libravatar.pictures.set(hash, { body: makePicture(9, 99, 199) });
    const [made] = await idsOf([address]);
    assert.equal(from(await app.get(`/all/${hash}`)), "libravatar");
    assert.equal((await remove(`/all/ids/~${made?.id}`)).status, 200);
    assert.equal(from(await app.get(`/all/${hash}`)), "default:mp");
    assert.equal((await remove(`/all/ids/~${made?.id}`)).status, 404);
  });

  test("are taken back by operators only, by an ID that is one; a purge stays a purge", async () => {
    const id = "0".repeat(32);
    const statuses = [
      remove(`/avatar/ids/${id}`, {}),
      remove("/avatar/ids/ada@example.com"),
      remove(`/avatar/ids/${id}`),
    ];
    assert.deepEqual(
      (await Promise.all(statuses)).map(({ status }) => status),
      [401, 400, 404],
    );
    const hash = gravatarOf();
    await app.get(`/all/${hash}`);
    // With the link's copy.
    assert.deepEqual(await (await remove(`/all/${hash}`)).json(), { purged: 2, mount: "all", ref: hash });
    const { paths } = (await (await app.get("/openapi.json")).json()) as { paths: Record<string, { delete?: object }> };
    assert.partialDeepStrictEqual(paths["/avatar/ids/{id}"]?.delete, { security: [{ operator: [] }] });
  });
});

/** Every file's bytes, as text that keeps ASCII. A temporary file may be gone by then. */
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return Promise.all(files.map((file) => readFile(file, "latin1").catch(() => "")));
}
