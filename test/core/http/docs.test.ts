import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import * as v from "valibot";
import { codes, type ErrorCode } from "../../../core/error.ts";
import { createDocs } from "../../../core/http/docs.ts";
import { errorGuide } from "../../../core/http/error-guide.ts";
import { createDocument, describeRoutes } from "../../../core/http/openapi.ts";
import { createRoutes } from "../../../core/http/routes.ts";
import type { Services } from "../../../core/pipeline.ts";
import { codec, engine, type Plugin, source, transform } from "../../../core/plugin.ts";
import { builtIn } from "../../../core/registry/load.ts";
import { createSnapshot, type Snapshot } from "../../../core/registry/snapshot.ts";
import type { SettingsInput } from "../../../core/settings/schema.ts";
import { settingsSchema } from "../../../core/settings/schema.ts";

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { headers?: object; content?: object; $ref?: string }>>;
  readonly security?: readonly object[];
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, { content: Readonly<Record<string, { examples: object }>> }>>;
  };
  readonly "x-limits": Readonly<Record<string, number>>;
}

const unused = () => assert.fail("nothing of a plugin is needed to document it");
const plugins: readonly Plugin[] = [
  source({ name: "shelf", options: v.object({}), setup: () => ({ load: unused }) }),
  source({
    name: "web",
    options: v.object({}),
    query: ["token"],
    refParameter: "url",
    sign: "required",
    setup: () => ({ load: unused }),
  }),
  engine({
    name: "brush",
    options: v.object({}),
    decodes: ["png"],
    encodes: ["png", "webp"],
    animates: [],
    setup: unused,
  }),
  transform({
    name: "vignette",
    order: 70,
    reads: ["vignette"],
    parameters: { vignette: { ...codec.integer({ min: 2, max: 9 }), about: "Dark corners.", short: "vg" } },
    apply: unused,
  }),
];

/** Endpoints of a source that lie below another mount, as those of uploads do. */
const desk = source({
  name: "desk",
  options: v.object({}),
  setup: () => ({
    load: unused,
    endpoints: [
      { method: "DELETE", path: "/images/:hash", handle: unused },
      { method: "GET", path: "/images/:hash/info", isForOperators: true, handle: unused },
    ],
  }),
});

const defaults: SettingsInput = {
  engine: "brush",
  mounts: { images: { source: "shelf" }, "my.remote-2": { source: "web" } },
  limits: { outputPx: 4321 },
  presets: { card: "w=320" },
};

const createTestSnapshot = (settings: SettingsInput = defaults, all = plugins): Promise<Snapshot> =>
  createSnapshot({
    disabled: new Set(),
    generation: 1,
    settings: v.parse(settingsSchema, settings),
    plugins: all.map((plugin) => builtIn(plugin, "1.2.3")),
    secret: "a secret for tests",
    signingKeys: ["a key for the tests"],
    createHost: () => ({}) as never,
  });

const snapshot = await createTestSnapshot();
const document = (await createDocument(snapshot, "1.2.3")) as unknown as Document;
const readAsset = (specifier: string): Promise<Uint8Array> => readFile(fileURLToPath(import.meta.resolve(specifier)));
const docs = createDocs({ snapshot, version: "1.2.3", readAsset });
const ask = (path: string, init?: RequestInit) => Promise.resolve(docs(new Request(`http://localhost${path}`, init)));

function operation(method: string, path: string): Operation {
  const found = document.paths[path]?.[method];
  assert.ok(found, `${method} ${path} is not there`);
  return found;
}

/** Every `$ref` below a node. */
function refs(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === "$ref" ? [value as string] : refs(value)));
}

test("createDocument() makes a document that validates", async () => {
  const { valid, errors } = await new Validator().validate(
    structuredClone(document) as unknown as Record<string, unknown>,
  );
  assert.deepEqual(errors ?? [], []);
  assert.equal(valid, true);
});

test("createDocument() has the endpoints of sources below a mount, and no mount that is internal", async () => {
  const mounts = { images: { source: "shelf" }, desk: { source: "desk", internal: true } };
  const made = await createDocument(await createTestSnapshot({ ...defaults, mounts }, [...plugins, desk]), "1.2.3");
  const { valid, errors } = await new Validator().validate(structuredClone(made));
  assert.deepEqual([valid, errors ?? []], [true, []]);
  const paths = Object.keys(made.paths as object);
  assert.ok(paths.includes("/images/{ref}/info"));
  assert.deepEqual(
    paths.filter((path) => path.includes("desk")),
    [],
  );
});

