/**
 * A light engine for small hosts: half a megabyte of WebAssembly in place of fifteen. JPEG, PNG and GIF in and out.
 * Example: `engine: "imagescript"`; with SVG from `resvg`, all other formats are answered by 415 or 501.
 * Settings: `pngLevel`.
 * Library: https://github.com/matmen/ImageScript
 */
import {
  type DecodeOptions,
  type EncodeOptions,
  type EngineInstance,
  engine,
  type Pixels,
  type Size,
  type WorkerHost,
} from "cameo/plugin";
import * as v from "valibot";
import { converterOf } from "./imagescript-color.ts";
import { type FileFacts, readFacts } from "./imagescript-files.ts";
import { encodeGif } from "./imagescript-gif.ts";
import { copy, isOpaque, RasterPicture } from "./imagescript-picture.ts";
import { encodePng } from "./imagescript-png.ts";
import { type Codecs, disposals, type GifFrame, type JpegData, loadCodecs } from "./imagescript-wasm.ts";

const options = v.object({
  pngLevel: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9)), 3),
    v.description("zlib level, 0 to 9. 3 takes a third of the time of 6 for 6 % more bytes."),
  ),
});

const decodes = ["jpeg", "png", "gif"] as const;
type Format = (typeof decodes)[number];

/** Everything that the parts of one engine share. */
interface Shop {
  readonly codecs: Codecs;
  readonly host: WorkerHost;
}

interface Decoded {
  readonly frames: readonly Pixels[];
  readonly scale: number;
}

export default engine({
  name: "imagescript",
  options,
  decodes,
  encodes: ["jpeg", "png", "gif"],
  animates: ["gif"],
  async setup({ pngLevel }, host): Promise<EngineInstance> {
    const shop: Shop = { codecs: await loadCodecs(host), host };
    return {
      decode: (body, how) => decode(body, how, shop),
      fromPixels: (frames) => new RasterPicture(frames.map(copy), 1),
      encode(picture, how) {
        if (!(picture instanceof RasterPicture))
          throw host.fail("internal", "A picture of another engine was not handed over.");
        return encode(picture, how, shop, pngLevel);
      },
    };
  },
});

function decode(body: Uint8Array, how: DecodeOptions, shop: Shop): RasterPicture {
  const format = decodes.find((each) => each === how.format);
  if (!format) throw shop.host.fail("unsupported-type", `The imagescript engine does not read ${how.format}.`);
  const facts = attempt(shop, () => readFacts[format](body));
  if (!facts.isSupported)
    throw shop.host.fail("engine-cannot", `The imagescript engine does not read this kind of ${format}.`);
  if (facts.width * facts.height > how.maxPixels) {
    throw shop.host.fail(
      "too-many-pixels",
      `The image has ${facts.width} × ${facts.height} pixels, more than may be decoded.`,
    );
  }
  const convert = converterOf(facts.profile, facts.gamma);
  if (convert === "unknown")
    throw shop.host.fail("engine-cannot", "The imagescript engine cannot convert the colours of this image.");
  const { frames, scale } = attempt(shop, () => decoders[format](body, facts, how, shop));
  if (convert !== "none") for (const { data } of frames) convert(data);
  return upright(new RasterPicture(frames, scale, facts.repeats), facts.orientation);
}

/** A codec that traps, a number out of range or memory that does not suffice: the image is to blame. */
function attempt<T>({ host }: Shop, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof WebAssembly.RuntimeError) throw broken(host, cause);
    throw cause;
  }
}

const broken = (host: WorkerHost, cause?: unknown): Error =>
  host.fail("broken-image", "The image is damaged or cut short; send the whole file.", { cause });

type Decoder = (body: Uint8Array, facts: FileFacts, how: DecodeOptions, shop: Shop) => Decoded;

const decoders = {
  jpeg(body, facts, { atLeast }, { codecs, host }) {
    const jpeg = codecs.decodeJpeg(body, facts, divisorFor(facts, atLeast));
    if (!jpeg) throw broken(host);
    return { frames: [toRgba(jpeg)], scale: jpeg.width / facts.width };
  },
  png(body, _facts, _how, { codecs, host }) {
    const frame = codecs.decodePng(body);
    if (!frame) throw broken(host);
    return { frames: [frame], scale: 1 };
  },
  gif(body, facts, how, shop) {
    return { frames: readGif(body, facts, how, shop), scale: 1 };
  },
} as const satisfies Record<Format, Decoder>;

