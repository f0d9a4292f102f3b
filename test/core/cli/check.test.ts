import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { hideSecrets } from "../../../core/settings/hide.ts";
import { testOnce } from "../../once.ts";
import { cameo, inFolder, slow } from "./spawn.ts";

const defaultMounts = ["images", "remote", "avatar", "upload", "gravatar", "logo", "og-image"];

test("cameo check lists mounts, plugins, engines, cache tiers and limits", slow, async () => {
  await inFolder(async (cwd) => {
    const { code, out, err } = await cameo(["check"], { cwd });
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^Mounts\n {2}\/images\/ +file +sign: off +base=/);
    assert.match(out, /\n {2}\/remote\/ +http +sign: unless-allowed/);
    assert.match(out, /\n {2}\/gravatar\/ +gravatar +internal\n/);
    assert.match(
      out,
      /\n {2}magick\n {4}reads +jpeg png webp .+\n {4}writes +avif webp jpeg png gif\n {4}animates .*gif/,
    );
    assert.match(out, /\n {2}resvg \(helper\)\n {4}reads +svg\n/);
    assert.match(out, /\nCache\n {2}memory .*\n {2}disk /);
    assert.match(out, /\n {2}sourceBytes +50 MB\n/);
    assert.match(out, /\nAll is well\.\n$/);
  });
});

testOnce("cameo check --json is for programs", slow, async () => {
  await inFolder(async (cwd) => {
    const { code, out } = await cameo(["check", "--json"], { cwd, env: { CAMEO_NO_SUCH: "1" } });
    const found = JSON.parse(out) as {
      ok: boolean;
      warnings: string[];
      mounts: { name: string }[];
      plugins: Record<string, string[]>;
    };
    assert.deepEqual([code, found.ok, found.mounts.map(({ name }) => name)], [0, true, defaultMounts]);
    assert.deepEqual(found.warnings, ["CAMEO_NO_SUCH is set, but there is no such setting."]);
    assert.ok(found.plugins.transform?.includes("resize"));
  });
});

test("variables reach the options of plugins in folders, of routes that no setting names too", slow, async () => {
  await inFolder(async (cwd) => {
    const head = 'import * as v from "valibot";\nconst options = v.object({ size: v.number() });\n';
    const source = `import { source } from "cameo/plugin";${head}export default source({ name: "dots", options,
      setup: ({ size }, host) => ({ load() { throw host.fail("bad-request", "size " + size); } }) });`;
    const route = `import { route } from "cameo/plugin";${head}export default route({ name: "big", options,
      setup({ size }, host) { if (size !== 7) throw host.fail("bad-setting", "size " + size); return { endpoints: [] }; } });`;
    await mkdir(join(cwd, "plugins.d"));
    await writeFile(join(cwd, "plugins.d/dots.ts"), source);
    await writeFile(join(cwd, "plugins.d/big.ts"), route);
    await writeFile(join(cwd, "c.json"), JSON.stringify({ mounts: { d: { source: "dots" } } }));
    const env = { CAMEO_MOUNTS_D_SIZE: "5", CAMEO_ROUTES_BIG_SIZE: "7", CAMEO_MOUNTS_D_SIZ: "1" };
    const { out } = await cameo(["check", "--json", "--config", "c.json"], { cwd, env });
    const found = JSON.parse(out) as { ok: boolean; warnings: string[] };
    assert.deepEqual([found.ok, found.warnings], [true, ["CAMEO_MOUNTS_D_SIZ is set, but there is no such setting."]]);
    const shown = await cameo(["render", "/d/x", "-o", "-", "--config", "c.json"], { cwd, env });
    assert.match(shown.err, /size 5/);
    const wrong = await cameo(["check", "--config", "c.json"], { cwd, env: { ...env, CAMEO_ROUTES_BIG_SIZE: "8" } });
    assert.deepEqual([wrong.code, /size 8/.test(wrong.err)], [2, true]);
  });
});