test("createDocument() is refused by the validator when a response is broken", async () => {
  const broken = structuredClone(document) as unknown as { components: { responses: Record<string, unknown> } };
  broken.components.responses.Problem400 = { content: 1 };
  assert.equal((await new Validator().validate(broken as unknown as Record<string, unknown>)).valid, false);
});

test("createDocument() refers only to what is there", () => {
  const missing = refs(document).filter((ref) => {
    const keys = ref.replace(/^#\//, "").split("/");
    return (
      keys.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document) === undefined
    );
  });
  assert.deepEqual(missing, []);
});

test("createDocument() has unique operation IDs, and a parameter for each name in a path", () => {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((each) => ({ path, each })),
  );
  const ids = all.map(({ each }) => each.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { path, each } of all) {
    const inPath = (each.parameters ?? []).filter((parameter) => parameter.in === "path").map(({ name }) => name);
    assert.deepEqual(
      inPath,
      [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
    );
  }
});

test("createDocument() has every route of every mount", () => {
  const routes = Object.entries(document.paths).map(
    ([path, methods]) => `${Object.keys(methods).sort().join(" ")} ${path}`,
  );
  assert.deepEqual(routes.sort(), [
    "delete get head /images/{ref}",
    "delete get head /my.remote-2/{ref}",
    "get /docs",
    "get /health",
    "get /metrics",
    "get /openapi.json",
    "get /plugins",
    "get head /meta/images/{ref}",
    "get head /meta/my.remote-2/{ref}",
    "get head /my.remote-2",
    "post /plugins/{id}/{action}",
  ]);
});

test("createDocument() has every parameter of the grammar on every image, with its spellings, default and range", () => {
  const { parameters } = document.components;
  const listed = operation("get", "/images/{ref}").parameters?.map((each) => each.$ref?.split("/").at(-1)) ?? [];
  for (const [name, { short, takes }] of Object.entries(snapshot.grammar.codecs)) {
    assert.ok(listed.includes(name), name);
    assert.ok(parameters[name]?.description.includes(takes), name);
    if (short) assert.ok(parameters[name]?.description.includes(`\`${short}\``), name);
  }
  assert.deepEqual(parameters.width?.schema, { type: "integer", minimum: 1, maximum: 16384 });
  assert.deepEqual(parameters.fit?.schema.enum, ["inside", "cover", "contain", "fill", "outside"]);
  assert.equal(parameters.fit?.schema.default, "inside");
  assert.equal(parameters.dpr?.schema.default, 1);
  assert.equal(parameters.enlarge?.schema.default, false);
  assert.match(parameters.preset?.description ?? "", /`card`/);
});

test("createDocument() has the parameters that plugins add", () => {
  assert.deepEqual(document.components.parameters.vignette?.schema, { type: "integer", minimum: 2, maximum: 9 });
  assert.match(document.components.parameters.vignette?.description ?? "", /^Dark corners\..*Short: `vg`\.$/);
  const own = operation("get", "/my.remote-2/{ref}").parameters?.map(({ name }) => name) ?? [];
  assert.ok(own.includes("token"));
  assert.ok(operation("get", "/my.remote-2").parameters?.some(({ name }) => name === "url"));
});

test("createDocument() offers the formats that the engines write", () => {
  assert.deepEqual(Object.keys(operation("get", "/images/{ref}").responses[200]?.content ?? {}), [
    "image/webp",
    "image/png",
    "application/json",
  ]);
});

test("createDocument() has every error code, with an example, in a response of some route", () => {
  const used = new Set(refs(document.paths).filter((ref) => ref.includes("/responses/")));
  for (const [code, { status }] of Object.entries(codes)) {
    assert.ok(used.has(`#/components/responses/Problem${status}`), code);
    const examples = document.components.responses[`Problem${status}`]?.content["application/problem+json"]?.examples;
    const { value } = (examples as Record<string, { value: Record<string, unknown> }>)[code] ?? { value: {} };
    assert.equal(value.code, code);
    assert.equal(value.type, `/docs#${code}`);
    assert.equal(value.detail, errorGuide[code as ErrorCode].detail);
  }
});

test("createDocument() has the limits in force, the headers of an image, and who may purge", () => {
  assert.equal(document["x-limits"].outputPx, 4321);
  const headers = Object.keys(operation("get", "/images/{ref}").responses[200]?.headers ?? {});
  for (const name of ["ETag", "Cache-Control", "Vary", "X-Cache", "Server-Timing", "Content-Disposition"]) {
    assert.ok(headers.includes(name), name);
  }
  assert.deepEqual(operation("delete", "/images/{ref}").security, [{ operator: [] }]);
  assert.equal(operation("get", "/images/{ref}").security, undefined);
});

