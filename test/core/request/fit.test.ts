import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FitRequest, fitSize, placeArea } from "../../../core/request/fit.ts";
import { fits } from "../../../core/request/parameters.ts";

const landscape = { width: 400, height: 200 };

const cases: readonly [about: string, request: FitRequest, scaled: string, canvas: string][] = [
  ["nothing asked", {}, "400x200", "400x200"],
  ["one side keeps the ratio", { width: 100 }, "100x50", "100x50"],
  ["the other side too", { height: 100 }, "200x100", "200x100"],
  ["inside is the default", { width: 100, height: 100 }, "100x50", "100x50"],
  ["outside", { width: 100, height: 100, fit: "outside" }, "200x100", "200x100"],
  ["fill", { width: 100, height: 100, fit: "fill" }, "100x100", "100x100"],
  ["cover", { width: 100, height: 100, fit: "cover" }, "200x100", "100x100"],
  ["contain", { width: 100, height: 100, fit: "contain" }, "100x50", "100x100"],
  ["never enlarged inside", { width: 800, height: 800 }, "400x200", "400x200"],
  ["never enlarged by one side", { width: 800 }, "400x200", "400x200"],
  ["never enlarged by fill, side by side", { width: 800, height: 100, fit: "fill" }, "400x100", "400x100"],
  ["cover keeps the shape, smaller", { width: 800, height: 800, fit: "cover" }, "400x200", "200x200"],
  ["contain keeps the shape, smaller", { width: 800, height: 800, fit: "contain" }, "400x200", "400x400"],
  ["enlarge inside", { width: 800, height: 800, enlarge: true }, "800x400", "800x400"],
  ["enlarge cover", { width: 800, height: 800, fit: "cover", enlarge: true }, "1600x800", "800x800"],
  ["dpr multiplies", { width: 50, height: 50, dpr: 2 }, "100x50", "100x50"],
  ["a sliver keeps one pixel", { width: 1 }, "1x1", "1x1"],
];

test("fitSize() gives the sizes that each fit means", () => {
  const text = ({ width, height }: { width: number; height: number }) => `${width}x${height}`;
  for (const [about, request, scaled, canvas] of cases) {
    const fitted = fitSize(landscape, request);
    assert.deepEqual([text(fitted.scaled), text(fitted.canvas)], [scaled, canvas], about);
  }
});

const side = fc.integer({ min: 1, max: 5000 });
const size = fc.record({ width: side, height: side });
const request = fc.record({ width: side, height: side, fit: fc.constantFrom(...fits) }, { requiredKeys: [] });

test("fitSize() never enlarges unless asked, and never gives an empty side", () => {
  fc.assert(
    fc.property(size, request, (original, asked) => {
      const { scaled, canvas } = fitSize(original, asked);
      assert.ok(scaled.width <= original.width && scaled.height <= original.height);
      assert.ok(Math.min(scaled.width, scaled.height, canvas.width, canvas.height) >= 1);
    }),
  );
});

test("fitSize() with cover gives a canvas inside the scaled image, with contain one around it", () => {
  fc.assert(
    fc.property(size, size, fc.boolean(), (original, box, enlarge) => {
      const cover = fitSize(original, { ...box, fit: "cover", enlarge });
      assert.ok(cover.canvas.width <= cover.scaled.width && cover.canvas.height <= cover.scaled.height);
      const contain = fitSize(original, { ...box, fit: "contain", enlarge });
      assert.ok(contain.canvas.width >= contain.scaled.width && contain.canvas.height >= contain.scaled.height);
    }),
  );
});

test("placeArea() stays inside and follows anchors and focal points", () => {
  const outer = { width: 100, height: 50 };
  const inner = { width: 50, height: 50 };
  assert.equal(placeArea(outer, inner, "left").x, 0);
  assert.equal(placeArea(outer, inner, "center").x, 25);
  assert.equal(placeArea(outer, inner, "bottom-right").x, 50);
  assert.equal(placeArea(outer, inner, { x: 0.4, y: 0 }).x, 15);
  assert.equal(placeArea(outer, inner, { x: 0.95, y: 0 }).x, 50);
  assert.equal(placeArea(outer, inner, { x: 0, y: 1 }).x, 0);
});
