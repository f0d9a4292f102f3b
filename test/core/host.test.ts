import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as v from "valibot";
import { type SourceHost, source } from "../../core/plugin.ts";
import { startApp, type TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";

const options = v.object({});
let app: TestApp;
let host: SourceHost;

before(async () => {
  const body = await fixture("png-rgb");
  const hidden = source({
    name: "hidden",
    options,
    setup: (_options, given) => {
      host = given;
      return { load: async () => ({ body, needsSignature: true }) };
    },
  });
  app = await startApp({ plugins: [hidden], settings: { mounts: { hidden: { source: "hidden" } } } });
});
after(() => app.close());

const hasCode = (code: string) => (error: unknown) => error instanceof Error && "code" in error && error.code === code;

test("host.original() and host.render() keep from a stranger what only signed URLs may show", async () => {
  const as = "stranger";
  for (const path of ["/hidden/a", "/hidden/a?w=5"]) {
    await assert.rejects(host.original(path, { as }), hasCode("signature-required"));
    await assert.rejects(host.render(path, { as }), hasCode("signature-required"));
    assert.ok(await host.original(host.sign(path), { as }));
    assert.ok(await host.render(host.sign(path), { as }));
  }
});

test("host.original() and host.render() tell a plugin that what it sees is private", async () => {
  assert.equal((await host.original("/hidden/b"))?.needsSignature, true);
  assert.equal((await host.render("/hidden/b")).isPrivate, true);
});
