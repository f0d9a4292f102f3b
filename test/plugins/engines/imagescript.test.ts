import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { CameoError } from "../../../core/error.ts";
import type { DecodeOptions, Pixels } from "../../../core/image.ts";
import imagescript from "../../../plugins/engines/imagescript.ts";
import { decodeDefaults, engineContract, refusesWith } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";
import { assertColor, colorAt, draw, white, worst } from "../../contract/pictures.ts";
import { fixture, type GoodName, goodFixture } from "../../fixtures/fixture.ts";
import { big, find, join, little, randomBytes, splice } from "../../fixtures/formats/bytes.ts";
import { encodePng, pngChunk, pngColor } from "../../fixtures/formats/png.ts";

engineContract(imagescript, () => makeHost(), { refuses: { "jpeg-cmyk-icc": "engine-cannot" } });

const engine = async () => await imagescript.setup({ pngLevel: 3 }, makeHost());
const how = (name: GoodName): DecodeOptions => ({ ...decodeDefaults, format: goodFixture(name).format });

/** Through the encoder and back. */
async function returned(frames: readonly Pixels[], format: "gif" | "png"): Promise<readonly Pixels[]> {
  const instance = await engine();
  const body = await instance.encode(instance.fromPixels(frames), { format, quality: 80, background: white });
  const picture = await instance.decode(body, { ...decodeDefaults, format });
  return Array.from({ length: picture.frames }, (_, index) => picture.pixels(index));
}

const noise = (width: number, height: number, colors: number): Pixels => {
  const random = randomBytes(width * height, 7);
  return draw(width, height, (x, y) => {
    const number = (random[y * width + x] ?? 0) % colors;
    return { r: number, g: (number * 7) & 255, b: 255 - number, a: 255 };
  });
};

test("imagescript.decode() answers unsupported-type for formats that it does not read", async () => {
  const instance = await engine();
  for (const name of ["webp-lossy", "tiff", "avif"] as const) {
    const body = await fixture(name);
    await refusesWith(["unsupported-type"], () => instance.decode(body, how(name)));
  }
});

test("imagescript.decode() answers engine-cannot for a JPEG of 12 bits", async () => {
  const body = (await fixture("jpeg-420")).slice();
  const frame = body.findIndex((byte, at) => byte === 0xff && body[at + 1] === 0xc0);
  body[frame + 4] = 12;
  await refusesWith(["engine-cannot"], async () => (await engine()).decode(body, how("jpeg-420")));
});

test("imagescript.decode() refuses a JPEG with a flood of scans at once", async () => {
  const body = await fixture("bomb-jpeg-scans");
  await refusesWith(["broken-image"], async () => (await engine()).decode(body, how("jpeg-420")));
});

test("imagescript.decode() refuses a GIF with a frame of no width or height, on which its codec would not end", async () => {
  const body = await fixture("gif-animated");
  const frame = body.indexOf(0x2c, 13);
  for (const at of [5, 7]) {
    const flat = body.slice();
    flat.set([0, 0], frame + at);
    await refusesWith(["broken-image"], async () => (await engine()).decode(flat, how("gif-animated")));
  }
});

test("imagescript.decode() shrinks a JPEG on load, also one that lies on its side, never below what is needed", async () => {
  for (const name of ["jpeg-420", "jpeg-orientation-6"] as const) {
    const body = await fixture(name);
    const sizes = [
      [30, 20, 60],
      [90, 60, 120],
      [91, 61, 120],
      [120, 80, 240],
    ] as const;
    for (const [width, height, decoded] of sizes) {
      const picture = await (await engine()).decode(body, { ...how(name), atLeast: { width, height } });
      assert.deepEqual([picture.width, picture.scale], [decoded, decoded / 240], `${name} for ${width}`);
    }
  }
});

test("imagescript.encode() keeps up to 255 colours of a GIF exactly, through every width of code", async () => {
  for (const colors of [1, 2, 200, 255]) {
    for (const side of [1, 7, 200]) {
      const picture = noise(side, side, colors);
      const [back] = await returned([picture], "gif");
      assert.ok(back);
      assert.equal(worst(back, picture), 0, `${colors} colours, ${side} px`);
    }
  }
});

