import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { readHeader } from "../../../core/work/header.ts";
import { fixture } from "../../fixtures/fixture.ts";
import { testOnce } from "../../once.ts";
import { cameo, inFolder, slow } from "./spawn.ts";

const env = { CAMEO_MOUNTS_IMAGES_BASE: "pictures" };

async function withPicture(work: (cwd: string) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    await mkdir(join(cwd, "pictures"));
    await writeFile(join(cwd, "pictures/a b.jpg"), await fixture("jpeg-progressive"));
    await work(cwd);
  });
}

const headerOf = (bytes: Uint8Array) => readHeader(new Uint8Array(bytes), { maxFrames: 9 });

test("cameo render writes one picture to a file", slow, async () => {
  await withPicture(async (cwd) => {
    const { code, out, err } = await cameo(["render", "/images/a b.jpg?w=30&f=webp", "-o", "small.webp"], { cwd, env });
    assert.deepEqual([code, out], [0, ""]);
    assert.match(err, /^small\.webp {2}\d+ B\n$/);
    const { format, width } = headerOf(await readFile(join(cwd, "small.webp")));
    assert.deepEqual([format, width], ["webp", 30]);
  });
});

test("cameo render writes to standard output, and bytes alone", slow, async () => {
  await withPicture(async (cwd) => {
    const { code, stdout, err } = await cameo(["render", "images/a%20b.jpg?w=30&f=png", "-o", "-"], { cwd, env });
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual([headerOf(stdout).format, headerOf(stdout).width], ["png", 30]);
  });
});

test("cameo render names the file after the picture and the format that was negotiated", slow, async () => {
  await withPicture(async (cwd) => {
    const url = "http://127.0.0.1:3000/images/a%20b.jpg?w=30";
    assert.equal((await cameo(["render", url, "--accept", "image/webp"], { cwd, env })).code, 0);
    assert.equal((await cameo(["render", url], { cwd, env })).code, 0);
    const made = (await readdir(cwd)).filter((each) => !["pictures", ".cameo"].includes(each));
    assert.deepEqual(made.sort(), ["a b.jpg", "a b.webp"]);
  });
});

testOnce("cameo render leaves a file that has the picture's own name alone", slow, async () => {
  await withPicture(async (cwd) => {
    await writeFile(join(cwd, "a b.jpg"), "an original");
    const { code, err } = await cameo(["render", "/images/a b.jpg?w=30"], { cwd, env });
    assert.deepEqual([code, err], [1, "cameo: a b.jpg is there already; name the result with -o.\n"]);
    assert.equal(await readFile(join(cwd, "a b.jpg"), "utf8"), "an original");
  });
});

testOnce("cameo render describes a picture", slow, async () => {
  await withPicture(async (cwd) => {
    const { out } = await cameo(["render", "/meta/images/a b.jpg", "-o", "-"], { cwd, env });
    assert.equal((JSON.parse(out) as { format: string }).format, "jpeg");
  });
});

testOnce("cameo render prints the code and the sentence of a problem", slow, async () => {
  await withPicture(async (cwd) => {
    const missing = await cameo(["render", "/images/none.jpg"], { cwd, env });
    assert.deepEqual([missing.code, missing.out], [1, ""]);
    assert.match(missing.err, /^cameo: not-found: .+\n$/);
    const bad = await cameo(["render", "/images/a b.jpg?w=0"], { cwd, env });
    assert.match(bad.err, /^cameo: bad-parameter: "width" got "0"; it takes .+\n$/);
    assert.equal(bad.code, 1);
    const unknown = await cameo(["render", "/images/a b.jpg?wd=5"], { cwd, env });
    assert.match(unknown.err, /^cameo: bad-parameter: There is no parameter "wd"; there are width, height, .+\.\n$/);
    const none = await cameo(["render", "/"], { cwd, env });
    assert.deepEqual([none.code, none.err], [1, "cameo: This path answers 302 and no image.\n"]);
  });
});

const isLinux = process.platform === "linux";

test("standard output that is full is a failure with a sentence, and a reader that leaves is none", {
  ...slow,
  skip: !isLinux,
}, async () => {
  await withPicture(async (cwd) => {
    const full = await cameo(["render", "/images/a b.jpg", "-o", "-"], { cwd, env, line: 'exec "$0" "$@" >/dev/full' });
    assert.equal(full.code, 1);
    assert.match(full.err, /^cameo: Standard output cannot be written: .*space left on device.*\n$/);
    const line = '{ "$0" "$@"; echo "code $?" >&2; } | head -c 1';
    const gone = await cameo(["render", "/images/a b.jpg?w=2000&enlarge=1&f=png", "-o", "-"], { cwd, env, line });
    assert.deepEqual([gone.stdout.length, gone.err], [1, "code 0\n"]);
  });
});
