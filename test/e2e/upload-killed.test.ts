/** A server that is killed while it takes uploads: what it has on the disk afterwards is whole. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fixture } from "../fixtures/fixture.ts";
import { operator, startUploads, upload } from "./upload-server.ts";

const script = fileURLToPath(new URL("upload-killed.ts", import.meta.url));

/** Kills it after so many uploads; answers their assets. */
async function killAfter(uploads: number, folder: string): Promise<string[]> {
  const run = process.versions.deno ? ["run", "-A", "--no-check", script, folder] : [script, folder];
  const child = spawn(process.execPath, run, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let written = "";
  for await (const chunk of child.stdout) {
    written += String(chunk);
    if (written.split("\n").length > uploads) break;
  }
  child.kill("SIGKILL");
  await ended;
  return written.trim().split("\n");
}

test("a server killed among uploads has one of the pictures, whole, and takes the next one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-killed-"));
  const assets = await killAfter(5, folder);
  assert.ok(assets.length >= 5);
  const app = await startUploads([], folder);
  const hash = "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72";
  const info = (await (await app.get(`/avatar/${hash}/info`, { headers: operator })).json()) as { asset: string };
  assert.ok(assets.includes(info.asset), info.asset);
  assert.equal((await app.get(`/avatar/${hash}?s=51`)).status, 200);
  const { asset } = await upload(app, await fixture("jpeg-420"));
  await app.app.dispose();
  const kept = await readdir(join(folder, "blobs"), { recursive: true });
  assert.ok(kept.some((name) => name.endsWith(asset)));
  assert.ok(!kept.some((name) => name.endsWith(info.asset)));
  await rm(folder, { recursive: true });
});
