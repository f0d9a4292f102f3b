/** Plugins that are put into a running app, changed there and taken out again. */
import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";
import { colorAt } from "../contract/pictures.ts";
import { fixture } from "../fixtures/fixture.ts";
import { see } from "../see.ts";
import { until } from "../until.ts";

const token = "an-admin-token-for-tests";
let app: TestApp;
let folder: string;

before(async () => {
  app = await startApp({ settings: { adminToken: token, limits: { jobMs: 5000 } } });
  folder = join(app.folder, "plugins.d");
  await mkdir(folder);
});
after(() => app.close());

const write = (name: string, code: string) => writeFile(join(folder, name), code);

/** A source that draws one colour, `rgb`, as a tiny BMP: 2 × 2 pixels. */
const solid = (name: string, rgb: string, extra = "") => `
import { source } from "cameo/plugin";
import * as v from "valibot";
${extra}
export default source({
  name: "${name}",
  options: v.object({ note: v.optional(v.string(), "") }),
  setup: () => ({
    load: async (ref) => (ref === "missing" ? null : { body: bmp(${rgb}) }),
  }),
});
function bmp(r, g, b) {
  const row = [b, g, r, b, g, r, 0, 0];
  const head = [0x42, 0x4d, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0];
  return Uint8Array.from([...head, ...Array(24).fill(0), ...row, ...row]);
}
`;

async function colorOf(path: string): Promise<string> {
  const response = await app.get(path);
  if (response.status !== 200) return String(response.status);
  const { r, g, b } = colorAt((await see(await response.bytes())).pixels, 0, 0);
  return `${r},${g},${b}`;
}

/** Mounts are settings: this puts one on a plugin. */
async function mount(mounts: Record<string, { source: string }>): Promise<void> {
  const { settings } = app.app.services.snapshot;
  const all = Object.fromEntries(Object.entries(mounts).map(([name, own]) => [name, { ...baseMount, ...own }]));
  await app.app.reconfigure({ ...settings, mounts: all });
}

const baseMount = {
  ttlS: 100,
  staleS: 0,
  internal: false,
  presetsOnly: false,
  truncated: "refuse" as const,
  allowPrivate: [],
  cors: "*",
  corp: "cross-origin" as const,
};

const operator = (path: string, method = "POST") =>
  app.get(path, { method, headers: { authorization: `Bearer ${token}` } });

interface Listed {
  readonly plugins: readonly {
    id: string;
    file: string | null;
    lastError: string | null;
    inFlight: number;
    canRollBack: boolean;
    isDisabled: boolean;
  }[];
}
const listed = async (id: string) =>
  ((await (await operator("/plugins", "GET")).json()) as Listed).plugins.find((each) => each.id === id);

test("a source that is put into the folder serves, and its change is served, with a key of its own", async () => {
  await write("paint.ts", solid("paint", "255, 0, 0"));
  assert.equal(await app.app.refresh(), true);
  await mount({ paint: { source: "paint" } });
  assert.equal(await colorOf("/paint/a?f=png"), "255,0,0");
  await write("paint.ts", solid("paint", "0, 255, 0"));
  assert.equal(await app.app.refresh(), true);
  assert.equal(await colorOf("/paint/a?f=png"), "0,255,0");
  assert.equal(await app.app.refresh(), false);
});

test("a broken save changes nothing, and says why", async () => {
  await write("paint.ts", "export default source({ name: ");
  assert.equal(await app.app.refresh(), false);
  assert.equal(await colorOf("/paint/b?f=png"), "0,255,0");
  assert.match((await listed("source.paint"))?.lastError ?? "", /cannot be loaded: .* \(line 1, column \d+\)/);
  const health = (await (await app.get("/health")).json()) as { failedPlugins: { id: string }[] };
  assert.deepEqual(
    health.failedPlugins.map(({ id }) => id),
    ["source.paint"],
  );
  await write("paint.ts", solid("paint", "0, 0, 255"));
  await app.app.refresh();
  assert.equal(await colorOf("/paint/b?f=png"), "0,0,255");
  assert.equal((await listed("source.paint"))?.lastError, null);
});

