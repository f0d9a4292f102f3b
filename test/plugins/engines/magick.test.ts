import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { CompressionMethod, MagickFormat, type Orientation } from "@imagemagick/magick-wasm";
import { CameoError } from "../../../core/error.ts";
import type { DecodeOptions, InputFormat } from "../../../core/image.ts";
import magick from "../../../plugins/engines/magick.ts";
import { countJpegScans, largestOfIcon, measureGif } from "../../../plugins/engines/magick-files.ts";
import { createGuard } from "../../../plugins/engines/magick-guard.ts";
import { fromRgba } from "../../../plugins/engines/magick-picture.ts";
import { isSrgb, srgbProfile } from "../../../plugins/engines/magick-srgb.ts";
import { decodeDefaults, engineContract, refusesWith } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";
import { assertColor, assertPatches, colorAt, draw, white } from "../../contract/pictures.ts";
import { cardPatches, drawCard } from "../../fixtures/card.ts";
import { fixture, type GoodName, goodFixture } from "../../fixtures/fixture.ts";
import { find } from "../../fixtures/formats/bytes.ts";
import { adobeRgb, displayP3, rgbProfile, srgb } from "../../fixtures/formats/icc.ts";
import { hostileContract } from "./hostile.ts";
import { parsed } from "./settings.ts";

const open = async (settings: Readonly<Record<string, unknown>> = {}, host = makeHost()) =>
  await magick.setup(parsed(magick, settings), host);
const how = (name: GoodName, more: Partial<DecodeOptions> = {}): DecodeOptions => ({
  ...decodeDefaults,
  format: goodFixture(name).format,
  ...more,
});

engineContract(magick, () => makeHost());
hostileContract("magick", open, (name) => !name.includes("svg"), "jpeg-420");

test("magick reads nothing but images: its policy keeps scripts, texts and vectors from the library", async () => {
  const worker = new Worker(new URL("./magick-policy.worker.ts", import.meta.url).href, { type: "module" });
  const results = await new Promise<readonly (readonly [string, unknown])[]>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  const policyError = 499;
  const missingDelegate = 420;
  assert.equal(results.length, 6);
  for (const [name, severity] of results) assert.ok([policyError, missingDelegate].includes(Number(severity)), name);
});

test("magick.decode() takes the bytes for what it was told, whatever they are", async () => {
  const instance = await open();
  const names = ["jpeg-420", "png-rgb", "webp-lossy", "gif", "tiff", "bmp-24", "avif", "jxl"] as const;
  for (const name of names) {
    const body = await fixture(name);
    for (const other of names.map((each) => goodFixture(each).format)) {
      if (other === goodFixture(name).format) continue;
      const decode = () => instance.decode(body, { ...decodeDefaults, format: other as InputFormat });
      await refusesWith(["broken-image", "unsupported-type"], decode);
    }
  }
});

test("magick.decode() shrinks a JPEG on load, upright or on its side, and not below what is needed", async () => {
  const instance = await open();
  for (const name of ["jpeg-420", "jpeg-orientation-6", "jpeg-progressive"] as const) {
    for (const [width, height, expected] of [
      [30, 20, 60],
      [60, 40, 90],
      [90, 60, 120],
      [200, 134, 240],
    ] as const) {
      const picture = await instance.decode(await fixture(name), how(name, { atLeast: { width, height } }));
      assert.equal(picture.width, expected, `${name} at ${width}`);
      assert.equal(picture.scale, expected / 240);
      assertPatches(picture.pixels(), cardPatches("color"), 24);
      picture.dispose();
    }
  }
});

test("magick.decode() gives half a JPEG, and the whole frames of an animation, where that is allowed", async () => {
  const instance = await open();
  for (const name of ["jpeg-420", "gif-animated", "webp-animated"] as const) {
    const body = await fixture(name);
    const cut = body.subarray(0, Math.floor(body.length * 0.8));
    const picture = await instance.decode(cut, how(name, { truncated: "allow" }));
    assert.equal(picture.width, goodFixture(name).width ?? 240, name);
    picture.dispose();
  }
});

test("magick.decode() refuses a JPEG that lacks nothing but its last byte", async () => {
  const body = await fixture("jpeg-420");
  await refusesWith(["broken-image"], async () => (await open()).decode(body.subarray(0, -1), how("jpeg-420")));
});

