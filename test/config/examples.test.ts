import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { plugins } from "../../config/builtin.ts";
import { defaults } from "../../config/default.ts";
import { builtIn } from "../../core/registry/load.ts";
import { createSnapshot } from "../../core/registry/snapshot.ts";
import { loadSettings } from "../../core/settings/load.ts";
import { createHost } from "../../core/testing/host.ts";

const folder = fileURLToPath(new URL("../../config/examples/", import.meta.url));
const examples = (await readdir(folder, { withFileTypes: true }))
  .filter((each) => each.isFile())
  .map(({ name }) => name)
  .sort();

for (const name of examples) {
  test(`config/examples/${name} makes a snapshot with all its mounts and presets`, async () => {
    const loaded = await loadSettings({
      defaults: defaults("."),
      file: folder + name,
      environment: {},
      findOptions: (kind, plugin) => {
        const found = plugins.find((each) => each.kind === kind && each.name === plugin);
        return found && "options" in found ? found.options : undefined;
      },
    });
    const snapshot = await createSnapshot({
      disabled: new Set(),
      generation: 1,
      settings: loaded.settings,
      plugins: plugins.map((plugin) => builtIn(plugin, "0.0.0")),
      secret: "a secret for tests",
      signingKeys: ["a key for the tests"],
      createHost: () => createHost(),
    });
    assert.deepEqual([...snapshot.mounts.keys()], Object.keys(loaded.settings.mounts));
    assert.ok(snapshot.mounts.size >= 2);
    assert.equal(snapshot.presets.size, Object.keys(loaded.settings.presets).length);
    await snapshot.dispose();
  });
}

test("config/examples has one of each kind of file, all named in config/README.md", async () => {
  const text = await readFile(new URL("../../config/README.md", import.meta.url), "utf8");
  assert.deepEqual(new Set(examples.map((name) => name.split(".").at(-1))), new Set(["json", "toml", "ts"]));
  for (const name of examples) assert.ok(text.includes(`(examples/${name})`), name);
});
