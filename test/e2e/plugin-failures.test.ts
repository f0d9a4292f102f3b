/** Plugins that fail, hang or come at the wrong time: what was there goes on, the reason is told, and goes away with its cause. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { provided } from "../../config/modules.ts";
import { stagePlugin } from "../../core/registry/stage.ts";
import { hashSource, scanPlugins } from "../../core/registry/tree.ts";
import type { SettingsInput } from "../../core/settings/schema.ts";
import { startApp, type TestApp } from "../app.ts";
import { root } from "./binary.ts";

let app: TestApp;
let folder: string;

before(async () => {
  app = await startApp({ settings: { mounts: { images: { source: "file", base: join(root, "config/samples") } } } });
  folder = join(app.folder, "plugins.d");
  await mkdir(folder);
});
after(() => app.close());

const slow = { timeout: 240_000 };

async function save(name: string, code: string | Uint8Array): Promise<boolean> {
  await mkdir(join(folder, name, ".."), { recursive: true });
  await writeFile(join(folder, name), code);
  return app.app.refresh();
}

interface Health {
  readonly troubles: readonly { readonly part: string; readonly detail: string }[];
}
/** What `/health` says of a part; `undefined` if all is well. */
async function trouble(part = "plugins"): Promise<string | undefined> {
  const { troubles } = (await (await app.get("/health")).json()) as Health;
  return troubles.find((each) => each.part === part)?.detail;
}

/** A route `/word` that answers with one word. */
const word = (text: string, setup = "", more = "") => `import { route } from "cameo/plugin";
import * as v from "valibot";
export default route({
  name: "word",
  options: v.object({}),
  async setup() {
    ${setup}
    return { endpoints: [{ method: "GET", path: "/word", handle: () => new Response("${text}") }], ${more} };
  },
});`;
const said = async () => (await app.get("/word")).text();

test("a setup that never returns fails the load with its limit, and the old version serves on", slow, async () => {
  assert.equal(await save("word.ts", word("one")), true);
  assert.equal(await save("word.ts", word("two", "await new Promise(() => {});")), false);
  assert.equal(await said(), "one");
  assert.match((await trouble()) ?? "", /The setup of route\.word failed: it did not end within 5000 ms/);
  const failures = () => app.lines.filter((line) => line.includes("did not end within 5000 ms")).length;
  const before = failures();
  assert.equal(await save("other.ts", word("other").replaceAll("word", "other")), true);
  assert.equal((await app.get("/other")).status, 200);
  assert.equal(failures(), before, "another's save does not wait for the one that hangs");
  await rm(join(folder, "other.ts"));
  await app.app.refresh();
});

test("a trouble with plugins is gone from /health once it is mended, or its file taken away", async () => {
  assert.equal(await save("word.ts", word("three")), true);
  assert.equal(await said(), "three");
  assert.equal(await trouble(), undefined);
  assert.equal(await save("broken.ts", "export default 5;"), false);
  assert.match((await trouble()) ?? "", /broken\.ts has no default export/);
  await rm(join(folder, "broken.ts"));
  await app.app.refresh();
  assert.equal(await trouble(), undefined);
});

test("a folder that cannot be read takes no plugin away, and says so until it can be", async () => {
  await save("word.ts", word("kept"));
  const aside = `${folder}.aside`;
  await rename(folder, aside);
  await symlink(folder, folder);
  assert.equal(await app.app.refresh(), false);
  assert.equal(await said(), "kept");
  assert.match((await trouble()) ?? "", /plugins\.d cannot be read: ELOOP/);
  await rm(folder);
  await rename(aside, folder);
  assert.equal(await app.app.refresh(), false);
  assert.equal(await trouble(), undefined);
  assert.equal(await said(), "kept");
});

test("a plugin that fails is not reported again at each change of another", async () => {
  await save("broken.ts", "export default 5;");
  const reports = () => app.lines.filter((line) => line.includes("broken.ts has no default export")).length;
  const before = reports();
  await save("word.ts", word("four"));
  await save("word.ts", word("five"));
  assert.equal(reports(), before);
  assert.notEqual(await trouble(), undefined);
  await rm(join(folder, "broken.ts"));
  await app.app.refresh();
});

test("a module that cannot be imported is told by its own name, not by that of its copy", async () => {
  await save("lost.ts", 'import "no-such-package";');
  const reason = (await trouble()) ?? "";
  assert.match(reason, /lost\.ts cannot be loaded: .*no-such-package/);
  assert.ok(!reason.includes(join(app.folder, "plugins", "lost-")), reason);
  await rm(join(folder, "lost.ts"));
});

test("a plugin that lacks a package is loaded once that has been installed", async () => {
  const code = word("nine")
    .replaceAll('"word"', '"needy"')
    .replace("import", 'import { place } from "needed";\nimport');
  assert.equal(await save("needy.ts", code.replace('"/word"', '"/" + place')), false);
  const needed = join(folder, "node_modules/needed");
  await mkdir(needed, { recursive: true });
  await writeFile(join(needed, "package.json"), '{ "name": "needed", "type": "module", "exports": "./main.js" }');
  await writeFile(join(needed, "main.js"), 'export const place = "needs";');
  assert.equal(await save("word.ts", word("ten")), true);
  assert.equal(await (await app.get("/needs")).text(), "nine");
  await rm(join(folder, "needy.ts"));
  await app.app.refresh();
});

