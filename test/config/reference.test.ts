import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { plugins } from "../../config/builtin.ts";
import { reference } from "../../config/reference.ts";
import { variableName } from "../../core/settings/environment.ts";
import { allScalars } from "../../core/settings/load.ts";

test("config/README.md is what reference() writes", async () => {
  const kept = await readFile(new URL("../../config/README.md", import.meta.url), "utf8");
  assert.equal(kept, reference(), "it is stale; run: bun config/reference.ts");
});

test("reference() names the variable of every setting that a variable reaches", () => {
  const text = reference();
  const settings = {
    engine: plugins.flatMap((each) => (each.kind === "engine" ? [each.name] : [])),
    cache: { memory: {}, disk: {} },
  };
  const scalars = allScalars(settings, (kind, name) => {
    const found = plugins.find((each) => each.kind === kind && each.name === name);
    return found && "options" in found ? found.options : undefined;
  });
  assert.ok(scalars.length > 30);
  for (const { path } of scalars)
    assert.ok(text.includes(`| \`${path.join(".")}\` | \`${variableName(path)}\` |`), path.join("."));
});

test("reference() has a part for every source and store, and a row for every engine", () => {
  const text = reference();
  for (const { kind, name } of plugins) {
    if (kind === "source") assert.ok(text.includes(`### Source \`${name}\``), name);
    if (kind === "store") assert.ok(text.includes(`### Store \`${name}\``), name);
    if (kind === "engine") assert.match(text, new RegExp(`\\n\\| \`${name}\`( \\(helper\\))? \\|`));
  }
});
