import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecodeOptions, Size } from "../../../core/image.ts";
import { svgSize } from "../../../core/work/svg.ts";
import resvg from "../../../plugins/engines/resvg.ts";
import { estimate } from "../../../plugins/engines/resvg-cost.ts";
import { embeddedPixels, withoutNested } from "../../../plugins/engines/resvg-embedded.ts";
import { findRoot } from "../../../plugins/engines/resvg-root.ts";
import { Refused } from "../../../plugins/engines/resvg-scan.ts";
import { decodeDefaults, engineContract, refusesWith } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";
import { assertColor, assertPatches, clear, colorAt } from "../../contract/pictures.ts";
import { cardPatches } from "../../fixtures/card.ts";
import { fixture } from "../../fixtures/fixture.ts";
import { hostileContract } from "./hostile.ts";
import { parsed } from "./settings.ts";

const open = async (settings: Readonly<Record<string, unknown>> = {}) =>
  await resvg.setup(parsed(resvg, settings), makeHost());
const how = (more: Partial<DecodeOptions> = {}): DecodeOptions => ({ ...decodeDefaults, format: "svg", ...more });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const svg = (attributes: string, content = "", before = ""): string =>
  `${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${content}</svg>`;
const small = 'width="40" height="20"';

engineContract(resvg, () => makeHost());
hostileContract("resvg", open, (name) => name.includes("svg"), "svg");

async function draw(text: string, atLeast?: Size) {
  const picture = await (await open()).decode(bytes(text), how({ atLeast }));
  return { pixels: picture.pixels(), scale: picture.scale };
}

test("resvg.decode() draws at the size asked for, up and down, and tells its scale", async () => {
  const body = await fixture("svg");
  for (const width of [60, 120, 480, 1200]) {
    const atLeast = { width, height: (width * 2) / 3 };
    const picture = await (await open()).decode(body, how({ atLeast }));
    assert.deepEqual([picture.width, picture.height, picture.scale], [width, (width * 2) / 3, width / 240]);
    assertPatches(picture.pixels(), cardPatches("color"), 2);
  }
});

test("resvg.decode() gives colours that are not multiplied by their alpha", async () => {
  const { pixels } = await draw(svg(small, '<rect width="40" height="20" fill="rgb(200,100,50)" fill-opacity="0.5"/>'));
  assertColor(colorAt(pixels, 20, 10), { r: 200, g: 100, b: 50, a: 128 }, 2, "half");
});

test("resvg.decode() leaves out pictures, styles and shapes from elsewhere, and texts", async () => {
  const outside = ["http://127.0.0.1:9/a.png", "file:///etc/passwd", "/etc/passwd", "data:image/svg+xml,<svg/>"];
  const images = outside.map((href) => `<image width="40" height="20" xlink:href="${href.replace("<", "&lt;")}"/>`);
  const { pixels } = await draw(svg(small, `${images.join("")}<text y="15" font-size="20">Hi</text>`));
  assert.ok(pixels.data.every((value) => value === 0));
  assertColor(colorAt(pixels, 5, 10), clear, 0, "empty");
});

