import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defaults } from "../../config/default.ts";
import { fill } from "../../config/readme.ts";
import { loadSettings } from "../../core/settings/load.ts";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");

test("README.md has the tables that fill() makes", () => {
  assert.equal(fill(readme), readme, "they are stale; run: bun config/readme.ts");
  assert.match(readme, /\| `width`, `w` \|/);
  assert.match(readme, /\| 503 \| `busy` \|/);
});

test("README.md shows the two commands on its first screen", () => {
  const screen = readme.split("\n").slice(0, 25).join("\n");
  assert.ok(screen.includes("npx --yes bun@1.4.5 start"));
  assert.ok(screen.includes("npx --yes bun@1.4.5 run test"));
});

const root = new URL("../../", import.meta.url);
const guides = ["README.md", "plugins/README.md", "templates/README.md", "templates/RUNBOOK.md"];

test("settings in the guides are taken as they are written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-guides-"));
  for (const guide of guides) {
    const text = await readFile(new URL(guide, root), "utf8");
    const blocks = [...text.matchAll(/^```(toml|json)\n(.*?)^```/gms)];
    for (const [index, [, ending, settings = ""]] of blocks.entries()) {
      const file = join(folder, `${index}.${ending}`);
      await writeFile(file, settings);
      await loadSettings({ defaults: defaults("."), file, environment: {}, findOptions: () => undefined });
    }
    if (guide === "README.md") assert.ok(blocks.length >= 3);
  }
  await rm(folder, { recursive: true });
});

test("links in the guides lead somewhere", async () => {
  for (const guide of [...guides, "config/README.md", "CHANGELOG.md"]) {
    const text = await readFile(new URL(guide, root), "utf8");
    for (const [, link = ""] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
      assert.ok(existsSync(new URL(link, new URL(guide, root))), `${guide}: ${link}`);
  }
});
