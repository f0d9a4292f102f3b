import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { provide, sweepStaged } from "../../../core/registry/stage.ts";

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

test("provide() points imports of provided modules at them, and no others", () => {
  const provided = { "cameo/plugin": "file:///cameo/plugin.ts" };
  const code = 'import { source } from "cameo/plugin";\nimport "./a.ts";\nconst later = import("cameo/plugin");';
  const wanted = code.replaceAll("cameo/plugin", "file:///cameo/plugin.ts");
  assert.equal(provide(code, provided), wanted);
});