test("magick.decode() stops when its time is over", async () => {
  let time = 0;
  const host = makeHost(() => time);
  const instance = await open({}, host);
  const body = await fixture("png-rgb");
  const picture = await instance.decode(body, how("png-rgb", { deadlineMs: 100 }));
  time = 101;
  assert.throws(
    () => picture.resize({ width: 10, height: 10 }),
    (error: unknown) => error instanceof CameoError && error.code === "too-slow",
  );
  picture.dispose();
});

test("magick stops within an operation on a large picture", async () => {
  let asked = 0;
  let time = 0;
  const host = makeHost(() => {
    asked += 1;
    return asked > 20 ? time : 0;
  });
  const instance = await open({}, host);
  const data = new Uint8ClampedArray(2100 * 2100 * 4).fill(200);
  const picture = instance.fromPixels([{ width: 2100, height: 2100, data }]);
  asked = 0;
  time = 1e9;
  assert.throws(
    () => picture.resize({ width: 2000, height: 2000 }),
    (error: unknown) => error instanceof CameoError && error.code === "too-slow",
  );
  assert.ok(asked > 20 && asked < 200, `asked ${asked} times`);
  picture.dispose();
});

test("magick.decode() refuses what does not fit into its memory or is longer than its side", async () => {
  const memory = await open({ memoryBytes: 16 * 2 ** 20 });
  const large = draw(1800, 1800, () => white);
  assert.throws(() => memory.fromPixels([large, large]).resize({ width: 1799, height: 1799 }), /too-many-pixels/);
  const thin = await open({ maxSidePx: 200 });
  await refusesWith(["too-many-pixels"], async () => thin.decode(await fixture("png-rgb"), how("png-rgb")));
  await open();
});

test("magick holds no more memory after many images than after a few", async () => {
  const instance = await open();
  const body = await fixture("jpeg-420");
  const once = async () => {
    const picture = await instance.decode(body, how("jpeg-420"));
    picture.resize({ width: 100, height: 67 });
    picture.setPixels(picture.pixels());
    for (const format of ["webp", "jpeg", "png"] as const)
      await instance.encode(picture, { format, quality: 80, background: white });
    picture.dispose();
    await refusesWith(["broken-image"], () => instance.decode(body.subarray(0, 2000), how("jpeg-420")));
  };
  for (let round = 0; round < 20; round++) await once();
  const before = instance.heapBytes?.() ?? 0;
  for (let round = 0; round < 150; round++) await once();
  assert.ok(before > 0);
  assert.equal(instance.heapBytes?.(), before);
});

test("magick.encode() writes JPEG with colours at half the size below quality 90, progressive", async () => {
  const instance = await open();
  const picture = instance.fromPixels([drawCard("color")]);
  for (const [quality, sampling] of [
    [80, 0x22],
    [90, 0x11],
  ] as const) {
    const body = Buffer.from(await instance.encode(picture, { format: "jpeg", quality, background: white }));
    const frame = body.indexOf(Buffer.from([0xff, 0xc2]));
    assert.ok(frame > 0, "is progressive");
    assert.equal(body[frame + 11], sampling);
  }
  picture.dispose();
});

test("createGuard() takes anything that the library did not throw for a trap", () => {
  const guard = createGuard(makeHost(), 1000);
  for (const thrown of [new WebAssembly.RuntimeError("unreachable"), new RangeError("stack"), "abort"]) {
    assert.throws(
      () =>
        guard.run(() => {
          throw thrown;
        }),
      (error: unknown) =>
        error instanceof CameoError && error.code === "internal" && error.options.log?.isFatal === true,
    );
  }
});

test("isSrgb() knows its own profile and others of that space, and no other space", () => {
  assert.equal(isSrgb(srgbProfile()), true);
  assert.equal(isSrgb(rgbProfile(srgb)), true);
  for (const space of [displayP3, adobeRgb]) assert.equal(isSrgb(rgbProfile(space)), false);
  assert.equal(isSrgb(new Uint8Array()), false);
  assert.equal(isSrgb(srgbProfile().subarray(0, 200)), false);
});

test("countJpegScans() counts scans and not what lies in other segments", async () => {
  assert.equal(countJpegScans(await fixture("jpeg-420")), 1);
  assert.equal(countJpegScans(await fixture("jpeg-exif-tail")), 1);
  assert.ok(countJpegScans(await fixture("jpeg-progressive")) > 3);
  assert.equal(countJpegScans(new Uint8Array([0xff, 0xd8, 0xff])), 0);
});

