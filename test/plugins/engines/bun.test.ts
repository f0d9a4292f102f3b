import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import * as v from "valibot";
import type { Header, Operation, OutputFormat, Pixels, Plan, Size } from "../../../core/image.ts";
import type { EngineInstance, Parameters, PluginOf } from "../../../core/plugin.ts";
import { readHeader } from "../../../core/work/header.ts";
import bun from "../../../plugins/engines/bun.ts";
import { readStoredPng } from "../../../plugins/engines/bun-pixels.ts";
import magick from "../../../plugins/engines/magick.ts";
import flip from "../../../plugins/transforms/flip.ts";
import flop from "../../../plugins/transforms/flop.ts";
import grayscale from "../../../plugins/transforms/grayscale.ts";
import resize from "../../../plugins/transforms/resize.ts";
import rotate from "../../../plugins/transforms/rotate.ts";
import { decodeDefaults, refusesWith } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";
import { white } from "../../contract/pictures.ts";
import { fixture, type GoodName } from "../../fixtures/fixture.ts";
import { big, find, join, splice } from "../../fixtures/formats/bytes.ts";

const isBun = "Bun" in globalThis;
/** What belongs to one runtime is registered there alone. */
const onBun = (name: string, work: () => Promise<void>) => (isBun ? test(name, work) : undefined);

const setUp = async (plugin: PluginOf<"engine">): Promise<EngineInstance> =>
  await plugin.setup(v.parse(plugin.options, {}), makeHost());
let engines: Promise<readonly [EngineInstance, EngineInstance]> | undefined;
const both = () => {
  engines ??= Promise.all([setUp(bun), setUp(magick)]);
  return engines;
};

const transforms = [rotate, flip, flop, resize, grayscale].sort((one, other) => one.order - other.order);

interface Wish extends Parameters {
  readonly format: OutputFormat;
}

/** The plan for an image as the planner makes it, but without leave to shrink while decoding: the steps then show what is exact. */
function planOf(header: Header, wish: Wish, decode: Partial<Plan["decode"]> = {}): Plan {
  const start = header.orientation > 4 ? { width: header.height, height: header.width } : header;
  let size: Size = { width: start.width, height: start.height };
  const operations: Operation[] = [];
  for (const step of transforms) {
    if (!(step.isNeeded?.(wish) ?? step.reads.some((name) => wish[name] !== undefined))) continue;
    operations.push({ transform: step.name, parameters: wish, full: size });
    size = step.size?.(size, wish) ?? size;
  }
  return {
    decode: { ...decodeDefaults, format: header.format, ...decode },
    operations,
    encode: { format: wish.format, quality: wish.quality ?? 80, background: white },
    size,
    costBytes: 0,
  };
}

/** What comes of a plan; what is left to be encoded goes to the next engine, as in a worker. */
async function runOn(body: Uint8Array, wish: Wish, decode: Partial<Plan["decode"]> = {}) {
  const [engine, next] = await both();
  const header = readHeader(body, { maxFrames: 9 });
  const plan = planOf(header, wish, decode);
  const made = (await engine.run?.(body, header, plan)) ?? null;
  if (!made || "body" in made) return made;
  assert.ok(plan.encode);
  const { width, height } = made.pixels;
  return { body: await next.encode(next.fromPixels([made.pixels]), plan.encode), size: { width, height } };
}

/** What the steps make of it, with the default engine. */
async function stepByStep(body: Uint8Array, wish: Wish): Promise<Uint8Array> {
  const [, engine] = await both();
  const plan = planOf(readHeader(body, { maxFrames: 9 }), wish);
  const picture = await engine.decode(body, plan.decode);
  for (const { transform, parameters, full } of plan.operations) {
    await transforms.find(({ name }) => name === transform)?.apply(picture, parameters, full);
  }
  assert.ok(plan.encode);
  const made = await engine.encode(picture, plan.encode);
  picture.dispose();
  return made;
}

async function look(body: Uint8Array): Promise<Pixels> {
  const [, engine] = await both();
  const { format } = readHeader(body, { maxFrames: 9 });
  const picture = await engine.decode(body, { ...decodeDefaults, format });
  const pixels = picture.pixels();
  picture.dispose();
  return pixels;
}

/** Side of the squares that are compared. Finer than this, ways of resampling and of shrinking while decoding differ, unseen. */
const block = 4;

