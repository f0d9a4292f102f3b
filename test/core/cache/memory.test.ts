import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemory } from "../../../core/cache/memory.ts";
import { makeBytes, makeEntry } from "./make-entry.ts";

const entry = (length: number) => makeEntry(makeBytes(length));

test("createMemory() drops the least recently used entry first", () => {
  const memory = createMemory({ maxBytes: 60_000, maxEntryBytes: 30_000 });
  for (const key of ["a", "b"]) memory.set(key, entry(20_000));
  assert.ok(memory.get("a"));
  memory.set("c", entry(20_000));
  assert.equal(memory.get("b"), undefined);
  assert.ok(memory.get("a") && memory.get("c"));
});

test("createMemory() never holds more than its budget", () => {
  const step = fc.record({ key: fc.stringMatching(/^[a-z]{1,2}$/), length: fc.nat({ max: 9000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 40_000 }), (steps, maxBytes) => {
      const memory = createMemory({ maxBytes });
      for (const { key, length } of steps) {
        memory.set(key, entry(length));
        assert.ok(memory.stats().bytes <= maxBytes);
      }
    }),
  );
});

test("createMemory() keeps no entry over a quarter of its budget, nor the older one under that key", () => {
  const memory = createMemory({ maxBytes: 40_000 });
  memory.set("a", entry(1000));
  memory.set("b", entry(1000));
  memory.set("a", entry(10_000));
  assert.equal(memory.get("a"), undefined);
  assert.ok(memory.get("b"));
});

test("createMemory() copies a view, so that the rest of its buffer can go", () => {
  const memory = createMemory({ maxBytes: 1_000_000 });
  const large = makeBytes(100_000);
  memory.set("view", makeEntry(large.subarray(10, 20)));
  memory.set("whole", makeEntry(large));
  assert.equal(memory.get("view")?.body.buffer.byteLength, 10);
  assert.deepEqual(memory.get("view")?.body, large.slice(10, 20));
  assert.equal(memory.get("whole")?.body.buffer, large.buffer);
});

test("createMemory() counts entries and bytes, and forgets a deleted one", () => {
  const memory = createMemory({ maxBytes: 1_000_000 });
  memory.set("a", entry(5000));
  const { entries, bytes } = memory.stats();
  assert.equal(entries, 1);
  assert.ok(bytes > 5000 && bytes < 9000);
  memory.delete("a");
  assert.deepEqual(memory.stats(), { entries: 0, bytes: 0 });
});

test("createMemory() deletes a prefix and answers its keys", () => {
  const memory = createMemory({ maxBytes: 1_000_000 });
  for (const key of ["m:1:a", "m:1:b", "m:11:a", "n:1:a"]) memory.set(key, entry(10));
  assert.deepEqual(
    memory
      .takePrefix("m:1:")
      .map(([key]) => key)
      .sort(),
    ["m:1:a", "m:1:b"],
  );
  assert.equal(memory.stats().entries, 2);
  memory.clear();
  assert.equal(memory.stats().entries, 0);
});
