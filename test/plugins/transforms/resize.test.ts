import assert from "node:assert/strict";
import { test } from "node:test";
import type { Color, Pixels } from "../../../core/image.ts";
import { fitSize, placeArea } from "../../../core/request/fit.ts";
import background from "../../../plugins/transforms/background.ts";
import resize from "../../../plugins/transforms/resize.ts";
import { averaged, findSubject } from "../../../plugins/transforms/resize-smart.ts";
import { assertColor, assertPatches, clear, colorAt, draw, white } from "../../contract/pictures.ts";
import { cardPatches, drawCard } from "../../fixtures/card.ts";
import { applied, appliedTo, isNeeded, openEngine, through } from "./apply.ts";

const card = drawCard("color");
const [left, middle, right]: readonly Color[] = [
  { r: 200, g: 30, b: 30, a: 255 },
  { r: 30, g: 160, b: 60, a: 255 },
  { r: 30, g: 60, b: 200, a: 255 },
];
/** Three stripes of 40 px. */
const stripes = draw(120, 60, (x) => (x < 40 ? left : x < 80 ? middle : right) ?? white);
const sizeOf = ({ width, height }: Pixels) => [width, height];

test("resize fits inside by default and keeps the picture", async () => {
  for (const frame of await applied(resize, { width: 120, height: 120 }, [card, card])) {
    assert.deepEqual(sizeOf(frame), [120, 80]);
    assertPatches(frame, cardPatches("color"), 16);
  }
});

test("resize gives each fit its size", async () => {
  const box = { width: 60, height: 60 };
  assert.deepEqual(sizeOf(await appliedTo(resize, { ...box, fit: "inside" }, card)), [60, 40]);
  assert.deepEqual(sizeOf(await appliedTo(resize, { ...box, fit: "outside" }, card)), [90, 60]);
  assert.deepEqual(sizeOf(await appliedTo(resize, { ...box, fit: "fill" }, card)), [60, 60]);
  assert.deepEqual(sizeOf(await appliedTo(resize, { ...box, fit: "cover" }, card)), [60, 60]);
  assert.deepEqual(sizeOf(await appliedTo(resize, { ...box, fit: "contain" }, card)), [60, 60]);
});

test("resize multiplies by dpr, and enlarges only when asked", async () => {
  assert.deepEqual(sizeOf(await appliedTo(resize, { width: 50, dpr: 2 }, card)), [100, 67]);
  assert.deepEqual(sizeOf(await appliedTo(resize, { width: 500 }, card)), [240, 160]);
  assert.deepEqual(sizeOf(await appliedTo(resize, { width: 480, enlarge: true }, card)), [480, 320]);
});

test("resize cover keeps what the position says", async () => {
  const middleOf = async (position: "left" | "center" | "right" | { x: number; y: number }) =>
    colorAt(await appliedTo(resize, { width: 30, height: 30, fit: "cover", position }, stripes), 15, 15);
  assertColor(await middleOf("left"), left ?? white, 60, "left");
  assertColor(await middleOf("center"), middle ?? white, 8, "center");
  assertColor(await middleOf({ x: 0.95, y: 0.5 }), right ?? white, 60, "focal point");
});

test("resize cover enlarges only what is seen, to the same picture as cutting it out of the enlarged whole", async () => {
  const engine = await openEngine();
  const positions = ["center", "left", "bottom-right", { x: 0.3, y: 0.8 }] as const;
  for (const [width, height, box] of [
    [320, 20, { width: 190, height: 200 }],
    [17, 240, { width: 300, height: 90 }],
    [9, 7, { width: 120, height: 120 }],
    [240, 160, { width: 300, height: 250 }],
  ] as const) {
    const wave = (x: number, y: number) => 128 + 100 * Math.sin(x / 4) * Math.cos(y / 3);
    const pixels = draw(width, height, (x, y) => ({
      r: (x * 255) / width,
      g: (y * 255) / height,
      b: wave(x, y),
      a: 255,
    }));
    for (const position of positions) {
      const parameters = { ...box, fit: "cover", enlarge: true, position } as const;
      const { scaled, canvas } = fitSize(pixels, parameters);
      const whole = engine.fromPixels([pixels]);
      whole.resize(scaled);
      whole.crop(placeArea(scaled, canvas, position));
      const expected = whole.pixels();
      whole.dispose();
      const seen = await appliedTo(resize, parameters, pixels);
      assert.deepEqual(sizeOf(seen), sizeOf(expected));
      const about = `${width} × ${height} ${JSON.stringify(position)}`;
      for (const [x, y] of [
        [0, 0],
        [1, 1],
        [0.5, 0.5],
        [0.2, 0.9],
      ] as const) {
        const at = [Math.round(x * (canvas.width - 1)), Math.round(y * (canvas.height - 1))] as const;
        assertColor(colorAt(seen, ...at), colorAt(expected, ...at), 24, about);
      }
    }
  }
});

