/** What is written is what was drawn, read by other programs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import type { Pixels } from "../../../core/image.ts";
import { Deflater } from "../../../plugins/engines/satori-deflate.ts";
import { codeLengths, codesOf } from "../../../plugins/engines/satori-deflate-huffman.ts";
import { encodePng } from "../../../plugins/engines/satori-png.ts";
import { see } from "../../see.ts";

/** A picture whose pixels `of` tells from their place. */
function paint(width: number, height: number, of: (x: number, y: number) => readonly number[]): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at++) data.set(of(at % width, Math.floor(at / width)), at * 4);
  return { width, height, data };
}

async function assertWritten(pixels: Pixels, hasAlpha: boolean): Promise<Uint8Array> {
  const png = encodePng({ ...pixels, data: pixels.data.slice() }, hasAlpha);
  const seen = await see(png);
  assert.deepEqual([seen.pixels.width, seen.pixels.height], [pixels.width, pixels.height]);
  assert.ok(Buffer.from(seen.pixels.data).equals(Buffer.from(pixels.data)), "pixels differ");
  return png;
}

/** As a noise, the same each time. */
const noise = (x: number, y: number, seed: number): number =>
  (Math.imul(x * 7919 + y * 104729 + seed, 0x9e3779b1) >>> 24) & 255;

const pictures: Readonly<Record<string, Pixels>> = {
  "one pixel": paint(1, 1, () => [1, 2, 3, 255]),
  "a column": paint(1, 90, (_, y) => [y, y, 0, 255]),
  "a row": paint(700, 1, (x) => [x & 255, 0, 9, 255]),
  "a flat area": paint(1200, 630, () => [250, 248, 244, 255]),
  "a gradient": paint(600, 400, (x, y) => [(x + y) >> 2, 20, 90, 255]),
  "noise in several blocks": paint(300, 200, (x, y) => [noise(x, y, 1), noise(x, y, 2), noise(x, y, 3), 255]),
  "a photo": paint(300, 200, (x, y) => [x + (noise(x, y, 1) >> 5), y + (noise(x, y, 2) >> 5), (x + y) >> 1, 255]),
  "rows wider than deflate reaches": paint(12_000, 4, (x) => [noise(x, 0, 1) & 3, 0, 0, 255]),
};

for (const [name, pixels] of Object.entries(pictures)) {
  test(`encodePng() writes ${name}, as RGB`, async () => {
    assert.equal((await assertWritten(pixels, false))[25], 2);
  });
}

test("encodePng() writes what shows through, as RGBA", async () => {
  const pixels = paint(300, 200, (x, y) => [x & 255, noise(x, y, 1), y, x < 150 ? 255 : y]);
  assert.equal((await assertWritten(pixels, true))[25], 6);
});

test("encodePng() writes any picture of few colours", async () => {
  const colour = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 255 }));
  const some = fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    colours: fc.array(colour, { minLength: 1, maxLength: 4 }),
    places: fc.array(fc.nat(3), { minLength: 1, maxLength: 600 }),
    hasAlpha: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(some, async ({ width, colours, places, hasAlpha }) => {
      const pixels = paint(width, Math.ceil(places.length / width), (x, y) => {
        const [r, g, b, a] = colours[(places[y * width + x] ?? 0) % colours.length] ?? [0, 0, 0, 255];
        return [r, g, b, hasAlpha ? a : 255];
      });
      await assertWritten(pixels, hasAlpha);
    }),
    { numRuns: 60 },
  );
});

test("encodePng() needs a few kilobytes for a flat card", () => {
  const { length } = encodePng({ ...(pictures["a flat area"] as Pixels) }, false);
  assert.ok(length < 8000, `${length}`);
});

test("Deflater.block() writes every length and distance there is", () => {
  const start = Array.from({ length: 32_768 }, (_, at) => noise(at, 0, 5));
  const tokens: number[] = [...start];
  const expected = [...start];
  const copy = (length: number, distance: number) => {
    tokens.push((length << 16) | distance);
    for (let at = 0; at < length; at++) expected.push(expected[expected.length - distance] ?? 0);
  };
  for (let length = 3; length <= 258; length++) copy(length, 1 + ((length * 127) % 32_768));
  for (let power = 1; power <= 32_768; power *= 2)
    for (const distance of [power, power + (power >> 1)]) if (distance <= 32_768) copy(3, distance);
  const deflater = new Deflater(1);
  deflater.block(Uint32Array.from(tokens), true);
  const stream = Buffer.concat([Buffer.of(0x78, 0x01), deflater.bytes()]);
  // Without the checksum of the whole, which is the caller's.
  assert.ok(inflateSync(stream, { finishFlush: 2 }).equals(Buffer.from(expected)));
});

test("codeLengths() fills the space of codes and keeps the limit, whatever the uses", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(0), fc.nat(1e6)), { minLength: 2, maxLength: 286 }), (uses) => {
      const depths = codeLengths(Uint32Array.from(uses), 15);
      assert.equal(
        depths.reduce((sum, depth) => sum + (depth > 0 ? 2 ** -depth : 0), 0),
        1,
      );
      assert.ok(uses.every((use, symbol) => use === 0 || (depths[symbol] ?? 0) > 0));
    }),
  );
  const fibonacci = [1, 1];
  while (fibonacci.length < 30) fibonacci.push((fibonacci.at(-1) ?? 0) + (fibonacci.at(-2) ?? 0));
  for (const limit of [7, 15])
    assert.ok(codeLengths(Uint32Array.from(fibonacci), limit).every((depth) => depth > 0 && depth <= limit));
});

test("codesOf() makes the codes of the standard's example, lowest bit first", () => {
  const depths = Uint8Array.of(3, 3, 3, 3, 3, 2, 4, 4);
  const reversed = ["010", "011", "100", "101", "110", "00", "1110", "1111"].map((bits) =>
    [...bits].reverse().join(""),
  );
  assert.deepEqual(
    [...codesOf(depths)],
    reversed.map((bits) => Number.parseInt(bits, 2)),
  );
});
