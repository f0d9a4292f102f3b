/** The part of the engine contract about `encode()`. What an engine writes it reads back itself where it can, else only its type is checked. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { EncodeOptions, OutputFormat, Pixels } from "../../core/image.ts";
import { outputFormats } from "../../core/image.ts";
import { cardPatches, drawCard } from "../fixtures/card.ts";
import { fixture } from "../fixtures/fixture.ts";
import { type Bench, decodeDefaults, refusesWith } from "./engine.ts";
import { assertColor, assertPatches, clear, colorAt, draw, sizeOf, white, worst } from "./pictures.ts";

/** How far a flat area may be off after a round trip at quality 80. */
const tolerances = {
  png: 0,
  gif: 10,
  jpeg: 12,
  webp: 12,
  avif: 12,
} as const satisfies Record<OutputFormat, number>;

const black = { r: 0, g: 0, b: 0, a: 255 };

/** What a file of the format holds near its start. */
const marks = {
  png: "\x89PNG",
  gif: "GIF8",
  jpeg: "\xff\xd8\xff",
  webp: "WEBP",
  avif: "ftypavi",
} as const satisfies Record<OutputFormat, string>;

const lossy: readonly OutputFormat[] = ["jpeg", "webp", "avif"];

export function encodingContract(bench: Bench): void {
  for (const format of outputFormats) {
    if (!bench.definition.encodes.includes(format)) undeclared(bench, format);
    else declared(bench, format);
  }
}

const how = (format: OutputFormat, more: Partial<EncodeOptions> = {}): EncodeOptions => ({
  format,
  quality: 80,
  background: white,
  ...more,
});

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function undeclared({ name, engine }: Bench, format: OutputFormat): void {
  test(`${name}.encode() answers engine-cannot for ${format}`, async () => {
    const instance = await engine();
    const picture = instance.fromPixels([drawCard("color")]);
    await refusesWith(["engine-cannot"], () => instance.encode(picture, how(format)));
    picture.dispose();
  });
}

type Encode = (frames: readonly Pixels[]) => Promise<Uint8Array>;
type Back = (body: Uint8Array) => Promise<readonly Pixels[]>;

function declared(bench: Bench, format: OutputFormat): void {
  const { name, engine, definition } = bench;
  const encode = async (frames: readonly Pixels[], more: Partial<EncodeOptions> = {}): Promise<Uint8Array> => {
    const instance = await engine();
    const picture = instance.fromPixels(frames);
    try {
      return await instance.encode(picture, how(format, more));
    } finally {
      picture.dispose();
    }
  };
  const back = async (body: Uint8Array): Promise<readonly Pixels[]> => {
    const picture = await (await engine()).decode(body, { ...decodeDefaults, format });
    try {
      return Array.from({ length: picture.frames }, (_, index) => picture.pixels(index));
    } finally {
      picture.dispose();
    }
  };

  test(`${name}.encode() takes qualities from 1 to 100${lossy.includes(format) ? "" : ", which change nothing"}: ${format}`, async () => {
    const [least, usual, most] = [1, 80, 100].map((quality) => encode([drawCard("color")], { quality }));
    for (const made of [least, usual, most]) assert.ok(latin((await made) ?? new Uint8Array()).includes(marks[format]));
    if (!lossy.includes(format)) for (const made of [least, most]) assert.deepEqual(await made, await usual);
  });
  const isReadable = definition.decodes.includes(format);
  const holdsAlpha = format !== "jpeg";

  test(`${name}.encode() writes ${format}`, async () => {
    const body = await encode([drawCard("color")]);
    assert.ok(latin(body.subarray(0, 32)).includes(marks[format]));
    if (!isReadable) return;
    const [pixels] = await back(body);
    assert.ok(pixels);
    assert.deepEqual([pixels.width, pixels.height], [240, 160]);
    assertPatches(pixels, cardPatches("color"), tolerances[format]);
  });

  test(`${name}.encode() leaves the picture as it was: ${format}`, async () => {
    const instance = await engine();
    const picture = instance.fromPixels([drawCard("alpha"), drawCard("color")]);
    await instance.encode(picture, how(format));
    assert.deepEqual([...sizeOf(picture), picture.frames], [240, 160, 2]);
    assert.equal(worst(picture.pixels(0), drawCard("alpha")), 0);
    picture.dispose();
  });

  test(`${name}.encode() writes a picture of one pixel: ${format}`, async () => {
    const body = await encode([draw(1, 1, () => ({ r: 200, g: 100, b: 50, a: 255 }))]);
    if (!isReadable) return;
    const [pixels] = await back(body);
    assert.ok(pixels);
    assertColor(colorAt(pixels, 0, 0), { r: 200, g: 100, b: 50, a: 255 }, 16, "the pixel");
  });

  test(`${name}.encode() writes no metadata: ${format}`, async () => {
    if (!definition.decodes.includes("jpeg")) return;
    const instance = await engine();
    const picture = await instance.decode(await fixture("jpeg-metadata"), { ...decodeDefaults, format: "jpeg" });
    const text = latin(await instance.encode(picture, how(format)));
    picture.dispose();
    for (const secret of ["SECRET-", "Exif\0", "http://ns.adobe.com", "Photoshop"])
      assert.ok(!text.includes(secret), secret);
  });

  if (isReadable) {
    test(`${name}.encode() ${holdsAlpha ? "keeps alpha" : "lays the background under alpha"}: ${format}`, async () => {
      const kind = format === "gif" ? "cutout" : "alpha";
      const background = { r: 10, g: 200, b: 30, a: 255 };
      const [pixels] = await back(await encode([drawCard(kind)], { background }));
      assert.ok(pixels);
      const over = cardPatches(kind).map((patch) => ({ ...mix(patch, background), x: patch.x, y: patch.y }));
      assertPatches(pixels, holdsAlpha ? cardPatches(kind) : over, tolerances[format] + 4);
    });
  }

  if (lossy.includes(format)) {
    test(`${name}.encode() makes smaller files of lower quality: ${format}`, async () => {
      const sizes = await Promise.all(
        [30, 60, 90].map(async (quality) => (await encode([drawCard("color")], { quality })).length),
      );
      assert.deepEqual(
        sizes,
        [...sizes].sort((a, b) => a - b),
      );
      assert.equal(new Set(sizes).size, 3);
    });
  }

  if (isReadable) movement(bench, format, encode, back);
  if (isReadable && format === "gif") softEdges(bench, encode, back);
}