test("a changed relative module of a plugin in a folder is served", async () => {
  await mkdir(join(folder, "tray"));
  await write("tray/tray.ts", solid("tray", "...color", 'import { color } from "./color.ts";'));
  await write("tray/color.ts", "export const color: [number, number, number] = [9, 9, 9];");
  await app.app.refresh();
  await mount({ paint: { source: "paint" }, tray: { source: "tray" } });
  assert.equal(await colorOf("/tray/a?f=png"), "9,9,9");
  await write("tray/color.ts", "export const color: [number, number, number] = [7, 70, 170];");
  await app.app.refresh();
  assert.equal(await colorOf("/tray/a?f=png"), "7,70,170");
});

test("rollback goes back to the version before, and forward again", async () => {
  assert.equal((await operator("/plugins/source.tray/rollback")).status, 200);
  assert.equal(await colorOf("/tray/a?f=png"), "9,9,9");
  assert.equal((await operator("/plugins/source.tray/rollback")).status, 200);
  assert.equal(await colorOf("/tray/a?f=png"), "7,70,170");
  assert.equal((await operator("/plugins/source.file/rollback")).status, 400);
  assert.equal((await operator("/plugins/source.nowhere/rollback")).status, 404);
});

test("disable takes effect at once, enable takes it back", async () => {
  assert.equal((await operator("/plugins/source.tray/disable")).status, 200);
  assert.equal(await colorOf("/tray/new?f=png"), "503");
  assert.equal((await listed("source.tray"))?.isDisabled, true);
  assert.equal(await colorOf("/paint/b?f=png"), "0,0,255");
  await operator("/plugins/source.tray/enable");
  assert.equal(await colorOf("/tray/new?f=png"), "7,70,170");
  await operator("/plugins/transform.blur/disable");
  assert.equal((await app.get("/paint/b?f=png&blur=2")).status, 503);
  assert.equal((await app.get("/paint/b?f=png&w=1")).status, 200);
  await operator("/plugins/transform.blur/enable");
  assert.equal((await app.get("/paint/b?f=png&blur=2")).status, 200);
});

test("the routes of plugins are for operators", async () => {
  assert.equal((await app.get("/plugins")).status, 401);
  assert.equal((await app.get("/plugins/source.tray/disable", { method: "POST" })).status, 401);
});

test("a transform in the folder runs in the workers, adds its parameter, and changes with its file", async () => {
  const duotone = (rgb: string) => `
import { codec, editFrames, transform } from "cameo/plugin";
export default transform({
  name: "flood",
  order: 70,
  reads: ["flood"],
  parameters: { flood: codec.boolean },
  apply(picture) {
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) data.set([${rgb}], at);
    });
  },
});`;
  await write("flood.ts", duotone("1, 2, 3"));
  await app.app.refresh();
  assert.equal(await colorOf("/paint/b?f=png&flood"), "1,2,3");
  assert.equal((await app.get("/paint/b?f=png")).headers.get("x-cache"), "HIT memory");
  await write("flood.ts", duotone("4, 5, 6"));
  await app.app.refresh();
  assert.equal(await colorOf("/paint/b?f=png&flood"), "4,5,6");
  assert.equal((await app.get("/paint/b?f=png")).headers.get("x-cache"), "HIT memory");
});

test("a transform that loops costs one worker and one answer", async () => {
  const code = `
import { codec, transform } from "cameo/plugin";
export default transform({ name: "spin", order: 71, reads: ["spin"], parameters: { spin: codec.boolean }, apply() {
  const end = performance.now() + 6000;
  while (performance.now() < end) {}
} });`;
  await write("spin.ts", code);
  await app.app.refresh();
  assert.equal((await app.get("/paint/b?f=png&spin")).status, 504);
  assert.equal((await app.get("/paint/b?f=png&w=2&rotate=90")).status, 200);
  await rm(join(folder, "spin.ts"));
});

