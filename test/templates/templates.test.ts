import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { styleProperties } from "../../core/jsx-style.ts";
import type { PluginOf } from "../../core/plugin.ts";
import { testTemplate } from "../../core/testing.ts";
import { colors, drawingOf, lay, paint, templates } from "./studio.ts";

for (const [name, template] of Object.entries(templates)) {
  testTemplate(template);

  test(`template ${name} is called as its file is, and says what it is for`, () => {
    assert.equal(template.name, name);
    assert.match(template.about ?? "", /^[A-Z].*\.$/);
  });

  test(`template ${name} draws its examples with fonts that are there`, async () => {
    for (const example of template.examples) {
      const { remarks, oddities } = await lay(template, drawingOf(template, example));
      assert.deepEqual([...remarks, ...oddities], [], JSON.stringify(example));
    }
  });

  test(`template ${name} leaves no hole where nothing is known`, async () => {
    const { boxes } = await lay(template, drawingOf(template, {}));
    const bare = await lay(template, {
      ...drawingOf(template, {}),
      brand: drawingOf(template, {}, { brand: { name: "" } }).brand,
    });
    assert.ok(boxes.length > 0 && bare.boxes.length > 0);
    assert.deepEqual(
      bare.boxes.filter(({ kind, width }) => kind === "text" && width < 1),
      [],
    );
  });
}

test("templates draw every pattern, either way, within the number of elements", async () => {
  const template = templates.profile as PluginOf<"template">;
  for (const pattern of ["none", "glow", "grid", "dots", "waves"] as const)
    for (const name of ["Ada Lovelace", "عدا لوفليس"]) {
      const { boxes, oddities } = await lay(template, drawingOf(template, { name }, { brand: { pattern } }));
      assert.deepEqual(oddities, []);
      assert.ok(boxes.length > 0);
    }
});

test("product fills its stars from the side that its text begins at", async () => {
  const template = templates.product as PluginOf<"template">;
  const isFilled = async (title: string, side: "left" | "right") => {
    const drawing = drawingOf(template, { title, rating: "0.5" }, { brand: { name: "", pattern: "none" } });
    const stars = (await lay(template, drawing)).boxes.filter(({ kind, width }) => kind === "picture" && width < 40);
    const first = stars.sort((a, b) => (title === "Print" ? a.left - b.left : b.left - a.left))[0];
    assert.ok(first && stars.length === 5);
    const pixels = await paint(template, drawing, drawing.size.width);
    const x = Math.round(first.left + first.width * (side === "left" ? 0.35 : 0.65));
    const y = Math.round(first.top + first.height * 0.5);
    const red = pixels.data[(y * pixels.width + x) * 4] ?? 0;
    return red === Number.parseInt(colors.light.accent.slice(1, 3), 16);
  };
  assert.deepEqual([await isFilled("Print", "left"), await isFilled("Print", "right")], [true, false]);
  assert.deepEqual([await isFilled("لوحة", "left"), await isFilled("لوحة", "right")], [false, true]);
});

test("product shows a former price whole or not at all", async () => {
  const template = templates.product as PluginOf<"template">;
  const textsOf = async (more: Readonly<Record<string, string>>) => {
    const given = { title: "Print", price: "US$ 1,249,999.00", badge: "Limited edition of 50", ...more };
    return (await lay(template, drawingOf(template, given))).boxes.filter(({ kind }) => kind === "text").length;
  };
  const without = await textsOf({});
  assert.equal(await textsOf({ was: "US$ 2,000,000.00" }), without);
  assert.equal(await textsOf({ was: "US$ 2,000,000.00", badge: "" }), without);
  assert.equal(await textsOf({ price: "$12", was: "$20", badge: "New" }), without + 1);
});

test("changelog shows a change whole where the panel has room for it", async () => {
  const template = templates.changelog as PluginOf<"template">;
  const change = "Builds take half as long since the cache keeps what did not change, on every machine that shares it";
  const linesOf = async (changes: string) =>
    (await lay(template, drawingOf(template, { changes }))).boxes.filter(({ kind }) => kind === "text").length;
  const one = await linesOf(change);
  const short = await linesOf("Builds");
  assert.ok(one - short >= 2, `${one} lines of text, ${short} with a change of one line`);
});

test("templates/README.md lists every template with its parameters, and every style property", async () => {
  const readme = await readFile(fileURLToPath(import.meta.resolve("../../templates/README.md")), "utf8");
  for (const [name, { about, parameters }] of Object.entries(templates)) {
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
    const names = Object.keys((parameters as unknown as { readonly entries: object }).entries);
    assert.ok(row.includes(about ?? "?") && names.every((each) => row.includes(`\`${each}\``)), `${name}: ${row}`);
  }
  for (const property of styleProperties) assert.ok(readme.includes(`\`${property}\``), property);
});
