/** `cameo plugins` through the real command line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { starterKinds } from "../../../core/cli/plugins-starters.ts";
import { testOnce } from "../../once.ts";
import { cameo, inFolder, serveCameo, slow } from "./spawn.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const token = "an-operators-token-of-some-length";

/** A folder inside the package, so that tests in it find `cameo/testing` by its name. */
async function inPackage(work: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(join(root, ".cameo"), { recursive: true });
  const folder = await mkdtemp(join(root, ".cameo", "starters-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the tests in a folder on the runtime that runs this test; Deno checks their types too. */
function runTests(cwd: string): { readonly code: number | null; readonly said: string } {
  const args = process.versions.deno ? ["test", "-A", "--quiet", "."] : ["test", "."];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  return { code: status, said: stdout + stderr };
}

const painted = (name: string, extra = "") => `
import { source } from "cameo/plugin";
import * as v from "valibot";
export default source({
  name: "${name}",
  options: v.object({ color: v.optional(v.string(), "red"), token: v.optional(v.string()) }),
  setup({ color }, host) {
    ${extra}
    return { load: async () => ({ body: new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'><rect width='4' height='4' fill='" + color + "'/></svg>") }) };
  },
});`;

/** Folders `good` and `bad`, and settings with a mount on the good one. */
async function withPlugins(work: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await mkdir(join(folder, "good"));
    await mkdir(join(folder, "bad"));
    await writeFile(join(folder, "good", "paint.ts"), painted("paint"));
    await writeFile(join(folder, "bad", "other.ts"), painted("another"));
    const settings = `[mounts.art]\nsource = "paint"\ncolor = "blue"\ntoken = "hush-hush"\n`;
    await writeFile(join(folder, "cameo.toml"), settings);
    await work(folder);
  });
}

test("cameo plugins new writes starters whose tests pass and that keep their contract", slow, async () => {
  await inPackage(async (cwd) => {
    for (const kind of starterKinds) {
      const { code, out, err } = await cameo(["plugins", "new", kind, `my-${kind}`, "--into", "."], { cwd });
      assert.deepEqual([code, err], [0, ""]);
      const ending = kind === "template" ? ".tsx" : ".ts";
      assert.ok(
        out.startsWith(
          `Wrote my-${kind}${ending} and my-${kind}.test.ts.\n\nNext:\n  cameo plugins test my-${kind}${ending}\n`,
        ),
        out,
      );
    }
    const { code, said } = runTests(cwd);
    assert.equal(code, 0, said);
    for (const kind of starterKinds) assert.ok(said.includes(`${kind}.my-${kind} keeps the plugin contract`), said);
    const tested = await cameo(["plugins", "test", "."], { cwd });
    assert.deepEqual([tested.code, tested.err], [0, ""]);
    assert.match(tested.out, /\n\d+ checks passed\.\n$/);
    const checked = await cameo(["check", "--plugins", "."], { cwd });
    assert.deepEqual([checked.code, checked.err], [0, ""]);
    assert.match(checked.out, /\n {2}transform\.my-transform +[0-9a-f]{12} +my-transform\.ts\n/);
  });
});

testOnce("cameo plugins new: a test that is wrong fails", slow, async () => {
  await inPackage(async (cwd) => {
    await cameo(["plugins", "new", "transform", "tone", "--into", "."], { cwd });
    const code = await readFile(join(cwd, "tone.ts"), "utf8");
    await writeFile(join(cwd, "tone.ts"), code.replace("+ r) / 2", "+ r) / 3"));
    assert.equal(runTests(cwd).code, 1);
  });
});

testOnce("cameo plugins new overwrites nothing and names what it lacks", slow, async () => {
  await inFolder(async (cwd) => {
    const first = await cameo(["plugins", "new", "source", "shop"], { cwd });
    assert.deepEqual([first.code, await readdir(join(cwd, "plugins.d"))], [0, ["shop.test.ts", "shop.ts"]]);
    await writeFile(join(cwd, "plugins.d", "shop.ts"), "mine");
    const cases: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
      [["source", "shop"], 1, /plugins\.d.shop\.ts is there already/],
      [["sorce", "x"], 2, /no starter of the kind "sorce"\. Did you mean "source"\?/],
      [["engine", "x"], 2, /begin with a copy of plugins.engines.imagescript\.ts/],
      [["source"], 2, /needs a name: cameo plugins new source my-source/],
      [["source", "Shop_1"], 2, /takes small letters, digits and single dashes/],
      [["source", "../up"], 2, /takes small letters, digits and single dashes/],
      [["source", "file"], 2, /There is a built-in source named "file"/],
      [["transform", "width"], 2, /"width" is a parameter of Cameo itself/],
      [["route", "health"], 2, /"health" is a path of Cameo itself/],
      [[], 2, /kinds are source, transform/],
    ];
    for (const [words, code, says] of cases) {
      const answer = await cameo(["plugins", "new", ...words], { cwd });
      assert.deepEqual([answer.code, answer.out], [code, ""], words.join(" "));
      assert.match(answer.err, says);
    }
    assert.equal(await readFile(join(cwd, "plugins.d", "shop.ts"), "utf8"), "mine");
  });
});

