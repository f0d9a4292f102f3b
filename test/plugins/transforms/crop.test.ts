import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import crop from "../../../plugins/transforms/crop.ts";
import { assertColor, colorAt, draw } from "../../contract/pictures.ts";
import { applied, appliedTo } from "./apply.ts";

const map = draw(24, 16, (x, y) => ({ r: x * 10, g: y * 10, b: 7, a: 255 }));
const area = (x: number, y: number, width: number, height: number) => ({ crop: { x, y, width, height } });

test("crop keeps exactly the area, of every frame", async () => {
  const frames = await applied(crop, area(3, 5, 6, 4), [map, map]);
  for (const pixels of frames) {
    assert.deepEqual([pixels.width, pixels.height], [6, 4]);
    assertColor(colorAt(pixels, 0, 0), { r: 30, g: 50, b: 7, a: 255 }, 0, "first");
    assertColor(colorAt(pixels, 5, 3), { r: 80, g: 80, b: 7, a: 255 }, 0, "last");
  }
});

test("crop cuts off what reaches over the edges", async () => {
  const pixels = await appliedTo(crop, area(20, 10, 100, 100), map);
  assert.deepEqual([pixels.width, pixels.height], [4, 6]);
});

test("crop speaks of the original where the decoder shrank it", async () => {
  const pixels = await appliedTo(crop, area(8, 8, 32, 16), map, { width: 96, height: 64 });
  assert.deepEqual([pixels.width, pixels.height], [8, 4]);
  assertColor(colorAt(pixels, 0, 0), { r: 20, g: 20, b: 7, a: 255 }, 0, "first");
});

test("crop keeps at least a pixel of a picture that was shrunk a lot", async () => {
  const pixels = await appliedTo(crop, area(95, 63, 1, 1), map, { width: 96, height: 64 });
  assert.deepEqual([pixels.width, pixels.height], [1, 1]);
});

test("crop refuses an area wholly outside and names what it takes", () => {
  assert.throws(
    () => crop.size?.({ width: 24, height: 16 }, area(24, 0, 5, 5)),
    (error: unknown) => {
      assert.ok(error instanceof CameoError);
      assert.equal(error.code, "bad-parameter");
      assert.equal(error.options.fields?.parameter, "crop");
      assert.match(error.detail, /24 × 16/);
      return true;
    },
  );
});
