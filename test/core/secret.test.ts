/** The secret of an instance: made once, kept for ever. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLog } from "../../core/log.ts";
import { findSecret } from "../../core/secret.ts";

const log = createLog({ level: "silent", sink: { write() {} }, now: () => 0 });
const find = (dataPath: string) => findSecret({ dataPath }, log);

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-secret-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("findSecret() makes a secret once, for its owner alone, and leaves nothing else behind", () =>
  inFolder(async (folder) => {
    const dataPath = join(folder, "data");
    const secret = await find(dataPath);
    assert.ok(secret.length >= 32);
    assert.equal(await find(dataPath), secret);
    assert.deepEqual(await readdir(dataPath), ["secret"]);
    assert.equal((await stat(join(dataPath, "secret"))).mode & 0o777, 0o600);
  }));

test("findSecret() answers all who begin at the same time with the one that is kept", () =>
  inFolder(async (folder) => {
    const all = await Promise.all(Array.from({ length: 8 }, () => find(folder)));
    const kept = (await readFile(join(folder, "secret"), "utf8")).trim();
    assert.deepEqual(new Set(all), new Set([kept]));
  }));

test("findSecret() never replaces a file that is damaged or cannot be read", () =>
  inFolder(async (folder) => {
    const file = join(folder, "secret");
    for (const damaged of ["", "half a sec"]) {
      await writeFile(file, damaged);
      await assert.rejects(find(folder), {
        code: "bad-setting",
        message: /secret is damaged: .* put the old one back/,
      });
      assert.equal(await readFile(file, "utf8"), damaged);
    }
    await rm(file);
    await mkdir(file);
    await assert.rejects(find(folder), { code: "bad-setting", message: /secret cannot be read \(EISDIR\)/ });
  }));

test("findSecret() goes on without a file where none can be kept", () =>
  inFolder(async (folder) => {
    const notAFolder = join(folder, "file");
    await writeFile(notAFolder, "");
    assert.ok((await find(notAFolder)).length >= 32);
  }));
