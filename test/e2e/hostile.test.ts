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
  [app, hasty] = [await start(10_000), await start(4000)];
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

interface Told {
  readonly plan: {
    readonly costBytes: number;
    readonly decode: { readonly atLeast?: { width: number; height: number } };
  };
}

/** What `?explain` says of the plan. */
const planOf = async (ref: string, query: string): Promise<Told["plan"]> =>
  ((await (await app.get(`/o/${ref}?${query}&explain`)).json()) as Told).plan;

test("a drawing of which little is shown is not drawn whole at any size, and its cost is counted", async () => {
  const thin =
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="20"><rect width="320" height="20" fill="red"/></svg>';
  origin.images.set("thin", new TextEncoder().encode(thin));
  const { costBytes, decode } = await planOf("thin", "w=1700&h=1700&fit=cover");
  const { width = 0, height = 0 } = decode.atLeast ?? {};
  assert.ok(width * height > 4_000_000 && width * height <= 4.1 * 1700 * 1700, `${width} × ${height}`);
  assert.ok(costBytes >= width * height * 4, `${costBytes} bytes`);
  const response = await app.get("/o/thin?w=1700&h=1700&fit=cover&f=webp");
  assert.equal(response.status, 200);
  assert.deepEqual((await planOf("thin", "w=800")).decode.atLeast, { width: 800, height: 50 });
});

test("a result of more pixels than a source may have is refused before any work, however small the source", async () => {
  origin.images.set("dot", await fixture("png-rgb"));
  const response = await app.get("/o/dot?w=8000&h=8000&fit=fill&enlarge&f=webp");
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  assert.deepEqual([response.status, code], [400, "bad-parameter"]);
  assert.match(detail, /8000 × 8000 px; 50000000 pixels in all are allowed/);
});

test("what a picture weighs while it is turned is counted", async () => {
  origin.images.set("photo", await fixture("photo-2725"));
  const straight = await planOf("photo", "w=50");
  const turned = await planOf("photo", "rotate=45&w=50");
  assert.ok(turned.costBytes > 1.9 * straight.costBytes, `${turned.costBytes}, straight ${straight.costBytes}`);
});
