/** Which plugins there are in folders. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hashSource, scanPlugins } from "../../../core/registry/tree.ts";
import { until } from "../../until.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-tree-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("scanPlugins() finds files and folders, links to them too, and leaves the rest alone", () =>
  inFolder(async (folder) => {
    const [own, elsewhere] = [join(folder, "plugins.d"), join(folder, "elsewhere")];
    for (const path of [own, elsewhere, join(own, "tools"), join(own, "empty"), join(own, "node_modules")])
      await mkdir(path, { recursive: true });
    const code = [
      join(own, "grey.ts"),
      join(own, "grey.test.ts"),
      join(own, "_part.ts"),
      join(own, "tools", "index.ts"),
    ];
    for (const path of [...code, join(own, "notes.md"), join(elsewhere, "plugin.ts")]) await writeFile(path, "");
    await symlink(elsewhere, join(own, "linked"));
    await symlink(join(elsewhere, "plugin.ts"), join(own, "one.ts"));
    await symlink(join(folder, "nowhere"), join(own, "dangling"));
    const found = await scanPlugins([own, join(folder, "not-there")]);
    assert.deepEqual(
      found.map(({ name, entry, files }) => [name, entry, files.length]),
      [
        ["grey", "grey.ts", 1],
        ["linked", "plugin.ts", 1],
        ["one", "one.ts", 1],
        ["tools", "index.ts", 1],
      ],
    );
  }));

test("scanPlugins() does not take a folder that cannot be read for an empty one", () =>
  inFolder(async (folder) => {
    const loop = join(folder, "plugins.d");
    await symlink(loop, loop);
    await assert.rejects(scanPlugins([loop]), {
      code: "bad-setting",
      message: /The plugin folder .*plugins\.d cannot be read: ELOOP/,
    });
  }));

test("scanPlugins() sees that a file was replaced by one of the same size and time, as deployments do", () =>
  inFolder(async (folder) => {
    const path = join(folder, "word.ts");
    const [place, next] = [() => scanPlugins([folder]).then(([found]) => found?.mark), join(folder, ".next")];
    for (const [name, code] of [
      [path, "export default 1;"],
      [next, "export default 2;"],
    ] as const) {
      await writeFile(name, code);
      await utimes(name, 1, 1);
    }
    const before = await place();
    assert.equal(await place(), before);
    await rename(next, path);
    // Deno tells the time of that in whole seconds.
    await until(async () => {
      await chmod(path, 0o644);
      return (await place()) !== before;
    });
  }));

test("hashSource() refuses a folder of more than 500 files, wherever its entry stands among them", () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, "many"));
    for (let at = 0; at < 500; at += 1) await writeFile(join(folder, "many", `a${at}.txt`), "");
    await writeFile(join(folder, "many", "plugin.ts"), "");
    const scan = async () => (await scanPlugins([folder])).map(hashSource);
    await assert.rejects(Promise.all(await scan()), {
      code: "bad-setting",
      message: /The plugin .*many has more than 500 files/,
    });
    await rm(join(folder, "many", "a0.txt"));
    assert.equal((await Promise.all(await scan())).length, 1);
  }));