/** Mean of each channel over a square, colours weighed by their alpha. */
function meanOf({ width, height, data }: Pixels, left: number, top: number): readonly number[] {
  const sums = [0, 0, 0, 0];
  for (let y = top; y < Math.min(top + block, height); y++) {
    for (let x = left; x < Math.min(left + block, width); x++) {
      const at = (y * width + x) * 4;
      const alpha = data[at + 3] ?? 0;
      sums.forEach((sum, channel) => {
        sums[channel] = sum + (channel === 3 ? alpha : ((data[at + channel] ?? 0) * alpha) / 255);
      });
    }
  }
  const count = Math.min(block, width - left) * Math.min(block, height - top);
  return sums.map((sum) => sum / count);
}

/** Root mean square of the differences between squares, 0..255. */
function differenceOf(one: Pixels, other: Pixels): number {
  assert.deepEqual([one.width, one.height], [other.width, other.height]);
  let sum = 0;
  let count = 0;
  for (let y = 0; y < one.height; y += block) {
    for (let x = 0; x < one.width; x += block, count += 4) {
      const means = meanOf(other, x, y);
      sum += meanOf(one, x, y).reduce((total, mean, channel) => total + (mean - (means[channel] ?? 0)) ** 2, 0);
    }
  }
  return Math.sqrt(sum / count);
}

/** Differences that are allowed, 0..255: with the same decoding, and where a JPEG shrinks while decoding or the output is lossy. */
const exact = 0.8;
const shrunk = 3.5;

const jobs: readonly (readonly [name: GoodName, wish: Wish, tolerance: number])[] = [
  ["jpeg-420", { format: "png", width: 97 }, shrunk],
  ["jpeg-420", { format: "webp", width: 97 }, shrunk],
  ["jpeg-420", { format: "jpeg", width: 97 }, shrunk],
  ["jpeg-420", { format: "jpeg", width: 300, height: 60, fit: "fill" }, shrunk],
  ["jpeg-420", { format: "webp", width: 100, height: 100, fit: "outside" }, shrunk],
  ["jpeg-420", { format: "webp", width: 120, height: 80, fit: "cover" }, shrunk],
  ["jpeg-420", { format: "png", width: 400, enlarge: true }, shrunk],
  ["jpeg-420", { format: "png", width: 400 }, exact],
  ["jpeg-420", { format: "png", width: 30, dpr: 2, rotate: 90, flip: true }, shrunk],
  ["jpeg-420", { format: "png", rotate: 270, flop: true }, exact],
  ["jpeg-420", { format: "png", rotate: 180, flip: true, flop: true }, exact],
  ["jpeg-orientation-5", { format: "png", width: 90, rotate: 90, flip: true }, shrunk],
  ["jpeg-orientation-7", { format: "png", width: 90, rotate: 270, flop: true }, shrunk],
  ["photo-460", { format: "jpeg", width: 128 }, shrunk],
  ["photo-460", { format: "webp", width: 128 }, shrunk],
  ["photo-460", { format: "png", width: 300 }, exact],
  ["photo-2725", { format: "png", width: 720 }, shrunk],
  ["jpeg-grey", { format: "webp", width: 97 }, shrunk],
  ["jpeg-progressive", { format: "png", width: 97 }, shrunk],
  ["jpeg-exif-wild-entry", { format: "png", width: 97 }, shrunk],
  ["png-rgb", { format: "png", width: 97 }, exact],
  ["png-16", { format: "png", width: 97 }, exact],
  ["png-grey-16", { format: "jpeg", width: 97 }, shrunk],
  ["png-1bit", { format: "png", flip: true }, exact],
  ["png-exif", { format: "png", width: 97 }, exact],
  ["png-rgba", { format: "png", rotate: 90 }, exact],
  ["webp-lossy", { format: "png", width: 97 }, exact],
  ["webp-exif", { format: "png", width: 97 }, exact],
  ["webp-alpha", { format: "webp", flop: true }, shrunk],
  ["photo-460", { format: "avif", width: 200 }, shrunk],
  ["webp-alpha", { format: "avif", flop: true }, shrunk],
];

const told = (wish: Wish): string => JSON.stringify(wish).replaceAll('"', "");

for (const [name, wish, tolerance] of jobs) {
  onBun(`bun.run() does what the steps do: ${name} ${told(wish)}`, async () => {
    const body = await fixture(name);
    const made = await runOn(body, wish);
    assert.ok(made);
    const header = readHeader(made.body, { maxFrames: 9 });
    assert.deepEqual([header.format, header.width, header.height], [wish.format, made.size.width, made.size.height]);
    const difference = differenceOf(await look(made.body), await look(await stepByStep(body, wish)));
    assert.ok(difference <= tolerance, `off by ${difference.toFixed(2)}`);
  });
}

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
  onBun(`bun.run() applies EXIF orientation ${orientation}, alone and before a turn`, async () => {
    const body = await fixture(`jpeg-orientation-${orientation}`);
    for (const wish of [{ format: "png" }, { format: "png", rotate: 90, flop: true }] as const) {
      const made = await runOn(body, wish);
      assert.ok(made);
      assert.ok(differenceOf(await look(made.body), await look(await stepByStep(body, wish))) < 1.5);
    }
  });
}