testOnce("cameo check shows no secret", slow, async () => {
  await inFolder(async (cwd) => {
    const mount = {
      source: "http",
      base: "https://example.com/",
      headers: { authorization: "Bearer hunter3" },
    };
    const settings = { mounts: { own: mount }, secret: "hunter4 and some more", adminToken: "hunter5-and-some-more" };
    await writeFile(join(cwd, "c.json"), JSON.stringify(settings));
    const { out, err } = await cameo(["check", "--config", "c.json"], { cwd });
    const json = await cameo(["check", "--config", "c.json", "--json"], { cwd });
    assert.equal(err, "");
    for (const text of [out, json.out]) assert.doesNotMatch(text, /hunter/);
    assert.match(out, /\/own\/ .*headers=\(hidden\)/);
  });
});

test("hideSecrets() hides by name, also within, and passwords in URLs", () => {
  const shown = hideSecrets({
    base: "https://a:b@c.d/",
    accessKey: "x",
    more: { Token: "y", size: 3 },
    list: ["z", { token: "t" }],
  });
  assert.deepEqual(shown, {
    base: "https://(hidden)@c.d/",
    accessKey: "(hidden)",
    more: { Token: "(hidden)", size: 3 },
    list: ["z", { token: "(hidden)" }],
  });
});

testOnce("cameo check answers 2 and names the setting that is wrong", slow, async () => {
  await inFolder(async (cwd) => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [
        { mounts: { a: { source: "ftp" } } },
        /^cameo: mounts\.a\.source \(CAMEO_MOUNTS_A_SOURCE\) names the source "ftp", which is not there; there are: .*\bfile\b/,
      ],
      [
        { mounts: { a: { source: "file" } } },
        /^cameo: mounts\.a\.base \(CAMEO_MOUNTS_A_BASE\) is missing; it takes text/,
      ],
      [{ limits: { pixelz: 3 } }, /^cameo: There is no setting limits\.pixelz; limits takes sourceBytes, /],
      [{ mounts: { a: { source: "file", base: ".", bse: "." } } }, /^cameo: There is no setting mounts\.a\.bse/],
      [{ presets: { tiny: "w=0" } }, /^cameo: presets\.tiny \(CAMEO_PRESETS_TINY\): "width" got "0"/],
      [{ engine: "gd" }, /^cameo: engine \(CAMEO_ENGINE\) names the engine "gd"/],
    ];
    for (const [settings, sentence] of wrong) {
      await writeFile(join(cwd, "c.json"), JSON.stringify(settings));
      const { code, out, err } = await cameo(["check", "--config", "c.json"], { cwd });
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, sentence);
    }
    const { code, out } = await cameo(["check", "--config", "c.json", "--json"], { cwd });
    assert.deepEqual([code, (JSON.parse(out) as { ok: boolean; code: string }).code], [2, "bad-setting"]);
  });
});

const astray = {
  mounts: {
    images: { source: "file", base: "./pictures" },
    avatar: { source: "avatar", chain: ["upload", "grvatar", { mount: "staff", ref: "{email}" }] },
    "og-image": {
      source: "template",
      default: "crad",
      fallback: "none",
      placeholder: "placehodler",
      disabled: ["card", "card@9"],
      rollout: { card: { "1": 90, "2": 10 }, banner: { "2": 5 } },
    },
    look: { source: "look" },
    broken: { source: "broken" },
  },
  routes: { templates: { mount: "og-imgae" }, said: { about: "it" } },
};

/** Sources of an operator's own: one with something to say, one whose check fails. */
async function writeSources(cwd: string): Promise<void> {
  const head = `import { source } from "cameo/plugin";\nimport * as v from "valibot";\n`;
  const write = (name: string, check: string) =>
    writeFile(
      join(cwd, `plugins.d/${name}.ts`),
      `${head}export default source({ name: "${name}", options: v.object({}), setup: () => ({ load: async () => null, ${check} }) });`,
    );
  await mkdir(join(cwd, "plugins.d"));
  await write("look", 'check: async ({ mounts }) => ["there are " + mounts.size + " mounts."]');
  await write("broken", 'check() { throw new Error("no idea"); }');
  const said =
    'setup: ({ about }) => ({ endpoints: [], check: ({ sources }) => [about + " is no " + sources.get("look")] })';
  const route = `export default route({ name: "said", options: v.object({ about: v.string() }), ${said} });`;
  await writeFile(join(cwd, "plugins.d/said.ts"), `${head.replace("source", "route")}${route}`);
}

