/** `cameo templates` through the real command line: what designers do, from a starter to a picture. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readHeader } from "../../../core/work/header.ts";
import { testOnce } from "../../once.ts";
import { cameo, inFolder, slow } from "./spawn.ts";

const file = (cwd: string) => join(cwd, "plugins.d", "my-card.tsx");

/** Changes the starter. */
async function edit(cwd: string, from: string, to: string): Promise<void> {
  const code = await readFile(file(cwd), "utf8");
  assert.ok(code.includes(from), from);
  await writeFile(file(cwd), code.replace(from, to));
}

/** A folder with the starter in it. */
const withStarter = (work: (cwd: string) => Promise<void>): Promise<void> =>
  inFolder(async (cwd) => {
    const { code, err } = await cameo(["templates", "new", "my-card"], { cwd });
    assert.deepEqual([code, err], [0, ""]);
    await work(cwd);
  });

test("cameo templates new writes a starter that draws each of its examples without a warning", slow, async () => {
  await withStarter(async (cwd) => {
    assert.deepEqual((await readdir(join(cwd, "plugins.d"))).sort(), ["my-card.test.ts", "my-card.tsx"]);
    const listed = await cameo(["templates", "--json"], { cwd });
    const { templates } = JSON.parse(listed.out) as { templates: { name: string; examples: string[] }[] };
    const examples = templates.find(({ name }) => name === "my-card")?.examples ?? [];
    assert.equal(examples.length, 2);
    for (const [index, example] of examples.entries()) {
      const query = new URL(example, "http://localhost").searchParams;
      const flags = [...query].flatMap(([name, value]) => [`--${name}`, value]);
      const drawn = await cameo(["templates", "render", "my-card", ...flags, "-o", `${index}.png`], { cwd });
      assert.equal(drawn.code, 0, drawn.err);
      assert.match(drawn.err, new RegExp(`^${index}\\.png {2}\\S+ kB\n$`));
    }
    const again = await cameo(["templates", "new", "my-card"], { cwd });
    assert.deepEqual([again.code, again.err.includes("is there already")], [1, true]);
  });
});

testOnce("cameo templates lists versions, parameters with what they take, and URLs", slow, async () => {
  await withStarter(async (cwd) => {
    const { code, out, err } = await cameo(["templates"], { cwd });
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /(^|\n)plain {2}version 1 {2}built-in\n/);
    assert.match(
      out,
      /\nmy-card {2}version 1 {2}plugins\.d.my-card\.tsx [0-9a-f]{12}\n {2}A title with a note below it\.\n/,
    );
    assert.match(out, /\n {4}title \(needed\) +at most 200 characters +What the page is about\.\n/);
    assert.match(out, /\n {4}mood +one of calm, bold; default calm +How much colour there is\.\n/);
    assert.match(out, /\n {2}\/og-image\/my-card\?title=Bold&mood=bold(\n|$)/);
    await edit(cwd, 'name: "my-card"', 'name: "another"');
    const broken = await cameo(["templates"], { cwd });
    assert.equal(broken.code, 1);
    assert.match(broken.err, /^cameo: .*my-card\.tsx is named "another"/);
  });
});

test("cameo templates render takes parameters, theme, size and format", slow, async () => {
  await withStarter(async (cwd) => {
    const draw = (...flags: string[]) =>
      cameo(["templates", "render", "my-card", "--title", "Hello", ...flags], { cwd });
    const dark = await draw("--theme", "dark", "--size=600", "-o", "dark.webp");
    assert.equal(dark.code, 0, dark.err);
    const { format, width, height } = readHeader(await readFile(join(cwd, "dark.webp")), { maxFrames: 1 });
    assert.deepEqual([format, width, height], ["webp", 600, 315]);
    const light = await draw("--size", "600", "--format", "webp", "-o", "-");
    assert.notDeepEqual(light.stdout, await readFile(join(cwd, "dark.webp")));
    assert.equal((await draw()).code, 0);
    assert.equal(readHeader(await readFile(join(cwd, "my-card.png")), { maxFrames: 1 }).width, 1200);
    const twice = await draw();
    assert.deepEqual([twice.code, /my-card\.png is there already; name the result with -o/.test(twice.err)], [1, true]);
  });
});

testOnce("cameo templates render names what is odd and what is wrong", slow, async () => {
  await withStarter(async (cwd) => {
    const draw = (...words: string[]) => cameo(["templates", "render", "-o", "out.png", ...words], { cwd });
    const cases: readonly (readonly [words: string[], code: number, says: RegExp])[] = [
      [
        ["my-card", "--titel", "x"],
        2,
        /my-card" takes no --titel\. Did you mean "title"\? It takes title, note, mood\./,
      ],
      [["my-crd", "--title", "x"], 2, /There is no template "my-crd"\. Did you mean "my-card"\?/],
      [["my-card", "--title"], 2, /--title needs a value/],
      [["my-card"], 1, /bad-parameter: The template "my-card" needs "title"/],
      [["my-card", "--title", "x", "--mood", "angry"], 1, /"mood" got "angry"; it takes one of calm, bold/],
      [[], 2, /Say which template/],
    ];
    for (const [words, code, says] of cases) {
      const answer = await draw(...words);
      assert.deepEqual([answer.code, answer.out], [code, ""], words.join(" "));
      assert.match(answer.err, says);
    }
    await edit(cwd, "color: ink,", 'color: ink, backdropFilter: "none",');
    const odd = await draw("my-card", "--title", "ⴰⵣⵓⵍ");
    assert.equal(odd.code, 0, odd.err);
    assert.match(odd.err, /Warning: my-card\.tsx:\d+: .*style property "backdropFilter"\n/);
    assert.match(odd.err, /Warning: .*“ⴰ”.*\nout\.png/);
    await edit(cwd, "const isBold", 'if (title === "boom") throw new Error("no such mood"); const isBold');
    const failed = await draw("my-card", "--title", "boom");
    assert.equal(failed.code, 1);
    assert.match(failed.err, /^cameo: template-failed: .*no such mood/);
  });
});

test("cameo templates refuses what it does not know", slow, async () => {
  await inFolder(async (cwd) => {
    const cases: readonly (readonly [words: string[], says: RegExp])[] = [
      [["--titel", "x"], /"cameo templates" has no flag --titel/],
      [["new", "card"], /There is a built-in template named "card"/],
      [["render", "card", "-o", "x.svg"], /x\.svg has no ending that Cameo writes; those are \.png, /],
      [["nwe"], /"cameo templates" got "nwe"; it takes new, render or nothing/],
    ];
    for (const [words, says] of cases) {
      const answer = await cameo(["templates", ...words], { cwd });
      assert.deepEqual([answer.code, answer.out], [2, ""], words.join(" "));
      assert.match(answer.err, says);
    }
  });
});
