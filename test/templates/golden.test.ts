import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { cases, distance, goldenFile, portrait } from "./golden.ts";

/** Of 255. Another line break or a lost picture moves some fields by 60 and more, another weight the mean by 2. */
const tolerance = { mean: 0.8, most: 24 };

const kept = JSON.parse(await readFile(goldenFile, "utf8")) as Record<string, string>;
const all = cases();

test("golden.json has a portrait of every case, and no other", () => {
  assert.deepEqual(Object.keys(kept).sort(), all.map(({ key }) => key).sort());
});

test("distance() tells cards apart that differ by a word", async () => {
  const [first] = all.filter(({ key }) => key === "card light usual");
  assert.ok(first);
  const before = await portrait(first);
  const after = await portrait({ ...first, parameters: { ...first.parameters, title: "Images that fit many pages" } });
  assert.ok(distance(before, after).most > tolerance.most);
  assert.deepEqual(distance(before, before), { mean: 0, most: 0 });
});

/** A card has the same bytes on every runtime, as `e2e/cards.test.ts` holds: Bun sees all cases, Deno a quarter of each template's. */
const share = "Bun" in globalThis ? 1 : 4;

for (const name of new Set(all.map(({ template }) => template.name))) {
  test(`template ${name} looks as it did, light and dark, in ten scripts`, async () => {
    const own = all.filter(({ template }) => template.name === name);
    for (const each of own.filter((_, at) => at % share === 0)) {
      const apart = distance(await portrait(each), kept[each.key] ?? "");
      const told = `${each.key}: ${JSON.stringify(apart)}`;
      assert.ok(apart.mean <= tolerance.mean && apart.most <= tolerance.most, told);
    }
  });
}