test("resize cover of a thin picture never holds many times the result", async () => {
  const picture = (await openEngine()).fromPixels([draw(3000, 2, () => white)]);
  let most = 0;
  const watched = new Proxy(picture, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const result = value.apply(target, given);
        most = Math.max(most, target.width * target.height);
        return result;
      };
    },
  });
  await resize.apply(watched, { width: 400, height: 400, fit: "cover", enlarge: true, position: "right" });
  assert.deepEqual([picture.width, picture.height], [400, 400]);
  assert.ok(most < 12 * 400 * 400, `${most} pixels`);
  picture.dispose();
});

test("resize contain fills up with the background, or leaves it transparent, where the position says", async () => {
  const box = { width: 60, height: 60, fit: "contain" } as const;
  const filled = await through([resize, background], stripes, { ...box, background: white, position: "bottom" });
  assertColor(colorAt(filled, 30, 2), white, 0, "above");
  assertColor(colorAt(filled, 30, 57), middle ?? white, 8, "below");
  const open = await appliedTo(resize, box, stripes);
  assertColor(colorAt(open, 30, 2), clear, 0, "above");
  assertColor(colorAt(open, 30, 30), middle ?? white, 8, "middle");
});

test("resize measures by the original where the decoder shrank it", async () => {
  const shrunk = draw(128, 86, () => white);
  const full = { width: 1023, height: 683 };
  for (const width of [100, 127]) {
    const { canvas } = { canvas: resize.size?.(full, { width }) };
    assert.deepEqual(sizeOf(await appliedTo(resize, { width }, shrunk, full)), [canvas?.width, canvas?.height]);
  }
});

test("resize lets the decoder shrink to what it needs, also for cover", () => {
  assert.equal(resize.shrink?.({ width: 2000, height: 1000 }, { width: 500 }), 0.25);
  assert.equal(resize.shrink?.({ width: 2000, height: 1000 }, { width: 100, height: 100, fit: "cover" }), 0.1);
  assert.equal(resize.shrink?.({ width: 100, height: 100 }, { width: 300 }), 1);
});

test("resize is needed for a width or a height, not for what goes with them", () => {
  assert.equal(isNeeded(resize, { fit: "cover", dpr: 2, background: white }), false);
  assert.equal(isNeeded(resize, { height: 10 }), true);
});

/** Fine detail in the colour of skin on a plain ground, in the right quarter. */
const portrait = draw(400, 200, (x, y) => {
  const isFace = (x - 330) ** 2 + (y - 100) ** 2 < 50 ** 2;
  if (!isFace) return { r: 90, g: 110, b: 120, a: 255 };
  return (x >> 2) % 2 === (y >> 2) % 2 ? { r: 224, g: 172, b: 144, a: 255 } : { r: 190, g: 130, b: 100, a: 255 };
});

test("findSubject() looks where detail and skin are", async () => {
  const { x } = await findSubject(portrait, { width: 200, height: 200 });
  assert.ok(x > 0.65, `x ${x}`);
});

test("findSubject() has an answer for pictures of every shape", async () => {
  for (const [width, height] of [
    [1, 1],
    [3, 400],
    [900, 2],
  ] as const) {
    const { x, y } = await findSubject(
      draw(width, height, () => white),
      { width: 1, height: 1 },
    );
    assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1, `${width}×${height}: ${x},${y}`);
  }
});

test("resize cover keeps the subject with position smart", async () => {
  const parameters = { width: 100, height: 100, fit: "cover", position: "smart" } as const;
  const pixels = await appliedTo(resize, parameters, portrait);
  assertColor(colorAt(pixels, 65, 50), { r: 207, g: 151, b: 122, a: 255 }, 40, "the face");
});

test("averaged() is the mean of the pixels", () => {
  const chequer = draw(8, 8, (x, y) => ((x + y) % 2 ? white : { r: 0, g: 0, b: 0, a: 255 }));
  const copy = averaged(chequer, 0.25);
  assert.deepEqual([copy.width, copy.height], [2, 2]);
  assertColor(colorAt(copy, 1, 1), { r: 128, g: 128, b: 128, a: 255 }, 1, "mean");
});
