/** Settings that change while the server runs. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signUrl } from "../../core/stages/sign.ts";
import { startApp, type TestApp } from "../app.ts";

const [older, newer] = ["the-older-key-of-two", "the-newer-key-of-two"];
let app: TestApp;

before(async () => {
  app = await startApp({
    settings: {
      signingKeys: [older],
      mounts: { images: { source: "file", base: "config/samples", sign: "required" } },
    },
  });
});
after(() => app.close());

test("signing keys are taken over with the settings: a new one works at once, one that is gone does not", async () => {
  const { snapshot } = app.app.services;
  const signed = (key: string) => signUrl("/images/badge.svg?w=16&f=png", snapshot, { key });
  const answers = () => Promise.all([older, newer].map(async (key) => (await app.get(signed(key))).status));
  assert.deepEqual(await answers(), [200, 403]);
  await app.app.reconfigure({ ...snapshot.settings, signingKeys: [newer, older] });
  assert.deepEqual(await answers(), [200, 200]);
  const first = signUrl("/images/badge.svg", app.app.services.snapshot);
  assert.equal(first, signUrl("/images/badge.svg", snapshot, { key: newer }));
  await app.app.reconfigure({ ...snapshot.settings, signingKeys: [newer] });
  assert.deepEqual(await answers(), [403, 200]);
});

test("settings that cannot change while the server runs are named in the log", async () => {
  const { settings } = app.app.services.snapshot;
  const named = () => app.lines.filter((line) => line.includes("after a restart only"));
  await app.app.reconfigure({ ...settings, presets: { small: "w=16" } });
  assert.deepEqual(named(), []);
  await app.app.reconfigure({
    ...settings,
    port: 1,
    plugins: ["./elsewhere"],
    log: { ...settings.log, level: "warn" },
  });
  assert.equal(named().length, 1);
  assert.deepEqual((JSON.parse(named()[0] ?? "") as { settings: string[] }).settings, ["port", "plugins", "log.level"]);
});
