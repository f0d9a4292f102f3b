import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isSameSite, letterOf, readDomain } from "../../../plugins/sources/logo-domain.ts";
import { drawLetter } from "../../../plugins/sources/logo-letter.ts";
import { lightnessOf } from "../../../plugins/themes/invert-oklab.ts";
import { openGolden } from "../../golden/golden.ts";

const golden = await openGolden<string>("logos.json");
const themes = ["light", "dark"] as const;

test("drawLetter() draws what it has always drawn", async () => {
  const now = Object.keys(golden.kept).map((key) => {
    const [domain = "", theme] = key.split(" ");
    return [key, drawLetter(domain, theme === "dark" ? "dark" : "light")] as const;
  });
  await golden.hold(Object.fromEntries(now));
});

const channels = (hex: string) =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

/** WCAG 2, against white. */
function contrast(hex: string): number {
  const [r, g, b] = channels(hex).map((value) =>
    value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

test("drawLetter() reads well, and is of a lightness that theme= leaves alone", () => {
  const seen = new Set<string>();
  for (let index = 0; index < 300; index++) {
    for (const theme of themes) {
      const stops = drawLetter(`company${index}.test`, theme).match(/#[0-9a-f]{6}/g) ?? [];
      assert.equal(stops.length, 2);
      seen.add(stops.join());
      for (const stop of stops) {
        assert.ok(contrast(stop) >= 2.9, `${stop} ${contrast(stop)}`);
        const lightness = lightnessOf(...channels(stop));
        assert.ok(lightness > 0.47 && lightness < 0.73, `${stop} ${lightness}`);
      }
    }
  }
  assert.ok(seen.size >= 30, `${seen.size} looks`);
});

test("letterOf() is the first letter of a company's own name", () => {
  const letters = {
    "example.com": "E",
    "mail.example.com": "E",
    "shop.example.co.uk": "E",
    "7up.test": "7",
    "xn--bcher-kva.example": "B",
    "xn--wgv71a119e.jp": "日",
  };
  for (const [domain, letter] of Object.entries(letters)) assert.equal(letterOf(domain), letter, domain);
});

test("isSameSite() takes hosts above, below and beside, and no strangers", () => {
  const same = (one: string, other: string) => isSameSite(one, other) && isSameSite(other, one);
  assert.ok(
    same("example.com", "www.example.com") &&
      same("a.example.com", "b.example.com") &&
      same("example.co.uk", "x.example.co.uk"),
  );
  assert.ok(
    !same("example.com", "example.org") &&
      !same("example.co.uk", "other.co.uk") &&
      !same("example.com", "badexample.com"),
  );
});

test("readDomain() is idempotent, and is a host to URL (property)", () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.webUrl(), fc.string({ unit: "binary" })), (text) => {
      const domain = readDomain(text);
      if (domain === undefined) return true;
      return (
        readDomain(domain) === domain && new URL(`https://${domain}`).hostname === domain && !/^[\d.]+$/.test(domain)
      );
    }),
  );
});
