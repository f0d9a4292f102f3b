import assert from "node:assert/strict";
import { test } from "node:test";
import { startApp } from "../app.ts";
import { until } from "../until.ts";

const runtime = globalThis as {
  Bun?: { gc(isForced: boolean): void };
  /** On Deno, with `--v8-flags=--expose-gc`. */
  gc?(): void;
};
const collect = runtime.Bun ? () => runtime.Bun?.gc(true) : runtime.gc;

test("worlds that were replaced are forgotten", {
  skip: collect ? false : "a collection can be asked for with --v8-flags=--expose-gc only",
}, async () => {
  const { app, close } = await startApp();
  const worlds: WeakRef<object>[] = [];
  for (let at = 0; at < 6; at++) {
    const { settings } = app.services.snapshot;
    worlds.push(new WeakRef(app.services));
    await app.reconfigure({ ...settings });
  }
  // The last one is at work, and an old place on the stack may be taken for a reference to one or two.
  await until(() => {
    collect?.();
    return worlds.filter((each) => each.deref() !== undefined).length <= 3;
  });
  assert.equal(app.services.snapshot.generation, 7);
  await close();
});