/** GIF knows clear and solid only. A shadow must not become a black frame around the picture, nor a pale glass nothing. */
function softEdges({ name, definition }: Bench, encode: Encode, back: Back): void {
  const shade = (a: number) => draw(64, 48, () => ({ r: 30, g: 120, b: 220, a }));
  /** Ever more solid from left to right. */
  const ramp = draw(64, 48, (x) => ({ r: 30, g: 120, b: 220, a: x * 4 }));

  test(`${name}.encode() makes what is half seen through clear below the half, and solid in its own colour above: gif`, async () => {
    const stills = [[ramp], [shade(200)]];
    const all = definition.animates.includes("gif") ? [...stills, [ramp, shade(255), ramp]] : stills;
    for (const frames of all)
      for (const [index, pixels] of (await back(await encode(frames))).entries())
        assertCut(pixels, frames[index] ?? ramp, `frame ${index} of ${frames.length}`);
  });
}

function assertCut(pixels: Pixels, given: Pixels, where: string): void {
  for (const x of [0, 8, 24, 40, 56, 63]) {
    const [got, wanted] = [colorAt(pixels, x, 20), colorAt(given, x, 20)];
    const isSolid = wanted.a >= 128;
    assert.equal(got.a, isSolid ? 255 : 0, `${where} at ${x}`);
    if (isSolid) assertColor(got, { ...wanted, a: 255 }, tolerances.gif, `${where} at ${x}`);
  }
}

function movement({ name, definition }: Bench, format: OutputFormat, encode: Encode, back: Back): void {
  const colors = [
    { r: 200, g: 40, b: 40, a: 255 },
    { r: 40, g: 160, b: 60, a: 255 },
    { r: 40, g: 70, b: 200, a: 255 },
  ];
  const frames = colors.map((color, index) => ({
    ...draw(32, 24, (x) => (x < 8 + index * 4 ? color : white)),
    delayMs: 100 + index * 100,
  }));
  const moves = definition.animates.includes(format);
  if (moves) {
    test(`${name}.encode() rounds delays to what the format can say: ${format}`, async () => {
      const delays = [10, 16, 35, 100, 1004];
      const frames = delays.map((delayMs, at) => ({ ...draw(16, 16, (x) => (x < at ? black : white)), delayMs }));
      const told = (await back(await encode(frames))).map(({ delayMs }) => delayMs);
      assert.deepEqual(told, format === "gif" ? [10, 20, 40, 100, 1000] : delays);
    });

    test(`${name}.encode() shows what is transparent in one frame only: ${format}`, async () => {
      const hole = draw(24, 24, (x, y) => (x > 6 && x < 18 && y > 6 && y < 18 ? clear : black));
      const solid = draw(24, 24, () => black);
      const all = await back(await encode([solid, hole, solid].map((pixels) => ({ ...pixels, delayMs: 100 }))));
      assert.deepEqual(
        all.map((pixels) => colorAt(pixels, 12, 12).a),
        [255, 0, 255],
      );
    });
  }
  test(`${name}.encode() ${moves ? "keeps frames and delays" : "writes the first frame of an animation"}: ${format}`, async () => {
    const all = await back(await encode(frames));
    assert.equal(all.length, moves ? 3 : 1);
    for (const [index, pixels] of all.entries()) {
      if (moves) assert.equal(pixels.delayMs, 100 + index * 100);
      assertColor(colorAt(pixels, 2, 12), colors[index] ?? white, 16, `frame ${index}`);
      assertColor(colorAt(pixels, 28, 12), white, 16, `frame ${index}`);
    }
  });
}

/** A colour over an opaque background. */
function mix(
  over: { r: number; g: number; b: number; a: number },
  under: { r: number; g: number; b: number },
): { r: number; g: number; b: number; a: number } {
  const part = over.a / 255;
  const blend = (one: number, other: number) => one * part + other * (1 - part);
  return { r: blend(over.r, under.r), g: blend(over.g, under.g), b: blend(over.b, under.b), a: 255 };
}
