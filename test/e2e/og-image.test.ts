/** Cards through the front door: URL in, pixels and headers out, with templates that come, change and go while the server runs. */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createClient } from "../../core/client.ts";
import { startApp, type TestApp } from "../app.ts";
import { colorAt } from "../contract/pictures.ts";
import { fixture, hostileNames } from "../fixtures/fixture.ts";
import { createOrigin } from "../origin.ts";
import { type Seen, see } from "../see.ts";
import { until } from "../until.ts";

const token = "an-admin-token-for-tests";
const key = "a-signing-key-for-tests";
const origin = createOrigin();
let app: TestApp;
let folder: string;

const mounts = {
  o: { source: "origin" },
  locked: { source: "origin", sign: "required" },
  "og-image": {
    source: "template",
    rollout: { flag: { "2": 50 } },
    brand: { colors: { light: { background: "#ffeedd" } } },
  },
  strict: { source: "template", sign: "required", fallback: "none" },
  avatar: { source: "avatar" },
};
const presets = { night: "theme=dark&w=300", inverted: "theme=dark&f=png" };

before(async () => {
  app = await startApp({
    settings: { adminToken: token, signingKeys: [key], presets, limits: { jobMs: 6000 }, mounts: mounts as never },
    plugins: [origin.plugin],
    preparesCards: true,
  });
  folder = join(app.folder, "plugins.d");
  await mkdir(folder);
  origin.images.set("photo", await fixture("jpeg-420"));
});
after(() => app.close());

/** A template that is one colour, with a picture over its left half. */
const flag = (name: string, color: string, more = "") => `/** @jsxImportSource cameo */
import { template } from "cameo/plugin";
import * as v from "valibot";
export default template({
  name: "${name.split("@")[0]}",
  ${name.includes("@") ? `version: "${name.split("@")[1]}",` : ""}
  parameters: v.object({ title: v.optional(v.string()), image: v.optional(v.string()) }),
  pictures: { image: { width: 600, height: 630 } },
  examples: [{}],
  render({ title }, card) {
    ${more}
    const { image } = card.pictures;
    return (
      <div style={{ display: "flex", width: card.size.width, height: card.size.height, backgroundColor: "${color}" }}>
        {image ? <img src={image.src} width={600} height={630} /> : null}
      </div>
    );
  },
});
`;

async function put(name: string, code: string): Promise<void> {
  await writeFile(join(folder, `${name}.tsx`), code);
  await app.app.refresh();
}

async function look(path: string): Promise<Seen & { readonly by: string | null }> {
  const response = await app.get(path);
  const body = await response.bytes();
  assert.equal(response.status, 200, new TextDecoder().decode(body.slice(0, 300)));
  return { ...(await see(body)), by: response.headers.get("x-source") };
}

const size = ({ pixels: { width, height } }: Seen) => [width, height];

async function colorOf(path: string, x = 1000, y = 300): Promise<string> {
  const { r, g, b } = colorAt((await look(path)).pixels, x, y);
  return [r, g, b].join();
}

const codeOf = async (path: string): Promise<string> => {
  const response = await app.get(path);
  return response.status === 200 ? "ok" : ((await response.json()) as { code: string }).code;
};

const operator = (path: string, method = "POST") =>
  app.get(path, { method, headers: { authorization: `Bearer ${token}` } });

test("a card is a PNG of 1200 × 630 in the brand's colours, and takes every format and transform", async () => {
  const response = await app.get("/og-image?title=Hello");
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.equal(response.headers.get("x-source"), "template.card");
  assert.deepEqual(size(await look("/og-image?title=Hello")), [1200, 630]);
  assert.equal(await colorOf("/og-image/plain?title=Hello", 5, 5), "255,238,221");
  const small = await look("/og-image/card.webp?title=Hello&w=600");
  assert.deepEqual([small.format, ...size(small)], ["webp", 600, 315]);
  assert.equal((await app.get("/og-image?title=Hello", { method: "HEAD" })).status, 200);
  const negotiated = await app.get("/og-image?title=Hello&format=auto", { headers: { accept: "image/webp" } });
  assert.equal(negotiated.headers.get("content-type"), "image/webp");
});

