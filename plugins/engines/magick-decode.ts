/** Bytes → upright sRGB frames without metadata. */
import {
  AlphaAction,
  ColorProfile,
  ColorSpace,
  type IMagickImage,
  type IMagickImageCollection,
  MagickFormat,
  MagickImage,
  MagickImageCollection,
  MagickReadSettings,
  Orientation,
  ResourceLimits,
} from "@imagemagick/magick-wasm";
import type { DecodeOptions, Host, InputFormat, Pixels, Size } from "cameo/plugin";
import { countJpegScans, headOfJpeg, largestOfIcon, measureGif, wholeFrames } from "./magick-files.ts";
import { createGuard, type Guard } from "./magick-guard.ts";
import { fromRgba, MagickPicture } from "./magick-picture.ts";
import { rgbaOf } from "./magick-pixels.ts";
import { mendPng } from "./magick-png.ts";
import { isSrgb, srgbProfile } from "./magick-srgb.ts";
import { composeFrames, readAnimation, type WebpAnimation } from "./magick-webp.ts";

/** The decoder of each format, always named: the library never guesses from the bytes. */
export const decoders = {
  jpeg: MagickFormat.Jpeg,
  png: MagickFormat.Png,
  webp: MagickFormat.WebP,
  avif: MagickFormat.Avif,
  gif: MagickFormat.Gif,
  heic: MagickFormat.Heic,
  tiff: MagickFormat.Tiff,
  bmp: MagickFormat.Bmp,
  ico: MagickFormat.Ico,
  jxl: MagickFormat.Jxl,
} as const satisfies Partial<Record<InputFormat, MagickFormat>>;

/** Formats whose further images are frames of an animation, not pages or sizes. */
const animations: ReadonlySet<InputFormat> = new Set(["gif", "webp"]);

/** A JPEG may cost as much as this many images of the largest size: one scan costs about one pass over all pixels. An honest one has about 10. */
const maxPasses = 20;

interface Read {
  readonly images: IMagickImageCollection;
  /** Decoded size divided by the stored size. */
  readonly scale: number;
  /** How much of a shrunk JPEG counts, before it is turned. */
  readonly exact?: Size;
}

export function decode(body: Uint8Array, options: DecodeOptions, host: Host): MagickPicture {
  if (body.length === 0) throw host.fail("broken-image", "The image is empty; send the whole file.");
  const guard = createGuard(host, options.deadlineMs);
  const { images, scale, exact } = guard.run(() =>
    withPixelLimit(options.maxPixels, () => read(body, options, host, guard)),
  );
  try {
    const [first] = images;
    if (!first) throw host.fail("broken-image", "The image holds no picture.");
    const upright = turned(exact, first.orientation);
    guard.run(() => makeUniform(images, options.format));
    return new MagickPicture(images, { scale, host, guard, ...(upright && { exact: upright }) });
  } catch (error) {
    images.dispose();
    throw error;
  }
}

/** The library refuses an image of `area` pixels or more, before it takes memory for them. */
function withPixelLimit<T>(maxPixels: number, work: () => T): T {
  const usual = ResourceLimits.area;
  ResourceLimits.area = BigInt(maxPixels) + 1n;
  try {
    return work();
  } finally {
    ResourceLimits.area = usual;
  }
}

function read(body: Uint8Array, options: DecodeOptions, host: Host, guard: Guard): Read {
  if (options.format === "jpeg") return readJpeg(body, options, host);
  if (options.format === "ico") return { images: readIcon(body, options, host), scale: 1 };
  if (options.format === "webp" && options.truncated === "refuse" && isCutRiff(body)) throw cutShort(host);
  const animation = options.format === "webp" ? animationOf(body, options, host) : undefined;
  if (animation) return { images: readAnimated(animation, options, host, guard), scale: 1 };
  const mayMend = options.format === "png" && options.truncated === "allow";
  if (mayMend) return { images: readFrames(mendPng(body, options.maxPixels), options), scale: 1 };
  const whole = options.format === "gif" ? wholeGif(body, options, host) : body;
  return { images: readFrames(whole, options), scale: 1 };
}

