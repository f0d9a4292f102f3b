import assert from "node:assert/strict";
import { test } from "node:test";
import github from "../../../plugins/sources/github.ts";
import { startServices } from "../../avatar-services.ts";
import { createTestHost, loadContext, setupSource, testSource } from "../../contract/source.ts";

testSource({
  plugin: github,
  async open() {
    const services = await startServices();
    services.github.pictures.set("octo-cat", { body: services.picture });
    return {
      options: { base: services.github.base },
      good: "octo-cat",
      body: services.picture,
      spellings: ["Octo-Cat"],
      missing: "nobody",
      refused: ["-a", "a-", "a--b", "a b", "a/b", "a.png", "a".repeat(40), "a?b"],
      host: createTestHost(),
      close: services.close,
    };
  },
});

test("source.github follows to the host of the pictures, and knows the logins of managed users", async () => {
  const services = await startServices();
  services.github.pictures.set("ada_acme", { body: services.picture });
  const source = await setupSource(github, { base: services.github.base });
  const found = await source.load("ada_acme", loadContext());
  assert.ok(found !== null && found !== "unchanged");
  assert.equal(found.body.length, services.picture.length);
  assert.deepEqual(services.github.asked, ["/ada_acme.png?size=460", "/u/ada_acme?v=4&s=460"]);
  await services.close();
});

test("source.github keeps the path of a mirror's address", async () => {
  const services = await startServices();
  for (const end of ["", "/", "/mirror", "/mirror/"]) {
    const source = await setupSource(github, { base: `${services.github.base}${end}` });
    await source.load("octocat", loadContext());
  }
  const path = "/octocat.png?size=460";
  assert.deepEqual(services.github.asked, [path, path, `/mirror${path}`, `/mirror${path}`]);
  await services.close();
});