test("a copy of an earlier process with the same ID, as containers have, is made anew", slow, async () => {
  const own = await mkdtemp(join(tmpdir(), "cameo-copies-"));
  await mkdir(join(own, "plugins.d"));
  await writeFile(join(own, "plugins.d/word.ts"), word("whole"));
  for (const source of await scanPlugins([join(own, "plugins.d")])) {
    const staged = await stagePlugin(source, await hashSource(source), join(own, "plugins"), provided);
    await writeFile(new URL(staged), "export default 'half';");
  }
  const next = await startApp({ folder: own });
  assert.equal(await (await next.get("/word")).text(), "whole");
  await next.close();
  await rm(own, { recursive: true });
});

test("a dispose that throws is a line in the log, and the others are disposed all the same", async () => {
  const farewell = 'dispose: () => globalThis.dispatchEvent(new Event("zoo is disposed"))';
  await save("zoo.ts", word("other", "", farewell).replaceAll("word", "zoo"));
  const goodbye = () => new Promise((done) => globalThis.addEventListener("zoo is disposed", done, { once: true }));
  const first = goodbye();
  await save("word.ts", word("six", "", 'dispose() { throw new Error("a bad end"); }'));
  await first;
  const second = goodbye();
  assert.equal(await save("word.ts", word("seven")), true);
  await second;
  assert.equal(await said(), "seven");
  await rm(join(folder, "zoo.ts"));
  assert.ok(app.lines.some((line) => line.includes("could not be disposed") && line.includes("a bad end")));
});

test("a plugin that is taken away is gone although what was put in its place fails", async () => {
  await rm(join(folder, "word.ts"));
  await save("term.ts", word("eight", 'throw new Error("no luck");').replace('"word"', '"term"'));
  assert.equal((await app.get("/word")).status, 404);
  assert.match((await trouble()) ?? "", /The setup of route\.term failed: no luck/);
  await rm(join(folder, "term.ts"));
  await app.app.refresh();
  assert.equal(await trouble(), undefined);
});

/** An engine that reads a number out of a WASM file of its own. Cameo's settings name it before the others. */
const engine = (before = "") => `import { engine } from "cameo/plugin";
import * as v from "valibot";
export default engine({
  name: "seven", options: v.object({}), decodes: ["bmp"], encodes: [], animates: [],
  async setup(_options, host) {
    ${before}
    const file = "./seven.wasm";
    const [module, { length }] = await Promise.all([host.wasm(file), host.asset(file), host.wasm(file)]);
    const { exports } = new WebAssembly.Instance(module);
    host.log.info("the engine has " + exports.answer() + " of " + length);
    const cannot = () => { throw host.fail("engine-cannot", "It cannot."); };
    return { decode: cannot, fromPixels: cannot, encode: cannot };
  },
});`;

/** A module whose `answer` gives 7: type, function, export and code sections. */
const wasm = Uint8Array.from(
  [
    "0061736d 01000000 01 05 01 60 00 01 7f 03 02 01 00",
    "07 0a 01 06 616e73776572 00 00 0a 06 01 04 00 41 07 0b",
  ].flatMap((line) => line.replaceAll(" ", "").match(/../g) ?? []),
  (hex) => Number.parseInt(hex, 16),
);

const settings = (own: SettingsInput) => ({ ...app.app.services.snapshot.settings, ...own }) as never;

test("an engine in a folder loads files that stand beside it", slow, async () => {
  await mkdir(join(folder, "seven"));
  await writeFile(join(folder, "seven/seven.wasm"), wasm);
  assert.equal(await save("seven/seven.ts", engine()), true);
  await app.app.reconfigure(settings({ engine: ["seven", "magick"] }));
  assert.ok(
    app.lines.some((line) => line.includes(`the engine has 7 of ${wasm.length}`)),
    app.lines.join("\n"),
  );
});

test("an engine whose setup fails in the workers says why, and the old workers go on", slow, async () => {
  assert.equal(await save("seven/seven.ts", engine('throw new Error("no memory for that");')), false);
  const sentence = /^The setup of engine\.seven failed: no memory for that \(seven\.ts, line 6, column \d+\)$/;
  assert.match((await trouble()) ?? "", sentence);
  assert.equal((await app.get("/images/badge.svg?w=10&f=png")).status, 200);
});

test("an engine that is taken away is left out while the settings name another", slow, async () => {
  await rm(join(folder, "seven"), { recursive: true });
  assert.equal(await app.app.refresh(), true);
  assert.equal((await app.get("/images/badge.svg?w=11&f=png")).status, 200);
  await assert.rejects(
    app.app.reconfigure(settings({ engine: "seven" })),
    /engine \(CAMEO_ENGINE\) names the engine "seven"/,
  );
  assert.match((await trouble("settings")) ?? "", /engine \(CAMEO_ENGINE\) names the engine "seven"/);
  await app.app.reconfigure(settings({ engine: "magick" }));
  assert.equal(await trouble("settings"), undefined);
});