function wholeGif(body: Uint8Array, { truncated }: DecodeOptions, host: Host): Uint8Array {
  const extent = measureGif(body);
  if (extent.isWhole) return body;
  if (truncated === "refuse") throw cutShort(host);
  return extent.framesEnd > 0 ? wholeFrames(body, extent) : body;
}

/** Whether a WebP is shorter than it says: its frames do not tell, where the cut is between two, or behind those that were asked for. */
const isCutRiff = (body: Uint8Array): boolean =>
  body.length < 8 || 8 + new DataView(body.buffer, body.byteOffset).getUint32(4, true) > body.length;

function animationOf(body: Uint8Array, options: DecodeOptions, host: Host): WebpAnimation | undefined {
  try {
    return readAnimation(body, options.maxFrames, options.truncated === "allow");
  } catch {
    throw cutShort(host);
  }
}

function readAnimated(
  animation: WebpAnimation,
  options: DecodeOptions,
  host: Host,
  guard: Guard,
): IMagickImageCollection {
  const area = animation.width * animation.height;
  if (area > options.maxPixels || area * animation.frames.length * 4 > Number(ResourceLimits.memory)) {
    throw host.fail("too-many-pixels", "The animation has more pixels than are allowed; ask for fewer frames.");
  }
  const images = MagickImageCollection.create();
  const pixelsOf = (frame: Uint8Array) => {
    const [image] = readFrames(frame, { ...options, maxFrames: 1 });
    return toPixels(image, host);
  };
  try {
    for (const frame of composeFrames(animation, pixelsOf)) images.push(guard.run(() => fromRgba(frame)));
    for (const image of images) {
      image.animationIterations = animation.loops;
      if (options.orientation) image.orientation = options.orientation as Orientation;
    }
    return images;
  } catch (error) {
    images.dispose();
    throw error;
  }
}

function toPixels(image: IMagickImage | undefined, host: Host): Pixels {
  if (!image) throw cutShort(host);
  try {
    return { width: image.width, height: image.height, data: rgbaOf(image, host) };
  } finally {
    image.dispose();
  }
}

const cutShort = (host: Host): Error => host.fail("broken-image", "The image is cut short; send the whole file.");

/** Shrinks while decoding, by eighths, which spares most of the work. What was read before an error is kept where that is allowed. */
function readJpeg(body: Uint8Array, options: DecodeOptions, host: Host): Read {
  const image = MagickImage.create();
  const warnings: string[] = [];
  image.onWarning = ({ error }) => warnings.push(error.message, ...error.relatedErrors.map(({ message }) => message));
  try {
    const settings = new MagickReadSettings({ format: MagickFormat.Jpeg });
    image.ping(headOfJpeg(body), settings);
    const stored = { width: image.width, height: image.height };
    const pixels = stored.width * stored.height;
    if (countJpegScans(body) * pixels > maxPasses * options.maxPixels) {
      throw host.fail("too-many-pixels", "The JPEG has more scans than any honest one.");
    }
    const size = shrunk(stored, turned(options.atLeast, image.orientation));
    if (size) settings.setDefine("jpeg:size", `${size.width}x${size.height}`);
    warnings.length = 0;
    image.read(body, settings);
    if (options.truncated === "refuse" && warnings.some(isDamage)) throw cutShort(host);
    const images = MagickImageCollection.create();
    images.push(image);
    const eighths = Math.floor((image.width * 8) / stored.width);
    const exact = { width: (stored.width * eighths) / 8, height: (stored.height * eighths) / 8 };
    return { images, scale: image.width / stored.width, ...(eighths < 8 && { exact }) };
  } catch (error) {
    image.dispose();
    throw error;
  }
}