testOnce(
  "cameo plugins lists what the settings load, with options but without secrets, and what failed",
  slow,
  async () => {
    await withPlugins(async (cwd) => {
      const flags = ["--config", "cameo.toml", "--plugins", "good"];
      const { code, out, err } = await cameo(["plugins", ...flags], { cwd });
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /\n {2}transform +resize +\d+\.\d+\.\d+ +loaded\n/);
      assert.match(out, /\nFrom folders\n {2}source +paint +[0-9a-f]{12} +loaded +good.paint\.ts\n/);
      assert.match(out, /\n {6}mounts\.art: color=blue token=\(hidden\)\n/);
      assert.ok(!out.includes("hush"));
      const bad = await cameo(["plugins", "--json", ...flags, "--plugins", "bad"], { cwd });
      const rows = (JSON.parse(bad.out) as { plugins: { file: string | null; lastError: string | null }[] }).plugins;
      assert.equal(bad.code, 1);
      assert.match(
        rows.find(({ file }) => file?.includes("bad"))?.lastError ?? "",
        /its name must be that of its file/,
      );
      assert.ok(!bad.out.includes("hush"));
      assert.ok(!(await readdir(cwd)).includes(".cameo"), "it leaves nothing behind");
    });
  },
);

test("cameo plugins asks a running server", slow, async () => {
  await withPlugins(async (cwd) => {
    const env = { CAMEO_ADMIN_TOKEN: token };
    const served = await serveCameo(["--config", "cameo.toml", "--plugins", "good"], { cwd, env });
    const words = ["plugins", "--server", served.url];
    const { code, out, err } = await cameo([...words, "--token", token], { cwd });
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^Generation 1, \d+ requests in flight\n/);
    assert.match(
      out,
      /\n {2}source +paint +[0-9a-f]{12} +loaded +good.paint\.ts\n {6}mounts\.art: color=blue token=\(hidden\)\n/,
    );
    const json = await cameo([...words, "--json"], { cwd, env });
    assert.equal((JSON.parse(json.out) as { generation: number }).generation, 1);
    const wrong = await cameo([...words, "--token", "not the token"], { cwd });
    assert.deepEqual([wrong.code, wrong.out], [1, ""]);
    assert.match(wrong.err, /^cameo: unauthorized: /);
    const tokenless = await cameo(words, { cwd });
    assert.equal(tokenless.err, "cameo: The admin token is missing; give --token or set CAMEO_ADMIN_TOKEN.\n");
    await served.end("SIGTERM");
    const gone = await cameo([...words, "--token", token], { cwd });
    assert.deepEqual([gone.code, /does not answer: /.test(gone.err)], [1, true]);
  });
});

