/** What `config/Dockerfile` relies on; the image itself needs an engine to build it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { buildBinary, root, serve, testOnBun } from "./binary.ts";

const dockerfile = await readFile(join(root, "config/Dockerfile"), "utf8");

test("config/Dockerfile builds with the Bun that the package names", async () => {
  const { engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { engines: { bun: string } };
  assert.equal(/BUN_IMAGE=oven\/bun:(\S+)/.exec(dockerfile)?.[1], engines.bun.replace(">=", ""));
});

testOnBun(
  "the health check of config/Dockerfile tells a server that is ready from none",
  { timeout: 240_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "cameo-docker-"));
    try {
      await mkdir(join(folder, "bin"));
      await symlink(buildBinary(), join(folder, "bin/cameo"));
      const [command = "", ...args] = JSON.parse(
        /^ *CMD (\[.*BUN_BE_BUN.*\])$/m.exec(dockerfile)?.[1] ?? "[]",
      ) as string[];
      const check = (port: string) =>
        spawnSync(command, args, { cwd: folder, env: { PATH: join(folder, "bin"), CAMEO_PORT: port } }).status;
      const served = await serve(buildBinary(), [], folder);
      const { port } = new URL(served.url);
      assert.equal(check(port), 0);
      await served.stop();
      assert.equal(check(port), 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
