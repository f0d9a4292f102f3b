import assert from "node:assert/strict";
import { test } from "node:test";
import background from "../../../plugins/transforms/background.ts";
import flip from "../../../plugins/transforms/flip.ts";
import flop from "../../../plugins/transforms/flop.ts";
import rotate from "../../../plugins/transforms/rotate.ts";
import { assertColor, clear, colorAt, draw } from "../../contract/pictures.ts";
import { applied, appliedTo, isNeeded, through } from "./apply.ts";

const map = draw(20, 10, (x, y) => ({ r: x * 12, g: y * 25, b: 7, a: 255 }));
const blue = { r: 0, g: 0, b: 255, a: 255 };

test("rotate turns a quarter clockwise, exactly, every frame", async () => {
  for (const pixels of await applied(rotate, { rotate: 90 }, [map, map])) {
    assert.deepEqual([pixels.width, pixels.height], [10, 20]);
    assertColor(colorAt(pixels, 9, 0), colorAt(map, 0, 0), 0, "top left goes right");
    assertColor(colorAt(pixels, 9, 19), colorAt(map, 19, 0), 0, "top right goes down");
  }
});

test("rotate announces the size that other angles need, and keeps to it", async () => {
  for (const degrees of [1, 15, 45, 100, 222.5, 359]) await applied(rotate, { rotate: degrees }, [map]);
  assert.deepEqual(rotate.size?.({ width: 100, height: 100 }, { rotate: 45 }), { width: 142, height: 142 });
});

test("rotate fills the corners with the background, or leaves them transparent", async () => {
  const filled = await through([rotate, background], map, { rotate: 30, background: blue });
  assertColor(colorAt(filled, 0, 0), blue, 2, "corner");
  assertColor(colorAt(await appliedTo(rotate, { rotate: 30 }, map), 0, 0), clear, 2, "corner");
});

test("flip and flop mirror", async () => {
  assertColor(colorAt(await appliedTo(flip, { flip: true }, map), 3, 9), colorAt(map, 3, 0), 0, "flip");
  assertColor(colorAt(await appliedTo(flop, { flop: true }, map), 19, 4), colorAt(map, 0, 4), 0, "flop");
});

test("rotate, flip and flop are not needed when they say nothing", () => {
  assert.equal(isNeeded(rotate, { background: blue }), false);
  assert.equal(isNeeded(rotate, { rotate: 0 }), false);
  assert.equal(isNeeded(flip, { flip: false }), false);
  assert.equal(isNeeded(flop, {}), false);
});
