/** A start with broken plugins: what nobody needs is left out and told, what a setting names or what may guard the server is not. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { SettingsInput } from "../../core/settings/schema.ts";
import { startApp, type TestApp } from "../app.ts";
import { root } from "./binary.ts";

const mounts = { images: { source: "file", base: join(root, "config/samples") } };

/** Starts with these files in the plugin folder. */
async function withPlugins(
  files: Readonly<Record<string, string>>,
  work: (start: (settings?: SettingsInput) => Promise<TestApp>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-broken-"));
  const open: TestApp[] = [];
  try {
    await mkdir(join(folder, "plugins.d"));
    for (const [name, code] of Object.entries(files)) await writeFile(join(folder, "plugins.d", name), code);
    await work(async (settings = {}) => {
      const app = await startApp({ folder, settings: { mounts, ...settings } });
      open.push(app);
      return app;
    }, folder);
  } finally {
    for (const app of open) await app.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const route = (name: string, setup: string) => `import { route } from "cameo/plugin";
import * as v from "valibot";
export default route({ name: "${name}", options: v.object({ size: v.optional(v.number()) }), setup() { ${setup} } });`;
const works = (name: string) =>
  route(name, `return { endpoints: [{ method: "GET", path: "/${name}", handle: () => new Response("here") }] };`);
const gate = (setup: string) => `import { gate } from "cameo/plugin";
import * as v from "valibot";
export default gate({ name: "guard", options: v.object({}), setup() { ${setup} } });`;

test("a server starts without broken plugins that no setting needs, and says so until they are mended", async () => {
  const files = {
    "unread.ts": `${works("unread")} oops oops`,
    "unset.ts": route("unset", 'throw new Error("no luck")'),
    "well.ts": works("well"),
  };
  await withPlugins(files, async (start, folder) => {
    const app = await start();
    assert.equal((await app.get("/images/landscape.jpg?w=20")).status, 200);
    assert.equal(await (await app.get("/well")).text(), "here");
    const told = async () => {
      const { failedPlugins, troubles } = (await (await app.get("/health")).json()) as Record<string, unknown[]>;
      return { failed: failedPlugins?.length, text: JSON.stringify([failedPlugins, troubles]) };
    };
    const { failed, text } = await told();
    assert.equal(failed, 2);
    assert.match(text, /plugins\.d\/unread\.ts cannot be loaded.*The setup of route\.unset failed: no luck/);
    const errors = app.lines.filter((line) => /"level":"error".*a plugin was not loaded; all else goes on/.test(line));
    assert.equal(errors.length, 2);

    await writeFile(join(folder, "plugins.d/unread.ts"), works("unread"));
    await writeFile(join(folder, "plugins.d/unset.ts"), works("unset"));
    assert.equal(await app.app.refresh(), true);
    assert.equal(await (await app.get("/unset")).text(), "here");
    assert.deepEqual(await told(), { failed: 0, text: "[[],[]]" });
  });
});

test("a server does not start without a plugin that a setting names, and says what is wrong with it", async () => {
  await withPlugins(
    { "dots.ts": 'import { source } from "cameo/plugin";\nexport default oops oops' },
    async (start) => {
      const named: readonly (readonly [SettingsInput, RegExp])[] = [
        [
          { mounts: { d: { source: "dots" } } },
          /mounts\.d\.source.* names the source "dots", .*dots\.ts cannot be loaded/,
        ],
        [{ routes: { dots: {} } }, /routes\.dots names the route "dots", .*dots\.ts cannot be loaded/],
        [{ cache: { dots: {} } }, /cache\.dots names the store "dots", .*dots\.ts cannot be loaded/],
        [{ engine: "dots" }, /engine.* names the engine "dots", .*dots\.ts cannot be loaded/],
        [{ presets: { p: "dots=1" } }, /presets\.p.*dots\.ts cannot be loaded/],
      ];
      for (const [settings, sentence] of named) await assert.rejects(start(settings), sentence);
      await start();
    },
  );
  await withPlugins({ "unset.ts": route("unset", 'throw new Error("no luck")') }, async (start) => {
    await assert.rejects(start({ routes: { unset: { size: 3 } } }), /The setup of route\.unset failed: no luck/);
    await start();
  });
});

test("a server does not start without a gate, nor without what may be one", async () => {
  const broken = [gate("oops oops"), gate('throw new Error("no luck")'), "", "export default 5;"];
  for (const code of broken) {
    await withPlugins({ "guard.ts": code }, (start) => assert.rejects(start(), /guard/));
  }
  await withPlugins({}, (start) =>
    assert.rejects(start({ gates: { guard: {} } }), /gates\.guard names the gate "guard"/),
  );
});
