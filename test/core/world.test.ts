import assert from "node:assert/strict";
import { test } from "node:test";
import { startApp } from "../app.ts";
import { until } from "../until.ts";

/** Bun has one at hand; where there is none, nobody can tell. */
const collect = (globalThis as { Bun?: { gc(isForced: boolean): void } }).Bun?.gc;

test("worlds that were replaced are forgotten", {
  skip: collect ? false : "no garbage collector at hand",
}, async () => {
  const { app, close } = await startApp();
  const worlds: WeakRef<object>[] = [];
  for (let at = 0; at < 6; at++) {
    const { settings } = app.services.snapshot;
    worlds.push(new WeakRef(app.services));
    await app.reconfigure({ ...settings });
  }
  // The stack may still hold the last ones.
  await until(() => {
    collect?.(true);
    return worlds.slice(0, 4).every((each) => each.deref() === undefined);
  });
  assert.equal(app.services.snapshot.generation, 7);
  await close();
});
