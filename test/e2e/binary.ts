/** The compiled binary for tests, built once in a run, and servers as processes of their own. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Building needs Bun itself, and once is enough: on Deno there is no such test. */
export const testOnBun = "Bun" in globalThis ? test : () => undefined;

/** All files of a run share one process, so they share the binary too. It is removed when the process ends. */
export function buildBinary(): string {
  const binary = join(tmpdir(), `cameo-binary-${process.pid}`);
  if (existsSync(binary)) return binary;
  const options = { cwd: root, encoding: "utf8" } as const;
  const built = spawnSync(process.execPath, ["config/build.ts", `--outfile=${binary}`], options);
  assert.equal(built.status, 0, built.stderr);
  process.on("exit", () => rmSync(binary, { force: true }));
  return binary;
}

export interface Served {
  readonly url: string;
  /** Ends it as Ctrl-C does; answers its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a server on a free port in `folder` and waits for its address. */
export async function serve(
  command: string,
  program: readonly string[],
  folder: string,
  flags: readonly string[] = [],
): Promise<Served> {
  const child = spawn(command, [...program, "serve", "--port", "0", "--workers", "1", ...flags], { cwd: folder });
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  process.on("exit", () => child.kill("SIGKILL")); // Where a test fails before it stops its server.
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
export function denoProgram(): string {
  const script = join(root, "node_modules/.bin/deno");
  return spawnSync(script, ["eval", "console.log(Deno.execPath())"], { encoding: "utf8" }).stdout.trim();
}
