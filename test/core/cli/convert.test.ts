import assert from "node:assert/strict";
import { link, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readHeader } from "../../../core/work/header.ts";
import { fixture } from "../../fixtures/fixture.ts";
import { testOnce } from "../../once.ts";
import { cameo, inFolder, slow } from "./spawn.ts";

/** A folder with pictures, odd names, and what is no picture. */
async function withPictures(work: (cwd: string) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    const [jpeg, gif] = [await fixture("jpeg-progressive"), await fixture("gif-animated")];
    await mkdir(join(cwd, "in/deep"), { recursive: true });
    await writeFile(join(cwd, "in/a.jpg"), jpeg);
    await writeFile(join(cwd, "in/moving.gif"), gif);
    await writeFile(join(cwd, "in/deep/ö [1] 100%?.jpg"), jpeg);
    await writeFile(join(cwd, "in/notes.txt"), "no picture\n");
    await work(cwd);
  });
}

const headerOf = async (path: string) => readHeader(new Uint8Array(await readFile(path)), { maxFrames: 99 });
const tree = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(path.length + 1))
    .sort();

test("cameo convert takes a folder, keeps its tree, and skips what is no image", slow, async () => {
  await withPictures(async (cwd) => {
    const { code, out, err } = await cameo(["convert", "in", "out", "-w", "40", "--format", "webp"], {
      cwd,
      env: { CAMEO_WORKERS: "2" },
    });
    assert.equal(code, 0, err);
    assert.deepEqual(await tree(join(cwd, "out")), ["a.webp", "deep/ö [1] 100%?.webp", "moving.webp"]);
    const still = await headerOf(join(cwd, "out/deep/ö [1] 100%?.webp"));
    assert.deepEqual([still.format, still.width, still.frames], ["webp", 40, 1]);
    assert.ok((await headerOf(join(cwd, "out/moving.webp"))).frames > 1);
    assert.match(out, /in\/a\.jpg → out\/a\.webp {2}40×\d+ {2}\S+ k?B → \S+ k?B\n/);
    assert.match(out, /\n3 converted, 1 skipped, 0 failed; .* \d+ % (saved|more); \d+\.\d s\n$/);
    assert.equal(err, "skipped in/notes.txt: not an image that Cameo reads\n");
  });
});

test("cameo convert takes one file; the ending of the result gives its format", slow, async () => {
  await withPictures(async (cwd) => {
    const { code } = await cameo(["convert", "in/a.jpg", "b.png", "--width", "30", "--grayscale"], { cwd });
    assert.equal(code, 0);
    const { format, width } = await headerOf(join(cwd, "b.png"));
    assert.deepEqual([format, width], ["png", 30]);
  });
});

testOnce("cameo convert takes patterns on both sides, and names as they are before patterns", slow, async () => {
  await withPictures(async (cwd) => {
    const words = [
      "convert",
      "in/**/*.{jpg,gif}",
      "out/{dir}/{name}-{w}x{h}.{from}.{ext}",
      "-w",
      "24",
      "-h",
      "24",
      "--fit",
      "cover",
      "-f",
      "png",
    ];
    assert.equal((await cameo(words, { cwd })).code, 0);
    assert.deepEqual(await tree(join(cwd, "out")), [
      "a-24x24.jpg.png",
      "deep/ö [1] 100%?-24x24.jpg.png",
      "moving-24x24.gif.png",
    ]);
    const odd = await cameo(["convert", join(cwd, "in/deep/ö [1] 100%?.jpg"), "one/"], { cwd });
    assert.equal(odd.code, 0, odd.err);
    assert.deepEqual(await tree(join(cwd, "one")), ["ö [1] 100%?.jpg"]);
  });
});

test("cameo convert never overwrites its input, and results only when told to", slow, async () => {
  await withPictures(async (cwd) => {
    const before = await readFile(join(cwd, "in/a.jpg"));
    await symlink(join(cwd, "in/a.jpg"), join(cwd, "soft.jpg"));
    await link(join(cwd, "in/a.jpg"), join(cwd, "hard.jpg"));
    for (const out of ["in/a.jpg", "soft.jpg", "hard.jpg"]) {
      const { code, err } = await cameo(["convert", "in/a.jpg", out, "--overwrite", "-w", "9"], { cwd });
      assert.equal(code, 1, out);
      assert.match(err, /^failed {2}in\/a\.jpg: the result would overwrite the input/);
    }
    assert.deepEqual(await readFile(join(cwd, "in/a.jpg")), before);
    await writeFile(join(cwd, "there.webp"), "mine");
    const kept = await cameo(["convert", "in/a.jpg", "there.webp"], { cwd });
    assert.match(kept.err, /^skipped in\/a\.jpg: there\.webp is there already; --overwrite replaces it\n$/);
    assert.deepEqual([kept.code, await readFile(join(cwd, "there.webp"), "utf8")], [0, "mine"]);
    assert.equal((await cameo(["convert", "in/a.jpg", "there.webp", "--overwrite"], { cwd })).code, 0);
    assert.equal((await headerOf(join(cwd, "there.webp"))).format, "webp");
  });
});