const left: readonly (readonly [about: string, name: GoodName, wish: Wish])[] = [
  ["a cut by cover", "jpeg-420", { format: "webp", width: 80, height: 80, fit: "cover" }],
  ["space around contain", "jpeg-420", { format: "webp", width: 80, height: 80, fit: "contain" }],
  ["an effect", "jpeg-420", { format: "webp", grayscale: true }],
  ["a turn by 45 degrees", "jpeg-420", { format: "webp", rotate: 45 }],
  ["GIF", "jpeg-420", { format: "gif", width: 80 }],
  ["JPEG of a quality that keeps full colours", "jpeg-420", { format: "jpeg", width: 80, quality: 90 }],
  ["transparency that is resized", "png-rgba", { format: "png", width: 80 }],
  ["transparency that is laid on a background", "png-rgba", { format: "jpeg" }],
  ["a colour key that is resized", "png-color-key", { format: "png", width: 80 }],
  ["an animation", "webp-animated", { format: "webp", width: 40 }],
  ["GIF input", "gif", { format: "png", width: 80 }],
  ["TIFF input", "tiff", { format: "png", width: 80 }],
  ["CMYK", "jpeg-cmyk", { format: "webp", width: 80 }],
  ["CMYK with a profile", "jpeg-cmyk-icc", { format: "webp", width: 80 }],
  ["Display P3", "jpeg-p3", { format: "webp", width: 80 }],
  ["Adobe RGB", "jpeg-adobe-rgb", { format: "webp", width: 80 }],
  ["a PNG with a profile", "png-p3", { format: "webp", width: 80 }],
];

for (const [about, name, wish] of left) {
  onBun(`bun.run() leaves to others: ${about}`, async () => assert.equal(await runOn(await fixture(name), wish), null));
}

onBun(
  "bun.run() leaves the writing of WebP and AVIF to the next engine, and that of WebP to none where it is told so",
  async () => {
    const body = await fixture("photo-460");
    const header = readHeader(body, { maxFrames: 9 });
    const alone = await bun.setup(v.parse(bun.options, { webp: "bun" }), makeHost());
    const [engine] = await both();
    const made = async (by: EngineInstance, format: OutputFormat) =>
      Object.keys((await by.run?.(body, header, planOf(header, { format, width: 128 }))) ?? {});
    assert.deepEqual(await made(engine, "webp"), ["pixels"]);
    assert.deepEqual(await made(engine, "avif"), ["pixels"]);
    assert.deepEqual(await made(engine, "jpeg"), ["body", "size"]);
    assert.deepEqual(await made(alone, "webp"), ["body", "size"]);
    assert.deepEqual(await made(alone, "avif"), ["pixels"]);
  },
);

test("readStoredPng() reads stored RGBA and nothing else", async () => {
  const rows = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 10, 11, 12, 13, 14, 15, 16);
  const data = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
  const pixels = { width: 2, height: 2, data: Uint8ClampedArray.from(data) };
  assert.deepEqual(readStoredPng(storedPng(rows)), pixels);
  assert.deepEqual(readStoredPng(storedPng(rows, { block: 5, chunk: 7 })), pixels, "over several blocks and chunks");
  assert.equal(readStoredPng(storedPng(rows, { color: 2 })), undefined, "RGB");
  assert.equal(readStoredPng(storedPng(rows.with(9, 1))), undefined, "a filtered row");
  assert.equal(readStoredPng(storedPng(rows.subarray(0, 12))), undefined, "a row too few");
  assert.equal(readStoredPng(storedPng(Uint8Array.of(...rows, ...rows))), undefined, "rows too many");
  const whole = storedPng(rows);
  for (let length = 0; length < whole.length - 24; length++) {
    assert.equal(readStoredPng(whole.subarray(0, length)), undefined, `cut at ${length}`);
  }
  assert.equal(readStoredPng(await fixture("png-rgba")), undefined, "a compressed one");
});

/** A PNG of 2 × 2 pixels with these rows in stored blocks; without checksums, which nobody reads. */
function storedPng(rows: Uint8Array, { block = 100, chunk = 100, color = 6 } = {}): Uint8Array {
  const chunkOf = (name: string, data: Uint8Array) => join(big.u32(data.length), name, data, 0, 0, 0, 0);
  const parts = (bytes: Uint8Array, size: number) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  const blocks = parts(rows, block).map((part, at, all) =>
    join(at === all.length - 1 ? 1 : 0, part.length, 0, part.length ^ 255, 255, part),
  );
  const stream = join(0x78, 1, ...blocks, 0, 0, 0, 0);
  const header = join(big.u32(2), big.u32(2), 8, color, 0, 0, 0);
  const data = parts(stream, chunk).map((part) => chunkOf("IDAT", part));
  return join(0x89, "PNG\r\n\x1a\n", chunkOf("IHDR", header), ...data, chunkOf("IEND", new Uint8Array()));
}

