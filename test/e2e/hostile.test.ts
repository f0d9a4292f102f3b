/** Every hostile file is answered with its code, within the deadline, and the next good request is answered as if nothing had been. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";
import { fixture, hostileFixture, hostileNames } from "../fixtures/fixture.ts";
import { createOrigin } from "../origin.ts";

const origin = createOrigin();
let app: TestApp;
/** For what takes as long as it may. */
let hasty: TestApp;

const start = (jobMs: number): Promise<TestApp> =>
  startApp({ settings: { mounts: { o: { source: "origin" } }, limits: { jobMs } }, plugins: [origin.plugin] });

before(async () => {
  [app, hasty] = [await start(5000), await start(2000)];
  origin.images.set("good", await fixture("jpeg-420"));
});
after(() => Promise.all([app.close(), hasty.close()]));

let asked = 0;

for (const name of hostileNames) {
  const { code, or = [], why } = hostileFixture(name);
  test(`${name} is ${[code, ...or].join(" or ")}: ${why}`, async () => {
    origin.images.set(name, await fixture(name));
    const on = [code, ...or].includes("too-slow") ? hasty : app;
    const response = await on.get(`/o/${name}?w=64&f=webp`);
    const answer = response.status === 200 ? "ok" : ((await response.json()) as { code: string }).code;
    assert.ok([code, ...or].includes(answer as typeof code), `got ${answer}`);
    asked += 1;
    const next = await on.get(`/o/good?w=${20 + asked}&f=webp`);
    assert.equal(next.status, 200, `the next good request: ${next.status}`);
  });
}
