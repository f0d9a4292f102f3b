/** What the author of a plugin is told who has made a mistake: which file, which line, what to write instead. The version before goes on. */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";

let app: TestApp;
before(async () => {
  app = await startApp();
});
after(() => app.close());

/** What `/health` says of plugins after these files were saved; they are taken away again. */
async function told(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(app.folder, "plugins.d");
  for (const [name, code] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), code);
  }
  await app.app.refresh();
  const { troubles } = (await (await app.get("/health")).json()) as { troubles: { part: string; detail: string }[] };
  await rm(folder, { recursive: true });
  await app.app.refresh();
  return troubles.find(({ part }) => part === "plugins")?.detail ?? "";
}

const source = (setup = "", options = "v.object({})") => `import { source } from "cameo/plugin";
import * as v from "valibot";
export default source({
  name: "mine",
  options: ${options},
  setup() { ${setup} return { load: async () => null }; },
});`;

test("a module that throws while it is imported is told with the line", async () => {
  const sentence = await told({ "mine.ts": `${source()}\ntype Gone = string;\n\nthrow new Error("no luck");` });
  assert.match(sentence, /mine\.ts cannot be loaded: no luck \(line 10, column \d+\)/);
});

test("a mistake in another module of a folder is told with that module's name", async () => {
  const entry = `import { b } from "./parts/b.ts";\nb();\n${source()}`;
  const broken = await told({ "mine/mine.ts": entry, "mine/parts/b.ts": "\nexport const b = () => {;" });
  assert.match(broken, /mine cannot be loaded: .* \(parts\/b\.ts, line 2, column \d+\)/);
  const thrown = await told({ "mine/mine.ts": entry, "mine/parts/b.ts": "\nexport const b = () => { undefined.x; };" });
  assert.match(thrown, /mine cannot be loaded: .*undefined.* \(parts\/b\.ts, line 2, column \d+\)/);
});

test("options that are no schema are refused with what to write", async () => {
  const sentence = await told({ "mine.ts": source("", '{ token: "" }') });
  assert.match(sentence, /mine\.ts has options that are no Valibot schema; write v\.object\(/);
});

const routes = (setup: string) => `import { route } from "cameo/plugin";
import * as v from "valibot";
export default route({
  name: "mine", options: v.object({}),
  setup() {
    ${setup}
  },
});`;

const transform = (members: string) => `import { transform } from "cameo/plugin";
export default transform({ name: "mine", ${members}, isNeeded: () => true, apply: async (picture) => picture });`;

test("a transform that Cameo could not plan with is refused with its file's name", async () => {
  const codec = '{ takes: "a word", parse: (text) => text, format: String }';
  for (const [members, why] of [
    ["order: NaN, reads: []", /mine\.ts has an order that is no number/],
    ['order: 5, reads: { glow: "yes" }', /mine\.ts has reads that are no list/],
    ['order: 5, reads: ["glow"], parameters: { glow: 5 }', /mine\.ts adds the parameter "glow" without a codec/],
    [`order: 5, reads: [], parameters: { width: ${codec} }`, /mine\.ts adds .* taken: .*"width"; give it another/],
    [`order: 5, reads: [], parameters: { glow: { ...${codec}, short: "w" } }`, /mine\.ts adds .* taken: .*"w"; give/],
  ] as const)
    assert.match(await told({ "mine.ts": transform(members) }), why);
});

test("a setup that throws is told with module and line", async () => {
  const sentence = await told({ "mine.ts": routes('throw new Error("no token");') });
  assert.match(sentence, /The setup of route\.mine failed: no token \(mine\.ts, line 6, column \d+\)/);
});

test("a setup that answers what cannot work is refused, and the version before goes on", async () => {
  const file = join(app.folder, "plugins.d/mine.ts");
  const save = async (code: string) => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
    return app.app.refresh();
  };
  const good = 'return { endpoints: [{ method: "GET", path: "/mine", handle: () => new Response("yes") }] };';
  assert.equal(await save(routes(good)), true);
  for (const answer of ["", "return {};", "return { endpoints: [5] };", good.replace("GET", "FETCH")]) {
    assert.equal(await save(routes(answer)), false, answer);
    assert.equal(await (await app.get("/mine")).text(), "yes");
  }
  await rm(file);
  await app.app.refresh();
  const gate = routes("return { moderate: () => null };").replaceAll("route", "gate");
  assert.match(await told({ "mine.ts": gate }), /The setup of gate\.mine answers no `check`, a function/);
});

test("a mount of a source without `load` is refused", async () => {
  const { settings } = app.app.services.snapshot;
  const file = join(app.folder, "plugins.d/mine.ts");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, source("return {};"));
  await app.app.refresh();
  const mount = { ...(settings.mounts.images as object), source: "mine" } as never;
  await assert.rejects(app.app.reconfigure({ ...settings, mounts: { own: mount } }), /source\.mine answers no `load`/);
  await rm(file);
  await app.app.refresh();
});

test("a source that answers no original is a 502, and the log says what is wanted and whose fault it is", async () => {
  const { settings } = app.app.services.snapshot;
  const file = join(app.folder, "plugins.d/mine.ts");
  await mkdir(dirname(file), { recursive: true });
  const answers = ["42", "undefined", '"a text"', "{}", '{ body: "text" }', "{ body: new ArrayBuffer(8) }"];
  await writeFile(file, source(`return { load: async (ref) => [${answers.join()}][Number(ref)] };`));
  await app.app.refresh();
  const mount = { ...(settings.mounts.images as object), source: "mine" } as never;
  await app.app.reconfigure({ ...settings, mounts: { own: mount } });
  for (const index of answers.keys()) assert.equal((await app.get(`/own/${index}`)).status, 502, `${answers[index]}`);
  const lines = app.lines.filter((each) => each.includes("load() answered neither") && each.includes("source.mine"));
  assert.ok(lines.length >= answers.length);
  await app.app.reconfigure(settings);
  await rm(file);
  await app.app.refresh();
});