const refused: readonly [name: string, code: string, says: RegExp][] = [
  ["empty.ts", "export const nothing = 1;", /has no default export/],
  ["other.ts", solid("another", "1, 1, 1"), /its name must be that of its file, "other"/],
  ["file.ts", solid("file", "1, 1, 1"), /has the ID source\.file of a built-in plugin/],
  ["throws.ts", 'throw new Error("at load");', /cannot be loaded: at load/],
  [
    "half.ts",
    'import { source } from "cameo/plugin";\nexport default source({ name: "half", options: {} });',
    /has no setup, which a source needs \(a function\)/,
  ],
  [
    "card@2.ts",
    'import { template } from "cameo/plugin";\nexport default template({ name: "card", parameters: {}, examples: [{}], render() {} });',
    /is named "card"; its name must be that of its file, "card@2"/,
  ],
  [
    "grey.ts",
    'import { codec, transform } from "cameo/plugin";\nexport default transform({ name: "grey", order: 71, reads: ["flood"], parameters: { flood: codec.boolean }, apply() {} });',
    /The transforms flood and grey both add the parameter "flood"/,
  ],
  [
    "future.ts",
    'export default { kind: "source", contract: 99, name: "future" };',
    /made for version 99 of the plugin contract/,
  ],
];

test("a plugin that does not keep the contract is refused with a sentence, and the rest goes on", async () => {
  for (const [name, code, says] of refused) {
    await write(name, code);
    await app.app.refresh();
    const rows = ((await (await operator("/plugins", "GET")).json()) as Listed).plugins;
    assert.match(rows.find((each) => each.file?.endsWith(name))?.lastError ?? "", says, name);
    await rm(join(folder, name));
    await app.app.refresh();
  }
  assert.equal(await colorOf("/paint/b?f=png"), "0,0,255");
});

test("a setup that throws leaves the old version serving", async () => {
  await write(
    "paint.ts",
    solid("paint", "1, 1, 1")
      .replace("setup: () => ({", 'setup: () => { throw new Error("no luck"); return ({')
      .replace("}),\n});", "}); },\n});"),
  );
  assert.equal(await app.app.refresh(), false);
  assert.equal(await colorOf("/paint/c?f=png"), "0,0,255");
  assert.match((await listed("source.paint"))?.lastError ?? "", /setup of source\.paint failed: no luck/);
  await write("paint.ts", solid("paint", "50, 60, 70"));
  await app.app.refresh();
  assert.equal(await colorOf("/paint/c?f=png"), "50,60,70");
});

test("settings that are wrong leave the old ones serving", async () => {
  await assert.rejects(mount({ paint: { source: "nowhere" } }), /which is not there/);
  assert.equal(await colorOf("/paint/c?f=png"), "50,60,70");
});

test("a plugin that is removed while a request is in flight answers that request", async () => {
  const gate = `await new Promise((resolve) => setTimeout(resolve, 150));`;
  await write(
    "slow.ts",
    solid("slow", "90, 80, 70")
      .replace("load: async (ref) =>", `load: async (ref) => { ${gate} return`)
      .replace("{ body: bmp(90, 80, 70) }),", "{ body: bmp(90, 80, 70) }); },"),
  );
  await app.app.refresh();
  await mount({ paint: { source: "paint" }, slow: { source: "slow" } });
  const answer = colorOf("/slow/a?f=png");
  await until(async () => (await listed("source.slow"))?.inFlight === 1);
  assert.equal((await listed("source.paint"))?.inFlight, 0);
  await mount({ paint: { source: "paint" } });
  await rm(join(folder, "slow.ts"));
  await app.app.refresh();
  assert.equal(await answer, "90,80,70");
  assert.equal(await colorOf("/slow/a?f=png"), "404");
});

test("old code does not pile up", async () => {
  for (let each = 0; each < 6; each++) {
    await write("paint.ts", solid("paint", `${each}, 0, 0`));
    await app.app.refresh();
  }
  assert.equal(await colorOf("/paint/z?f=png"), "5,0,0");
  await until(async () => {
    const staged = await readdir(join(app.folder, "plugins"));
    return staged.filter((name) => name.startsWith("paint-")).length <= 3;
  });
});

