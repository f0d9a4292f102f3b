import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Rgb, resampleRgb } from "../../../plugins/engines/magick-resample.ts";

function picture(width: number, height: number, value: (x: number, y: number, channel: number) => number): Rgb {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / 3);
    data[at] = value(pixel % width, Math.floor(pixel / width), at % 3);
  }
  return { width, height, data };
}

/** The definition, in floating point: the mean of each pixel's neighbours, weighted by Lanczos, first down, then across. */
function slowly({ width, height, data }: Rgb, to: { width: number; height: number }): number[] {
  const at = (x: number, y: number, channel: number) => data[(y * width + x) * 3 + channel] ?? 0;
  const made: number[] = [];
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        made.push(
          blend(width, to.width, x, (column) =>
            Math.max(
              0,
              Math.min(
                255,
                blend(height, to.height, y, (row) => at(column, row, channel)),
              ),
            ),
          ),
        );
      }
    }
  }
  return made.map((value) => Math.max(0, Math.min(255, value)));
}

function blend(from: number, to: number, place: number, value: (at: number) => number): number {
  const ratio = from / to;
  const center = (place + 0.5) * ratio - 0.5;
  let [sum, total] = [0, 0];
  for (let at = Math.max(0, Math.floor(center - 3 * ratio)); at < from && at <= center + 3 * ratio; at++) {
    const x = (Math.PI * (at - center)) / ratio;
    const weight = x === 0 ? 1 : Math.abs(x) >= 3 * Math.PI ? 0 : (3 * Math.sin(x) * Math.sin(x / 3)) / (x * x);
    sum += weight * value(at);
    total += weight;
  }
  return sum / total;
}

const side = fc.integer({ min: 1, max: 40 });

test("resampleRgb() is Lanczos with three lobes, within two levels, at any size", () => {
  fc.assert(
    fc.property(side, side, side, side, fc.integer(), (width, height, wide, high, seed) => {
      const source = picture(
        width,
        height,
        (x, y, channel) => (Math.imul(x * 31 + y * 17 + channel, seed | 1) >>> 8) & 255,
      );
      const to = { width: Math.min(width, wide), height: Math.min(height, high) };
      const [made, wanted] = [resampleRgb(source, to), slowly(source, to)];
      assert.equal(made.length, wanted.length);
      for (const [at, value] of made.entries()) {
        const off = Math.abs(value - (wanted[at] ?? 0));
        assert.ok(off <= 2, `${width}×${height} → ${to.width}×${to.height}, byte ${at}: ${value}, not ${wanted[at]}`);
      }
    }),
    { numRuns: 200 },
  );
});

test("resampleRgb() leaves one colour as it is, white and black too", () => {
  for (const value of [0, 1, 128, 254, 255]) {
    const made = resampleRgb(
      picture(173, 91, () => value),
      { width: 128, height: 60 },
    );
    assert.ok(made.every((each) => each === value));
  }
});

test("resampleRgb() leaves the picture as it is at its own size", () => {
  const source = picture(33, 21, (x, y, channel) => (x * 7 + y * 13 + channel * 50) & 255);
  assert.deepEqual(resampleRgb(source, source), source.data.slice());
});

test("resampleRgb() gives an edge its place when a part of the last column does not count", () => {
  const [whole, stored] = [172.5, 173];
  const ramp = picture(stored, 8, (x) => Math.min(255, x));
  const made = resampleRgb(ramp, { width: 115, height: 8 }, { width: whole, height: 8 });
  const [left = 0, right = 0] = [made[3 * 10], made[3 * 100]];
  const place = (x: number) => ((x + 0.5) * whole) / 115 - 0.5;
  assert.ok(Math.abs(left - place(10)) <= 1 && Math.abs(right - place(100)) <= 1, `${left}, ${right}`);
});

test("resampleRgb() does a large picture after a small one, and the other way round", () => {
  const small = picture(20, 20, () => 90);
  const large = picture(1500, 900, () => 200);
  for (const [source, value] of [
    [small, 90],
    [large, 200],
    [small, 90],
  ] as const) {
    assert.ok(resampleRgb(source, { width: 15, height: 9 }).every((each) => each === value));
  }
});
