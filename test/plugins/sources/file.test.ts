import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, link, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { test } from "node:test";
import fc from "fast-check";
import type { SourceInstance } from "../../../core/plugin.ts";
import file from "../../../plugins/sources/file.ts";
import { createTestHost, hasCode, loadContext, loadOriginal, setupSource, testSource } from "../../contract/source.ts";

const body = new TextEncoder().encode("a picture, as far as this plugin knows");

/** A folder `base` with pictures, beside it a file that must never be served. */
async function createFolder() {
  const root = await mkdtemp(join(tmpdir(), "cameo-file-"));
  const base = join(root, "base");
  await mkdir(join(base, "sub", "deep"), { recursive: true });
  await writeFile(join(base, "a.jpg"), body);
  await writeFile(join(base, "sub", "deep", "ü 100%.jpg"), body);
  await writeFile(join(root, "secret.jpg"), "secret");
  await mkdir(join(root, "base-two"));
  await writeFile(join(root, "base-two", "b.jpg"), "neighbour");
  return { root, base, close: () => rm(root, { recursive: true, force: true }) };
}

async function withFolder(run: (source: SourceInstance, base: string, root: string) => Promise<void>): Promise<void> {
  const { root, base, close } = await createFolder();
  try {
    await run(await setupSource(file, { base }), base, root);
  } finally {
    await close();
  }
}

const traversals = [
  "/etc/passwd",
  "//etc/passwd",
  "./a.jpg",
  "sub/./a.jpg",
  "sub//a.jpg",
  "sub/",
  "/",
  "a.jpg/",
  "sub/../a.jpg",
  "sub/..",
  "...",
  "....//a.jpg",
  ".env",
  ".git/config",
  "sub/.hidden.jpg",
  "..;/a.jpg",
  "%2e%2e/secret.jpg",
  "%2E%2E%2Fsecret.jpg",
  "..%2fsecret.jpg",
  "..%5csecret.jpg",
  "%2fetc%2fpasswd",
  "sub%2f..%2f..%2fsecret.jpg",
  "a.jpg%00.png",
  "%2ehidden",
  "\\\\server\\share\\a.jpg",
  "..\\secret.jpg",
  "C:\\a.jpg",
  "C:/a.jpg",
  "c:a.jpg",
  "sub/C:/a.jpg",
  "C%3A/a.jpg",
  "a.jpg\r\n",
  "a\u007f.jpg",
  "a\u0085.jpg",
  "\ud800.jpg",
];

testSource({
  plugin: file,
  async open() {
    const { base, close } = await createFolder();
    return { options: { base }, good: "a.jpg", body, missing: "sub/none.jpg", refused: traversals, close };
  },
});

test("file says the same for every refused path, whatever is there", async () => {
  await withFolder(async (source) => {
    const details = new Set<string>();
    for (const ref of traversals) {
      await source.load(ref, loadContext()).catch((error: { detail: string }) => details.add(error.detail));
    }
    assert.equal(details.size, 1);
  });
});

test("file never serves a byte from outside, whatever the segments (property)", async () => {
  await withFolder(async (source) => {
    const segment = fc.constantFrom(
      "..",
      ".",
      "",
      "sub",
      "deep",
      "secret.jpg",
      "base",
      "base-two",
      "b.jpg",
      "%2e%2e",
      "..\\",
      "\0",
      "a.jpg",
    );
    const refs = fc.array(segment, { maxLength: 6 }).map((segments) => segments.join("/"));
    await fc.assert(
      fc.asyncProperty(refs, async (ref) => {
        const answer = await source.load(ref, loadContext()).catch(hasCode("bad-request"));
        if (answer !== null && answer !== true)
          assert.deepEqual(typeof answer === "string" ? answer : answer.body, body);
      }),
      { numRuns: 200 },
    );
  });
});

test("file serves names with spaces, percent signs and letters beyond ASCII", async () => {
  await withFolder(async (source) => {
    assert.deepEqual((await loadOriginal(source, "sub/deep/ü 100%.jpg")).body, body);
  });
});

test("file answers the facts of the file: validators, freshness, local", async () => {
  await withFolder(async (source, base) => {
    await utimes(join(base, "a.jpg"), 1_700_000_000, 1_700_000_000);
    const { etag, ...original } = await loadOriginal(source, "a.jpg");
    assert.match(etag ?? "", /^"[\w-]+"$/);
    assert.deepEqual(original, {
      body,
      lastModified: "Tue, 14 Nov 2023 22:13:20 GMT",
      maxAgeS: 60,
      isLocal: true,
      mayMove: true,
    });
  });
});

