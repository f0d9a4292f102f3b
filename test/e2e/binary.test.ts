/** The compiled binary, and Bun beside Deno: they serve the same bytes for the same URL. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const isBun = "Bun" in globalThis;
/** Building needs Bun itself, and once is enough: on Deno there is no such test. */
const testOnBun = isBun ? test : () => undefined;
const binary = join(tmpdir(), `cameo-binary-${process.pid}`);
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-empty-"));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(binary, { force: true });
});

interface Served {
  readonly url: string;
  stop(): Promise<number | null>;
}

/** Starts a server on a free port in an empty folder and waits for its address. */
async function serve(command: string, args: readonly string[]): Promise<Served> {
  const child = spawn(command, [...args, "serve", "--port", "0", "--workers", "1"], { cwd: folder });
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (found) resolve(found[0]);
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    ended.then((code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
  return {
    url,
    async stop() {
      child.kill("SIGINT");
      return ended;
    },
  };
}

/** The program itself: what npm puts on the path is a script that does not pass signals on. */
function denoProgram(): string {
  const script = join(root, "node_modules/.bin/deno");
  return spawnSync(script, ["eval", "console.log(Deno.execPath())"], { encoding: "utf8" }).stdout.trim();
}

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
    const built = spawnSync(process.execPath, ["config/build.ts", `--outfile=${binary}`], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(built.status, 0, built.stderr);
    assert.ok((await stat(binary)).size > 50_000_000);

    const check = spawnSync(binary, ["check"], { cwd: folder, encoding: "utf8" });
    assert.equal(check.status, 0, check.stderr);
    const render = spawnSync(binary, ["render", "/images/badge.svg?w=64&f=png", "-o", "badge.png"], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(render.status, 0, render.stderr);
    assert.ok((await readdir(folder)).includes("badge.png"));

    const served = await serve(binary, []);
    const fromBinary = await digests(served.url);
    const docs = await fetch(`${served.url}/docs`);
    assert.equal(docs.status, 200);
    assert.equal(await served.stop(), 0);
    assert.ok(
      fromBinary.every((each) => each.includes(" 200 ")),
      fromBinary.join("\n"),
    );

    const onBun = await serve(process.execPath, [join(root, "config/main.ts")]);
    assert.deepEqual(await digests(onBun.url), fromBinary);
    assert.equal(await onBun.stop(), 0);

    const deno = denoProgram();
    const onDeno = await serve(deno, ["run", "-A", "--no-check", join(root, "config/main.ts")]);
    assert.deepEqual(await digests(onDeno.url), fromBinary);
    assert.equal(await onDeno.stop(), 0);
  },
);