test("magick.encode() writes 8 bits a channel, whatever the source had: AVIF", async () => {
  const engine = await open();
  for (const [name, format] of [
    ["png-16", "png"],
    ["tiff-16", "tiff"],
    ["avif-10bit", "avif"],
  ] as const) {
    const picture = await engine.decode(await fixture(name), { ...decodeDefaults, format });
    const made = await engine.encode(picture, { format: "avif", quality: 60, background: white });
    picture.dispose();
    const settings = made.subarray(find(made, "av1C") + 4);
    assert.equal((settings[1] ?? 0) >> 5, 0, `${name}: the main profile`);
    assert.equal((settings[2] ?? 0) & 0x60, 0, `${name}: neither 10 nor 12 bits`);
  }
});

test("magick.encode() does not call a picture damaged that a format cannot hold", async () => {
  const engine = await open();
  const picture = engine.fromPixels([draw(16_384, 2, () => white)]);
  await refusesWith(["engine-cannot"], () =>
    engine.encode(picture, { format: "webp", quality: 80, background: white }),
  );
  picture.dispose();
});

test("magick.decode() takes an orientation beyond 8 for none, also where it shrinks on load", async () => {
  const engine = await open();
  const body = await fixture("jpeg-exif-nine");
  const look = async (file: Uint8Array) => {
    const picture = await engine.decode(file, {
      ...decodeDefaults,
      format: "jpeg",
      atLeast: { width: 40, height: 26 },
    });
    picture.resize({ width: 40, height: 26 });
    const pixels = picture.pixels();
    picture.dispose();
    return pixels;
  };
  assert.deepEqual(await look(body), await look(await fixture("jpeg-orientation-1")));
});

test("magick.decode() turns an animated WebP as its header says", async () => {
  const engine = await open();
  const body = await fixture("webp-animated");
  const decode = (orientation: number) =>
    engine.decode(body, { ...decodeDefaults, format: "webp", maxFrames: 9, orientation });
  const [upright, turned] = [await decode(1), await decode(6)];
  assert.deepEqual([turned.width, turned.height], [upright.height, upright.width]);
  const [one, other] = [upright.pixels(1), turned.pixels(1)];
  assert.deepEqual(colorAt(other, other.width - 1 - 10, 20), colorAt(one, 20, 10));
});

test("magick.decode() turns a TIFF of luma and chroma as one of RGB", async () => {
  const engine = await open();
  const quarters = draw(64, 48, (x, y) => ({ r: y < 24 ? 220 : 20, g: x < 32 ? 220 : 20, b: 20, a: 255 }));
  const write = (compression: CompressionMethod, orientation: Orientation): Uint8Array => {
    const image = fromRgba(quarters);
    image.orientation = orientation;
    image.settings.compression = compression;
    return image.write(MagickFormat.Tiff, (bytes) => bytes.slice());
  };
  for (let orientation = 1; orientation <= 8; orientation++) {
    const [rgb, luma] = await Promise.all(
      [CompressionMethod.LZW, CompressionMethod.JPEG].map(async (compression) => {
        const body = write(compression, orientation as Orientation);
        const picture = await engine.decode(body, { ...decodeDefaults, format: "tiff" });
        return picture.pixels();
      }),
    );
    assert.ok(rgb && luma);
    for (const [x, y] of [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.2, 0.8],
      [0.8, 0.8],
    ] as const) {
      const at = [Math.round(x * rgb.width), Math.round(y * rgb.height)] as const;
      assertColor(colorAt(luma, ...at), colorAt(rgb, ...at), 24, `orientation ${orientation}`);
    }
  }
});

test("measureGif() asks for the trailer", async () => {
  for (const name of ["gif", "gif-animated", "gif-transparent"] as const) {
    const body = await fixture(name);
    assert.equal(measureGif(body).isWhole, true, name);
    for (let length = 13; length < body.length; length += 7)
      assert.equal(measureGif(body.subarray(0, length)).isWhole, false);
  }
});

test("largestOfIcon() answers nothing for an icon that is cut", async () => {
  const body = await fixture("ico");
  assert.equal(largestOfIcon(body)?.isPng, true);
  assert.equal(largestOfIcon(body.subarray(0, -1)), undefined);
  assert.equal(largestOfIcon(body.subarray(0, 5)), undefined);
});
