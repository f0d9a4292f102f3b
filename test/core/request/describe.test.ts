import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { describeParameters, takesOf } from "../../../core/request/describe.ts";

const facts = (entries: v.ObjectEntries, pictures: Record<string, object> = {}) =>
  describeParameters({ parameters: v.object(entries), pictures });

test("describeParameters() reads texts with their description and length, however they are wrapped", () => {
  const limit = v.pipe(v.string(), v.maxGraphemes(60));
  const expected = { name: "a", kind: "text", about: "A line.", maxLength: 60 };
  assert.deepEqual(facts({ a: v.pipe(v.optional(limit), v.description("A line.")) }), [
    { ...expected, isRequired: false },
  ]);
  assert.deepEqual(facts({ a: v.optional(v.pipe(limit, v.description("A line."))) }), [
    { ...expected, isRequired: false },
  ]);
  assert.deepEqual(facts({ a: v.pipe(limit, v.description("A line.")) }), [{ ...expected, isRequired: true }]);
  const [shortest] = facts({ a: v.pipe(v.string(), v.maxLength(200), v.maxGraphemes(20), v.minLength(1)) });
  assert.equal(shortest?.maxLength, 20);
});

test("describeParameters() knows choices, colours and pictures, and defaults", () => {
  const hex = v.pipe(v.string(), v.regex(/^#?[0-9a-f]{6}$/i));
  const all = facts(
    {
      kind: v.pipe(v.optional(v.picklist(["a", "b"]), "b"), v.description("Which.")),
      tint: v.optional(hex),
      avatar: v.optional(v.pipe(v.string(), v.maxLength(2048))),
      id: v.optional(v.pipe(v.string(), v.regex(/^\w+$/))),
    },
    { avatar: {}, photo: {} },
  );
  assert.deepEqual(all, [
    { name: "kind", kind: "choice", about: "Which.", isRequired: false, default: "b", values: ["a", "b"] },
    { name: "tint", kind: "color", isRequired: false },
    { name: "avatar", kind: "picture", isRequired: false },
    { name: "id", kind: "text", isRequired: false },
    { name: "photo", kind: "picture", isRequired: false },
  ]);
  assert.deepEqual(all.map(takesOf), [
    "one of a, b; default b",
    "a colour such as 0f766e",
    "a picture such as images/landscape.jpg",
    "a text",
    "a picture such as images/landscape.jpg",
  ]);
  assert.deepEqual(facts({ n: v.optional(v.pipe(v.string(), v.maxLength(3))) }).map(takesOf), ["at most 3 characters"]);
});
