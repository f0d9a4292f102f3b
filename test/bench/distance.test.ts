import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, type Pixels } from "./distance.ts";

const [width, height] = [64, 48];

/** Stripes and a ramp, each channel changed by `change`. */
function picture(change: (value: number, at: number) => number = (value) => value): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at++) {
    const x = Math.floor(at / 3) % width;
    data[at] = Math.max(0, Math.min(255, change((x % 8 < 4 ? 60 : 150) + x, at)));
  }
  return { data, width, height };
}

test("distance() of a picture to itself is 0", () => {
  assert.equal(distance(picture(), picture()), 0);
});

test("distance() grows with noise", () => {
  const noisy = (amount: number) => picture((value, at) => value + ((at * 7919) % 13) * amount - 6 * amount);
  const [little, much] = [distance(picture(), noisy(1)), distance(picture(), noisy(6))];
  assert.ok(little > 0 && much > 2 * little, `${little}, ${much}`);
});

test("distance() sees lost stripes far more than a slightly brighter picture", () => {
  const brighter = distance(
    picture(),
    picture((value) => value + 4),
  );
  const flat = distance(
    picture(),
    picture(() => 128),
  );
  assert.ok(flat > 10 * brighter, `${flat}, ${brighter}`);
});

test("distance() refuses another size", () => {
  assert.throws(() => distance(picture(), { data: new Uint8Array(192), width: 8, height: 8 }), /8×8 is not/);
});
