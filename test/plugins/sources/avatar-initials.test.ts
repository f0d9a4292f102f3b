import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { initialsOf } from "../../../plugins/sources/avatar-initials.ts";

const names: Readonly<Record<string, string>> = {
  "Ada Lovelace": "AL",
  "ada king, countess of lovelace": "AL",
  Ada: "A",
  "  ada  ": "A",
  "Jean-Luc Picard": "JP",
  "Ada Lovelace (she/her)": "AL",
  "“Ada” Lovelace": "AL",
  "Ångström Öberg": "ÅÖ",
  Élodie: "É",
  "straße ßen": "SS",
  "山田 太郎": "山",
  山田太郎: "山",
  "Иван Петров": "ИП",
  "محمد علي": "م\u200cع",
  "दीपा शर्मा": "दीश",
  "김 민준": "김",
  "🦊": "🦊",
  "👩🏽‍🚀 Ada": "👩🏽‍🚀A",
  "🇩🇪": "🇩🇪",
  "42": "4",
  "": "",
  "   ": "",
  "- ()": "",
  "\u202eada": "A",
};

test("initialsOf() takes the first and the last word of a name, of any script", () => {
  for (const [name, initials] of Object.entries(names)) assert.equal(initialsOf(undefined, name), initials, name);
});

test("initialsOf() shows at most two characters of what is given, before any name", () => {
  assert.equal(initialsOf("adl", "Bob"), "AD");
  assert.equal(initialsOf(" a d ", undefined), "AD");
  assert.equal(initialsOf("👨‍👩‍👧‍👦!", undefined), "👨‍👩‍👧‍👦!");
  assert.equal(initialsOf("", "Bob"), "B");
  assert.equal(initialsOf(undefined, undefined), "");
  assert.equal(initialsOf(`z${"\u0301".repeat(500)}`, undefined), "Z");
});

test("initialsOf() is short, and keeps what it gave", () => {
  const texts = fc.option(fc.oneof(fc.string({ unit: "grapheme", maxLength: 80 }), fc.string({ unit: "binary" })), {
    nil: undefined,
  });
  fc.assert(
    fc.property(texts, texts, (initials, name) => {
      const once = initialsOf(initials, name);
      assert.ok(once.length <= 64);
      assert.equal(initialsOf(once, undefined), once);
    }),
    { numRuns: 2000 },
  );
});