/** libjpeg decodes on after these and fills in grey; its other warnings (an odd marker, spare bytes) leave the picture whole. */
const isDamage = (warning: string): boolean =>
  /premature end|bad (huffman|arithmetic) code|instead of RST/i.test(warning);

const turned = (size: Size | undefined, orientation: Orientation): Size | undefined =>
  size && isOnItsSide(orientation) ? { width: size.height, height: size.width } : size;

/** What lies beyond the eight orientations counts as upright. */
const isOnItsSide = (orientation: Orientation): boolean =>
  orientation >= Orientation.LeftTop && orientation <= Orientation.LeftBottom;

/** How much larger than asked a shrunk image is at least: the resampling that follows needs something to work on. */
const spareFactor = 1.3;

/** The smallest size in eighths that holds enough pixels; `undefined` for the stored one. */
function shrunk(stored: Size, atLeast: Size | undefined): Size | undefined {
  if (!atLeast) return undefined;
  const need = spareFactor * Math.max(atLeast.width / stored.width, atLeast.height / stored.height);
  const eighths = Math.ceil(need * 8);
  if (eighths >= 8) return undefined;
  return { width: Math.ceil((stored.width * eighths) / 8), height: Math.ceil((stored.height * eighths) / 8) };
}

function readIcon(body: Uint8Array, options: DecodeOptions, host: Host): IMagickImageCollection {
  const largest = largestOfIcon(body);
  if (!largest) throw cutShort(host);
  return readFrames(largest.body, { ...options, format: largest.isPng ? "png" : "ico" });
}

function readFrames(body: Uint8Array, options: DecodeOptions): IMagickImageCollection {
  const format = options.format === "svg" ? MagickFormat.Unknown : decoders[options.format];
  const frameCount = animations.has(options.format) ? options.maxFrames : 1;
  const images = MagickImageCollection.create();
  try {
    images.read(body, new MagickReadSettings({ format, frameIndex: 0, frameCount }));
  } catch (error) {
    if (options.truncated === "allow" && images.length > 0) return images;
    images.dispose();
    throw error;
  }
  while (images.length > frameCount) images.pop()?.dispose();
  return images;
}

/** Full canvases, upright, in sRGB, without metadata. What a first frame leaves uncovered is transparent, as browsers have it. */
function makeUniform(images: IMagickImageCollection, format: InputFormat): void {
  if (format === "gif") {
    images[0]?.alpha(AlphaAction.Set);
    images.coalesce();
    if (images.every((image) => image.isOpaque)) for (const image of images) image.alpha(AlphaAction.Off);
  }
  for (const image of images) {
    if (isMirroredByReader(image, format)) image.orientation = leftAfterMirroring(image.orientation);
    if (image.orientation > Orientation.TopLeft) image.autoOrient();
    toSrgb(image);
    // Its pixels have 8 bits; an encoder would go by what the file had.
    image.depth = 8;
    image.strip();
    image.resetPage();
  }
}

/** A TIFF of luma and chroma comes through a part of libtiff that has mirrored it by then, but not laid it on its side. */
const isMirroredByReader = (image: IMagickImage, format: InputFormat): boolean =>
  format === "tiff" && image.getAttribute("tiff:photometric") === "YCBCR";

function leftAfterMirroring(orientation: Orientation): Orientation {
  if (!isOnItsSide(orientation)) return Orientation.TopLeft;
  const isTurned = orientation === Orientation.RightTop || orientation === Orientation.LeftBottom;
  return isTurned ? Orientation.RightBottom : Orientation.LeftTop;
}

let target: ColorProfile | undefined;

function toSrgb(image: IMagickImage): void {
  const profile = image.getColorProfile();
  if (profile && !isSrgb(profile.data)) {
    target ??= new ColorProfile(srgbProfile());
    try {
      image.transformColorSpace(target);
    } catch (error) {
      if (!(error instanceof Error) || !("severity" in error)) throw error;
    }
  }
  if (image.colorSpace !== ColorSpace.sRGB) image.colorSpace = ColorSpace.sRGB;
}
