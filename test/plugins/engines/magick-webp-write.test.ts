import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as v from "valibot";
import type { Pixels } from "../../../core/image.ts";
import type { EngineInstance } from "../../../core/plugin.ts";
import { readHeader } from "../../../core/work/header.ts";
import magick from "../../../plugins/engines/magick.ts";
import { readAnimation } from "../../../plugins/engines/magick-webp.ts";
import { changedArea } from "../../../plugins/engines/magick-webp-write.ts";
import { decodeDefaults } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";
import { white } from "../../contract/pictures.ts";

const [width, height] = [120, 80];
let engine: EngineInstance;

before(async () => {
  engine = await magick.setup(v.parse(magick.options, {}), makeHost());
});

type Paint = (x: number, y: number) => readonly [r: number, g: number, b: number, a?: number];

function paint(color: Paint, delayMs = 100): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const [r, g, b, a = 255] = color(at % width, Math.floor(at / width));
    data.set([r, g, b, a], at * 4);
  }
  return { width, height, data, delayMs };
}

/** A texture that costs bytes wherever it is encoded. */
const texture: Paint = (x, y) => {
  const grey = (x * 37 + y * 91) % 255;
  return [grey, grey, grey];
};
const withDisc =
  (centerX: number, centerY: number, under: Paint): Paint =>
  (x, y) =>
    (x - centerX) ** 2 + (y - centerY) ** 2 < 64 ? [220, 40, 40] : under(x, y);

async function write(frames: readonly Pixels[]): Promise<Uint8Array> {
  const picture = engine.fromPixels(frames);
  const made = await engine.encode(picture, { format: "webp", quality: 90, background: white });
  picture.dispose();
  return made;
}

async function read(body: Uint8Array): Promise<Pixels[]> {
  const picture = await engine.decode(body, { ...decodeDefaults, format: "webp", maxFrames: 100 });
  const frames = Array.from({ length: picture.frames }, (_, index) => picture.pixels(index));
  picture.dispose();
  return frames;
}

/** Mean difference of the channels, colours weighed by their alpha. */
function difference({ data: one }: Pixels, { data: other }: Pixels): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) {
    const [mine, theirs] = at % 4 === 3 ? [255, 255] : [one[at | 3] ?? 0, other[at | 3] ?? 0];
    sum += Math.abs(((one[at] ?? 0) * mine) / 255 - ((other[at] ?? 0) * theirs) / 255);
  }
  return sum / one.length;
}

const soft: Paint = (x, y) => [x * 2, y * 3, 120];

test("a few things that move over a picture cost little, and every frame is what it was", async () => {
  const frames = Array.from({ length: 12 }, (_, at) =>
    paint(withDisc(12 + at * 4, 12, withDisc(105, 68 - at * 3, texture))),
  );
  const body = await write(frames);
  const [still] = [await write(frames.slice(0, 1))];
  assert.ok(body.length < still.length * 4, `${body.length} for twelve, ${still.length} for one`);
  const seen = await read(body);
  assert.equal(seen.length, frames.length);
  const [first] = frames;
  assert.ok(first);
  for (const [at, frame] of frames.entries()) {
    const shown = seen[at];
    assert.ok(shown && difference(shown, frame) < 12, `frame ${at}`);
    if (at > 2) assert.ok(difference(shown, frame) < difference(shown, first), `frame ${at} shows another`);
  }
});

test("what becomes transparent is transparent, and what stays so costs nothing", async () => {
  const hole =
    (from: number, to: number): Paint =>
    (x, y) =>
      x >= from && x < to ? [9, 9, 9, 0] : soft(x, y);
  const frames = [paint(soft), paint(hole(20, 60)), paint(hole(40, 100)), paint(soft)];
  const seen = await read(await write(frames));
  assert.deepEqual(
    seen.map(({ data }) => [10, 50, 80].map((x) => data[(40 * width + x) * 4 + 3])),
    [
      [255, 255, 255],
      [255, 0, 255],
      [255, 0, 0],
      [255, 255, 255],
    ],
  );
  for (const [at, frame] of frames.entries()) assert.ok(difference(seen[at] ?? frame, frame) < 4, `frame ${at}`);
});

test("a frame like the one before it only prolongs that one", async () => {
  const body = await write([paint(soft, 100), paint(soft, 200), paint(withDisc(50, 50, soft), 300)]);
  const animation = readAnimation(body, 10, false);
  assert.deepEqual(
    animation?.frames.map(({ delayMs }) => delayMs),
    [300, 300],
  );
  assert.equal(readAnimation(await write([paint(soft, 100), paint(soft, 200)]), 10, false)?.frames.length, 1);
});

test("parts lie on even places inside the canvas, and the file's own length is right", async () => {
  const dot =
    (left: number, top: number): Paint =>
    (x, y) =>
      x === left && y === top ? [255, 0, 0] : soft(x, y);
  const corners = [
    [0, 0],
    [119, 79],
    [119, 0],
    [0, 79],
    [61, 33],
  ] as const;
  const body = await write([paint(soft), ...corners.map(([x, y]) => paint(dot(x, y)))]);
  assert.equal(new DataView(body.buffer, body.byteOffset).getUint32(4, true), body.length - 8);
  const animation = readAnimation(body, 10, false);
  assert.equal(animation?.frames.length, 6);
  for (const part of animation.frames) {
    assert.equal(part.x % 2 || part.y % 2, 0);
    assert.ok(part.x + part.width <= width && part.y + part.height <= height);
  }
  const { frames, hasAlpha } = readHeader(body, { maxFrames: 10 });
  assert.equal(frames, 6);
  assert.notEqual(hasAlpha, undefined);
});

test("changedArea() holds every changed pixel and not a row more", () => {
  const start = paint(soft);
  assert.equal(changedArea(start, paint(soft)), undefined);
  const one = paint((x, y) => (x === 31 && y === 17 ? [0, 0, 0] : soft(x, y)));
  assert.deepEqual(changedArea(start, one), { x: 30, y: 16, width: 2, height: 2 });
  const two = paint((x, y) => ((x === 31 && y === 17) || (x === 90 && y === 60) ? [0, 0, 0] : soft(x, y)));
  assert.deepEqual(changedArea(start, two), { x: 30, y: 16, width: 61, height: 45 });
});