test("equal cards are made once, whatever the spelling of their URLs", async () => {
  await app.get("/og-image?title=Same&subtitle=Card");
  for (const path of [
    "/og-image/card.png?subtitle=Card&title=Same",
    "/og-image?template=card&title=%20Same&subtitle=Card&theme=light",
  ])
    assert.equal((await app.get(path)).headers.get("x-cache"), "HIT memory", path);
});

test("a preset's theme is the template's and the avatar's own, and the URL's wins; elsewhere it is the transform's", async () => {
  const etag = async (path: string) => {
    const response = await app.get(path);
    assert.equal(response.status, 200, path);
    return response.headers.get("etag");
  };
  const dark = await etag("/og-image?title=Night&theme=dark&w=300");
  const light = await etag("/og-image?title=Night&w=300");
  assert.notEqual(dark, light);
  assert.equal(await etag("/og-image?title=Night&p=night"), dark);
  assert.equal(await etag("/og-image?title=Night&p=night&theme=light"), light);
  assert.equal(await etag("/avatar/ann?p=night"), await etag("/avatar/ann?theme=dark&w=300"));
  assert.equal(await etag("/avatar/ann?p=night&theme=light"), await etag("/avatar/ann?w=300"));
  origin.images.set("logo", await fixture("png-rgba"));
  assert.equal(await etag("/o/logo?p=inverted"), await etag("/o/logo?theme=dark&f=png"));
  assert.notEqual(await etag("/o/logo?p=inverted"), await etag("/o/logo?f=png"));
});

test("a bad parameter is a 400 that lists what there is, before anything is fetched", async () => {
  const loads = origin.loads.length;
  const response = await app.get("/og-image?titel=x&image=o/unseen");
  assert.equal(response.status, 400);
  assert.match(((await response.json()) as { takes: string }).takes, /^title, /);
  assert.equal(origin.loads.length, loads);
});

test("a picture from another mount stands in its slot", async () => {
  await put("flag", flag("flag", "#102030"));
  const without = await look("/og-image/flag@1?title=a");
  assert.deepEqual({ ...colorAt(without.pixels, 300, 300) }, { r: 16, g: 32, b: 48, a: 255 });
  const { pixels } = await look("/og-image/flag@1?title=a&image=o/photo");
  assert.notDeepEqual({ ...colorAt(pixels, 300, 300) }, { r: 16, g: 32, b: 48, a: 255 });
  assert.deepEqual({ ...colorAt(pixels, 900, 300) }, { r: 16, g: 32, b: 48, a: 255 });
});

test("?explain says which picture a card goes without, and why", async () => {
  const remarksOf = async (path: string) =>
    ((await (await app.get(`${path}&explain`)).json()) as { readonly remarks?: readonly string[] }).remarks;
  const why = 'no picture for "image": There is no image under this name.';
  const path = "/og-image/flag@1?title=bare&image=o/none";
  assert.deepEqual(await remarksOf(path), [why]);
  await look(path);
  assert.deepEqual(await remarksOf(path), [why]);
  assert.deepEqual(await remarksOf("/og-image?image=o/none"), [why]);
  assert.equal(await remarksOf("/og-image/flag@1?title=bare&image=o/photo"), undefined);
});

test("hostile pictures never break a card", async () => {
  for (const name of hostileNames.filter((_, at) => at % 6 === 0)) {
    origin.images.set(name, await fixture(name));
    assert.equal(await colorOf(`/og-image/flag@1?title=a&image=o/${name}`), "16,32,48", name);
    assert.equal((await app.get(`/og-image?image=o/${name}&w=64`)).status, 200, name);
  }
});

test("a picture that is asked for alone is brought to the card's shape, and moves on", async () => {
  for (const name of ["gif-animated", "webp-animated"] as const) {
    origin.images.set(name, await fixture(name));
    const before = await see(await fixture(name));
    const accept = { headers: { accept: "image/webp,*/*" } };
    const response = await app.get(`/og-image?image=o/${name}`, accept);
    const after = await see(await response.bytes());
    assert.equal(after.frames.length, before.frames.length, name);
    assert.ok(after.frames.length > 1);
    const [width = 0, height = 0] = size(after);
    assert.ok(Math.abs(width / height - 1200 / 630) < 0.05, `${width} × ${height}`);
  }
  assert.equal((await look("/og-image?image=o/photo")).format, "jpeg");
});

