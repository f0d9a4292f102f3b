/** The generated avatars are the same for ever: `CAMEO_GOLDEN=update` writes what is new into the golden file, and changes nothing in it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { artKinds, drawAvatar, paletteOf } from "../../../plugins/sources/avatar-art.ts";

const themes = ["light", "dark"] as const;
const drawnKinds = ["identicon", "monsterid", "wavatar", "retro", "robohash", "pagan"] as const;
const fixedKinds = ["mp", "mmng", "blank", "company", "card"] as const;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
/** The drawing is plain arithmetic on text, which the golden file holds on both runtimes: the many are for Bun, a tenth for Deno. */
const length = "Bun" in globalThis ? 10_000 : 1000;
const hashes = Array.from({ length }, (_, index) => md5(`person-${index}@example.com`));

/** What is kept: e-mails' hashes of both lengths, none, and what is no hash. */
const goldenHashes = [md5("myemailaddress@example.com"), sha256("myemailaddress@example.com"), "", "Zoë ✓ 0"] as const;

const goldenFile = fileURLToPath(new URL("../../golden/avatars.json", import.meta.url).href);

test("drawAvatar() and paletteOf() give what they have always given", () => {
  const kept: Record<string, string> = JSON.parse(readFileSync(goldenFile, "utf8"));
  const now: Record<string, string> = {};
  for (const theme of themes) {
    for (const hash of goldenHashes) {
      now[`palette ${theme} ${hash}`] = Object.values(paletteOf(hash, theme)).join(" ");
      for (const kind of artKinds) now[`${kind} ${theme} ${hash}`] = sha256(drawAvatar(kind, hash, theme));
    }
  }
  if (process.env.CAMEO_GOLDEN === "update")
    writeFileSync(goldenFile, `${JSON.stringify({ ...now, ...kept }, null, 2)}\n`);
  else assert.deepEqual(now, kept);
});

test("drawAvatar() does not care about the case of a hash", () => {
  for (const kind of artKinds) {
    for (const hash of hashes.slice(0, 50)) {
      assert.equal(drawAvatar(kind, hash.toUpperCase(), "light"), drawAvatar(kind, hash, "light"));
    }
  }
});

test("drawAvatar() draws small, safe SVG of a known form from any string", () => {
  const numbers = /^-?\d+(\.\d{1,2})?$/;
  const any = fc.tuple(fc.constantFrom(...artKinds), fc.string({ unit: "binary" }), fc.constantFrom(...themes));
  const check = fc.property(any, ([kind, hash, theme]) => {
    const svg = drawAvatar(kind, hash, theme);
    assert.ok(
      svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">') && svg.endsWith("</svg>"),
    );
    assert.ok(new TextEncoder().encode(svg).length < 8192, `${kind}: ${svg.length}`);
    assert.doesNotMatch(svg, /<(?!\/?(svg|g|path|rect|circle|ellipse)\b)|href|url\(|style|opacity|NaN|undefined|e-\d/);
    for (const [, value = ""] of svg.matchAll(/ (?:c?[xy]|r[xy]?|width|height)="([^"]*)"/g))
      assert.match(value, numbers);
  });
  fc.assert(check, { numRuns: 1500 });
});

test("drawAvatar() draws the same picture for every hash where the kind is no person's own", () => {
  for (const kind of fixedKinds) {
    assert.equal(new Set(hashes.slice(0, 100).map((hash) => drawAvatar(kind, hash, "dark"))).size, 1);
  }
});

const withoutColors = (svg: string): string => svg.replace(/#[\da-f]{6}/g, "#");

/**
 * Each kind has more than 2^40 pictures (the product of its tables, without what others cover), of which 10,000 would share 2^-14 pairs
 * at the least: any collision at all is a fault of the dice. Identicons have the fewest shapes, since gaps are alike.
 */
for (const kind of drawnKinds) {
  test(`drawAvatar() gives ${length} hashes as many pictures, nearly all apart without their colours: ${kind}`, () => {
    const pictures = hashes.map((hash) => drawAvatar(kind, hash, "light"));
    assert.equal(new Set(pictures).size, length);
    const shapes = new Set(pictures.map(withoutColors)).size;
    assert.ok(shapes > length * 0.995, String(shapes));
  });
}

test("drawAvatar() has more than 900 flat colours, each about as frequent as the others", () => {
  const uses = new Map<string, number>();
  for (let index = 0; index < 10_000; index += 1) {
    const hash = md5(`person-${index}@example.com`);
    const svg = drawAvatar("color", hash, "light");
    uses.set(svg, (uses.get(svg) ?? 0) + 1);
  }
  assert.ok(uses.size > 900, String(uses.size));
  // About 10 are expected of each of 1,024; more than 35 would be a fault of one in a billion.
  assert.ok(Math.max(...uses.values()) <= 35);
});

test("drawAvatar() draws each theme in its own colours", () => {
  for (const kind of artKinds.filter((each) => each !== "blank")) {
    assert.notEqual(drawAvatar(kind, "a", "light"), drawAvatar(kind, "a", "dark"));
  }
});