test("createDocument() works without any mount", async () => {
  const empty = await createDocument(await createTestSnapshot({ engine: "brush" }), "1.2.3");
  assert.deepEqual(Object.keys(empty.paths as object).sort(), [
    "/docs",
    "/health",
    "/metrics",
    "/openapi.json",
    "/plugins",
    "/plugins/{id}/{action}",
  ]);
});

/** A server in which only what the routes themselves need is real. */
function startRoutes(warnings: unknown[] = [], read = readAsset) {
  const log = { debug() {}, info() {}, warn: (...line: unknown[]) => void warnings.push(line), error() {} };
  const troubles = { note() {}, list: () => [] };
  const stats = () => ({ tiers: [] });
  const cache = { peek: () => undefined, get: async () => undefined, stats };
  const flights = { size: () => 0, run: async () => assert.fail("no engine here") };
  const services = { snapshot, log, troubles, cache, flights, pool: { stats }, now: () => 0, random: () => 0 };
  const facts = { version: "1.2.3", startedAt: 0, isReady: () => true, plugins: () => [] };
  const done = async () => {};
  const control = { list: () => ({}), disable: done, enable: done, rollback: done };
  return createRoutes(services as unknown as Services, { facts, readAsset: read, plugins: control });
}

test("createRoutes() logs the reason of what fails in a route", async () => {
  const warnings: unknown[] = [];
  const cause = new Error("the disk is gone");
  const handle = startRoutes(warnings, () => Promise.reject(cause));
  assert.equal((await handle(new Request("http://localhost/docs/swagger-ui.css"))).status, 500);
  assert.deepEqual(warnings, [["request failed", { code: "internal", cause }]]);
});

test("describeRoutes() describes only routes that the server has", async () => {
  const handle = startRoutes();
  for (const { method, path } of describeRoutes(snapshot)) {
    const url = `http://localhost${path.replace(":ref", "a/b.png")}${path === "/my.remote-2" ? "?url=a.png" : ""}`;
    const { status } = await handle(new Request(url, { method }));
    assert.ok(status !== 404 && status !== 405, `${method} ${path} answers ${status}`);
  }
});

test("createRoutes() serves the page, its files and the document, also to HEAD", async () => {
  const handle = startRoutes();
  for (const path of ["/docs", "/docs/", "/docs/page.js", "/docs/swagger-ui.css", "/openapi.json"]) {
    const get = await handle(new Request(`http://localhost${path}`));
    const head = await handle(new Request(`http://localhost${path}`, { method: "HEAD" }));
    assert.deepEqual([get.status, head.status], [200, 200], path);
    assert.equal((await get.arrayBuffer()).byteLength, Number(get.headers.get("content-length")));
    assert.equal(head.headers.get("etag"), get.headers.get("etag"));
    assert.equal((await head.arrayBuffer()).byteLength, 0);
  }
  const missing = await handle(new Request("http://localhost/docs/other.js"));
  assert.equal(missing.status, 404);
  assert.equal(((await missing.json()) as { code: string }).code, "no-such-route");
});

test("createDocs() has a row with an anchor for every error code", async () => {
  const html = await (await ask("/docs")).text();
  for (const code of Object.keys(codes)) assert.ok(html.includes(`id="${code}"`), code);
});

test("createDocs() asks for nothing from another host", async () => {
  const page = await ask("/docs");
  const html = await page.text();
  assert.deepEqual(html.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/g) ?? [], []);
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /https?:|\*|unsafe/);
});

test("createDocs() lets caches keep a file for a year under its versioned URL only", async () => {
  const html = await (await ask("/docs")).text();
  const urls = [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+\?v=[^"]+)"/g)].map((match) => match[1] ?? "");
  assert.equal(urls.length, 4);
  for (const url of urls) {
    assert.match((await ask(url)).headers.get("cache-control") ?? "", /immutable/);
    assert.equal((await ask(url.replace(/v=.*/, "v=old"))).headers.get("cache-control"), "no-cache");
  }
});

test("createDocs() answers 304 to a copy that is still good", async () => {
  const first = await ask("/openapi.json");
  const again = await ask("/openapi.json", { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
  assert.equal(again.status, 304);
  assert.equal((await again.arrayBuffer()).byteLength, 0);
});

test("createDocs() tries again after a file could not be read", async () => {
  let isBroken = true;
  const shaky = createDocs({
    snapshot,
    version: "1.2.3",
    readAsset: async () => {
      if (isBroken) throw new Error("no such file");
      return new Uint8Array(3);
    },
  });
  const get = async () => shaky(new Request("http://localhost/docs"));
  await assert.rejects(get, /no such file/);
  isBroken = false;
  assert.equal((await get()).status, 200);
});
