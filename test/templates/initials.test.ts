import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createCard } from "../../core/testing.ts";
import initials from "../../templates/initials.tsx";
import { colorOf, contrast, inkOn, legible, palette } from "../../templates/parts/color.ts";

const card = createCard(initials as unknown as Parameters<typeof createCard>[0]);

/** What is shown, and upon which colour. */
async function show(parameters: Readonly<Record<string, string>>) {
  const tree = JSON.stringify(await initials.render(parameters, card));
  return {
    letters: (/"letters":"([^"]*)"/.exec(tree)?.[1] ?? "").replace("\u200c", ""),
    ground: /"backgroundColor":"(#[0-9a-f]+)"/.exec(tree)?.[1] ?? "",
  };
}

test("initials takes the first letters of the first and the last word of a name", async () => {
  const cases: Readonly<Record<string, string>> = {
    "Ada Lovelace": "AL",
    "ada king lovelace": "AL",
    Zoë: "Z",
    "Mary-Jane O'Neill": "MO",
    "(Bob) Ångström": "BÅ",
    "ada.lovelace": "AL",
    "山田 太郎": "山",
    "김 민준": "김",
    "محمد علي": "مع",
    "ßeta test": "ST",
    "🦊 Fox": "🦊F",
    " -- ": "",
    "": "",
  };
  for (const [name, expected] of Object.entries(cases)) assert.equal((await show({ name })).letters, expected, name);
});

test("initials shows up to three graphemes as they are given", async () => {
  assert.equal((await show({ initials: "QA" })).letters, "QA");
  assert.equal((await show({ initials: "abcd" })).letters, "abc");
  assert.equal((await show({ initials: "👩‍🚀🇯🇵x y" })).letters, "👩‍🚀🇯🇵x");
});

test("initials chooses one colour for a hash, whatever the letters, and takes a given one", async () => {
  const { ground } = await show({ initials: "A", hash: "0bc83cb5" });
  assert.equal((await show({ initials: "B", hash: "0bc83cb5" })).ground, ground);
  assert.equal((await show({ initials: "B", background: "#123456" })).ground, "#123456");
});

test("colorOf() spreads texts over the whole palette", () => {
  const counts = new Map<string, number>();
  for (let at = 0; at < 1600; at++) counts.set(colorOf(`user${at}`), (counts.get(colorOf(`user${at}`)) ?? 0) + 1);
  assert.equal(counts.size, palette.length);
  assert.ok(Math.min(...counts.values()) > 50, JSON.stringify([...counts]));
});

test("palette has colours upon which white letters are legible", () => {
  for (const ground of palette) {
    assert.ok(contrast("#ffffff", ground) >= 4.5, `${ground}: ${contrast("#ffffff", ground)}`);
    assert.equal(inkOn(ground), "#ffffff");
  }
});

test("legible() gives a colour with a contrast of 4.5, or the anchor", () => {
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
  fc.assert(
    fc.property(hex, hex, hex, (color, background, anchor) => {
      const found = legible(color, background, anchor);
      assert.ok(found === anchor || contrast(found, background) >= 4.5);
      if (contrast(color, background) >= 4.5) assert.equal(found, color);
    }),
  );
});

test("inkOn() gives letters of at least 4.5 upon any colour", () => {
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
  fc.assert(fc.property(hex, (ground) => assert.ok(contrast(inkOn(ground), ground) >= 4.5)));
});
