/** Looking again and again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { watch } from "../../../core/registry/watch.ts";
import { until } from "../../until.ts";

test("watch() goes on after a look and after an action that failed", async () => {
  const failures: unknown[] = [];
  let looks = 0;
  let acts = 0;
  const mark = async () => {
    looks += 1;
    if (looks === 1) throw new Error("too many open files");
    return looks < 4 ? "before" : acts === 0 ? "after" : "later";
  };
  const act = async () => {
    acts += 1;
    if (acts === 1) throw new Error("no luck");
  };
  const watching = watch(mark, act, (error) => failures.push(error));
  try {
    await until(() => acts === 2);
  } finally {
    watching.stop();
  }
  assert.deepEqual(failures.map(String), ["Error: too many open files", "Error: no luck"]);
});

test("watch() acts at once on what differs from what is known", async () => {
  let acts = 0;
  const act = async () => {
    acts += 1;
  };
  const watching = watch(
    async () => "new",
    act,
    () => {},
    "old",
  );
  await until(() => acts === 1);
  watching.stop();
});