test("imagescript.encode() reduces the colours of a GIF without a visible difference", async () => {
  const gradient = draw(128, 128, (x, y) => ({ r: x * 2, g: y * 2, b: 128, a: 255 }));
  const [back] = await returned([gradient], "gif");
  assert.ok(back);
  assert.ok(worst(back, gradient) <= 16, `off by ${worst(back, gradient)}`);
});

test("imagescript.encode() keeps any small picture exactly as PNG", async () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 9 }),
    height: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ width, height, seed }) => {
      const data = new Uint8ClampedArray(randomBytes(width * height * 4, seed));
      const [back] = await returned([{ width, height, data }], "png");
      assert.deepEqual(back?.data, data);
    }),
    { numRuns: 60 },
  );
});

test("imagescript.decode() keeps the size of a JPEG that is one pixel wide or high", async () => {
  const instance = await engine();
  for (const [width, height] of [
    [1, 90],
    [90, 1],
    [3, 5],
  ] as const) {
    const drawn = instance.fromPixels([draw(width, height, () => white)]);
    const body = await instance.encode(drawn, { format: "jpeg", quality: 80, background: white });
    const picture = await instance.decode(body, { ...decodeDefaults, format: "jpeg" });
    assert.deepEqual([picture.width, picture.height, picture.scale], [width, height, 1]);
  }
});

test("imagescript shows an animated GIF as often as it was", async () => {
  const instance = await engine();
  const frames = [noise(8, 8, 4), noise(8, 8, 5)].map((pixels) => ({ ...pixels, delayMs: 100 }));
  const endless = await instance.encode(instance.fromPixels(frames), { format: "gif", quality: 80, background: white });
  const block = find(endless, "NETSCAPE2.0") - 3;
  for (const [repeats, body] of [
    [0, endless],
    [300, splice(endless, block + 16, block + 18, little.u16(300))],
    [undefined, splice(endless, block, block + 19)],
  ] as const) {
    const picture = await instance.decode(body, { ...decodeDefaults, format: "gif" });
    const again = await instance.encode(picture, { format: "gif", quality: 80, background: white });
    const at = Buffer.from(again).indexOf("NETSCAPE2.0");
    const got = at < 0 ? undefined : (again[at + 13] ?? 0) + (again[at + 14] ?? 0) * 256;
    assert.equal(got, repeats);
  }
});

test("imagescript.decode() brings greys of another curve to sRGB", async () => {
  // One tag, a curve with the exponent 1: linear light.
  const profile = join(new Uint8Array(16), "GRAY", new Uint8Array(108), big.u32(1), "kTRC", big.u32(144), big.u32(14));
  const curve = join("curv", big.u32(0), big.u32(1), big.u16(256));
  const embedded = pngChunk("iCCP", "grey\0\0", deflateSync(join(profile, curve)));
  const gamma = pngChunk("gAMA", big.u32(100_000));
  for (const [chunks, wanted] of [
    [[embedded], 128],
    [[gamma], 128],
    [[gamma, pngChunk("sRGB", 0)], 55],
    [[], 55],
  ] as const) {
    const grey = { width: 4, height: 4, depth: 8, color: pngColor.grey, chunks, sample: () => [55] } as const;
    const picture = await (await engine()).decode(encodePng(grey), { ...decodeDefaults, format: "png" });
    assertColor(colorAt(picture.pixels(), 2, 2), { r: wanted, g: wanted, b: wanted, a: 255 }, 1, "55 of 255");
  }
});

for (const name of [
  "jpeg-exif-twice",
  "jpeg-progressive",
  "jpeg-p3",
  "png-exif",
  "png-p3",
  "png-palette-alpha",
  "gif-animated",
] as const) {
  test(`imagescript.decode() throws nothing but errors of ours, whatever is damaged in ${name}`, async () => {
    const whole = await fixture(name);
    const instance = await engine();
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const body = whole.slice();
        for (const [at, value] of changes) body[at] = value;
        try {
          (await instance.decode(body, { ...how(name), maxPixels: 200_000 })).dispose();
        } catch (error) {
          assert.ok(error instanceof CameoError, String(error));
        }
      }),
      { numRuns: 40 },
    );
  });
}
