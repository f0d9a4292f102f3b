/** The quicker SVG looks like the one that the library wrote. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Resvg } from "@resvg/resvg-wasm";
import libsatori, { init } from "satori/standalone";
import { paint, startRenderer } from "../../../plugins/engines/satori-draw.ts";
import { quickened } from "../../../plugins/engines/satori-svg.ts";
import { enlargedPng } from "../../../plugins/engines/satori-svg-soft.ts";
import { makeHost } from "../../contract/host.ts";
import { see } from "../../see.ts";

const card = { width: 400, height: 300 };

before(async () => {
  await startRenderer(makeHost());
  await init(await makeHost().wasm("satori/layout.wasm"));
});

type Style = Readonly<Record<string, unknown>>;
const box = (style: Style, ...children: unknown[]) => ({
  type: "div",
  props: { style: { display: "flex", ...style }, children },
});

/** A box of this style on a light page, as the library writes it. */
const written = (style: Style, ...children: unknown[]): Promise<string> =>
  libsatori(
    box(
      { width: "100%", height: "100%", padding: 60, backgroundColor: "#eeeeff" },
      box({ width: 160, height: 120, ...style }, ...children),
    ) as never,
    {
      ...card,
      fonts: [],
    },
  );

interface Difference {
  readonly isRewritten: boolean;
  readonly worst: number;
  readonly mean: number;
}

async function compare(style: Style, ...children: unknown[]): Promise<Difference> {
  const svg = await written(style, ...children);
  const quick = quickened(svg, card, paint);
  const [one, other] = [paint(svg, 1).pixels, paint(quick, 1).pixels];
  const gaps = one.map((value, at) => Math.abs(value - (other[at] ?? 0)));
  return {
    isRewritten: quick !== svg,
    worst: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    mean: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
  };
}

const gradients: Readonly<Record<string, Style>> = {
  linear: { backgroundImage: "linear-gradient(135deg, #f00, #00f)" },
  rounded: { backgroundImage: "linear-gradient(#f00 20%, #00f)", borderRadius: 30 },
  "with a stop of no colour": { backgroundImage: "linear-gradient(90deg, #f00, transparent)" },
  radial: { backgroundImage: "radial-gradient(circle at 30% 20%, #f00, #00f)" },
  elliptic: { backgroundImage: "radial-gradient(ellipse at 80% 80%, #f00, #00f)" },
  "upon each other": {
    backgroundImage: "radial-gradient(circle, rgba(0,255,0,0.5), transparent 60%), linear-gradient(#f00, #00f)",
  },
};

for (const [name, style] of Object.entries(gradients)) {
  test(`quickened() takes the tile from around a gradient: ${name}`, async () => {
    const { isRewritten, worst } = await compare(style);
    assert.ok(isRewritten);
    assert.ok(worst <= 2, `${worst}`);
  });
}

const kept: Readonly<Record<string, Style>> = {
  "repeated tiles": {
    backgroundImage: "radial-gradient(circle, #f00 2px, transparent 2px)",
    backgroundSize: "20px 20px",
  },
  "a gradient inside a border": { backgroundImage: "linear-gradient(#f00, #00f)", border: "4px solid #000" },
  "a plain box": { backgroundColor: "#f00" },
  "an inner shadow": { boxShadow: "inset 0 0 20px #f00", backgroundColor: "#fff" },
};

for (const [name, style] of Object.entries(kept)) {
  test(`quickened() leaves alone ${name}`, async () => {
    assert.deepEqual(await compare(style), { isRewritten: false, worst: 0, mean: 0 });
  });
}

const art = (width: number, height: number, style: Style = {}) => ({
  type: "svg",
  props: {
    width,
    height,
    viewBox: "0 0 10 10",
    style,
    children: { type: "circle", props: { cx: 5, cy: 5, r: 7, fill: "#c00" } },
  },
});

const framed = { overflow: "hidden", borderRadius: 24, border: "4px solid #080", backgroundColor: "#fff" };

const clipped: Readonly<Record<string, readonly [Style, unknown]>> = {
  "a picture": [{}, art(80, 60)],
  "a picture within a frame": [{ ...framed, padding: 30 }, art(60, 40)],
  "a picture that fills a frame": [{ ...framed, border: "none" }, art(160, 120)],
  "a picture that sticks out of a frame": [{ overflow: "hidden" }, art(300, 300)],
  "a picture in a corner of a frame": [framed, art(40, 40)],
};