test("a picture that is asked for alone and is not there is a placeholder, soon looked for again", async () => {
  const response = await app.get("/og-image?image=o/none");
  assert.equal(response.headers.get("x-source"), "template.placeholder");
  assert.match(response.headers.get("cache-control") ?? "", /max-age=60\b/);
  origin.images.set("none", await fixture("jpeg-420"));
  app.advance(90);
  await until(async () => (await app.get("/og-image?image=o/none")).headers.get("x-source") === null);
  assert.equal((await look("/og-image?image=o/none")).format, "jpeg");
});

test("a mount may demand signed URLs; a client signs them as they are written", async () => {
  assert.equal(await codeOf("/strict?title=Hi"), "signature-required");
  assert.equal(await codeOf("/strict?title=Hi&sig=0123456789abcdef0123456789abcdef"), "signature-invalid");
  const client = createClient({ baseUrl: "", key });
  const query = { title: "Ein schöner Tag – it's “here”", theme: "dark", subtitle: "a & b" };
  const url = await client.signed(["strict", "card"], { width: 300, query });
  assert.deepEqual(size(await look(url)), [300, 158]);
  assert.equal(await codeOf(url.replace("sch%C3%B6ner", "schlechter")), "signature-invalid");
  assert.equal(await codeOf(url.replace("w=300", "w=301")), "signature-invalid");
  assert.equal(await codeOf(await client.signed(["strict", "card"], { query }, { expires: 1 })), "url-expired");
});

test("a signed card shows what its signature opens, and is shown to nobody else", async () => {
  const path = "/og-image/flag@1?title=secret&image=locked/photo";
  assert.equal(await codeOf(path), "signature-required");
  const client = createClient({ baseUrl: "", key });
  const query = { title: "secret", image: "locked/photo" };
  const { pixels } = await look(await client.signed(["og-image", "flag@1"], { query }));
  assert.notDeepEqual({ ...colorAt(pixels, 300, 300) }, { r: 16, g: 32, b: 48, a: 255 });
  assert.equal(await codeOf(path), "signature-required");
});

test("a signed card does not fail with those who ask for it unsigned at the same time", async () => {
  const client = createClient({ baseUrl: "", key });
  const url = await client.signed(["og-image", "flag@1"], { query: { title: "at once", image: "locked/photo" } });
  const codes = await Promise.all(["/og-image/flag@1?title=at+once&image=locked/photo", url].map(codeOf));
  assert.deepEqual(codes, ["signature-required", "ok"]);
});

test("versions live side by side; a rollout shares the URLs among them", async () => {
  await put("flag@2", flag("flag@2", "#a0b0c0"));
  assert.equal(await colorOf("/og-image/flag@1?title=b"), "16,32,48");
  assert.equal(await colorOf("/og-image/flag@2?title=b"), "160,176,192");
  const seen = new Map<string, number>();
  for (let at = 0; at < 40; at++) {
    const by = (await app.get(`/og-image/flag?title=${at}&w=40`)).headers.get("x-source") ?? "";
    seen.set(by, (seen.get(by) ?? 0) + 1);
    assert.equal((await app.get(`/og-image/flag?w=40&title=${at}`)).headers.get("x-source"), by);
  }
  assert.deepEqual([...seen.keys()].sort(), ["template.flag", "template.flag@2"]);
  for (const count of seen.values()) assert.ok(count > 8, JSON.stringify([...seen]));
});

test("a changed template is drawn anew, and a rollback takes it back", async () => {
  assert.equal((await app.get("/og-image/flag@1?title=c&w=40")).status, 200);
  await put("flag", flag("flag", "#ff0000"));
  assert.equal(await colorOf("/og-image/flag@1?title=c"), "255,0,0");
  assert.equal((await operator("/plugins/template.flag/rollback")).status, 200);
  assert.equal(await colorOf("/og-image/flag@1?title=c"), "16,32,48");
  assert.equal((await app.get("/og-image/flag@2?title=b")).headers.get("x-cache"), "HIT memory");
});