test("resvg.decode() refuses entities, also unused ones, and a document type with a subset", async () => {
  const instance = await open();
  for (const before of ['<!DOCTYPE svg [<!ENTITY a "b">]>', "<!DOCTYPE svg [ ]>", '<!doctype svg [<!entity a "b">]>']) {
    await refusesWith(["broken-image"], () => instance.decode(bytes(svg(small, "", before)), how()));
  }
  await instance.decode(bytes(svg(small, "", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">')), how());
});

test("resvg.decode() refuses files over its limits", async () => {
  const rects = "<rect/>".repeat(50);
  const file = bytes(svg(small, rects));
  await refusesWith(["too-many-pixels"], async () => (await open({ maxElements: 40 })).decode(file, how()));
  const padded = bytes(svg(small, " ".repeat(2000)));
  await refusesWith(["too-many-pixels"], async () => (await open({ maxBytes: 1024 })).decode(padded, how()));
});

test("resvg.decode() reads UTF-16 with its mark", async () => {
  const text = svg(small, '<rect width="40" height="20" fill="red"/>');
  const body = new Uint8Array(2 + text.length * 2);
  body.set([0xff, 0xfe]);
  for (let at = 0; at < text.length; at++) body[2 + at * 2] = text.charCodeAt(at);
  const picture = await (await open()).decode(body, how());
  assertColor(colorAt(picture.pixels(), 3, 3), { r: 255, g: 0, b: 0, a: 255 }, 0, "red");
});

test("resvg's pictures can be handed over and nothing else", async () => {
  const instance = await open();
  const picture = await instance.decode(await fixture("svg"), how());
  await refusesWith(["engine-cannot"], () => picture.flip());
  await refusesWith(["engine-cannot"], () => instance.fromPixels([]));
  const background = { r: 0, g: 0, b: 0, a: 255 };
  await refusesWith(["engine-cannot"], () => instance.encode(picture, { format: "png", quality: 1, background }));
});

test("findRoot() measures as the header reader does", () => {
  for (const attributes of [
    'width="63.5mm" height="2in" viewBox="0 0 9 9"',
    'viewBox="0 0 300 150"',
    'width="400" viewBox="0 0 100 50"',
    "height='30' viewBox='0,0,100,50'",
    'width="100%" height="50%"',
    "",
    'width="12" height="1e2"',
    'viewBox="0 0 0.4 0.2"',
    'width="3.2" height="1"',
  ]) {
    const text = svg(attributes, "", "<?xml version='1.0'?><!-- <svg width='1'> -->");
    const size = findRoot(text)?.size;
    const header = svgSize(bytes(text));
    assert.deepEqual(
      size && [Math.round(size.width), Math.round(size.height)],
      [header?.width, header?.height],
      attributes,
    );
  }
});

test("withSize() draws the same picture at another size, with or without a viewBox", async () => {
  const shape = '<rect width="20" height="20" fill="blue"/>';
  for (const attributes of [
    small,
    'viewBox="0 0 40 20"',
    'width="80" viewBox="0 0 40 20"',
    'style="x" width="40" height="20"',
  ]) {
    const { pixels } = await draw(svg(attributes, shape), { width: 400, height: 200 });
    assert.deepEqual([pixels.width, pixels.height], [400, 200]);
    assertColor(colorAt(pixels, 198, 100), { r: 0, g: 0, b: 255, a: 255 }, 0, attributes);
    assertColor(colorAt(pixels, 202, 100), clear, 0, attributes);
  }
});

test("resvg.decode() fills the picture to its edges, also where rounding changes the shape a little", async () => {
  const ground = '<rect width="100" height="100" fill="red"/>';
  for (const [attributes, width, height] of [
    ['viewBox="0 0 100 40"', 832, 333],
    ['width="100" height="40"', 832, 333],
    ['viewBox="0 0 100 40" preserveAspectRatio="xMinYMin"', 150, 61],
  ] as const) {
    const { pixels } = await draw(svg(attributes, ground), { width, height });
    assert.deepEqual([pixels.width, pixels.height], [width, height]);
    assert.ok(
      pixels.data.every((value, at) => at % 4 !== 3 || value === 255),
      attributes,
    );
  }
  const { pixels } = await draw(svg('width="100" height="100" viewBox="0 0 100 40"', ground), {
    width: 50,
    height: 50,
  });
  assertColor(colorAt(pixels, 25, 5), clear, 0, "a document that leaves an edge free keeps it");
});

test("estimate() multiplies what is used, and ends where it refers to itself", () => {
  const uses = (id: string) => `<use href="#${id}"/>`.repeat(10);
  const fan = `<defs><g id="a">${"<rect/>".repeat(10)}</g><g id="b">${uses("a")}</g></defs>${uses("b")}`;
  const { elements } = estimate(svg(small, fan));
  assert.ok(elements > 1000 && elements < 2500, `${elements}`);
  assert.ok(estimate(svg(small, '<g id="a"><use xlink:href="#a"/></g>')).elements < 10);
  const markers = `<marker id="m">${"<rect/>".repeat(100)}</marker><path marker-mid="url(#m)" d="${"L1 1".repeat(500)}"/>`;
  assert.ok(estimate(svg(small, markers)).elements > 50_000);
});

test("estimate() weighs filters by what their numbers make of them, where they are used", () => {
  const cost = (filter: string, use = '<rect filter="url(#f)"/>') =>
    estimate(svg(small, `<filter id="f">${filter}</filter>${use}`)).filterMs;
  assert.equal(cost('<feGaussianBlur stdDeviation="3"/>', ""), 0);
  const blur = cost('<feGaussianBlur stdDeviation="3"/>');
  assert.ok(blur > 100 && blur < 1000);
  assert.equal(cost('<feGaussianBlur stdDeviation="3"/>', '<rect style="filter:url(#f)"/>'.repeat(3)), blur * 3);
  assert.ok(cost('<feMorphology radius="100"/>') > 50_000);
  assert.ok(cost('<feTurbulence numOctaves="1000"/>') > 50_000);
  assert.ok(cost('<feConvolveMatrix order="100 100"/>') > 50_000);
  assert.ok(cost("<feGaussianBlur/>", '<style>.a { filter: url(#f) }</style><g class="a"/>') >= blur);
});

test("estimate() refuses what is nested too deeply", () => {
  assert.throws(() => estimate(svg(small, "<g>".repeat(300))), Refused);
  const chain = Array.from({ length: 5000 }, (_, at) => `<g id="c${at}"><use href="#c${at + 1}"/></g>`).join("");
  assert.throws(() => estimate(svg(small, chain)), Refused);
});

test("embeddedPixels() reads the size of a picture in a data URI", async () => {
  const image = (type: string, data: Uint8Array) => `data:image/${type};base64,${Buffer.from(data).toString("base64")}`;
  for (const name of ["png-rgb", "jpeg-420", "gif"] as const) {
    const uri = image("png", await fixture(name));
    assert.equal(embeddedPixels(`<image href="${uri}"/><image href="${uri}"/>`), 2 * 240 * 160, name);
  }
  assert.equal(embeddedPixels(`<image href="${image("png", await fixture("bomb-png-size"))}"/>`) > 1e9, true);
});

test("withoutNested() lets through embedded PNG, JPEG and GIF only", () => {
  assert.equal(withoutNested('href="data:image/png;base64,AA"'), 'href="data:image/png;base64,AA"');
  for (const type of ["image/svg+xml", "text/plain", "IMAGE/SVG+XML", "text/html", ""]) {
    assert.ok(!withoutNested(`href="data:${type};base64,AA"`).includes("data:"), type);
  }
});
