import assert from "node:assert/strict";
import { test } from "node:test";
import { createEpoch } from "../../../core/cache/epoch.ts";

test("isPurged() holds for work that began before or during a purge of its prefix, not for later work", () => {
  const epoch = createEpoch();
  const before = epoch.now();
  const end = epoch.begin("m:1:");
  const during = epoch.now();
  assert.equal(epoch.isPurged("m:1:a", before), true);
  assert.equal(epoch.isPurged("m:1:a", during), true);
  end();
  const states = [before, during, epoch.now()].map((instant) => epoch.isPurged("m:1:a", instant));
  assert.deepEqual(states, [true, true, false]);
});

test("isPurged() looks at whole segments", () => {
  const epoch = createEpoch();
  const before = epoch.now();
  epoch.begin("m:1:")();
  assert.equal(epoch.isPurged("m:11:a", before), false);
  assert.equal(epoch.isPurged("n:1:a", before), false);
  epoch.begin("n:")();
  assert.equal(epoch.isPurged("n:1:a", before), true);
  epoch.begin("")();
  assert.equal(epoch.isPurged("m:11:a", before), true);
});

test("isPurged() holds until the last of several purges of one prefix has ended", () => {
  const epoch = createEpoch();
  const [endFirst, endSecond] = [epoch.begin("m:"), epoch.begin("m:")];
  endFirst();
  assert.equal(epoch.isPurged("m:1:a", epoch.now()), true);
  endSecond();
  assert.equal(epoch.isPurged("m:1:a", epoch.now()), false);
});

test("createEpoch() remembers a bounded number of purges, and counts work older than those it forgot as purged", () => {
  const epoch = createEpoch(2);
  const before = epoch.now();
  epoch.begin("a:")();
  const later = epoch.now();
  for (const prefix of ["b:", "c:"]) epoch.begin(prefix)();
  assert.equal(epoch.isPurged("z:1", before), true);
  assert.equal(epoch.isPurged("z:1", later), false);
  assert.equal(epoch.isPurged("b:1", later), true);
});

test("createEpoch() does not forget a purge under way", () => {
  const epoch = createEpoch(1);
  const end = epoch.begin("a:");
  for (const prefix of ["b:", "c:", "d:"]) epoch.begin(prefix)();
  assert.equal(epoch.isPurged("a:1", epoch.now()), true);
  end();
  assert.equal(epoch.isPurged("a:1", epoch.now()), false);
});