test("the kill switch takes effect under load, and nobody gets an error", async () => {
  const by: Promise<string | null>[] = [];
  const ask = (at: number) =>
    by.push(
      app.get(`/og-image/flag@2?title=load-${at}&w=40`).then((response) => {
        assert.equal(response.status, 200);
        return response.headers.get("x-source");
      }),
    );
  for (let at = 0; at < 20; at++) ask(at);
  assert.equal((await operator("/plugins/template.flag@2/disable")).status, 200);
  for (let at = 20; at < 40; at++) ask(at);
  const ids = await Promise.all(by);
  assert.deepEqual([...new Set(ids.slice(20))], ["template.flag"]);
  assert.equal(await colorOf("/og-image/flag@2?title=b"), "16,32,48");
  await operator("/plugins/template.flag/disable");
  assert.equal((await look("/og-image/flag@2?title=b")).by, "template.plain");
  const client = createClient({ baseUrl: "", key });
  assert.equal(await codeOf(await client.signed(["strict", "flag"])), "plugin-disabled");
  await operator("/plugins/template.flag/enable");
  await operator("/plugins/template.flag@2/enable");
  assert.equal(await colorOf("/og-image/flag@2?title=b"), "160,176,192");
});

test("a template that throws is answered with the fallback, or with an error where that is wanted, and is named", async () => {
  await put("bad", flag("bad", "#000000", 'throw new Error("a bug");'));
  const response = await app.get("/og-image/bad?title=Hello");
  assert.equal(response.status, 200);
  assert.deepEqual(size(await see(await response.bytes())), [1200, 630]);
  const versioned = await app.get("/og-image/bad?title=Hello&v=1");
  assert.doesNotMatch(versioned.headers.get("cache-control") ?? "", /immutable/);
  const { remarks } = (await (await app.get("/og-image/bad?title=Hello&explain")).json()) as { remarks: string[] };
  assert.equal(remarks[0], "template.bad failed; this is template.plain");
  const client = createClient({ baseUrl: "", key });
  assert.equal(await codeOf(await client.signed(["strict", "bad"])), "template-failed");
  assert.match(await (await app.get("/health")).text(), /template\.bad/);
});

test("a template that loops costs one worker and one card", async () => {
  // Longer than any job may take, and not for ever: Deno cannot stop it.
  await put("spin", flag("spin", "#000000", "const end = Date.now() + 7000; while (Date.now() < end) {}"));
  const troubles = async () => (await app.get("/health")).text();
  assert.equal(await codeOf("/og-image/spin?title=Hello&w=4000"), "too-slow", "no fallback is as large in time");
  assert.doesNotMatch(await troubles(), /template\.spin/);
  assert.equal((await app.get("/og-image/spin?title=Hello")).status, 200);
  assert.deepEqual(size(await look("/og-image/plain?title=after")), [1200, 630]);
  assert.match(await troubles(), /template\.spin/);
  await rm(join(folder, "spin.tsx"));
  await app.app.refresh();
  assert.equal(await codeOf("/og-image/spin?title=Hello"), "not-found");
});

test("an operator throws a template's cards away by the URL of one, without its signature", async () => {
  const client = createClient({ baseUrl: "", key });
  const url = await client.signed(["strict", "card"], { width: 60, query: { title: "Old news", theme: "dark" } });
  await app.get(url);
  assert.equal((await app.get(url)).headers.get("x-cache"), "HIT memory");
  assert.equal((await operator("/strict/card?title=Old+news&theme=dark", "DELETE")).status, 200);
  assert.equal((await app.get(url)).headers.get("x-cache"), "MISS origin");
  assert.equal((await operator(url, "DELETE")).status, 200);
  assert.equal((await app.get(url)).headers.get("x-cache"), "MISS origin");
});

test("figures are kept by template and version", async () => {
  const { plugins } = (await (await operator("/plugins", "GET")).json()) as {
    plugins: { id: string; figures?: Record<string, { count: number; p95?: number }> }[];
  };
  const figures = (id: string) => plugins.find((each) => each.id === id)?.figures ?? {};
  assert.ok((figures("template.flag@2").renderMs?.count ?? 0) > 0);
  assert.ok((figures("template.bad").errors?.count ?? 0) > 0);
});
