import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createHost, testRoute } from "cameo/testing";
import * as v from "valibot";
import { template } from "../../../core/plugin.ts";
import plugin from "../../../plugins/routes/templates.ts";
import { startApp, type TestApp } from "../../app.ts";

testRoute(plugin);

const card = template({
  name: "note",
  version: "2",
  about: "A note.",
  parameters: v.object({ title: v.pipe(v.string(), v.maxGraphemes(9), v.description("What it says.")) }),
  pictures: { photo: { width: 100, height: 100 } },
  size: { width: 800, height: 400 },
  examples: [{ title: "One" }],
  render: () => null,
});

test("route.templates lists templates with what they take", async () => {
  const host = createHost({ templates: [card], baseUrl: "https://img.test" });
  const { endpoints } = await plugin.setup({ mount: "cards", access: "all" }, host);
  const list = endpoints.find(({ path }) => path === "/templates.json");
  assert.equal(list?.isForOperators, false);
  const request = new Request("http://localhost/templates.json");
  const answer = await list?.handle(request, { params: {}, signal: request.signal });
  const { hash, file } = host.templates()[0] ?? {};
  assert.deepEqual(await answer?.json(), {
    mount: "cards",
    baseUrl: "https://img.test",
    templates: [
      {
        ...{ id: "template.note@2", ref: "note@2", name: "note", version: "2", hash, file, isDisabled: false },
        about: "A note.",
        size: { width: 800, height: 400 },
        examples: [{ title: "One" }],
        parameters: [
          { name: "title", kind: "text", about: "What it says.", isRequired: true, maxLength: 9 },
          { name: "photo", kind: "picture", isRequired: false },
        ],
      },
    ],
  });
});

let cameo: TestApp;
before(async () => {
  cameo = await startApp({
    settings: {
      adminToken: "an-operators-token-of-some-length",
      mounts: { "og-image": { source: "template" } },
      routes: { templates: { access: "operators" } },
    },
  });
});
after(() => cameo.close());

test("/templates is a page that takes nothing from elsewhere and runs nothing inline", async () => {
  const page = await cameo.get("/templates");
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.match(
    page.headers.get("content-security-policy") ?? "",
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
  const html = await page.text();
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\son\w+=|style=|https?:\/\/(?!www\.w3\.org)/);
  const assets = [...html.matchAll(/(?:src|href)="(\/templates\/[^"]+)"/g)].map(([, path = ""]) => path);
  assert.equal(assets.length, 2);
  for (const path of assets) {
    const asset = await cameo.get(path);
    assert.equal(asset.status, 200);
    assert.equal(asset.headers.get("cache-control"), "public, max-age=31536000, immutable");
    const plain = await cameo.get(path.replace(/\?.*/, ""));
    assert.equal(plain.headers.get("cache-control"), "no-cache");
    const again = await cameo.get(path, { headers: { "if-none-match": asset.headers.get("etag") ?? "" } });
    assert.equal(again.status, 304);
  }
});

test("/templates.json is for operators where the settings say so", async () => {
  assert.equal((await cameo.get("/templates.json")).status, 401);
  const headers = { authorization: "Bearer an-operators-token-of-some-length" };
  const { templates } = (await (await cameo.get("/templates.json", { headers })).json()) as {
    templates: { ref: string }[];
  };
  assert.ok(templates.some(({ ref }) => ref === "card"));
});

test("/templates/sign signs cards, for operators", async () => {
  const headers = { authorization: "Bearer an-operators-token-of-some-length" };
  const path = encodeURIComponent("/og-image/card?title=Hello");
  assert.equal((await cameo.get(`/templates/sign?path=${path}`)).status, 401);
  const signed = await cameo.get(`/templates/sign?path=${path}`, { headers });
  assert.match(((await signed.json()) as { path: string }).path, /^\/og-image\/card\?.*sig=/);
  for (const other of ["/images/logo.png", "", "og-image/card", "/og-imagery"]) {
    const refused = await cameo.get(`/templates/sign?path=${encodeURIComponent(other)}`, { headers });
    assert.equal(refused.status, 400, other);
  }
});
