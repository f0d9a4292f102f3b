import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Color, Pixels } from "../../../core/image.ts";
import blur, { boxRadii } from "../../../plugins/transforms/blur.ts";
import sharpen from "../../../plugins/transforms/sharpen.ts";
import { assertColor, clear, colorAt, draw, white, worst } from "../../contract/pictures.ts";
import { applied, appliedTo, isNeeded } from "./apply.ts";

const black: Color = { r: 0, g: 0, b: 0, a: 255 };
const red: Color = { r: 200, g: 40, b: 20, a: 255 };
/** Black to the left of the middle, white to the right. */
const edge = draw(80, 40, (x) => (x < 40 ? black : white));

/** Share of a Gaussian that lies left of `at`, by the logistic approximation of its integral (error below 0.01). */
const normal = (at: number): number => 1 / (1 + Math.exp(-1.702 * at));

for (const sigma of [0.6, 1, 2, 5, 9]) {
  test(`blur=${sigma} spreads an edge as a Gaussian does`, async () => {
    const pixels = await appliedTo(blur, { blur: sigma }, edge);
    for (let x = 0; x < 80; x++) {
      const level = 255 * normal((x - 39.5) / sigma);
      assertColor(colorAt(pixels, x, 20), { r: level, g: level, b: level, a: 255 }, 8, `at ${x}`);
    }
  });
}

test("blur leaves a plain picture alone, at its edges too, and works on every frame", async () => {
  for (const sigma of [1, 30]) {
    const frames = await applied(blur, { blur: sigma }, [draw(20, 15, () => red), draw(20, 15, () => red)]);
    for (const pixels of frames)
      assert.ok(
        worst(
          pixels,
          draw(20, 15, () => red),
        ) <= 1,
      );
  }
});

test("blur lets no hidden colour bleed out of transparent pixels", async () => {
  const half = draw(40, 20, (x) => (x < 20 ? red : { r: 0, g: 255, b: 0, a: 0 }));
  const pixels = await appliedTo(blur, { blur: 4 }, half);
  for (let x = 0; x < 40; x++) {
    const color = colorAt(pixels, x, 10);
    if (color.a > 16) assertColor({ ...color, a: 255 }, red, 8, `at ${x}`);
  }
  assert.ok(Math.abs(colorAt(pixels, 19, 10).a - 140) < 14);
});

test("blur takes a picture of one pixel", async () => {
  const pixels = await appliedTo(
    blur,
    { blur: 50 },
    draw(1, 1, () => red),
  );
  assertColor(colorAt(pixels, 0, 0), red, 1, "the pixel");
});

test("boxRadii() have the variance of the Gaussian together", () => {
  fc.assert(
    fc.property(fc.double({ min: 2, max: 250, noNaN: true }), (sigma) => {
      const variance = boxRadii(sigma).reduce((sum, radius) => sum + ((2 * radius + 1) ** 2 - 1) / 12, 0);
      assert.ok(Math.abs(Math.sqrt(variance) - sigma) < 0.2, `${Math.sqrt(variance)} for ${sigma}`);
    }),
  );
});

const column = (pixels: Pixels, x: number): number => colorAt(pixels, x, 20).r;

test("sharpen makes an edge steeper and leaves plain areas alone", async () => {
  const soft = draw(80, 40, (x) => {
    const level = 60 + 130 * normal((x - 39.5) / 2);
    return { r: level, g: level, b: level, a: 255 };
  });
  const pixels = await appliedTo(sharpen, { sharpen: 2 }, soft);
  assert.ok(column(pixels, 42) > column(soft, 42) + 4 && column(pixels, 37) < column(soft, 37) - 4);
  assertColor(colorAt(pixels, 5, 20), colorAt(soft, 5, 20), 1, "plain");
});

test("sharpen keeps hue at coloured edges: all channels move by the same", async () => {
  const colored = draw(40, 40, (x) => (x < 20 ? { r: 120, g: 60, b: 60, a: 255 } : { r: 150, g: 90, b: 90, a: 255 }));
  const { r, g, b } = colorAt(await appliedTo(sharpen, { sharpen: 1 }, colored), 20, 20);
  assert.ok(r > 150);
  assert.deepEqual([g - 90, b - 90], [r - 150, r - 150]);
});

test("sharpen ignores transparent surroundings", async () => {
  const cut = draw(40, 40, (x) => (x < 20 ? red : clear));
  const pixels = await appliedTo(sharpen, { sharpen: 3 }, cut);
  assertColor(colorAt(pixels, 19, 20), red, 1, "at the edge");
  assertColor(colorAt(pixels, 30, 20), clear, 0, "outside");
});

test("blur and sharpen are not needed for 0", () => {
  assert.equal(isNeeded(blur, { blur: 0 }), false);
  assert.equal(isNeeded(sharpen, { sharpen: 0 }), false);
});