/** How much larger than asked a shrunk image is at least: the resampling that follows needs something to work on. */
const spareFactor = 1.3;

/** 8, 4 or 2, if the stored size over that still holds enough pixels, else 1; the codec shrinks while it decodes. */
function divisorFor({ width, height, orientation }: FileFacts, atLeast: Size | undefined): number {
  if (!atLeast) return 1;
  const upright = orientation > 4 ? { width: height, height: width } : { width, height };
  const room = Math.min(upright.width / atLeast.width, upright.height / atLeast.height) / spareFactor;
  return [8, 4, 2].find((each) => each <= room) ?? 1;
}

function toRgba({ width, height, channels, data }: JpegData): Pixels {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    const paper = channels === 4 ? 255 - (data[from + 3] ?? 0) : 255;
    for (let channel = 0; channel < 3; channel++) {
      const value = data[channels === 1 ? from : from + channel] ?? 0;
      rgba[to + channel] = channels === 4 ? ((255 - value) * paper) / 255 : value;
    }
    rgba[to + 3] = 255;
  }
  return { width, height, data: rgba };
}

/** Every frame as a full canvas. */
function readGif(body: Uint8Array, size: Size, how: DecodeOptions, { codecs, host }: Shop): Pixels[] {
  const canvas = new Uint8ClampedArray(size.width * size.height * 4);
  const frames: Pixels[] = [];
  const end = host.now() + how.deadlineMs;
  for (const frame of codecs.decodeGif(body, how.maxPixels)) {
    if (!frame && (how.truncated === "refuse" || frames.length === 0)) throw broken(host);
    if (!frame) break;
    const before = frame.dispose === disposals.previous ? canvas.slice() : undefined;
    drawFrame(canvas, size, frame);
    frames.push({ ...size, data: canvas.slice(), delayMs: frame.delay * 10 });
    if (frames.length >= how.maxFrames) break;
    if (host.now() > end) throw host.fail("too-slow", "The animation took too long to decode.");
    if (before) canvas.set(before);
    if (frame.dispose === disposals.background) drawFrame(canvas, size, { ...frame, data: undefined });
  }
  if (frames.length === 0) throw broken(host);
  return frames;
}

/** Draws what is not transparent; without data it clears the place. */
function drawFrame(
  canvas: Uint8ClampedArray,
  size: Size,
  frame: Omit<GifFrame, "data"> & { readonly data: Uint8Array | undefined },
): void {
  const columns = Math.min(frame.width, size.width - frame.x);
  const rows = Math.min(frame.height, size.height - frame.y);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const to = ((frame.y + y) * size.width + frame.x + x) * 4;
      const from = (y * frame.width + x) * 4;
      if (!frame.data) canvas.fill(0, to, to + 4);
      else if (frame.data[from + 3] !== 0) canvas.set(frame.data.subarray(from, from + 4), to);
    }
  }
}

/** Applies an EXIF orientation: a quarter turn, then a mirror. */
function upright(picture: RasterPicture, orientation: number): RasterPicture {
  const quarters = [0, 0, 0, 2, 2, 1, 1, 3, 3][orientation] ?? 0;
  picture.rotate(quarters * 90, { r: 0, g: 0, b: 0, a: 0 });
  if ([2, 4, 5, 7].includes(orientation)) picture.flop();
  return picture;
}

function encode(
  picture: RasterPicture,
  { format, quality, background }: EncodeOptions,
  { codecs, host }: Shop,
  pngLevel: number,
): Uint8Array {
  const [first] = picture.raw;
  if (!first) throw host.fail("internal", "The picture has no frames.");
  if (format === "png") return encodePng(first, pngLevel);
  if (format === "gif") return encodeGif(picture.raw, picture.repeats);
  if (format !== "jpeg")
    throw host.fail("engine-cannot", `The imagescript engine does not write ${format}; ask for jpeg, png or gif.`);
  return codecs.encodeJpeg(flatten(first, background), quality);
}

/** Over an opaque background; the codec takes RGBA and reads no alpha. */
function flatten(frame: Pixels, { r, g, b }: EncodeOptions["background"]): Pixels {
  if (isOpaque(frame.data)) return frame;
  const data = new Uint8ClampedArray(frame.data.length);
  for (let at = 0; at < data.length; at += 4) data.set([r, g, b, 255], at);
  const flat = { ...frame, data };
  new RasterPicture([flat], 1).composite(frame, 0, 0);
  return flat;
}
