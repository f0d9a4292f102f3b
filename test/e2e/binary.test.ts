/** The compiled binary, and Bun beside Deno: they serve the same bytes for the same URL. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before } from "node:test";
import { buildBinary, denoProgram, root, serve, testOnBun } from "./binary.ts";

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-empty-"));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const paths = [
  "/images/landscape.jpg?w=200&f=webp",
  "/images/landscape.jpg?w=120&h=120&fit=cover&pos=smart&f=jpeg",
  "/images/landscape.jpg?w=90&f=avif&blur=3&saturation=-40",
  "/images/logo.png?w=100&radius=20&f=png",
  "/images/orbit.gif?w=60&f=gif",
  "/images/badge.svg?w=150&f=png",
  "/meta/images/landscape.jpg",
];

async function digests(url: string): Promise<string[]> {
  const all: string[] = [];
  for (const path of paths) {
    const response = await fetch(url + path);
    const body = new Uint8Array(await response.arrayBuffer());
    all.push(`${path} ${response.status} ${createHash("sha256").update(body).digest("hex")}`);
  }
  return all;
}

testOnBun(
  "the binary serves, renders and checks from an empty folder; Bun and Deno serve the same bytes",
  {},
  async () => {
    const binary = buildBinary();
    assert.ok((await stat(binary)).size > 50_000_000);

    const check = spawnSync(binary, ["check"], { cwd: folder, encoding: "utf8" });
    assert.equal(check.status, 0, check.stderr);
    const render = spawnSync(binary, ["render", "/images/badge.svg?w=64&f=png", "-o", "badge.png"], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(render.status, 0, render.stderr);
    assert.ok((await readdir(folder)).includes("badge.png"));

    const served = await serve(binary, [], folder);
    const fromBinary = await digests(served.url);
    const docs = await fetch(`${served.url}/docs`);
    assert.equal(docs.status, 200);
    assert.equal(await served.stop(), 0);
    assert.ok(
      fromBinary.every((each) => each.includes(" 200 ")),
      fromBinary.join("\n"),
    );

    const onBun = await serve(process.execPath, [join(root, "config/main.ts")], folder);
    assert.deepEqual(await digests(onBun.url), fromBinary);
    assert.equal(await onBun.stop(), 0);

    const deno = denoProgram();
    const onDeno = await serve(deno, ["run", "-A", "--no-check", join(root, "config/main.ts")], folder);
    assert.deepEqual(await digests(onDeno.url), fromBinary);
    assert.equal(await onDeno.stop(), 0);
  },
);