onBun("bun.run() leaves a plan without a picture, and steps behind the resizing, to others", async () => {
  const [engine] = await both();
  const body = await fixture("jpeg-420");
  const header = readHeader(body, { maxFrames: 9 });
  const plan = planOf(header, { format: "webp", width: 80 });
  assert.equal(await engine.run?.(body, header, { ...plan, encode: undefined }), null);
  const flipped = [...plan.operations, { transform: "flip", parameters: { flip: true } }];
  assert.equal(await engine.run?.(body, header, { ...plan, operations: flipped }), null);
  assert.equal(await engine.run?.(body, header, { ...plan, size: { width: 81, height: 54 } }), null);
});

onBun("bun.run() leaves files that are cut short to an engine that tells why", async () => {
  for (const name of ["jpeg-420", "jpeg-progressive", "png-rgb", "webp-lossy"] as const) {
    const body = await fixture(name);
    for (const part of [0.6, 0.9, 0.99]) {
      const cut = body.subarray(0, Math.floor(body.length * part));
      assert.equal(await runOn(cut, { format: "webp", width: 80 }), null, `${name} at ${part}`);
    }
  }
});

onBun("bun.run() leaves a JPEG with a flood of scans to an engine that can be stopped", async () => {
  assert.equal(await runOn(await fixture("bomb-jpeg-scans"), { format: "webp", width: 80 }), null);
});

onBun("bun.run() refuses more pixels than may be decoded", async () => {
  const body = await fixture("jpeg-420");
  await refusesWith(["too-many-pixels"], () => runOn(body, { format: "webp", width: 80 }, { maxPixels: 30_000 }));
});

onBun("bun.run() writes no metadata, and no profile that only says sRGB", async () => {
  const source = await fixture("jpeg-metadata");
  const profile = await srgbProfile();
  const withProfile = splice(source, 2, 2, 0xff, 0xe2, big.u16(profile.length + 16), "ICC_PROFILE\0", 1, 1, profile);
  for (const body of [source, withProfile]) {
    for (const format of ["jpeg", "png", "webp"] as const) {
      const made = await runOn(body, { format, width: 80 });
      assert.ok(made);
      const text = Buffer.from(made.body).toString("latin1");
      for (const secret of ["SECRET-", "Exif\0", "http://ns.adobe.com", "Photoshop", "ICC_PROFILE", "iCCP", "ICCP"]) {
        assert.ok(!text.includes(secret), `${secret} in ${format}`);
      }
    }
  }
});

/** A profile with the primaries of sRGB: the one of the Display P3 fixture, with other numbers. */
async function srgbProfile(): Promise<Uint8Array> {
  const body = await fixture("jpeg-p3");
  const start = find(body, "ICC_PROFILE") + 14;
  const profile = body.slice(start, start + new DataView(body.buffer).getUint32(start));
  const primaries = {
    rXYZ: [0.43607, 0.22249, 0.01392],
    gXYZ: [0.38515, 0.71687, 0.09708],
    bXYZ: [0.14307, 0.06061, 0.7141],
  };
  const view = new DataView(profile.buffer);
  for (const [name, values] of Object.entries(primaries)) {
    const at = view.getUint32(find(profile, name) + 4);
    profile.set(join(...values.map((value) => big.u32(Math.round(value * 65536)))), at + 8);
  }
  return profile;
}

onBun("bun.run() answers a deadline that has passed with too-slow", async () => {
  const body = await fixture("jpeg-420");
  await refusesWith(["too-slow"], () => runOn(body, { format: "png", width: 3000, enlarge: true }, { deadlineMs: 1 }));
});

onBun("bun refuses to decode or encode step by step", async () => {
  const [engine] = await both();
  await refusesWith(["engine-cannot"], () => engine.fromPixels([]));
  await refusesWith(["engine-cannot"], () => engine.decode(new Uint8Array(), { ...decodeDefaults, format: "jpeg" }));
  assert.deepEqual([bun.decodes, bun.encodes, bun.animates], [[], [], []]);
});

const offBun = isBun ? () => undefined : test;
offBun("bun.setup() tells what to change where there is no Bun.Image", async () => {
  await refusesWith(["bad-setting"], () => setUp(bun));
});
