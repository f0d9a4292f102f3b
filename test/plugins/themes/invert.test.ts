import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { adaptTo, images, testTheme } from "cameo/testing";
import type { Color, Pixels } from "../../../core/image.ts";
import invert from "../../../plugins/themes/invert.ts";
import { see } from "../../see.ts";

const rgb = (r: number, g: number, b: number, a = 255): Color => ({ r, g, b, a });
const clear = rgb(0, 0, 0, 0);
const navy = rgb(17, 24, 39);
const rose = rgb(225, 29, 72);

/** A disc of `ink` with a rose heart, on `ground`. */
const logo = (ink: Color, ground: Color): Pixels =>
  images.draw(60, 60, (x, y) => {
    const distance = Math.hypot(x - 29.5, y - 29.5);
    return distance < 10 ? rose : distance < 26 ? ink : ground;
  });

const inkOf = (pixels: Pixels) => images.colorAt(pixels, 8, 30);
const heartOf = (pixels: Pixels) => images.colorAt(pixels, 30, 30);
const lightness = ({ r, g, b }: Color): number => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;

testTheme(invert, {
  changes: { pixels: logo(navy, clear), page: "dark" },
  look(after) {
    assert.ok(lightness(inkOf(after)) > 0.6, "dark ink became light");
    const heart = heartOf(after);
    assert.ok(heart.r > 180 && heart.r > heart.g * 2 && heart.r > heart.b * 2, "a rose is a rose");
  },
});

test("theme.invert leaves alone what reads well already", async () => {
  assert.equal(await adaptTo(invert, "light", logo(navy, clear)), null);
  assert.equal(await adaptTo(invert, "dark", logo(rgb(250, 250, 250), clear)), null);
  assert.equal(await adaptTo(invert, "dark", logo(rgb(240, 160, 40), clear)), null);
});

test("theme.invert makes light ink dark for a light page", async () => {
  const [after] = (await adaptTo(invert, "light", logo(rgb(248, 250, 252), clear))) ?? [];
  assert.ok(after && lightness(inkOf(after)) < 0.2);
});

test("theme.invert turns a white sheet dark, and what is on it light", async () => {
  const [after] = (await adaptTo(invert, "dark", logo(navy, rgb(255, 255, 255)))) ?? [];
  assert.ok(after);
  assert.ok(lightness(images.colorAt(after, 1, 1)) < 0.1);
  assert.ok(lightness(inkOf(after)) > 0.6);
});

test("theme.invert leaves photos alone", async () => {
  const photo = await readFile(new URL("../../../config/samples/landscape.jpg", import.meta.url));
  const { pixels } = await see(photo);
  for (const page of ["light", "dark"] as const) assert.equal(await adaptTo(invert, page, pixels), null);
});

test("theme.invert treats every frame", async () => {
  const frames = (await adaptTo(invert, "dark", logo(navy, clear), logo(rgb(0, 0, 0), clear))) ?? [];
  assert.deepEqual(
    frames.map((frame) => lightness(inkOf(frame)) > 0.6),
    [true, true],
  );
});
