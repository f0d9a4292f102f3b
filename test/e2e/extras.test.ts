/** Routes and gates, and what the host gives them: storage, figures, other mounts' images. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createClient } from "../../core/client.ts";
import { startApp, type TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";
import { createOrigin } from "../origin.ts";
import { see } from "../see.ts";

const token = "an-admin-token-for-tests";
const origin = createOrigin();
const settings = {
  adminToken: token,
  mounts: { o: { source: "origin", sign: "required" as const } },
  limits: { fetchMs: 6000 },
};
let app: TestApp;
let folder: string;

before(async () => {
  origin.images.set("card", await fixture("png-rgb"));
  app = await startApp({ settings, plugins: [origin.plugin] });
  folder = join(app.folder, "plugins.d");
  await mkdir(folder);
});
after(() => app.close());

async function put(name: string, code: string): Promise<boolean> {
  await writeFile(join(folder, `${name}.ts`), `import * as v from "valibot";\n${code}`);
  return app.app.refresh();
}

const routes = (name: string, endpoints: string): string => `
import { route } from "cameo/plugin";
export default route({ name: "${name}", options: v.object({ greeting: v.optional(v.string(), "hello") }),
  setup: (options, host) => ({ endpoints: [${endpoints}] }) });`;

test("a route answers as soon as it is loaded, with its parameters", async () => {
  assert.equal((await app.get("/tools/hello/x")).status, 404);
  const hello = `{ method: "GET", path: "/tools/hello/:name", handle: (_request, { params }) => new Response(options.greeting + " " + params.name) }`;
  assert.equal(await put("tools", routes("tools", hello)), true);
  assert.equal(await (await app.get("/tools/hello/J%C3%BCrg")).text(), "hello Jürg");
  assert.equal(await (await app.get("/tools/hello/100%2525")).text(), "hello 100%25");
  assert.equal((await app.get("/tools/hello/%ZZ")).status, 400);
});

test("a route keeps values of its own, counts, and gets another mount's image", async () => {
  const endpoints = `
    { method: "POST", path: "/tools/keep", handle: async (request) => { await host.storage.setItem("kept", await request.json()); host.metrics.count("kept"); return new Response("ok"); } },
    { method: "GET", path: "/tools/kept", handle: async () => Response.json({ kept: await host.storage.getItem("kept"), keys: await host.storage.getKeys() }) },
    { method: "GET", path: "/tools/card", handle: async () => { const { body, type } = await host.render("/o/card?w=30&f=png"); return new Response(body, { headers: { "content-type": type } }); } }`;
  assert.equal(await put("tools", routes("tools", endpoints)), true, app.lines.join("\n"));
  const spy = `{ method: "GET", path: "/spy", handle: async () => Response.json(await host.storage.getKeys()) }`;
  assert.equal(await put("spy", routes("spy", spy)), true, app.lines.join("\n"));
  await app.get("/tools/keep", { method: "POST", body: JSON.stringify({ a: [1, "zwei"] }) });
  assert.deepEqual(await (await app.get("/tools/kept")).json(), { kept: { a: [1, "zwei"] }, keys: ["kept"] });
  assert.deepEqual(await (await app.get("/spy")).json(), []);
  assert.equal((await app.get("/o/card?w=30&f=png")).status, 403);
  const card = await app.get("/tools/card");
  assert.equal(card.headers.get("content-type"), "image/png");
  assert.equal((await see(await card.bytes())).pixels.width, 30);
  const rows = (await (await app.get("/plugins", { headers: { authorization: `Bearer ${token}` } })).json()) as {
    plugins: { id: string; figures: Record<string, { sum: number }> }[];
  };
  assert.equal(rows.plugins.find(({ id }) => id === "route.tools")?.figures.kept?.sum, 1);
});

test("an endpoint for operators demands the token; one that throws is a 500 with its ID in the log, one that hangs a 504", async () => {
  const endpoints = `
    { method: "GET", path: "/tools/secret", isForOperators: true, handle: () => new Response("in") },
    { method: "GET", path: "/tools/throw", handle() { throw new Error("private reason"); } },
    { method: "GET", path: "/tools/hang", handle: () => new Promise(() => {}) },
    { method: "GET", path: "/tools/refuse", handle() { throw host.fail("not-found", "No such tool."); } }`;
  await put("tools", routes("tools", endpoints));
  assert.equal((await app.get("/tools/secret")).status, 401);
  assert.equal((await app.get("/tools/secret", { headers: { authorization: `Bearer ${token}` } })).status, 200);
  const thrown = await app.get("/tools/throw");
  assert.equal(thrown.status, 500);
  assert.ok(!(await thrown.text()).includes("private reason"));
  assert.equal((await app.get("/tools/hang")).status, 504);
  assert.equal((await app.get("/tools/refuse")).status, 404);
  app.app.services.log.error("flush");
  assert.ok(app.lines.some((line) => line.includes("private reason") && line.includes("route.tools")));
});

test("a route that takes a mount's path, or another's, is refused and the old one goes on", async () => {
  const path = (each: string) => `{ method: "GET", path: "${each}", handle: () => new Response("new") }`;
  for (const taken of ["/o/x", "/health", "/spy"]) {
    assert.equal(await put("tools", routes("tools", path(taken))), false, taken);
    assert.equal((await app.get("/tools/refuse")).status, 404);
    assert.equal((await app.get("/health")).status, 200);
  }
});

test("a gate refuses before anything else, one that is broken lets nobody in, and one that is gone lets all pass", async () => {
  const gate = (body: string) => `
import { gate } from "cameo/plugin";
export default gate({ name: "door", options: v.object({}), setup: (_options, host) => ({ check(visit) { ${body} } }) });`;
  await put(
    "door",
    gate(`if (visit.headers.get("x-guest") !== "yes") throw host.fail("busy", "Members only.", { retryAfterS: 7 });`),
  );
  const refused = await app.get("/health");
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "7"]);
  assert.equal((await app.get("/health", { headers: { "x-guest": "yes" } })).status, 200);
  await put("door", gate(`throw new Error("rusty hinge");`));
  assert.equal((await app.get("/health", { headers: { "x-guest": "yes" } })).status, 500);
  await put("door", gate(""));
  assert.equal((await app.get("/health")).status, 200);
});

test("what a plugin keeps outlives a restart", async () => {
  const first = await startApp({ settings, plugins: [origin.plugin] });
  const places = join(first.folder, "plugins.d");
  await mkdir(places);
  const code = routes(
    "memo",
    `{ method: "GET", path: "/memo", handle: async () => { const n = (await host.storage.getItem("n")) ?? 0; await host.storage.setItem("n", n + 1); return new Response(String(n)); } }`,
  );
  await writeFile(join(places, "memo.ts"), `import * as v from "valibot";\n${code}`);
  await first.app.refresh();
  assert.equal(await (await first.get("/memo")).text(), "0");
  await first.app.dispose();
  const second = await startApp({ settings, plugins: [origin.plugin], folder: first.folder });
  assert.equal(await (await second.get("/memo")).text(), "1");
  await second.close();
});

test("GET /plugins shows options without secrets", async () => {
  const own = { base: "https://images.example/", headers: { "x-token": "hunter2" } };
  const other = await startApp({ settings: { adminToken: token, mounts: { r: { source: "http", ...own } } } });
  const text = await (await other.get("/plugins", { headers: { authorization: `Bearer ${token}` } })).text();
  assert.ok(text.includes("https://images.example/"));
  assert.ok(!text.includes("hunter2") && !text.includes(token));
  await other.close();
});

test("a URL that cameo/client signed with a parameter of a plugin is taken, however the value is spelled", async () => {
  const codec = '{ takes: "a word", parse: (text) => text.toLowerCase(), format: (text) => text }';
  const steps = `import { transform } from "cameo/plugin";
export default transform({ name: "glow", order: 450, reads: ["glow"], parameters: { glow: ${codec} },
  isNeeded: ({ glow }) => glow !== undefined, apply: async (picture) => picture });`;
  assert.equal(await put("glow", steps), true);
  const client = createClient({ baseUrl: "", key: app.app.services.snapshot.signingKeys[0] ?? "" });
  for (const glow of ["warm", "WARM", "a b,c"])
    assert.equal((await app.get(await client.signed("/o/card", { width: 5, query: { glow } }))).status, 200, glow);
  const other = (await client.signed("/o/card", { width: 5, query: { glow: "WARM" } })).replace("WARM", "COLD");
  assert.equal((await app.get(other)).status, 403);
});
