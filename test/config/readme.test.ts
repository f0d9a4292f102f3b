import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fill } from "../../config/readme.ts";

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
