import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { provide, stagePlugin, sweepStaged } from "../../../core/registry/stage.ts";
import { hashSource, scanPlugins } from "../../../core/registry/tree.ts";

test("sweepStaged() leaves what is in use and what another live process has staged", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-staged-"));
  const other = spawn(process.execPath, ["--version"], { stdio: ["pipe", "ignore", "ignore"] });
  const ended = new Promise((resolve) => other.on("exit", resolve));
  const parent = process.ppid;
  await ended;
  const names = [`a-1-${process.pid}`, `b-1-${process.pid}`, `c-1-${parent}`, `d-1-${other.pid}`, "e-of-an-old-cameo"];
  for (const name of names) await mkdir(join(folder, name));
  await sweepStaged(folder, [new URL(`file://${folder}/a-1-${process.pid}/a.ts`).href]);
  assert.deepEqual((await readdir(folder)).sort(), [names[0], names[2]]);
  await rm(folder, { recursive: true });
});

test("sweepStaged() leaves what another machine or container has staged, under whatever process ID, until it is old", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-staged-"));
  const [young, old] = [`a-1-h00000000-${process.pid}`, `b-1-h00000000-${process.pid}`];
  for (const name of [young, old]) await mkdir(join(folder, name));
  await utimes(join(folder, old), 0, 0);
  await sweepStaged(folder, []);
  assert.deepEqual(await readdir(folder), [young]);
  await rm(folder, { recursive: true });
});

test("stagePlugin() names its copies so that they are swept by their owner alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-staged-"));
  await mkdir(join(folder, "plugins.d"));
  await writeFile(join(folder, "plugins.d/word.ts"), "export default 1;");
  const staging = join(folder, "staging");
  for (const source of await scanPlugins([join(folder, "plugins.d")]))
    await stagePlugin(source, await hashSource(source), staging, {});
  assert.match((await readdir(staging)).join(), new RegExp(`^word-[\\da-f]{24}-.*-h[\\da-f]{8}-${process.pid}$`));
  await sweepStaged(staging, []);
  assert.deepEqual(await readdir(staging), []);
  await rm(folder, { recursive: true });
});

test("stagePlugin() never puts other contents under a version than those that were hashed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-staged-"));
  const [own, staging] = [join(folder, "plugins.d"), join(folder, "staging")];
  await mkdir(join(own, "word/parts"), { recursive: true });
  for (const name of ["word.ts", "parts/b.ts"]) await writeFile(join(own, "word", name), "export default 1;");
  const [source] = await scanPlugins([own]);
  assert.ok(source);
  const hash = await hashSource(source);
  await writeFile(join(own, "word/parts/b.ts"), "export default 2;");
  await assert.rejects(stagePlugin(source, hash, staging, {}), /word was changed while it was read/);
  assert.deepEqual(await readdir(staging), []);
  const staged = await stagePlugin(source, await hashSource(source), staging, {});
  assert.equal(await readFile(new URL("parts/b.ts", staged), "utf8"), "export default 2;");
  await rm(folder, { recursive: true });
});

test("provide() points imports of provided modules at them, and no others", () => {
  const provided = { "cameo/plugin": "file:///cameo/plugin.ts" };
  const code = 'import { source } from "cameo/plugin";\nimport "./a.ts";\nconst later = import("cameo/plugin");';
  const wanted = code.replaceAll("cameo/plugin", "file:///cameo/plugin.ts");
  assert.equal(provide(code, provided), wanted);
});
