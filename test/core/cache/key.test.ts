import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { normalizeKey } from "unstorage";
import { hashRef, hashVariant, originalKey, refPrefix, variantKey } from "../../../core/cache/key.ts";

test("originalKey() and variantKey() begin with refPrefix(), and unstorage leaves them as they are", () => {
  const refHash = hashRef("secret", "images", "cat.jpg");
  const keys = [originalKey("images", refHash), variantKey("images", refHash, hashVariant("w=64"))];
  for (const key of keys) {
    assert.ok(key.startsWith(refPrefix("images", refHash)));
    assert.equal(normalizeKey(key), key);
  }
  assert.equal(keys[0], `images:${refHash}:original`);
});

test("hashRef() is 160 bits of lower-case hex and does not show the ref", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (ref) => {
      assert.match(hashRef("secret", "avatar", ref), /^[0-9a-f]{40}$/);
    }),
  );
});

test("hashRef() differs by secret, by mount and by ref", () => {
  const all = [
    hashRef("secret", "images", "a"),
    hashRef("other", "images", "a"),
    hashRef("secret", "photos", "a"),
    hashRef("secret", "images", "A"),
    hashRef("secret", "image", "sa"),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(hashRef(new TextEncoder().encode("secret"), "images", "a"), all[0]);
});

test("hashVariant() is the same for the same canonical text and differs otherwise", () => {
  assert.match(hashVariant("w=64"), /^[0-9a-f]{32}$/);
  assert.equal(hashVariant("w=64"), hashVariant("w=64"));
  assert.notEqual(hashVariant("w=64"), hashVariant("w=65"));
});
