/**
 * SVG → pixels, beside whatever main engine is chosen. It has no fonts (texts are not drawn: send them as paths), and reaches no file and
 * no network: references to either are left out.
 * Example: `/images/badge.svg?w=400` is drawn at 400 px, not enlarged.
 * Settings: `maxBytes`, `maxElements`, `maxFilterMs`.
 * Library: https://github.com/thx/resvg-js
 */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import {
  CameoError,
  type DecodeOptions,
  engine,
  type Picture,
  type Pixels,
  type Size,
  type WorkerHost,
} from "cameo/plugin";
import * as v from "valibot";
import { estimate } from "./resvg-cost.ts";
import { embeddedPixels, withoutNested } from "./resvg-embedded.ts";
import { findRoot } from "./resvg-root.ts";
import { Refused } from "./resvg-scan.ts";

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const options = v.object({
  maxBytes: v.pipe(
    v.optional(whole(1024, 2 ** 28), 8 * 2 ** 20),
    v.description("Largest SVG file. A megabyte of paths takes about a second."),
  ),
  maxElements: v.pipe(
    v.optional(whole(1, 1e6), 200_000),
    v.description(
      "Most elements drawn, counting each use of each. A hundred thousand take about a quarter of a second.",
    ),
  ),
  maxFilterMs: v.pipe(
    v.optional(whole(1, 60_000), 10_000),
    v.description("Estimated time of all filters at the size drawn, in milliseconds."),
  ),
});

type Settings = v.InferOutput<typeof options>;

export default engine({
  name: "resvg",
  options,
  decodes: ["svg"],
  encodes: [],
  animates: [],
  isHelper: true,
  async setup(settings, host) {
    await start(host);
    render('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle cx="4" cy="4" r="3"/></svg>');
    return {
      decode: (body, how) => decode(body, how, settings, host),
      fromPixels: () => {
        throw cannot();
      },
      encode: () => {
        throw cannot();
      },
    };
  },
});

/** The library refuses to be started twice in one worker, where another engine may have done so. */
async function start(host: WorkerHost): Promise<void> {
  const module = (await host.wasm("@resvg/resvg-wasm/index_bg.wasm")) as Parameters<typeof initWasm>[0];
  await initWasm(module).catch((error: Error) => {
    if (!error.message.startsWith("Already initialized")) throw error;
  });
}

const cannot = (): CameoError =>
  new CameoError("engine-cannot", "The resvg engine only draws SVG; a main engine has to go on from there.");

function decode(body: Uint8Array, how: DecodeOptions, settings: Settings, host: WorkerHost): Picture {
  if (body.length > settings.maxBytes)
    throw host.fail("too-many-pixels", `The SVG is larger than ${settings.maxBytes} bytes.`);
  const text = withoutNested(toText(body));
  const root = findRoot(text);
  if (!root?.size) throw host.fail("broken-image", "The SVG has no root element, or no size.");
  const stored = { width: atLeastOne(root.size.width), height: atLeastOne(root.size.height) };
  const size = drawnSize(stored, how.atLeast);
  refuseCostly(text, size, how, settings, host);
  try {
    const pixels = render(root.withSize(size));
    return stillPicture(pixels, pixels.width / stored.width);
  } catch (error) {
    throw explain(error, host);
  }
}

const atLeastOne = (value: number): number => Math.max(1, Math.round(value));

/** UTF-8, or UTF-16 with its byte order mark. */
function toText(body: Uint8Array): string {
  const mark = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
  return new TextDecoder(mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8").decode(body);
}

/** Exactly as large as needed, up or down: lines are then as sharp as they can be. What differs from its shape by rounding alone is taken as it is. */
function drawnSize(stored: Size, atLeast: Size | undefined): Size {
  if (!atLeast) return stored;
  const [across, down] = [atLeast.width / stored.width, atLeast.height / stored.height];
  if (Math.abs(across - down) <= 1 / stored.width + 1 / stored.height) return atLeast;
  const ratio = Math.max(across, down);
  const side = (length: number) => Math.max(1, Math.ceil(length * ratio - 1e-6));
  return { width: side(stored.width), height: side(stored.height) };
}

function refuseCostly(
  text: string,
  { width, height }: Size,
  how: DecodeOptions,
  settings: Settings,
  host: WorkerHost,
): void {
  const pixels = width * height;
  const tooMuch = (what: string) => host.fail("too-many-pixels", `The SVG ${what}; send a simpler one.`);
  if (pixels > how.maxPixels) throw tooMuch(`has more than ${how.maxPixels} pixels`);
  if (/<!ENTITY/i.test(text) || /<!DOCTYPE[^>[]*\[/i.test(text)) {
    throw host.fail("broken-image", "The SVG declares entities; save it as plain SVG without them.");
  }
  if (embeddedPixels(text) > how.maxPixels) throw tooMuch("embeds pictures that are too large");
  try {
    const { elements, filterMs } = estimate(text);
    if (elements > settings.maxElements) throw tooMuch("draws too many shapes");
    if ((filterMs * pixels) / 1e6 > settings.maxFilterMs) throw tooMuch("has filters that take too long");
  } catch (error) {
    if (error instanceof Refused) throw host.fail("broken-image", "The SVG is nested too deeply.", { cause: error });
    throw error;
  }
}

/** A trap leaves the drawing locked: freeing it would throw another error in place of the trap. */
function render(svg: string): Pixels {
  const drawing = new Resvg(svg, { font: { loadSystemFonts: false } });
  const image = drawing.render();
  try {
    return { width: image.width, height: image.height, data: unpremultiplied(image.pixels) };
  } finally {
    image.free();
    drawing.free();
  }
}

/** The renderer's colours are multiplied by their alpha. */
function unpremultiplied(pixels: Uint8Array): Uint8ClampedArray {
  const data = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0;
    if (alpha === 0 || alpha === 255) continue;
    const scale = 255 / alpha;
    data[at] = (data[at] ?? 0) * scale;
    data[at + 1] = (data[at + 1] ?? 0) * scale;
    data[at + 2] = (data[at + 2] ?? 0) * scale;
  }
  return data;
}

/** What the library throws itself is an Error; a trap of the WASM leaves it unusable. */
function explain(error: unknown, host: WorkerHost): Error {
  if (error instanceof WebAssembly.RuntimeError || !(error instanceof Error)) {
    return host.fail("internal", "The SVG engine crashed on this image.", { cause: error, log: { isFatal: true } });
  }
  return host.fail("broken-image", "The SVG is damaged or not complete; send it again.", { cause: error });
}

/** Just enough to be handed over to the main engine. */
function stillPicture(pixels: Pixels, scale: number): Picture {
  const unable = () => {
    throw cannot();
  };
  return {
    width: pixels.width,
    height: pixels.height,
    frames: 1,
    hasAlpha: true,
    scale,
    pixels: () => ({ ...pixels, data: pixels.data.slice() }),
    resize: unable,
    crop: unable,
    extend: unable,
    rotate: unable,
    flip: unable,
    flop: unable,
    composite: unable,
    setPixels: unable,
    dispose() {},
  };
}