test("file notices a change of the same size", async () => {
  await withFolder(async (source, base) => {
    await utimes(join(base, "a.jpg"), 1_700_000_000, 1_700_000_000);
    const { etag, lastModified } = await loadOriginal(source, "a.jpg");
    await writeFile(join(base, "a.jpg"), body.toReversed());
    await utimes(join(base, "a.jpg"), 1_700_000_001, 1_700_000_001);
    assert.deepEqual(
      (await loadOriginal(source, "a.jpg", { previous: { etag, lastModified } })).body,
      body.toReversed(),
    );
  });
});

test("file follows links that stay inside the folder and none that leave it", async () => {
  await withFolder(async (source, base, root) => {
    await symlink("../a.jpg", join(base, "sub", "inside.jpg"));
    await symlink(join(base, "sub"), join(base, "folder"));
    await symlink("../secret.jpg", join(base, "out.jpg"));
    await symlink(root, join(base, "up"));
    await symlink("../base-two", join(base, "two"));
    await symlink("/etc", join(base, "etc"));
    await symlink("loop.jpg", join(base, "loop.jpg"));
    await symlink("nowhere.jpg", join(base, "dangling.jpg"));
    for (const ref of ["sub/inside.jpg", "folder/inside.jpg"])
      assert.deepEqual((await loadOriginal(source, ref)).body, body, ref);
    for (const ref of [
      "out.jpg",
      "up/secret.jpg",
      "up/base/a.jpg/x",
      "two/b.jpg",
      "etc/hostname",
      "loop.jpg",
      "dangling.jpg",
    ]) {
      assert.equal(await source.load(ref, loadContext()), null, ref);
    }
  });
});

test("file serves a folder that is itself reached through a link, or named relative to the working directory", async () => {
  await withFolder(async (_source, base, root) => {
    await symlink(base, join(root, "alias"));
    for (const spelling of [join(root, "alias"), relative(process.cwd(), base), `${base}/`, `${base}/sub/..`]) {
      assert.deepEqual((await loadOriginal(await setupSource(file, { base: spelling }), "a.jpg")).body, body, spelling);
    }
  });
});

test("file answers null for folders, pipes, devices and names beyond the system's limits", async () => {
  await withFolder(async (source, base) => {
    assert.equal(spawnSync("mkfifo", [join(base, "pipe.jpg")]).status, 0);
    const whole = await setupSource(file, { base: "/dev" });
    assert.equal(await whole.load("zero", loadContext()), null);
    for (const ref of ["sub", "pipe.jpg", "a.jpg/b", "x".repeat(300), `${"x/".repeat(3000)}x`]) {
      assert.equal(await source.load(ref, loadContext()), null, ref.slice(0, 20));
    }
  });
});

test("file refuses a file over the cap before it reads it, and takes one at the cap", async () => {
  const { base, close } = await createFolder();
  try {
    const source = await setupSource(file, { base }, { ...createTestHost(), maxBytes: body.length });
    await writeFile(join(base, "huge.jpg"), "");
    await truncate(join(base, "huge.jpg"), 2 ** 40);
    await assert.rejects(source.load("huge.jpg", loadContext()), hasCode("source-too-large"));
    assert.deepEqual((await loadOriginal(source, "a.jpg")).body, body);
  } finally {
    await close();
  }
});

test("file answers an empty file with no bytes and a hard link with the same bytes", async () => {
  await withFolder(async (source, base) => {
    await writeFile(join(base, "empty.jpg"), "");
    await link(join(base, "a.jpg"), join(base, "hard.jpg"));
    assert.equal((await loadOriginal(source, "empty.jpg")).body.length, 0);
    assert.deepEqual((await loadOriginal(source, "hard.jpg")).body, body);
  });
});

/** As somebody whom permissions bind: root reads everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test("file answers null for a file that it may not read", async () => {
  await withFolder(async (source, base, root) => {
    for (const folder of [root, base]) await chmod(folder, 0o755);
    assert.deepEqual((await asNobody(() => loadOriginal(source, "a.jpg"))).body, body);
    await chmod(join(base, "a.jpg"), 0);
    assert.equal(await asNobody(() => source.load("a.jpg", loadContext())), null);
  });
});

test("file throws origin-failed without the path when its folder is missing", async () => {
  const source = await setupSource(file, { base: join(tmpdir(), "cameo-no-such-folder") });
  await assert.rejects(source.load("a.jpg", loadContext()), (error: { code: string; detail: string }) => {
    assert.equal(error.code, "origin-failed");
    assert.doesNotMatch(error.detail, /cameo-no-such-folder/);
    return true;
  });
});