testOnce("cameo convert makes no folder that is called like standard output", slow, async () => {
  await withPictures(async (cwd) => {
    for (const words of [
      ["in/a.jpg", "-"],
      ["-", "b.png"],
    ]) {
      const { code, err } = await cameo(["convert", ...words], { cwd });
      assert.equal(code, 2);
      assert.match(err, /^cameo: cameo convert takes files; - is none\./);
    }
    assert.deepEqual(await readdir(cwd), ["in"]);
  });
});

testOnce("cameo convert lets no two files become one", slow, async () => {
  await withPictures(async (cwd) => {
    const { code, err } = await cameo(["convert", "in/a.jpg", "in/moving.gif", "x.{ext}", "-f", "png"], { cwd });
    assert.equal(code, 1);
    assert.match(err, /becomes x\.png too; use a pattern such as \{name\}\.\{from\}\.\{ext\}/);
    assert.deepEqual((await readdir(cwd)).sort(), ["in", "x.png"]);
  });
});

testOnce("cameo convert says in a sentence what it may not do, and what it does not know", slow, async () => {
  await withPictures(async (cwd) => {
    const blocked = await cameo(["convert", "in/a.jpg", "in/moving.gif/b.png"], { cwd });
    assert.equal(blocked.code, 1);
    assert.match(
      blocked.err,
      /^failed {2}in\/a\.jpg: in\/moving\.gif\/b\.png cannot be written: in\/moving\.gif is no folder\.$/m,
    );
    const preset = await cameo(["convert", "in/a.jpg", "b.png", "--preset", "none"], { cwd });
    assert.match(preset.err, /There is no preset "none"; there are no presets/);
  });
});

test("cameo convert goes on after a broken file, says why, and answers 1", slow, async () => {
  await withPictures(async (cwd) => {
    await writeFile(join(cwd, "in/broken.jpg"), (await fixture("jpeg-progressive")).slice(0, 300));
    const { code, out, err } = await cameo(["convert", "in", "out", "--quiet"], { cwd });
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^failed {2}in\/broken\.jpg: broken-image: .+\n$/);
    assert.equal((await tree(join(cwd, "out"))).length, 3);
  });
});

testOnce(
  "cameo convert leaves results of an earlier run alone when they lie in the folder that it reads",
  slow,
  async () => {
    await withPictures(async (cwd) => {
      const words = ["convert", "in", "in/small", "-w", "10", "--overwrite"];
      await cameo(words, { cwd });
      const { out } = await cameo(words, { cwd });
      assert.match(out, /\n3 converted, 1 skipped, 0 failed;/);
      assert.equal((await tree(join(cwd, "in/small"))).length, 3);
    });
  },
);

testOnce("cameo convert --dry-run writes nothing and says what it would", slow, async () => {
  await withPictures(async (cwd) => {
    const { code, out } = await cameo(["convert", "in", "out/{name}-{w}.{ext}", "--w", "12", "--dry-run"], { cwd });
    assert.equal(code, 0);
    assert.match(out, /in\/a\.jpg → out\/a-12\.jpg {2}12×8\n/);
    assert.match(out, /\n3 to convert, 1 skipped, 0 failed; /);
    assert.deepEqual(await readdir(cwd), ["in"]);
  });
});

testOnce("cameo convert takes presets of the settings", slow, async () => {
  await withPictures(async (cwd) => {
    const env = { CAMEO_CONFIG: "c.json" };
    await writeFile(join(cwd, "c.json"), '{ "presets": { "tiny": "w=8&h=8&fit=fill&f=gif" }, "presetsOnly": true }');
    assert.equal((await cameo(["convert", "in/a.jpg", "out", "--preset", "tiny"], { cwd, env })).code, 0);
    const { width, height, format } = await headerOf(join(cwd, "out/a.gif"));
    assert.deepEqual([width, height, format], [8, 8, "gif"]);
  });
});

testOnce("cameo convert refuses what cannot be meant", slow, async () => {
  await withPictures(async (cwd) => {
    const refused = async (...args: string[]) => {
      const { code, err } = await cameo(["convert", ...args], { cwd });
      return `${code} ${err}`;
    };
    assert.match(await refused("in", "x.webp"), /^2 cameo: \d files cannot all become x\.webp; name a folder/);
    assert.match(
      await refused("in/a.jpg", "x.webp", "-f", "png"),
      /^2 cameo: x\.webp ends like webp, but --format says png/,
    );
    assert.match(await refused("in/a.jpg", "x.bmp"), /^2 cameo: x\.bmp has no ending that Cameo writes/);
    assert.match(
      await refused("in/a.jpg", "{nam}.webp"),
      /^2 cameo: There is no \{nam\}; a pattern takes \{dir\}, \{name\}/,
    );
    assert.match(
      await refused("in/a.jpg", "x.webp", "--quality", "200"),
      /^2 cameo: --quality got "200"; it takes a whole number/,
    );
    assert.match(await refused("in/none*.jpg", "out"), /^1 cameo: not-found: There is no file in\/none\*\.jpg/);
    assert.match(await refused("in/notes.txt", "out"), /^1 skipped in\/notes\.txt/);
  });
});