for (const [name, [style, child]] of Object.entries(clipped)) {
  test(`quickened() keeps the clips that hide something of ${name}`, async () => {
    const { worst } = await compare(style, child);
    assert.ok(worst <= 1, `${worst}`);
  });
}

test("quickened() leaves out masks and clips that hide nothing", async () => {
  const users = (svg: string) =>
    svg.replace(/<(mask|clipPath) .*?<\/\1>/g, "").match(/ (?:mask|clip-path)="/g)?.length ?? 0;
  const svg = await written({ ...framed, padding: 30 }, art(60, 40));
  assert.ok(users(svg) > users(quickened(svg, card, paint)));
});

/** Tolerances are those of one step of opacity, and of edges where a mask went. */
const shadows: Readonly<Record<string, Style>> = {
  small: { boxShadow: "0 2px 6px rgba(0,0,0,0.5)", backgroundColor: "#fff" },
  soft: { boxShadow: "0 10px 40px rgba(0,0,0,0.4)", backgroundColor: "#fff" },
  "soft under glass": { boxShadow: "0 10px 40px rgba(0,0,0,0.4)", backgroundColor: "rgba(255,255,255,0.5)" },
  "soft and rounded": { boxShadow: "0 10px 40px rgba(0,0,0,0.4)", backgroundColor: "#fff", borderRadius: 30 },
  spread: { boxShadow: "0 0 30px 12px rgba(0,0,0,0.4)", backgroundColor: "#fff", borderRadius: 10 },
  "drawn in": { boxShadow: "0 12px 24px -6px rgba(0,0,0,0.5)", backgroundColor: "#fff" },
  double: { boxShadow: "0 1px 3px rgba(0,0,0,0.3), 0 12px 36px rgba(0,0,0,0.3)", backgroundColor: "#fff" },
  "over the edge": {
    boxShadow: "0 0 60px rgba(0,0,0,0.6)",
    backgroundColor: "#fff",
    position: "absolute",
    left: 320,
    top: 240,
  },
};

for (const [name, style] of Object.entries(shadows)) {
  test(`quickened() draws a shadow as it was: ${name}`, { timeout: 240_000 }, async () => {
    const { isRewritten, worst, mean } = await compare(style);
    assert.ok(isRewritten);
    assert.ok(worst <= 24 && mean <= 0.4, `worst ${worst}, mean ${mean}`);
  });
}

test("quickened() keeps a shadow's colour, which the library blurs in another colour space", async () => {
  const svg = await written({ boxShadow: "0 0 30px #8020c0", backgroundColor: "#fff" });
  const { pixels, width } = paint(quickened(svg, card, paint), 1);
  const at = ((60 + 60) * width + 54) * 4;
  const [r = 0, g = 0, b = 0] = pixels.subarray(at, at + 3);
  assert.ok(r < b && g < r, `${r},${g},${b}`);
});

test("quickened() writes what the renderer reads, in any order of shadows", async () => {
  const svg = await written({
    boxShadow: "0 0 80px #f00, 0 0 2px #0f0, inset 0 0 4px #00f, 9px 9px 0 #000",
    backgroundColor: "#fff8",
  });
  const drawing = new Resvg(quickened(svg, card, paint));
  drawing.free();
});

test("enlargedPng() writes one colour in all its opacities", async () => {
  const pixels = new Uint8Array(4 * 4);
  pixels.set([0, 0, 0, 0, 60, 30, 10, 120, 60, 30, 10, 120, 128, 64, 21, 255]);
  const { pixels: seen } = await see(enlargedPng({ width: 2, height: 2, pixels }, 8));
  assert.deepEqual([seen.width, seen.height], [16, 16]);
  assert.deepEqual([...seen.data.subarray(-4)], [128, 64, 21, 255]);
  assert.equal(seen.data[3], 0);
  const alphas = Array.from({ length: 16 }, (_, x) => seen.data[(15 * 16 + x) * 4 + 3] ?? 0);
  assert.deepEqual(
    alphas,
    alphas.toSorted((a, b) => a - b),
  );
});