testOnce("cameo check warns of what can be read and cannot work; with --strict that is exit code 1", slow, async () => {
  await inFolder(async (cwd) => {
    await writeSources(cwd);
    await writeFile(join(cwd, "c.json"), JSON.stringify(astray));
    const { code, out } = await cameo(["check", "--json", "--config", "c.json"], { cwd });
    const { ok, warnings } = JSON.parse(out) as { ok: boolean; warnings: string[] };
    const there = "images, remote, avatar, upload, gravatar, logo, og-image, look, broken";
    assert.deepEqual([code, ok], [0, true]);
    const expected: readonly (string | RegExp)[] = [
      /^mounts\.images: `base` names the folder \.\/pictures, which is not there or cannot be read \(looked at .+\/pictures\)\.$/,
      `mounts.avatar: \`chain\` names the mount "grvatar", which is not there; there are: ${there}.`,
      `mounts.avatar: \`chain\` names the mount "staff", which is not there; there are: ${there}.`,
      /^mounts\.og-image: `default` names the template "crad", which is not there; there are: article, card, .+\.$/,
      /^mounts\.og-image: `placeholder` names the template "placehodler", which is not there/,
      /^mounts\.og-image: `disabled` names the template "card@9", which is not there/,
      'mounts.og-image: `rollout` names version 2 of the template "card", which is not there; there are: 1.',
      /^mounts\.og-image: `rollout` names the template "banner", which is not there/,
      "mounts.look: there are 9 mounts.",
      "mounts.broken could not be checked: no idea",
      "routes.said: it is no look",
      'routes.templates: `mount` names the mount "og-imgae", which is not there; mounts of cards: og-image.',
    ];
    assert.equal(warnings.length, expected.length, warnings.join("\n"));
    for (const [index, each] of expected.entries()) {
      if (typeof each === "string") assert.equal(warnings[index], each);
      else assert.match(warnings[index] ?? "", each);
    }

    const strict = await cameo(["check", "--strict", "--config", "c.json"], { cwd });
    assert.equal(strict.code, 1);
    assert.match(strict.out, /^Warning: mounts\.images: /);
    assert.match(strict.out, /\nAll is well but for 12 warnings, at the top\.\n$/);
    await rm(join(cwd, "plugins.d/said.ts"));
    assert.equal((await cameo(["check", "--strict"], { cwd })).code, 0);

    const noCards = { routes: { templates: { mount: "images" } } };
    await writeFile(join(cwd, "c.json"), JSON.stringify(noCards));
    const other = await cameo(["check", "--config", "c.json"], { cwd });
    assert.match(other.out, /^Warning: routes\.templates: `mount` names the mount "images", which draws no cards/);
  });
});

testOnce(
  "a broken plugin is left out by commands that need none, with a warning; cameo check refuses it",
  slow,
  async () => {
    await inFolder(async (cwd) => {
      await mkdir(join(cwd, "plugins.d"));
      for (const name of ["one", "two"]) await writeFile(join(cwd, `plugins.d/${name}.ts`), "export default oops oops");
      await writeFile(join(cwd, "c.json"), JSON.stringify({ mounts: { mine: { source: "one" } }, cache: { two: {} } }));
      const config = ["--config", "c.json"];
      const drawn = await cameo(["templates", "render", "card", "--title", "Hi", "-o", "-", ...config], { cwd });
      assert.deepEqual([drawn.code, drawn.stdout.subarray(1, 4).toString()], [0, "PNG"]);
      assert.match(
        drawn.err,
        /^Warning: The plugin plugins\.d\/one\.ts cannot be loaded: .+\. It is left out\.\nWarning: /,
      );
      const signed = await cameo(["sign", "/images/a.jpg", ...config], { cwd });
      assert.deepEqual([signed.code, signed.out.includes("/images/a.jpg?sig=")], [0, true]);
      assert.match(signed.err, /plugins\.d\/one\.ts cannot be loaded/);

      const checked = await cameo(["check", "--json"], { cwd });
      const { ok, detail } = JSON.parse(checked.out) as { ok: boolean; detail: string };
      assert.deepEqual([checked.code, ok], [2, false]);
      assert.match(
        detail,
        /plugins\.d\/one\.ts cannot be loaded: .+\. The plugin plugins\.d\/two\.ts cannot be loaded: /,
      );
    });
  },
);
