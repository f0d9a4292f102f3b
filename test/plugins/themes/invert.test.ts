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

/** A badge with a sign in it, and a bar of the badge's ink beside them. */
const badge = (ink: Color, sign: Color, radius: number): Pixels =>
  images.draw(90, 60, (x, y) => {
    const distance = Math.hypot(x - 29.5, y - 29.5);
    if (x > 70 && x < 80) return ink;
    return distance < radius ? sign : distance < 26 ? ink : clear;
  });

test("theme.invert mirrors a sign with the badge that it is in, so that neither is lost", async () => {
  const [black, white] = [rgb(17, 17, 17), rgb(255, 255, 255)];
  for (const [page, ink, sign] of [
    ["dark", black, white],
    ["light", white, black],
  ] as const) {
    const [after] = (await adaptTo(invert, page, badge(ink, sign, 12))) ?? [];
    assert.ok(after);
    const [outer, inner, bar] = [inkOf(after), heartOf(after), images.colorAt(after, 75, 30)].map(lightness);
    assert.ok(Math.abs((outer ?? 0) - (inner ?? 0)) > 0.5, `${page}: ${outer} around ${inner}`);
    assert.ok(page === "dark" ? (bar ?? 0) > 0.6 : (bar ?? 1) < 0.3, `${page}: ${bar}`);
    assert.equal(await adaptTo(invert, page, badge(ink, sign, 23)), null, "a drawing with an outline reads well");
  }
});

test("theme.invert goes by the first frame that shows something", async () => {
  const empty = images.draw(60, 60, () => clear);
  const frames = (await adaptTo(invert, "dark", empty, logo(navy, clear))) ?? [];
  assert.deepEqual(
    frames.map((frame) => lightness(inkOf(frame)) > 0.6),
    [false, true],
  );
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
