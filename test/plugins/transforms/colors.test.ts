import assert from "node:assert/strict";
import { test } from "node:test";
import type { Color } from "../../../core/image.ts";
import type { Parameters, PluginOf } from "../../../core/plugin.ts";
import brightness from "../../../plugins/transforms/brightness.ts";
import contrast from "../../../plugins/transforms/contrast.ts";
import grayscale from "../../../plugins/transforms/grayscale.ts";
import hue from "../../../plugins/transforms/hue.ts";
import negate from "../../../plugins/transforms/negate.ts";
import saturation from "../../../plugins/transforms/saturation.ts";
import tint from "../../../plugins/transforms/tint.ts";
import { assertColor, colorAt, draw } from "../../contract/pictures.ts";
import { applied, isNeeded } from "./apply.ts";

const skin: Color = { r: 224, g: 172, b: 144, a: 255 };
const glass: Color = { r: 40, g: 150, b: 200, a: 100 };
const black: Color = { r: 0, g: 0, b: 0, a: 255 };
const white: Color = { r: 255, g: 255, b: 255, a: 255 };
const red: Color = { r: 255, g: 0, b: 0, a: 255 };
const grey = (level: number): Color => ({ r: level, g: level, b: level, a: 255 });
const orange: Color = { r: 255, g: 140, b: 0, a: 255 };

/** What one colour becomes, in the second of two frames. */
async function becomes(transform: PluginOf<"transform">, parameters: Parameters, color: Color): Promise<Color> {
  const frames = await applied(transform, parameters, [draw(3, 2, () => white), draw(3, 2, () => color)]);
  const pixels = frames[1];
  assert.ok(pixels);
  return colorAt(pixels, 2, 1);
}

interface Case {
  readonly transform: PluginOf<"transform">;
  readonly parameters: Parameters;
  readonly from: Color;
  readonly to: Color;
}

const cases: readonly Case[] = [
  { transform: brightness, parameters: { brightness: 50 }, from: skin, to: { r: 255, g: 255, b: 216, a: 255 } },
  { transform: brightness, parameters: { brightness: -50 }, from: glass, to: { r: 20, g: 75, b: 100, a: 100 } },
  { transform: brightness, parameters: { brightness: -100 }, from: skin, to: black },
  { transform: contrast, parameters: { contrast: 100 }, from: grey(140), to: grey(153) },
  { transform: contrast, parameters: { contrast: 100 }, from: grey(20), to: grey(0) },
  { transform: contrast, parameters: { contrast: -100 }, from: skin, to: grey(128) },
  { transform: saturation, parameters: { saturation: -100 }, from: red, to: grey(54) },
  { transform: saturation, parameters: { saturation: -50 }, from: glass, to: { r: 84, g: 139, b: 164, a: 100 } },
  { transform: saturation, parameters: { saturation: 100 }, from: skin, to: { r: 255, g: 163, b: 107, a: 255 } },
  { transform: hue, parameters: { hue: 180 }, from: red, to: { r: 0, g: 109, b: 109, a: 255 } },
  { transform: hue, parameters: { hue: 90 }, from: grey(90), to: grey(90) },
  { transform: grayscale, parameters: { grayscale: true }, from: skin, to: grey(181) },
  { transform: negate, parameters: { negate: true }, from: glass, to: { r: 215, g: 105, b: 55, a: 100 } },
  { transform: tint, parameters: { tint: orange }, from: black, to: black },
  { transform: tint, parameters: { tint: orange }, from: white, to: white },
  { transform: tint, parameters: { tint: orange }, from: orange, to: orange },
  { transform: tint, parameters: { tint: grey(70) }, from: red, to: grey(127) },
];

for (const { transform, parameters, from, to } of cases) {
  const name = `${transform.name}=${Object.values(parameters).map((value) => JSON.stringify(value))}`;
  test(`${name} turns ${Object.values(from)} into ${Object.values(to)} and keeps alpha`, async () => {
    assertColor(await becomes(transform, parameters, from), to, 2, name);
  });
}

test("tint keeps the lightness of every grey", async () => {
  for (const level of [30, 80, 128, 180, 230]) {
    const { r, g, b } = await becomes(tint, { tint: orange }, grey(level));
    assert.ok(Math.abs(luminance(r, g, b) - luminance(level, level, level)) < 0.012, `at ${level}`);
    assert.ok(r > b, `has its hue at ${level}`);
  }
});

function luminance(r: number, g: number, b: number): number {
  const [x = 0, y = 0, z = 0] = [r, g, b].map((value) =>
    value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}

test("the transforms of colours are not needed without a value, or for none", () => {
  for (const transform of [brightness, contrast, saturation, hue, grayscale, negate, tint]) {
    assert.equal(isNeeded(transform, {}), false, transform.name);
  }
  assert.equal(isNeeded(brightness, { brightness: 0 }), false);
  assert.equal(isNeeded(hue, { hue: 0 }), false);
  assert.equal(isNeeded(negate, { negate: false }), false);
});

test("the transforms of colours run in an order of their own, after resize and before pad", () => {
  const orders = [brightness, contrast, saturation, hue, grayscale, tint, negate].map(({ order }) => order);
  assert.equal(new Set(orders).size, orders.length);
  assert.ok(orders.every((order) => order >= 60 && order < 80));
});
