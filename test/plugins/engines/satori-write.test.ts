import assert from "node:assert/strict";
import { test } from "node:test";
import type { PluginOf } from "../../../core/plugin.ts";
import { drawingOf, lay, templates } from "../../templates/studio.ts";

// A picture in a card takes the renderer some 40 ms: a hundred of them are over any deadline, for anybody's title.
test("writeSvg() writes emoji, keycaps, flags and families as shapes, not as pictures", async () => {
  const title = `${"🙂".repeat(60)}${"1️⃣".repeat(20)}${"🇩🇪".repeat(10)}👨‍👩‍👧‍👦👍🏿`;
  const { svg, remarks } = await lay(
    templates.card as PluginOf<"template">,
    drawingOf(templates.card as PluginOf<"template">, { title, subtitle: title }),
  );
  assert.deepEqual(remarks, []);
  assert.doesNotMatch(svg, /<image /);
  assert.ok(svg.split("<g transform=").length > 60, "the emoji are drawn");
});
