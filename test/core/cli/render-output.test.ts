import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readHeader } from "../../../core/work/header.ts";
import { fixture } from "../../fixtures/fixture.ts";
import { testOnce } from "../../once.ts";
import { cameo, type Finished, inFolder, slow } from "./spawn.ts";

/** What each command line of a folder with one JPEG answers, and the folder's own files after it. */
async function renderAll(
  lines: readonly (readonly [url: string, output: string])[],
  work: (finished: readonly Finished[], formatOf: (file: string) => Promise<string>, files: string[]) => Promise<void>,
): Promise<void> {
  await inFolder(async (cwd) => {
    await mkdir(join(cwd, "pictures"));
    await writeFile(join(cwd, "pictures/a.jpg"), await fixture("jpeg-420"));
    const mounts = {
      images: { source: "file", base: "pictures" },
      named: { source: "file", base: "pictures", presetsOnly: true },
    };
    await writeFile(join(cwd, "cameo.json"), JSON.stringify({ mounts, presets: { gif: "f=gif" } }));
    const finished: Finished[] = [];
    for (const [url, output] of lines)
      finished.push(await cameo(["render", url, "-o", output, "-c", "cameo.json"], { cwd }));
    const formatOf = async (file: string) =>
      readHeader(new Uint8Array(await readFile(join(cwd, file))), { maxFrames: 1 }).format;
    const files = (await readdir(cwd)).filter((each) => !["pictures", ".cameo", "cameo.json"].includes(each));
    await work(finished, formatOf, files);
  });
}

test("cameo render goes by the ending of its output where the URL names no format", slow, async () => {
  const lines = [
    ["/images/a.jpg?w=30", "a.webp"],
    ["/images/a.jpg?f=auto&w=30", "b.PNG"],
    ["/images/a.jpg", "c.jpg"],
    ["/avatar/0bc83cb571cd1c50ba6f3e8a78ef1346?d=identicon&s=20", "d.gif"],
  ] as const;
  await renderAll(lines, async (finished, formatOf) => {
    for (const { code, err } of finished) assert.equal(code, 0, err);
    const formats = await Promise.all(lines.map(([, output]) => formatOf(output)));
    assert.deepEqual(formats, ["webp", "png", "jpeg", "gif"]);
  });
});

testOnce("cameo render writes nothing where its output ends like another format than the URL's", slow, async () => {
  const lines = [
    ["/images/a.jpg?w=30&f=jpeg", "a.webp", "jpeg"],
    ["/images/a.jpg?p=gif", "b.webp", "gif"],
    ["/named/a.jpg", "c.webp", "jpeg"],
    ["/avatar/0bc83cb571cd1c50ba6f3e8a78ef1346.png?d=identicon", "d.webp", "png"],
    ["/meta/images/a.jpg", "e.png", "json"],
    ["/images/a.jpg", "f.bmp", "jpeg"],
  ] as const;
  await renderAll(
    lines.map(([url, output]) => [url, output]),
    async (finished, _, files) => {
      for (const [index, [, output, got]] of lines.entries()) {
        const ending = output.split(".")[1];
        const sentence = `cameo: ${output} ends like ${ending}, but the URL gives ${got}; change one of the two.\n`;
        assert.deepEqual([finished[index]?.code, finished[index]?.err], [2, sentence]);
      }
      assert.deepEqual(files, []);
    },
  );
});

testOnce("cameo render leaves what the server refuses to the server", slow, async () => {
  const lines = [
    ["/images/a.jpg?w=0", "a.webp"],
    ["/nothing/a.jpg", "a.webp"],
  ] as const;
  await renderAll(lines, async (finished) => {
    assert.match(finished[0]?.err ?? "", /^cameo: bad-parameter: "width" got "0"/);
    assert.match(finished[1]?.err ?? "", /^cameo: no-such-route: /);
  });
});

testOnce("cameo render says in a sentence why a file cannot be written", slow, async () => {
  const lines = [
    ["/images/a.jpg?w=30", "none/such/x.png"],
    ["/images/a.jpg?w=30", "cameo.json/x.png"],
    ["/images/a.jpg?w=30", "pictures"],
  ] as const;
  await renderAll(lines, async (finished) => {
    assert.deepEqual(
      finished.map(({ code, err }) => [code, err]),
      [
        [1, "cameo: none/such/x.png cannot be written: there is no folder none/such.\n"],
        [1, "cameo: cameo.json/x.png cannot be written: cameo.json is no folder.\n"],
        [1, "cameo: pictures is a folder; name a file in it.\n"],
      ],
    );
  });
});
