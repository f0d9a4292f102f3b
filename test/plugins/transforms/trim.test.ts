import assert from "node:assert/strict";
import { test } from "node:test";
import type { Color, Pixels } from "../../../core/image.ts";
import trim from "../../../plugins/transforms/trim.ts";
import { clear, draw, white } from "../../contract/pictures.ts";
import { applied, appliedTo } from "./apply.ts";

const red: Color = { r: 200, g: 30, b: 30, a: 255 };

/** A box of a colour on another. */
const framed = (x: number, y: number, width: number, height: number, color = red, edge: Color = white): Pixels =>
  draw(40, 30, (column, row) => (column >= x && column < x + width && row >= y && row < y + height ? color : edge));

test("trim cuts to the box of what differs from the top left pixel", async () => {
  const { width, height } = await appliedTo(trim, { trim: 10 }, framed(5, 7, 12, 9));
  assert.deepEqual([width, height], [12, 9]);
});

test("trim takes its number as the difference that still counts as edge", async () => {
  const faint = framed(5, 7, 12, 9, { r: 235, g: 235, b: 235, a: 255 });
  assert.equal((await appliedTo(trim, { trim: 5 }, faint)).width, 12);
  assert.equal((await appliedTo(trim, { trim: 10 }, faint)).width, 40);
});

test("trim takes transparent pixels for edge, whatever colour they hide", async () => {
  const { width } = await appliedTo(trim, { trim: 10 }, framed(5, 7, 12, 9, red, clear));
  assert.equal(width, 12);
  const hidden = draw(40, 30, (x, y) => (x > 9 && y > 9 ? red : { r: x * 6, g: 0, b: 0, a: 0 }));
  assert.equal((await appliedTo(trim, { trim: 10 }, hidden)).width, 30);
});

test("trim cuts what all frames share", async () => {
  const [first] = await applied(trim, { trim: 10 }, [framed(5, 7, 4, 4), framed(20, 12, 10, 10)]);
  assert.deepEqual([first?.width, first?.height], [25, 15]);
});

test("trim leaves a picture of one colour as it is", async () => {
  const { width, height } = await appliedTo(
    trim,
    { trim: 10 },
    draw(40, 30, () => red),
  );
  assert.deepEqual([width, height], [40, 30]);
});

test("trim announces no size, since it depends on the pixels", () => {
  assert.equal(trim.size?.({ width: 40, height: 30 }, { trim: 10 }), undefined);
});
