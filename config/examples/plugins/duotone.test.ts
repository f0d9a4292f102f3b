import assert from "node:assert/strict";
import { test } from "node:test";
import { applyTo, images, parametersOf, testTransform } from "cameo/testing";
import duotone from "./duotone.ts";

const corners = { dark: { r: 17, g: 34, b: 51, a: 255 }, light: { r: 255, g: 238, b: 204, a: 255 } };
const grey = (value: number, a = 255) => images.draw(1, 1, () => ({ r: value, g: value, b: value, a }));

testTransform(duotone, {
  query: "duotone=112233,ffeecc",
  look: (after, before) => {
    assert.equal(images.colorAt(after, 0, 0).a, images.colorAt(before, 0, 0).a);
  },
});

test("transform.duotone puts its colours in the place of black and white, and mixes them between", async () => {
  const [black, white, middle] = await applyTo(duotone, "duotone=112233,ffeecc", grey(0), grey(255), grey(128, 9));
  assert.deepEqual(black && images.colorAt(black, 0, 0), corners.dark);
  assert.deepEqual(white && images.colorAt(white, 0, 0), corners.light);
  assert.deepEqual(middle && images.colorAt(middle, 0, 0), { r: 136, g: 136, b: 128, a: 9 });
});

test("transform.duotone takes two colours, no fewer and no more, in any spelling", () => {
  const { duotone: pair } = parametersOf(duotone, "duotone=%23123,FFEECC");
  assert.deepEqual(pair, [corners.dark, corners.light]);
  for (const text of ["", "112233", "112233,", "112233,pink", "112233,ffeecc,000"])
    assert.throws(() => parametersOf(duotone, `duotone=${text}`), /it takes two colours/, text);
});
