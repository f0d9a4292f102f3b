/** What plugins may ask of the server besides images: a verdict on a picture, who asks, and a purge that nothing outlives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { type GateInstance, gate, route, source } from "../../core/plugin.ts";
import { startApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";

const upload = { body: new Uint8Array(), type: "image/png", width: 1, height: 1, user: "0".repeat(64), rating: "g" };
const token = "an-admin-token-for-tests";

const asking = route({
  name: "asking",
  options: v.object({}),
  setup: (_options, host) => ({
    endpoints: [
      { method: "GET", path: "/asking/verdict", handle: async () => Response.json(await host.moderate(upload)) },
      {
        method: "GET",
        path: "/asking/who",
        handle: (_request, { isOperator = false }) => Response.json({ isOperator }),
      },
      { method: "POST", path: "/asking/purge", handle: async () => Response.json(await host.purge("/slow/a")) },
    ],
  }),
});

const moderator = (name: string, moderate: NonNullable<GateInstance["moderate"]>) =>
  gate({ name, options: v.object({}), setup: () => ({ check() {}, moderate }) });

const verdictOf = async (...gates: ReturnType<typeof moderator>[]): Promise<unknown> => {
  const app = await startApp({ plugins: [asking, ...gates] });
  const response = await app.get("/asking/verdict");
  const answer: unknown = await response.json();
  await app.close();
  return response.ok ? answer : response.status;
};

test("moderate() is what the first gate says that does not answer null, and accept without one", async () => {
  assert.equal(await verdictOf(), "accept");
  const [pass, hold, refuse] = [
    moderator("a", () => null),
    moderator("b", async () => "hold" as const),
    moderator("c", () => ({ reject: "No." })),
  ];
  assert.equal(await verdictOf(pass), "accept");
  assert.equal(await verdictOf(refuse, hold, pass), "hold");
  assert.deepEqual(await verdictOf(pass, refuse), { reject: "No." });
});

test("moderate() fails where a gate is broken", async () => {
  const broken = moderator("a", () => {
    throw new Error("no model");
  });
  assert.equal(await verdictOf(broken), 500);
});

test("an endpoint hears whether the admin token is there", async () => {
  const app = await startApp({ settings: { adminToken: token }, plugins: [asking] });
  const ask = async (authorization: string) =>
    (await app.get("/asking/who", { headers: { authorization } })).json() as Promise<{ isOperator: boolean }>;
  assert.equal((await ask(`Bearer ${token}`)).isOperator, true);
  assert.equal((await ask(`Bearer ${token}x`)).isOperator, false);
  await app.close();
});

test("who asks after a purge does not share a flight from before it", async () => {
  const [old, next] = [await fixture("png-rgb"), await fixture("png-grey")];
  let body = old;
  let loads = 0;
  const started = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const slow = source({
    name: "slow",
    options: v.object({}),
    setup: () => ({
      async load() {
        const own = body;
        loads += 1;
        started.resolve();
        if (loads === 1) await held.promise;
        return { body: own };
      },
    }),
  });
  const app = await startApp({ settings: { mounts: { slow: { source: "slow" } } }, plugins: [asking, slow] });
  const before = app.get("/slow/a?f=png");
  await started.promise;
  body = next;
  await app.get("/asking/purge", { method: "POST" });
  const after = await (await app.get("/slow/a?f=png")).bytes();
  held.resolve();
  assert.notDeepEqual(await (await before).bytes(), after);
  assert.deepEqual(await (await app.get("/slow/a?f=png")).bytes(), after);
  assert.equal(loads, 2);
  await app.close();
});