test("what an old generation leaves is not tidied up while new code is on its way", async () => {
  const gates = globalThis as { openOld?: () => void; openNew?: () => void };
  const wait = (name: keyof typeof gates) => `await new Promise((open) => { globalThis.${name} = open; });`;
  const held = `
import { source } from "cameo/plugin";
import * as v from "valibot";
export default source({ name: "held", options: v.object({}), setup: () => ({ async load() { ${wait("openOld")} return null; } }) });
`;
  await write("held.ts", held);
  await app.app.refresh();
  await mount({ paint: { source: "paint" }, held: { source: "held" } });
  const asked = colorOf("/held/a?f=png");
  await until(() => gates.openOld !== undefined);
  await write("paint.ts", solid("paint", "2, 2, 0"));
  await app.app.refresh();
  await mkdir(join(folder, "late"));
  await write("late/part.ts", 'export const name = "late";');
  await write("late/late.ts", solid("late", "3, 3, 3", `${wait("openNew")} await import("./part.ts");`));
  const reloaded = app.app.refresh();
  await until(() => gates.openNew !== undefined);
  gates.openOld?.();
  assert.equal(await asked, "404");
  await new Promise((resolve) => setTimeout(resolve, 100)); // Time enough for tidying up, were it done now.
  gates.openNew?.();
  assert.equal(await reloaded, true);
  await mount({ paint: { source: "paint" }, late: { source: "late" } });
  assert.equal(await colorOf("/late/a?f=png"), "3,3,3");
  await mount({ paint: { source: "paint" } });
  await rm(join(folder, "late"), { recursive: true });
  await rm(join(folder, "held.ts"));
  await app.app.refresh();
});

test("many requests during many reloads are all answered, each by one version", async () => {
  let isDone = false;
  const answers: Promise<string>[] = [];
  const ask = async () => {
    for (let each = 0; !isDone; each++) {
      answers.push(colorOf(`/paint/load-${each}?f=png`));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const asking = ask();
  for (let each = 0; each < 10; each++) {
    await write("paint.ts", solid("paint", `${each}, ${each}, 0`));
    await app.app.refresh();
  }
  isDone = true;
  await asking;
  for (const answer of await Promise.all(answers)) assert.match(answer, /^(\d+),(\1|0),0$/);
  assert.ok((await fixture("png-rgb")).length > 0);
});

test("a plugin that is taken away while a mount names it leaves the rest working, and comes back", async () => {
  await write("guest.ts", solid("guest", "11, 22, 33"));
  await app.app.refresh();
  await mount({ paint: { source: "paint" }, guest: { source: "guest" } });
  assert.equal(await colorOf("/guest/a?f=png"), "11,22,33");
  await rm(join(folder, "guest.ts"));
  await write("paint.ts", solid("paint", "44, 55, 66"));
  assert.equal(await app.app.refresh(), true);
  assert.equal(await colorOf("/guest/b?f=png"), "503");
  assert.equal(await colorOf("/paint/q?f=png"), "44,55,66");
  await write("guest.ts", solid("guest", "11, 22, 34"));
  assert.equal(await app.app.refresh(), true);
  assert.equal(await colorOf("/guest/a?f=png"), "11,22,34");
});

test("a bad change does not hold a good one back that came with it", async () => {
  const bad = "setup: () => { throw new Error('no luck'); return ({";
  await write("guest.ts", solid("guest", "1, 1, 1").replace("setup: () => ({", bad).replace("}),\n});", "}); },\n});"));
  await write("paint.ts", solid("paint", "77, 88, 99"));
  assert.equal(await app.app.refresh(), true);
  assert.equal(await colorOf("/paint/r?f=png"), "77,88,99");
  assert.equal(await colorOf("/guest/a?f=png"), "11,22,34");
  assert.match((await listed("source.guest"))?.lastError ?? "", /no luck/);
});
