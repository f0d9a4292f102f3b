/** Contrast by WCAG 2.2 (1.4.3 and 1.4.11), of the tones and of what is drawn. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { drawAvatar, paletteOf } from "../../../plugins/sources/avatar-art.ts";
import { familyCount, paintOf } from "../../../plugins/sources/avatar-art-palette.ts";

const themes = ["light", "dark"] as const;
const families = Array.from({ length: familyCount }, (_, family) => family);

type Color = readonly [red: number, green: number, blue: number];

const parse = (hex: string): Color =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Color;
const linear = (value: number): number => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([red, green, blue]: Color): number =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
function contrast(one: Color, other: Color): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
const between = (one: string, other: string): number => contrast(parse(one), parse(other));

test("contrast: black on white is 21", () => {
  assert.equal(between("#000000", "#ffffff").toFixed(2), "21.00");
});

test("paletteOf() has letters of 4.5:1 and shapes of 3:1", () => {
  for (const theme of themes) {
    const all = Array.from({ length: 400 }, (_, index) => paletteOf(`person ${index}`, theme));
    assert.equal(new Set(all.map(({ background }) => background)).size, familyCount);
    for (const { background, foreground, accent } of all) {
      assert.ok(between(foreground, background) >= 4.5, `${foreground} on ${background}`);
      assert.ok(between(accent, background) >= 3, `${accent} on ${background}`);
    }
  }
});

test("paintOf() has figures of 3:1 against any ground, and features of 3:1 against any figure", () => {
  for (const theme of themes) {
    for (const figure of families) {
      for (const ground of families) {
        const paint = paintOf(figure, ground, figure + 5, theme);
        for (const [color, against] of [
          [paint.body, paint.ground],
          [paint.body, paint.halo],
          [paint.trim, paint.ground],
          [paint.trim, paint.halo],
          [paint.ink, paint.body],
          [paint.glow, paint.ink],
        ] as const) {
          assert.ok(between(color, against) >= 3, `${theme}: ${color} on ${against}`);
        }
      }
    }
  }
});

test("paintOf() has dark grounds in the dark theme, and nothing that glares", () => {
  for (const family of families) {
    const { ground, halo, white } = paintOf(family, family, family, "dark");
    assert.ok(luminance(parse(ground)) < 0.03 && luminance(parse(halo)) < 0.05);
    assert.ok(luminance(parse(white)) < 0.85);
  }
});

const wasm = fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"));
// One process runs all files, and the library starts once.
await initWasm(new Uint8Array(readFileSync(wasm))).catch((error: unknown) =>
  assert.match(String(error), /Already initialized/),
);

function pixels(svg: string, widthPx: number): readonly Color[] {
  const image = new Resvg(svg, { fitTo: { mode: "width", value: widthPx } }).render();
  assert.equal(image.height, widthPx);
  const data = image.pixels;
  return Array.from({ length: widthPx * widthPx }, (_, at) => [
    data[at * 4] ?? 0,
    data[at * 4 + 1] ?? 0,
    data[at * 4 + 2] ?? 0,
  ]);
}

/** How much of the picture stands out from its ground, in 0..1. */
function figureShare(svg: string, widthPx: number): number {
  const ground = parse(/fill="(#[\da-f]{6})"/.exec(svg)?.[1] ?? "");
  const all = pixels(svg, widthPx);
  return all.filter((pixel) => contrast(pixel, ground) >= 3).length / all.length;
}

for (const kind of [
  "mp",
  "mmng",
  "identicon",
  "monsterid",
  "wavatar",
  "retro",
  "robohash",
  "pagan",
  "company",
  "card",
] as const) {
  test(`drawAvatar() has a figure of 3:1 on a ninth of the square or more: ${kind}`, () => {
    for (const theme of themes) {
      for (let index = 0; index < 60; index++) {
        const share = figureShare(drawAvatar(kind, `person ${index}`, theme), 32);
        assert.ok(share > 1 / 9 && share < 0.9, `${theme} ${index}: ${share}`);
      }
    }
  });
}

test("drawAvatar() mirrors identicons, so that no hooked cross can come out", () => {
  const side = 40;
  for (let index = 0; index < 60; index++) {
    const all = pixels(drawAvatar("identicon", `person ${index}`, "light"), side);
    const differing = all.filter((pixel, at) => {
      const mirrored = all[at - (at % side) + side - 1 - (at % side)] ?? pixel;
      return Math.abs(luminance(pixel) - luminance(mirrored)) > 0.1;
    });
    assert.ok(differing.length < all.length / 10, `${index}: ${differing.length}`);
  }
});

test("drawAvatar() fills the square, and leaves it empty for blank", () => {
  const alphas = (svg: string): Set<number | undefined> => {
    const { pixels: data } = new Resvg(svg, { fitTo: { mode: "width", value: 16 } }).render();
    return new Set(data.filter((_, at) => at % 4 === 3));
  };
  for (const theme of themes) {
    assert.deepEqual([...alphas(drawAvatar("blank", "a", theme))], [0]);
    for (const kind of ["mp", "identicon", "wavatar", "pagan", "color"] as const) {
      assert.deepEqual([...alphas(drawAvatar(kind, "a", theme))], [255]);
    }
  }
});
