import assert from "node:assert/strict";
import { test } from "node:test";
import type { Color } from "../../../core/image.ts";
import background from "../../../plugins/transforms/background.ts";
import negate from "../../../plugins/transforms/negate.ts";
import pad from "../../../plugins/transforms/pad.ts";
import radius from "../../../plugins/transforms/radius.ts";
import resize from "../../../plugins/transforms/resize.ts";
import rotate from "../../../plugins/transforms/rotate.ts";
import { assertColor, clear, colorAt, draw, white } from "../../contract/pictures.ts";
import { applied, appliedTo, isNeeded, through } from "./apply.ts";

const red: Color = { r: 200, g: 30, b: 30, a: 255 };
const glass: Color = { r: 200, g: 30, b: 30, a: 128 };
const plain = draw(40, 30, () => red);
const all = (value: number) => ({ top: value, right: value, bottom: value, left: value });

test("pad adds space on each side, times dpr, in every frame", async () => {
  const edges = { top: 1, right: 2, bottom: 3, left: 4 };
  for (const padded of await applied(pad, { pad: edges, dpr: 2 }, [plain, plain])) {
    const pixels = await appliedTo(background, { background: white }, padded);
    assert.deepEqual([pixels.width, pixels.height], [52, 38]);
    assertColor(colorAt(pixels, 7, 1), white, 0, "outside");
    assertColor(colorAt(pixels, 8, 2), red, 0, "first inside");
    assertColor(colorAt(pixels, 47, 31), red, 0, "last inside");
    assertColor(colorAt(pixels, 48, 32), white, 0, "outside again");
  }
});

test("pad is transparent without a background, and keeps what is transparent inside", async () => {
  const pixels = await appliedTo(
    pad,
    { pad: all(5) },
    draw(10, 10, () => glass),
  );
  assertColor(colorAt(pixels, 2, 2), clear, 0, "outside");
  assertColor(colorAt(pixels, 7, 7), glass, 1, "inside");
});

test("background lies under what is transparent and leaves the rest alone", async () => {
  const half = draw(4, 1, (x) => [red, glass, clear][x] ?? white);
  const pixels = await appliedTo(background, { background: { r: 0, g: 0, b: 255, a: 255 } }, half);
  assertColor(colorAt(pixels, 0, 0), red, 0, "opaque");
  assertColor(colorAt(pixels, 1, 0), { r: 100, g: 15, b: 142, a: 255 }, 2, "half");
  assertColor(colorAt(pixels, 2, 0), { r: 0, g: 0, b: 255, a: 255 }, 0, "transparent");
});

test("background may be see-through itself", async () => {
  const half = draw(2, 1, (x) => (x === 0 ? glass : clear));
  const pixels = await appliedTo(background, { background: { r: 0, g: 0, b: 255, a: 128 } }, half);
  assertColor(colorAt(pixels, 0, 0), { r: 133, g: 20, b: 105, a: 192 }, 2, "half");
  assertColor(colorAt(pixels, 1, 0), { r: 0, g: 0, b: 255, a: 128 }, 1, "transparent");
});

test("radius makes corners transparent and keeps the rest", async () => {
  const pixels = await appliedTo(radius, { radius: 10 }, plain);
  for (const [x, y] of [
    [0, 0],
    [39, 0],
    [0, 29],
    [39, 29],
  ] as const) {
    assertColor(colorAt(pixels, x, y), clear, 0, `corner ${x},${y}`);
  }
  for (const [x, y] of [
    [10, 0],
    [0, 10],
    [39, 15],
    [4, 4],
  ] as const) {
    assertColor(colorAt(pixels, x, y), red, 0, `inside ${x},${y}`);
  }
});

test("radius smooths the arc: what is left is the area of the rounded picture", async () => {
  for (const [width, height, value] of [
    [40, 30, 10],
    [41, 31, 15],
    [31, 31, "max"],
    [30, 30, "max"],
    [60, 21, "max"],
  ] as const) {
    const pixels = await appliedTo(
      radius,
      { radius: value },
      draw(width, height, () => red),
    );
    const r = value === "max" ? Math.min(width, height) / 2 : value;
    let covered = 0;
    let soft = 0;
    for (let at = 3; at < pixels.data.length; at += 4) {
      covered += (pixels.data[at] ?? 0) / 255;
      if (pixels.data[at] !== 0 && pixels.data[at] !== 255) soft += 1;
    }
    const area = width * height - (4 - Math.PI) * r * r;
    assert.ok(Math.abs(covered - area) < 2, `${width}×${height} ${value}: ${covered}, expected ${area}`);
    assert.ok(soft >= 8, "has soft pixels");
  }
});

test("radius fills the corners with the background, takes dpr, and stops at half of the smaller side", async () => {
  const filled = await appliedTo(radius, { radius: 10, background: white }, plain);
  assertColor(colorAt(filled, 0, 0), white, 0, "corner");
  const doubled = await appliedTo(radius, { radius: 5, dpr: 2 }, plain);
  const single = await appliedTo(radius, { radius: 10 }, plain);
  assert.deepEqual(doubled.data, single.data);
  const most = await appliedTo(radius, { radius: 5000 }, plain);
  assert.deepEqual(most.data, (await appliedTo(radius, { radius: "max" }, plain)).data);
});

test("radius never makes a transparent pixel visible, and rounds every frame", async () => {
  const frames = await applied(radius, { radius: 8 }, [plain, draw(40, 30, () => clear)]);
  assert.ok(frames[1]?.data.every((_, at) => at % 4 !== 3 || frames[1]?.data[at] === 0));
  assert.equal(colorAt(frames[0] ?? plain, 0, 0).a, 0);
});

test("pad, background and radius are not needed when they say nothing", () => {
  assert.equal(isNeeded(pad, { pad: all(0) }), false);
  assert.equal(isNeeded(pad, { background: white }), false);
  assert.equal(isNeeded(background, { background: clear }), false);
  assert.equal(isNeeded(radius, { radius: 0 }), false);
  assert.equal(isNeeded(radius, { background: white, dpr: 2 }), false);
});

const framers = [
  { step: rotate, own: { rotate: 45 } },
  { step: resize, own: { width: 20, height: 40, fit: "contain" } },
  { step: pad, own: { pad: all(5) } },
] as const;

test("a background that is seen through is as strong around the picture as under it", async () => {
  for (const { step, own } of framers) {
    const pixels = await through([step, background], plain, { ...own, background: { r: 0, g: 0, b: 255, a: 128 } });
    assertColor(colorAt(pixels, 0, 0), { r: 0, g: 0, b: 255, a: 128 }, 1, step.name);
  }
});

test("a background is what was asked for, whatever is done to the picture's colours", async () => {
  for (const { step, own } of framers.slice(0, 2)) {
    const inverted = await through([step, negate, background], plain, { ...own, negate: true, background: white });
    assertColor(colorAt(inverted, 0, 0), white, 1, step.name);
    const { width, height } = inverted;
    assertColor(colorAt(inverted, width >> 1, height >> 1), { r: 55, g: 225, b: 225, a: 255 }, 2, "inside");
  }
});
