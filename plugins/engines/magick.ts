/**
 * The default engine: ImageMagick as WebAssembly, single-threaded, the same on every runtime, with hard limits on what an image may cost.
 * Example: `engines: { "magick": { "avifSpeed": 8 } }` for smaller AVIF at four times the time.
 * Settings: `maxSidePx`, `memoryBytes`, `profileBytes`, `webpMethod`, `avifSpeed`, `pngLevel`.
 * Library: https://github.com/dlemstra/magick-wasm
 */
import {
  ConfigurationFiles,
  type IConfigurationFiles,
  ImageMagick,
  initializeImageMagick,
  ResourceLimits,
} from "@imagemagick/magick-wasm";
import { type EncodeOptions, type EngineInstance, engine, type InputFormat, type Pixels } from "cameo/plugin";
import * as v from "valibot";
import { decode, decoders } from "./magick-decode.ts";
import { encode, encoders } from "./magick-encode.ts";
import { MagickPicture, pictureOf } from "./magick-picture.ts";
import { kernelBytes } from "./magick-resample.ts";
import { maxWebpSide, openWebp } from "./magick-webp-simd.ts";
import { writeAnimation } from "./magick-webp-write.ts";

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const options = v.object({
  maxSidePx: v.pipe(
    v.optional(whole(1, 65535), 32768),
    v.description(
      "Longest side of a source, in pixels. The limit on pixels bounds the area; this one, how thin an image may be.",
    ),
  ),
  memoryBytes: v.pipe(
    v.optional(whole(16 * 2 ** 20, 3 * 2 ** 30), 2 ** 30),
    v.description(
      "Memory for decoded pixels of one job, all frames and copies. Three quarters of what 32-bit WASM can address leave room for the codecs.",
    ),
  ),
  profileBytes: v.pipe(
    v.optional(whole(65536, 2 ** 28), 8 * 2 ** 20),
    v.description("Largest ICC or EXIF block that is read. CMYK profiles of printers reach 3 MB."),
  ),
  webpMethod: v.pipe(
    v.optional(whole(0, 6), 2),
    v.description("Effort for WebP, 0 (fast) to 6 (small). 2 takes a third of the time of 4 for 3 % more bytes."),
  ),
  avifSpeed: v.pipe(
    v.optional(whole(0, 9), 9),
    v.description(
      "0 (small) to 9 (fast). 9 takes a quarter of the time of 8 for 7 % more bytes of a photo; pictures with flat areas get 8 at most.",
    ),
  ),
  pngLevel: v.pipe(
    v.optional(whole(0, 9), 3),
    v.description("zlib level, 0 to 9. 3 takes a third of the time of 6 for 6 % more bytes."),
  ),
});

/** Work on a picture that came from another engine has no deadline of its own; the pool's still holds. */
const handedOverMs = 60_000;

/** A list of frames longer than this is refused, whatever the mount allows: the largest `limits.frames`, and one. */
const maxListLength = 1025n;

export default engine({
  name: "magick",
  options,
  decodes: Object.keys(decoders) as InputFormat[],
  encodes: ["avif", "webp", "jpeg", "png", "gif"],
  animates: ["webp", "gif"],
  async setup(settings, host): Promise<EngineInstance> {
    const module = await host.wasm("@imagemagick/magick-wasm/magick.wasm");
    await initializeImageMagick(module as unknown as Parameters<typeof initializeImageMagick>[0], configuration());
    setLimits(settings);
    const webp = await openWebp(host);
    const instance: EngineInstance = {
      decode: (body, how) => decode(body, how, host),
      fromPixels: (frames) => pictureOf(frames, host, handedOverMs),
      encode: (picture, how) => {
        if (!(picture instanceof MagickPicture))
          throw host.fail("internal", "A picture of another engine was not handed over.");
        if (!(how.format in encoders))
          throw host.fail("engine-cannot", `The magick engine does not write ${how.format}.`);
        if (how.format !== "webp" || Math.max(picture.width, picture.height) > maxWebpSide)
          return encode(picture, how, settings);
        const still = (pixels: Pixels) => webp.encode(pixels, how.quality, settings.webpMethod);
        return picture.frames === 1 ? still(picture.pixels()) : writeAnimation(picture, still);
      },
      heapBytes: () => heapBytes() + webp.heapBytes(),
    };
    await warmUp(instance);
    return instance;
  },
});

/** The last rule that matches counts: everything is off but the decoders and encoders named here. No file can name another one. */
function configuration(): IConfigurationFiles {
  const { log } = ConfigurationFiles.default;
  const raw = "RGBA,RGB,GRAY,CMYK";
  const allowed = `{JPEG,JPG,PJPEG,PNG,WEBP,AVIF,HEIC,GIF,TIFF,BMP,ICO,ICON,JXL,${raw}}`;
  const rules = [
    `<policy domain="delegate" rights="none" pattern="*"/>`,
    `<policy domain="filter" rights="none" pattern="*"/>`,
    `<policy domain="path" rights="none" pattern="@*"/>`,
    `<policy domain="path" rights="none" pattern="|*"/>`,
    `<policy domain="coder" rights="none" pattern="*"/>`,
    `<policy domain="coder" rights="read | write" pattern="${allowed}"/>`,
  ];
  const data = `<?xml version="1.0" encoding="UTF-8"?><policymap>${rules.join("")}</policymap>`;
  const policy = { fileName: "policy.xml", data };
  return {
    log,
    policy,
    *all() {
      yield log;
      yield policy;
    },
  };
}

/** No `time`: the library counts it from its start, not per image. No disk: what does not fit in memory is refused. */
function setLimits({ maxSidePx, memoryBytes, profileBytes }: v.InferOutput<typeof options>): void {
  ResourceLimits.width = BigInt(maxSidePx);
  ResourceLimits.height = BigInt(maxSidePx);
  ResourceLimits.memory = BigInt(memoryBytes);
  ResourceLimits.maxMemoryRequest = BigInt(memoryBytes);
  ResourceLimits.area = BigInt(Math.floor(memoryBytes / 4));
  ResourceLimits.disk = 0n;
  ResourceLimits.listLength = maxListLength;
  ResourceLimits.maxProfileSize = BigInt(profileBytes);
}

/** Bytes of the WASM's memory. The library has no public way to it; without this one a worker would never be recycled. */
function heapBytes(): number {
  const { _api } = ImageMagick as unknown as { readonly _api?: { readonly HEAPU8?: Uint8Array } };
  return (_api?.HEAPU8?.byteLength ?? 0) + kernelBytes();
}

/** One small picture through the usual formats, so that the first request does not pay for the compiler's warming. */
async function warmUp(instance: EngineInstance): Promise<void> {
  const side = 64;
  const data = Uint8ClampedArray.from({ length: side * side * 4 }, (_, at) => (at % 4 === 3 ? 255 : (at * 7) % 251));
  const start = instance.fromPixels([{ width: side, height: side, data } satisfies Pixels]);
  const how: EncodeOptions = { format: "jpeg", quality: 80, background: { r: 255, g: 255, b: 255, a: 255 } };
  const jpeg = await instance.encode(start, how);
  start.dispose();
  const decoding = { maxFrames: 1, truncated: "refuse", maxPixels: 1e6, deadlineMs: handedOverMs } as const;
  const picture = await instance.decode(jpeg, { ...decoding, format: "jpeg" });
  picture.resize({ width: 24, height: 24 });
  for (const format of ["webp", "avif", "png"] as const) await instance.encode(picture, { ...how, format });
  picture.dispose();
}
