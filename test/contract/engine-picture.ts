/** The part of the engine contract about `Picture`: each operation, on every frame. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Color, Picture, Pixels } from "../../core/image.ts";
import { cardPatches, drawCard } from "../fixtures/card.ts";
import type { Bench } from "./engine.ts";
import { assertColor, assertPatches, clear, colorAt, distance, draw, sizeOf, white, worst } from "./pictures.ts";

const red: Color = { r: 200, g: 40, b: 40, a: 255 };
const blue: Color = { r: 30, g: 60, b: 200, a: 255 };
const glass: Color = { r: 40, g: 160, b: 60, a: 128 };

/** Every pixel tells its place. */
const map = (width: number, height: number): Pixels =>
  draw(width, height, (x, y) => ({ r: x * 9, g: y * 11, b: 90, a: 255 }));

export function pictureContract({ name, engine }: Bench): void {
  const using = async (frames: readonly Pixels[], work: (picture: Picture) => void): Promise<void> => {
    const picture = (await engine()).fromPixels(frames);
    try {
      work(picture);
    } finally {
      picture.dispose();
    }
  };

  test(`${name}.fromPixels() holds frames exactly as they came`, async () => {
    const frames = [drawCard("alpha"), { ...drawCard("color"), delayMs: 120 }].map((frame, index) => ({
      ...frame,
      delayMs: 40 + index * 80,
    }));
    await using(frames, (picture) => {
      assert.deepEqual([...sizeOf(picture), picture.frames, picture.hasAlpha, picture.scale], [240, 160, 2, true, 1]);
      for (const [index, frame] of frames.entries()) {
        assert.equal(worst(picture.pixels(index), frame), 0);
        assert.equal(picture.pixels(index).delayMs, frame.delayMs);
      }
    });
  });

  test(`${name}.fromPixels() knows an opaque picture`, async () => {
    await using([drawCard("color")], (picture) => assert.equal(picture.hasAlpha, false));
  });

  test(`Picture.pixels() is a copy, and setPixels() puts it back: ${name}`, async () => {
    await using([map(20, 10), map(20, 10)], (picture) => {
      const pixels = picture.pixels(1);
      pixels.data.fill(128);
      assert.equal(worst(picture.pixels(1), map(20, 10)), 0);
      picture.setPixels(pixels, 1);
      assert.deepEqual(colorAt(picture.pixels(1), 3, 3), { r: 128, g: 128, b: 128, a: 128 });
      assert.equal(picture.hasAlpha, true);
      assert.equal(worst(picture.pixels(0), map(20, 10)), 0);
    });
  });

  test(`Picture.resize() keeps flat areas and their place: ${name}`, async () => {
    for (const [width, height] of [
      [120, 80],
      [60, 53],
      [480, 320],
    ] as const) {
      await using([drawCard("color"), drawCard("grey")], (picture) => {
        picture.resize({ width, height });
        assert.deepEqual(sizeOf(picture), [width, height]);
        assertPatches(picture.pixels(0), cardPatches("color"), 16);
        assertPatches(picture.pixels(1), cardPatches("grey"), 16);
      });
    }
  });

  test(`Picture.resize() averages: a chequer of one pixel becomes grey: ${name}`, async () => {
    const chequer = draw(256, 256, (x, y) => ((x + y) % 2 ? white : { r: 0, g: 0, b: 0, a: 255 }));
    await using([chequer], (picture) => {
      picture.resize({ width: 32, height: 32 });
      assertColor(colorAt(picture.pixels(), 16, 16), { r: 128, g: 128, b: 128, a: 255 }, 12, "middle");
    });
  });

  test(`Picture.resize() lets no hidden colour bleed in at transparent edges: ${name}`, async () => {
    const half = draw(64, 64, (x) => (x < 31 ? red : { r: 0, g: 0, b: 0, a: 0 }));
    await using([half], (picture) => {
      picture.resize({ width: 16, height: 16 });
      const pixels = picture.pixels();
      for (let x = 0; x < 16; x++) {
        const color = colorAt(pixels, x, 8);
        if (color.a > 24) assertColor({ ...color, a: 255 }, red, 12, `at ${x}`);
      }
    });
  });

  test(`Picture.crop() keeps exactly the area: ${name}`, async () => {
    await using([map(24, 20), map(24, 20)], (picture) => {
      picture.crop({ x: 3, y: 5, width: 7, height: 4 });
      assert.deepEqual(sizeOf(picture), [7, 4]);
      for (const frame of [0, 1]) {
        assertColor(colorAt(picture.pixels(frame), 0, 0), { r: 27, g: 55, b: 90, a: 255 }, 0, "first");
        assertColor(colorAt(picture.pixels(frame), 6, 3), { r: 81, g: 88, b: 90, a: 255 }, 0, "last");
      }
    });
  });

  test(`Picture.extend() adds space of the colour and leaves the rest alone: ${name}`, async () => {
    for (const background of [blue, glass, clear]) {
      await using([draw(8, 6, () => glass), draw(8, 6, () => red)], (picture) => {
        picture.extend({ top: 1, right: 2, bottom: 3, left: 4 }, background);
        assert.deepEqual(sizeOf(picture), [14, 10]);
        for (const [frame, inside] of [glass, red].entries()) {
          const pixels = picture.pixels(frame);
          for (const [x, y] of [
            [0, 0],
            [13, 9],
            [4, 0],
            [3, 1],
            [12, 6],
            [11, 7],
          ] as const) {
            assertColor(colorAt(pixels, x, y), background, 1, `outside ${x},${y}`);
          }
          for (const [x, y] of [
            [4, 1],
            [11, 6],
          ] as const) {
            assertColor(colorAt(pixels, x, y), inside, 1, `inside ${x},${y}`);
          }
        }
      });
    }
  });

  const turns: readonly (readonly [number, (x: number, y: number) => readonly [number, number]])[] = [
    [90, (x, y) => [6 - 1 - y, x]],
    [180, (x, y) => [10 - 1 - x, 6 - 1 - y]],
    [270, (x, y) => [y, 10 - 1 - x]],
  ];
  for (const [degrees, place] of turns) {
    test(`Picture.rotate() turns ${degrees} degrees clockwise exactly: ${name}`, async () => {
      const start = map(10, 6);
      await using([start, start], (picture) => {
        picture.rotate(degrees, clear);
        assert.deepEqual(sizeOf(picture), degrees === 180 ? [10, 6] : [6, 10]);
        for (const [x, y] of [
          [0, 0],
          [9, 5],
          [4, 1],
        ] as const) {
          const [toX, toY] = place(x, y);
          assertColor(colorAt(picture.pixels(1), toX, toY), colorAt(start, x, y), 0, `${x},${y}`);
        }
      });
    });
  }

  test(`Picture.rotate() grows the canvas for other angles and fills its corners: ${name}`, async () => {
    for (const background of [blue, clear]) {
      await using([draw(80, 40, (x) => (x < 40 ? red : white))], (picture) => {
        picture.rotate(30, background);
        assert.ok(Math.abs(picture.width - 90) <= 2 && Math.abs(picture.height - 75) <= 2, `${sizeOf(picture)}`);
        const pixels = picture.pixels();
        const [right, bottom] = [picture.width - 1, picture.height - 1];
        for (const [x, y] of [
          [0, 0],
          [right, 0],
          [0, bottom],
          [right, bottom],
        ] as const) {
          assertColor(colorAt(pixels, x, y), background, 2, `corner ${x},${y}`);
        }
        const [middleX, middleY] = [Math.round(right / 2), Math.round(bottom / 2)];
        assertColor(colorAt(pixels, middleX - 17, middleY - 10), red, 4, "left half");
        assertColor(colorAt(pixels, middleX + 17, middleY + 10), white, 4, "right half");
      });
    }
  });

  test(`Picture.flip() mirrors top to bottom, flop() left to right: ${name}`, async () => {
    const start = map(9, 7);
    await using([start, start], (picture) => {
      picture.flip();
      assertColor(colorAt(picture.pixels(1), 2, 6), colorAt(start, 2, 0), 0, "flip");
      picture.flop();
      assertColor(colorAt(picture.pixels(1), 6, 6), colorAt(start, 2, 0), 0, "flop");
    });
  });

  test(`Picture.composite() lays an overlay over every frame: ${name}`, async () => {
    await using([draw(10, 10, () => blue), draw(10, 10, () => white)], (picture) => {
      picture.composite(
        draw(4, 3, () => red),
        2,
        5,
      );
      picture.composite(
        draw(2, 2, () => ({ r: 0, g: 0, b: 0, a: 128 })),
        0,
        0,
      );
      for (const [frame, under] of [blue, white].entries()) {
        const pixels = picture.pixels(frame);
        assertColor(colorAt(pixels, 2, 5), red, 1, "first");
        assertColor(colorAt(pixels, 5, 7), red, 1, "last");
        assertColor(colorAt(pixels, 6, 7), under, 1, "beside");
        const half = { r: under.r / 2, g: under.g / 2, b: under.b / 2, a: 255 };
        assertColor(colorAt(pixels, 1, 1), half, 2, "half transparent");
      }
    });
  });

  test(`Picture.composite() cuts off what lies outside: ${name}`, async () => {
    await using([draw(10, 10, () => blue)], (picture) => {
      picture.composite(
        draw(6, 6, () => red),
        -3,
        7,
      );
      assert.deepEqual(sizeOf(picture), [10, 10]);
      assert.ok(distance(colorAt(picture.pixels(), 2, 9), red) <= 1);
      assert.ok(distance(colorAt(picture.pixels(), 3, 9), blue) <= 1);
    });
  });
}
