/** Cards through the front door: a request in, a drawn template out. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";
import { assertColor, colorAt } from "../contract/pictures.ts";
import { see } from "../see.ts";
import { until } from "../until.ts";
import { buildBinary, denoProgram, root, serve, testOnBun } from "./binary.ts";
import { titles, writeCards } from "./cards.ts";

const mounts = { card: { source: "cards" } };
let app: TestApp;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-cards-"));
  await writeCards(join(folder, "plugins.d"));
  app = await startApp({ folder, settings: { mounts }, preparesCards: true });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const query = (parameters: Readonly<Record<string, string>>): string => new URLSearchParams(parameters).toString();

async function picture(path: string, on = app) {
  const response = await on.get(path);
  if (response.status !== 200) assert.fail(`${path}: ${response.status} ${await response.text()}`);
  return see(await response.bytes());
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

async function problem(path: string, on = app): Promise<Problem> {
  return (await (await on.get(path)).json()) as Problem;
}

test("a card is a PNG of the card's size", async () => {
  const response = await app.get(`/card/rich?${query({ title: "Hello" })}`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "image/png");
  const { pixels } = await see(await response.bytes());
  assert.deepEqual([pixels.width, pixels.height], [1200, 630]);
});

for (const format of ["webp", "jpeg", "avif", "png"]) {
  test(`a card is drawn as ${format} at a smaller and at a larger size`, { timeout: 240_000 }, async () => {
    for (const [width, height] of [
      [600, 315],
      [2400, 1260],
    ] as const) {
      const seen = await picture(`/card/plain?${query({ title: "", f: format, w: String(width), enlarge: "true" })}`);
      assert.deepEqual([seen.format, seen.pixels.width, seen.pixels.height], [format, width, height]);
      assertColor(colorAt(seen.pixels, 10, 10), { r: 0, g: 255, b: 0, a: 255 }, 4, format);
    }
  });
}

test("a card goes through every transform", async () => {
  const { pixels } = await picture(
    `/card/plain?${query({ title: "", w: "100", h: "100", fit: "cover", radius: "max" })}`,
  );
  assert.deepEqual([pixels.width, pixels.height], [100, 100]);
  assertColor(colorAt(pixels, 50, 50), { r: 0, g: 255, b: 0, a: 255 }, 1, "middle");
  assert.equal(colorAt(pixels, 0, 0).a, 0);
});

test("a template that throws is answered with its name, and shown in /health", async () => {
  const { status, code, detail } = await problem(`/card/throws?${query({ title: "luck" })}`);
  assert.deepEqual([status, code], [500, "template-failed"]);
  assert.match(detail, /^The template test-throws failed: no luck( \(test-throws\.tsx:\d+\))?\.$/);
  assert.match(await (await app.get("/health")).text(), /template\.test-throws/);
});

test("a template that throws is drawn by its fallback, where it has one", async () => {
  const { pixels } = await picture(`/card/throws?${query({ title: "", spare: "plain" })}`);
  assertColor(colorAt(pixels, 10, 10), { r: 0, g: 255, b: 0, a: 255 }, 0, "fallback");
});

test("a template that loops costs one worker, and the next card is drawn", { timeout: 240_000 }, async () => {
  const settings = { limits: { jobMs: 8000 }, mounts, plugins: [join(folder, "plugins.d")] };
  const hasty = await startApp({ settings, preparesCards: true });
  const { pixels } = await picture(`/card/loops?${query({ title: "1", spare: "plain" })}`, hasty);
  assertColor(colorAt(pixels, 10, 10), { r: 0, g: 255, b: 0, a: 255 }, 0, "fallback");
  const health = await (await hasty.get("/health")).text();
  assert.match(health, /template\.test-loops/);
  assert.match(health, /"too slow":1/);
  await hasty.close();
});

test("what a template asks for and cards do not draw is logged once by a worker", async () => {
  const told = () => app.lines.filter((line) => line.includes("template.test-odd") && line.includes('"warn"'));
  const requests = () => app.lines.filter((line) => line.includes('"message":"request"')).length;
  /** The log is written behind the answers. */
  const ask = async (title: string) => {
    const before = requests();
    await picture(`/card/odd?${query({ title })}`);
    await until(() => requests() > before);
  };
  await ask("one");
  const first = told();
  for (const word of ["cursor", "ᚠ"])
    assert.ok(
      first.some((line) => line.includes(word)),
      word,
    );
  await ask("two");
  assert.deepEqual(told(), first);
});

const settings = (plugins: string): string =>
  JSON.stringify({ plugins: [plugins], mounts: { card: { source: "cards" } } });

async function digests(url: string): Promise<string[]> {
  const all: string[] = [];
  for (const title of titles) {
    const response = await fetch(`${url}/card/rich?${query({ title })}`);
    const body = new Uint8Array(await response.arrayBuffer());
    all.push(`${response.status} ${createHash("sha256").update(body).digest("hex")} ${title}`);
  }
  return all;
}

testOnBun("a card has the same bytes on Bun, on Deno and from the binary", { timeout: 240_000 }, async () => {
  const main = join(root, "config/main.ts");
  const own = await mkdtemp(join(tmpdir(), "cameo-cards-"));
  await writeFile(join(own, "settings.json"), settings(join(folder, "plugins.d")));
  const flags = ["--config", "settings.json"];
  const programs: readonly (readonly [string, readonly string[]])[] = [
    [process.execPath, [main]],
    [denoProgram(), ["run", "-A", "--no-check", main]],
    [buildBinary(), []],
  ];
  const found: string[][] = [];
  for (const [command, words] of programs) {
    const server = await serve(command, words, own, flags);
    found.push(await digests(server.url));
    assert.equal(await server.stop(), 0);
  }
  await rm(own, { recursive: true, force: true });
  const [onBun = []] = found;
  assert.ok(
    onBun.every((each) => each.startsWith("200 ")),
    onBun.join("\n"),
  );
  for (const each of found) assert.deepEqual(each, onBun);
});
