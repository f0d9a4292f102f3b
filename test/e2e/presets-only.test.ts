/** Mounts that take presets only: what their sources take by default is no parameter of the URL's own. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";
import { see } from "../see.ts";

let app: TestApp;

before(async () => {
  app = await startApp({
    settings: {
      presetsOnly: true,
      presets: { small: "w=300&f=webp", tiny: "w=16&h=16&fit=cover" },
      mounts: { avatar: { source: "avatar", lookups: false }, "og-image": { source: "template" } },
    },
  });
});
after(() => app.close());

async function shown(path: string): Promise<readonly [string, number, number]> {
  const response = await app.get(path);
  assert.equal(response.status, 200, path);
  const { format, pixels } = await see(await response.bytes());
  return [format, pixels.width, pixels.height];
}

test("a card has its own format and size, unless a preset says otherwise", async () => {
  assert.deepEqual(await shown("/og-image/plain?title=Hello"), ["png", 1200, 630]);
  assert.deepEqual(await shown("/og-image/plain?title=Hello&p=small"), ["webp", 300, 158]);
  assert.equal((await app.get("/og-image/plain?title=Hello&w=300")).status, 400);
});

test("a format as the ending of a card's path is a parameter, unless it says what the card is anyway", async () => {
  assert.deepEqual(await shown("/og-image/plain.png?title=Hello"), ["png", 1200, 630]);
  for (const path of ["plain.webp?title=Hello", "plain.png?title=Hello&p=small", "plain.png?title=Hello&f=webp"]) {
    const response = await app.get(`/og-image/${path}`);
    assert.equal(response.status, 400, path);
    assert.equal(((await response.json()) as { parameter?: string }).parameter, "format", path);
  }
});

test("an avatar has its own size, unless a preset says otherwise", async () => {
  assert.deepEqual(await shown("/avatar/ada"), ["png", 80, 80]);
  assert.deepEqual(await shown("/avatar/ada?p=tiny"), ["png", 16, 16]);
  assert.equal((await app.get("/avatar/ada?s=32")).status, 400);
});