test("cameo plugins test tells what a plugin without a test does wrong", slow, async () => {
  await withPlugins(async (cwd) => {
    const good = await cameo(["plugins", "test", "good", "--ref", "any"], { cwd });
    assert.deepEqual([good.code, good.err], [0, ""]);
    assert.match(good.out, /^source\.paint {2}good.paint\.ts\n {2}ok {4}keeps the plugin contract\n/);
    assert.match(good.out, /\n {2}ok {4}answers an original with bytes\n/);
    const unknown = await cameo(["plugins", "test", "good/paint.ts", "--option", "colour=red"], { cwd });
    assert.deepEqual([unknown.code, unknown.err], [2, 'cameo: --option got "colour"; paint takes color, token.\n']);
    const bad = await cameo(["plugins", "test", "bad/other.ts"], { cwd });
    assert.equal(bad.code, 1);
    assert.match(
      bad.out,
      /FAIL {2}loads, and takes its options\n +The plugin bad.other\.ts is named "another"; its name must be that of its file/,
    );
    await writeFile(join(cwd, "bad", "other.ts"), painted("other", 'if (color === "red") throw new Error("no red");'));
    const failing = await cameo(["plugins", "test", "bad"], { cwd });
    assert.equal(failing.code, 1);
    assert.match(
      failing.out,
      /FAIL {2}can be set up, with its options\n {8}no red\n[\s\S]*\n\d of \d checks failed\.\n$/,
    );
    assert.equal((await cameo(["plugins", "test", "bad", "--option", "color=green"], { cwd })).code, 0);
    const strict = painted("other").replace('v.optional(v.string(), "red")', "v.string()");
    await writeFile(join(cwd, "bad", "other.ts"), strict);
    assert.match((await cameo(["plugins", "test", "bad"], { cwd })).out, /--option color is missing; it takes text\./);
    await writeFile(join(cwd, "good", "paint.ts"), strict.replace('"other"', '"paint"'));
    assert.equal((await cameo(["plugins", "test", "good", "--config", "cameo.toml"], { cwd })).code, 0);
    const nothing = await cameo(["plugins", "test", "nowhere"], { cwd });
    assert.deepEqual([nothing.code, nothing.out], [2, ""]);
    assert.match(nothing.err, /^cameo: There is no plugin at nowhere;/);
    assert.equal((await cameo(["plugins", "tset"], { cwd })).code, 2);
  });
});

test("cameo plugins test gives an engine the files beside it, and those of Cameo's own packages", slow, async () => {
  await inFolder(async (cwd) => {
    await mkdir(join(cwd, "beside"));
    await writeFile(join(cwd, "beside/words.txt"), "words from a file");
    const code = `import { engine } from "cameo/plugin";
import * as v from "valibot";
export default engine({
  name: "beside", options: v.object({}), decodes: ["bmp"], encodes: [], animates: [],
  async setup(_options, host) {
    const words = new TextDecoder().decode(await host.asset("./words.txt"));
    const { byteLength } = await host.asset("@resvg/resvg-wasm/index_bg.wasm");
    const cannot = () => { throw new Error(words + (byteLength > 100_000)); };
    return { decode: cannot, fromPixels: cannot, encode: cannot };
  },
});`;
    await writeFile(join(cwd, "beside/beside.ts"), code);
    const { code: exit, out } = await cameo(["plugins", "test", "beside"], { cwd });
    assert.equal(exit, 1);
    assert.match(out, /FAIL {2}decodes bmp\n {8}words from a filetrue\n/);
  });
});

test("cameo check --plugins tries plugins without serving", slow, async () => {
  await withPlugins(async (cwd) => {
    const run = (...folders: string[]) =>
      cameo(["check", "--config", "cameo.toml", ...folders.flatMap((each) => ["--plugins", each])], { cwd });
    const good = await run("good");
    assert.deepEqual([good.code, good.err], [0, ""]);
    assert.match(good.out, /\nPlugins of your own\n {2}source\.paint {2}[0-9a-f]{12} {2}good.paint\.ts {2}\/art\/\n/);
    await mkdir(join(cwd, "twice"));
    await writeFile(join(cwd, "twice", "paint.ts"), painted("paint"));
    const cases: readonly (readonly [folders: string[], says: RegExp])[] = [
      [["good", "bad"], /its name must be that of its file/],
      [["good", "twice"], /has the ID source\.paint of good.paint\.ts; give it another name/],
      [["nowhere"], /--plugins got "nowhere", which is no folder/],
    ];
    for (const [folders, says] of cases) {
      const { code, err } = await run(...folders);
      assert.equal(code, 2, folders.join());
      assert.match(err, says);
    }
    await writeFile(join(cwd, "good", "paint.ts"), painted("paint", 'throw new Error("no paint");'));
    const failing = await run("good");
    assert.equal(failing.code, 2);
    assert.match(
      failing.err,
      /^cameo: mounts\.art: The setup of source\.paint failed: no paint \(paint\.ts, line 8, column \d+\)\n$/,
    );
    await writeFile(join(cwd, "good", "paint.ts"), painted("paint").replaceAll("color: v", "colour: v"));
    assert.match((await run("good")).err, /There is no setting mounts\.art\.color; mounts\.art takes colour, token/);
  });
});
