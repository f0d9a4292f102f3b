import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import type { Original, PluginOf } from "../../../core/plugin.ts";
import { template } from "../../../core/plugin.ts";
import { createHost, type TestHostOptions } from "../../../core/testing/host.ts";
import avatar from "../../../plugins/sources/avatar.ts";
import { digest } from "../../../plugins/sources/avatar-people.ts";
import { loadContext, loadOriginal, setupSource } from "../../contract/source.ts";

const hash = "0bc83cb571cd1c50ba6f3e8a78ef1346";
const picture: Original = { body: Uint8Array.of(1, 2, 3), etag: '"1"', maxAgeS: 900 };

const initials = template({
  name: "initials",
  parameters: v.object({ initials: v.string(), background: v.string(), foreground: v.string() }),
  examples: [{}],
  render: () => null,
}) as PluginOf<"template">;

const start = async (options: Readonly<Record<string, unknown>>, host: TestHostOptions = {}) => {
  const made = createHost({ mount: "avatar", ...host });
  return { host: made, source: await setupSource(avatar, options, made) };
};

/** What each link of a mount is asked with, of all that may be known. */
async function askedWith(chain: readonly unknown[], ref: string, known?: Record<string, string>): Promise<string[]> {
  const asked: string[] = [];
  const host = createHost({ mount: "avatar" });
  const original = async (path: string) => {
    asked.push(path);
    return null;
  };
  const source = await setupSource(avatar, { chain }, { ...host, original });
  if (known) {
    const body = JSON.stringify({ subjects: [known] });
    const [endpoint] = source.endpoints ?? [];
    const request = new Request("http://localhost/avatar/ids", { method: "POST", body });
    const { signal } = new AbortController();
    await endpoint?.handle(request, { params: {}, signal, isOperator: true });
  }
  await source.load(ref, loadContext());
  return asked;
}

test("source.avatar asks well-known links with what each of them takes", async () => {
  const chain = ["upload", "azure-devops", "gravatar", "libravatar", "github", "other"];
  assert.deepEqual(await askedWith(chain, hash), [
    `/upload/${hash}?r=g&for=${hash}`,
    `/gravatar/${hash}?r=g`,
    `/libravatar/${hash}`,
    `/other/${hash}`,
  ]);
  const email = "ada@example.com";
  const sha256 = digest("sha256", email);
  const asked = await askedWith(chain, sha256, { email, id: "42", login: "ada", descriptor: "aad.A_b" });
  assert.deepEqual(
    asked.map((path) => path.replace(/~\w{32}/, "~…")),
    [
      `/upload/${sha256}?r=g&for=${sha256}`,
      `/upload/~…?r=g&for=${sha256}`,
      "/azure-devops/aad.A_b",
      `/gravatar/${sha256}?r=g`,
      `/libravatar/${sha256}@example.com`,
      "/github/ada",
      `/other/${sha256}`,
    ],
  );
});

test("source.avatar asks with the patterns of the settings, escaped, the first of which all is known", async () => {
  const chain = [
    { mount: "people", ref: ["by-mail/{email}", "by-hash/{hash}.png?x={rating}"] },
    { mount: "x", ref: "{login}" },
  ];
  assert.deepEqual(await askedWith(chain, hash), [`/people/by-hash/${hash}.png?x=g`]);
  const [path] = await askedWith(chain, digest("sha256", "a/b?c@example.com"), { email: "a/b?c@example.com" });
  assert.equal(path, "/people/by-mail/a%2Fb%3Fc%40example.com");
});

test("source.avatar passes on what a link says: who may see it, how long it is fresh, when it was changed", async () => {
  const lastModified = "Tue, 03 Mar 2020 10:20:30 GMT";
  const originals = { [`/own/${hash}`]: { ...picture, lastModified, needsSignature: true, isPrivate: true } };
  const { source } = await start({ chain: ["own"] }, { originals });
  const found = await loadOriginal(source, hash);
  const { needsSignature, isPrivate, maxAgeS, by } = found;
  assert.deepEqual(
    { needsSignature, isPrivate, maxAgeS, by, lastModified: found.lastModified },
    { needsSignature: true, isPrivate: true, maxAgeS: 900, by: "own", lastModified },
  );
});

test("source.avatar has a date for every picture, and validators that differ by who answered", async () => {
  const originals = { [`/a/${hash}`]: picture, [`/b/${hash}`]: picture };
  const a = await loadOriginal((await start({ chain: ["a"] }, { originals })).source, hash);
  const b = await loadOriginal((await start({ chain: ["b"] }, { originals })).source, hash);
  const drawn = await loadOriginal((await start({ chain: [] })).source, hash);
  for (const { lastModified, etag } of [a, b, drawn]) assert.ok(lastModified && etag);
  assert.notEqual(a.etag, b.etag);
});

test("source.avatar draws initials by the template, in the colours of the hash, anew when the template changes", async () => {
  const { source } = await start({ chain: [], default: "initials" }, { templates: [initials] });
  const one = await loadOriginal(source, hash, { query: { initials: "AL" } });
  const other = await loadOriginal(source, hash, { query: { initials: "AL", theme: "dark" } });
  assert.equal(one.drawing?.template, "template.initials");
  assert.equal(one.drawing?.parameters.initials, "AL");
  assert.notEqual(one.drawing?.parameters.background, other.drawing?.parameters.background);
  assert.notEqual(one.etag, other.etag);
  assert.notEqual(source.edition?.(hash, {}), "");
  assert.equal(source.edition?.(hash, { default: "retro" }), "");
});

test("source.avatar shows the figure where there are no letters, or no template for them", async () => {
  const { source } = await start({ chain: [], default: "initials" }, { templates: [initials] });
  assert.equal((await loadOriginal(source, hash)).by, "default:mp");
  const { source: bare } = await start({ chain: [], default: "initials" });
  assert.equal((await loadOriginal(bare, hash, { query: { initials: "AL" } })).by, "default:mp");
});

test("source.avatar refuses a default that is none", async () => {
  await assert.rejects(start({ default: "identikon" }), /takes a kind/);
  await assert.rejects(start({ default: "https://example.com/page" }), /takes a kind/);
  assert.ok(await start({ default: "https://example.com/a.png" }));
});
