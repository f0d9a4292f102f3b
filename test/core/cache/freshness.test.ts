import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { freshness, negativeFreshness, state } from "../../../core/cache/freshness.ts";
import { codes, type ErrorCode } from "../../../core/error.ts";

const policy = { ttlS: 100, staleS: 50 };
const allCodes = Object.keys(codes) as ErrorCode[];

test("freshness() is the policy's, when the origin says nothing", () => {
  assert.deepEqual(freshness(policy, 1000), { storedAt: 1000, freshUntil: 101_000, staleUntil: 151_000 });
});

test("freshness() is shortened by the origin's max-age and never lengthened", () => {
  fc.assert(
    fc.property(fc.double(), (maxAgeS) => {
      const { freshUntil, staleUntil } = freshness(policy, 1000, maxAgeS);
      const expected = Number.isNaN(maxAgeS) ? 100 : Math.min(100, Math.max(0, maxAgeS));
      assert.equal(freshUntil, 1000 + Math.round(expected * 1000));
      assert.equal(staleUntil - freshUntil, 50_000);
    }),
  );
});

test("negativeFreshness() keeps a 404 for a minute and other failures for half of it, 20 % more or less", () => {
  assert.equal(negativeFreshness("not-found", 0, 0)?.freshUntil, 48_000);
  assert.equal(negativeFreshness("not-found", 0, 0.5)?.freshUntil, 60_000);
  assert.equal(negativeFreshness("origin-failed", 0, 0)?.freshUntil, 24_000);
  assert.equal(negativeFreshness("broken-image", 500, 1)?.freshUntil, 36_500);
});

test("negativeFreshness() has no stale time", () => {
  for (const code of allCodes) {
    const lifetime = negativeFreshness(code, 5, 0.3);
    assert.equal(lifetime?.staleUntil, lifetime?.freshUntil);
  }
});

test("negativeFreshness() keeps nothing for codes that no cache may keep", () => {
  for (const code of ["busy", "internal", "signature-invalid", "host-not-allowed"] as const) {
    assert.equal(negativeFreshness(code, 0, 0.5), undefined);
  }
});

test("state() goes from fresh to stale to expired, each bound being outside", () => {
  const header = { freshUntil: 100, staleUntil: 200 };
  const states = [99, 100, 199, 200].map((now) => state(header, now));
  assert.deepEqual(states, ["fresh", "stale", "stale", "expired"]);
});
