import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPurges, openPurges } from "../../../core/cache/purges.ts";
import type { PluginStorage } from "../../../core/plugin.ts";
import { createHost } from "../../../core/testing/host.ts";
import { makeHost } from "../../contract/host.ts";

const { log } = makeHost();
const lineage = (since: number, ...of: string[]) => ({ since, of, copies: [] });

test("purges tell what was made before one of its parts was purged, also within the same millisecond", () => {
  const purges = createPurges({ log, now: () => 1000 });
  const before = lineage(purges.now(), "m:a:", "m:b:");
  assert.equal(purges.isOutdated(before), false);
  purges.note("m:b:");
  assert.equal(purges.isOutdated(before), true);
  assert.equal(purges.isOutdated(lineage(purges.now(), "m:b:")), false);
  assert.equal(purges.isOutdated(lineage(before.since, "m:a:", "m:c:")), false);
  assert.equal(purges.isOutdated(undefined), false);
});

test("purges of everything concern all that was made of others", () => {
  const purges = createPurges({ log, now: () => 1000 });
  const before = lineage(purges.now(), "m:a:");
  purges.note("");
  assert.equal(purges.isOutdated(before), true);
});

test("purges are right in any order of making and purging, under a clock that jumps, and with little room", () => {
  const prefix = fc.constantFrom("m:a:", "m:b:", "m:c:", "m:d:");
  const step = fc.record({ isPurge: fc.boolean(), prefix, jumpMs: fc.integer({ min: -5, max: 5 }) });
  const check = (steps: readonly { isPurge: boolean; prefix: string; jumpMs: number }[]) => {
    let now = 1000;
    const purges = createPurges({ log, now: () => now, most: 2 });
    const made: { lineage: ReturnType<typeof lineage>; isPurged: boolean }[] = [];
    for (const { isPurge, prefix, jumpMs } of steps) {
      now += jumpMs;
      if (isPurge) {
        purges.note(prefix);
        for (const each of made) each.isPurged ||= each.lineage.of.includes(prefix);
      } else made.push({ lineage: lineage(purges.now(), prefix), isPurged: false });
      for (const each of made) if (each.isPurged) assert.ok(purges.isOutdated(each.lineage));
      const newest = lineage(purges.now(), prefix);
      assert.equal(purges.isOutdated(newest), false);
    }
  };
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), check));
});

test("purges outlive a restart, also one after which the clock is behind", async () => {
  const { storage } = createHost();
  const first = await openPurges({ storage, log, now: () => 5000 });
  const [before, other] = [lineage(first.now(), "m:a:"), lineage(first.now(), "m:b:")];
  first.note("m:a:");
  const second = await openPurges({ storage, log, now: () => 4000 });
  assert.equal(second.isOutdated(before), true);
  assert.equal(second.isOutdated(other), false);
  assert.equal(second.isOutdated(lineage(second.now(), "m:a:")), false);
});

test("purges whose instant was damaged in the storage count as of the start", async () => {
  const { storage } = createHost();
  for (const [key, value] of [
    ["m:a:", "x"],
    ["m:b:", null],
    ["m:c:", {}],
    ["m:d:", 10],
  ] as const)
    await storage.setItem(key, value);
  const purges = await openPurges({ storage, log, now: () => 5000 });
  const outdated = ["m:a:", "m:b:", "m:c:", "m:d:"].map((prefix) => purges.isOutdated(lineage(4999, prefix)));
  assert.deepEqual(outdated, [true, true, true, false]);
  const made = lineage(purges.now(), "m:d:");
  purges.note("m:d:");
  assert.equal(purges.isOutdated(made), true);
});

test("purges that were forgotten count for all that is older, also after a restart", async () => {
  const { storage } = createHost();
  let now = 0;
  const parts = { storage, log, now: () => now, most: 10 };
  const first = await openPurges(parts);
  const made = Array.from({ length: 30 }, (_, at) => {
    now = at * 10;
    first.note(`m:${at}:`);
    return lineage(first.now(), "m:other:");
  });
  const second = await openPurges(parts);
  for (const purges of [first, second]) {
    assert.equal(purges.isOutdated(made[5]), true);
    assert.equal(purges.isOutdated(made[25]), false);
  }
  assert.ok((await storage.getKeys()).length <= 11);
});

test("purges that cannot be read make everything older outdated; those that cannot be noted are told of once", async () => {
  const { storage } = createHost();
  const broken: PluginStorage = {
    ...storage,
    getKeys: () => Promise.reject(new Error("the file is damaged")),
    setItem: () => Promise.reject(new Error("read-only")),
  };
  const { log, lines } = makeHost();
  const purges = await openPurges({ storage: broken, log, now: () => 5000 });
  assert.equal(purges.isOutdated(lineage(4999, "m:a:")), true);
  const now = lineage(purges.now(), "m:a:");
  assert.equal(purges.isOutdated(now), false);
  for (const prefix of ["m:a:", "m:b:"]) purges.note(prefix);
  assert.equal(purges.isOutdated(now), true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(lines.length, 2);
});
