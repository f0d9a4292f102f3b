import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { decodeEntry, type Entry, encodeEntry } from "../../../core/cache/entry.ts";
import { makeBytes, makeEntry } from "./make-entry.ts";

const instant = fc.nat({ max: 2 ** 48 });
const fields = fc.record(
  {
    kind: fc.constantFrom("original", "variant", "negative" as const),
    type: fc.string({ unit: "grapheme" }),
    storedAt: instant,
    freshUntil: instant,
    staleUntil: instant,
    origin: fc.record({ etag: fc.string(), lastModified: fc.string(), sha256: fc.string() }, { requiredKeys: [] }),
    width: fc.nat(),
    frames: fc.nat(),
    isPrivate: fc.boolean(),
    tags: fc.array(fc.string({ unit: "grapheme" })),
    error: fc.record({ code: fc.constantFrom("not-found", "origin-failed" as const), detail: fc.string() }),
    facts: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.string(), fc.nat(), fc.boolean())),
  },
  { requiredKeys: ["kind", "storedAt", "freshUntil", "staleUntil"], noNullPrototype: true },
);
const entries: fc.Arbitrary<Entry> = fc
  .tuple(fields, fc.uint8Array({ maxLength: 300 }))
  .map(([header, body]) => makeEntry(body, header as Partial<Entry["header"]>));

const plain = (entry: Entry | undefined) =>
  entry && { header: JSON.parse(JSON.stringify(entry.header)) as unknown, body: [...entry.body] };

test("decodeEntry() is the inverse of encodeEntry()", () => {
  fc.assert(fc.property(entries, (entry) => assert.deepEqual(plain(decodeEntry(encodeEntry(entry))), plain(entry))));
});

test("decodeEntry() reads a view that lies inside a larger buffer", () => {
  const bytes = encodeEntry(makeEntry(makeBytes(100)));
  const larger = new Uint8Array(bytes.length + 20);
  larger.set(bytes, 7);
  assert.deepEqual(decodeEntry(larger.subarray(7, 7 + bytes.length))?.body, makeBytes(100));
});

test("decodeEntry() refuses every truncation", () => {
  const bytes = encodeEntry(makeEntry(makeBytes(64)));
  for (let length = 0; length < bytes.length; length++) assert.equal(decodeEntry(bytes.subarray(0, length)), undefined);
});

test("decodeEntry() refuses every flipped bit", () => {
  const bytes = encodeEntry(makeEntry(makeBytes(40)));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const altered = bytes.slice();
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(decodeEntry(altered), undefined, `bit ${bit}`);
  }
});

test("decodeEntry() refuses bytes added at the end", () => {
  fc.assert(
    fc.property(entries, fc.uint8Array({ minLength: 1, maxLength: 40 }), (entry, more) => {
      assert.equal(decodeEntry(Uint8Array.from([...encodeEntry(entry), ...more])), undefined);
    }),
  );
});

test("decodeEntry() answers undefined for any other bytes, and never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.equal(decodeEntry(bytes), undefined)));
});

/** A value with any header, whose checksum holds. */
function forge(header: string, version = 1): Uint8Array {
  const json = new TextEncoder().encode(header);
  const start = Uint8Array.from([
    ...new TextEncoder().encode("CAMEO"),
    version,
    0,
    0,
    json.length >> 8,
    json.length & 255,
  ]);
  const checksum = createHash("sha256").update(start).update(json).digest().subarray(0, 16);
  return Uint8Array.from([...start, ...checksum, ...json]);
}

test("decodeEntry() refuses another version and a header of another shape, even with a true checksum", () => {
  const good = JSON.stringify(makeEntry(new Uint8Array()).header);
  assert.ok(decodeEntry(forge(good)));
  assert.equal(decodeEntry(forge(good, 2)), undefined);
  const { storedAt, ...rest } = makeEntry(new Uint8Array()).header;
  assert.equal(typeof storedAt, "number");
  for (const other of [JSON.stringify(rest), "null", "[]", "7", "not json"])
    assert.equal(decodeEntry(forge(other)), undefined);
});
