/** A decoded image in the WASM's memory. */
import {
  AlphaAction,
  ColorSpace,
  CompositeOperator,
  DistortMethod,
  DistortSettings,
  FilterType,
  type IMagickImage,
  type IMagickImageCollection,
  MagickColor,
  MagickFormat,
  MagickGeometry,
  MagickImage,
  MagickImageCollection,
  MagickReadSettings,
  Point,
  VirtualPixelMethod,
} from "@imagemagick/magick-wasm";
import type { Area, Color, Edges, Host, Picture, Pixels, Size } from "cameo/plugin";
import { createGuard, type Guard } from "./magick-guard.ts";
import { resampleRgb } from "./magick-resample.ts";

export interface PictureParts {
  readonly scale: number;
  readonly host: Host;
  readonly guard: Guard;
  /** A decoder that shrinks rounds up, so that the last column and row lie partly outside of what was stored. Default: all of it counts. */
  readonly exact?: Size;
}

export class MagickPicture implements Picture {
  readonly images: IMagickImageCollection;
  readonly scale: number;
  readonly guard: Guard;
  readonly #host: Host;
  /** How much of it counts, until its shape is changed. */
  #exact: Size | undefined;

  constructor(images: IMagickImageCollection, { scale, host, guard, exact }: PictureParts) {
    this.images = images;
    this.scale = scale;
    this.guard = guard;
    this.#host = host;
    this.#exact = exact;
  }

  get width(): number {
    return this.#frame(0).width;
  }

  get height(): number {
    return this.#frame(0).height;
  }

  get frames(): number {
    return this.images.length;
  }

  get hasAlpha(): boolean {
    return this.images.some((image) => image.hasAlpha);
  }

  resize(size: Size): void {
    if (size.width === this.width && size.height === this.height) return;
    const exact = this.#exact;
    this.#exact = undefined;
    this.#each((image) => resample(image, size, exact));
  }

  crop({ x, y, width, height }: Area): void {
    this.#exact = undefined;
    this.#each((image) => {
      image.crop(new MagickGeometry(x, y, width, height));
      image.resetPage();
    });
  }

  extend({ top, right, bottom, left }: Edges, background: Color): void {
    this.#exact = undefined;
    this.#each((image) => {
      if (background.a < 255) image.alpha(AlphaAction.Set);
      image.compose = CompositeOperator.Copy;
      const area = new MagickGeometry(-left, -top, image.width + left + right, image.height + top + bottom);
      image.extent(area, toMagick(background));
      image.resetPage();
    });
  }

  rotate(degrees: number, background: Color): void {
    const turn = ((degrees % 360) + 360) % 360;
    if (turn === 0) return;
    this.#exact = undefined;
    this.#each((image) => {
      if (turn % 90 === 0) image.rotate(turn);
      else spin(image, turn, background);
      image.resetPage();
    });
  }

  flip(): void {
    this.#exact = undefined;
    this.#each((image) => image.flip());
  }

  flop(): void {
    this.#exact = undefined;
    this.#each((image) => image.flop());
  }

  composite(overlay: Pixels, x: number, y: number): void {
    const over = fromRgba(overlay);
    try {
      this.#each((image) => image.composite(over, CompositeOperator.Over, new Point(x, y)));
    } finally {
      over.dispose();
    }
  }

  pixels(frame = 0): Pixels {
    const image = this.#frame(frame);
    const { width, height } = image;
    const bytes = this.guard.run(() =>
      image.getPixels<Uint8Array | null>((all) => all.toByteArray(0, 0, width, height, "RGBA")),
    );
    if (!bytes) throw this.#host.fail("internal", "The image engine gave no pixels.", { log: { isFatal: true } });
    const data = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.frames === 1 ? { width, height, data } : { width, height, data, delayMs: delayMs(image) };
  }

  setPixels(pixels: Pixels, frame = 0): void {
    const image = this.#frame(frame);
    const { animationDelay, animationTicksPerSecond, animationIterations } = image;
    this.guard.run(() => fill(image, pixels));
    Object.assign(image, { animationDelay, animationTicksPerSecond, animationIterations });
  }

  dispose(): void {
    this.images.dispose();
  }

  #frame(index: number): IMagickImage {
    const image = this.images[index];
    if (!image) throw new RangeError(`frame ${index} of ${this.images.length}`);
    return image;
  }

  #each(change: (image: IMagickImage) => void): void {
    for (const image of this.images) {
      this.guard.run(() => {
        this.guard.watch(image);
        change(image);
      });
    }
  }
}

/** From raw frames. `deadlineMs` bounds what is done with it. */
export function pictureOf(frames: readonly Pixels[], host: Host, deadlineMs: number): MagickPicture {
  const guard = createGuard(host, deadlineMs);
  const images = MagickImageCollection.create();
  try {
    for (const frame of frames) images.push(guard.run(() => fromRgba(frame)));
    return new MagickPicture(images, { scale: 1, host, guard });
  } catch (error) {
    images.dispose();
    throw error;
  }
}

export const toMagick = ({ r, g, b, a }: Color): MagickColor => new MagickColor(r, g, b, a);

/** From this many pixels on, a filter of two lobes takes a third of the time off; in a thumbnail three lobes look crisper. */
const largePixels = 500_000;

/**
 * Lanczos for small pictures; for large ones Catmull-Rom, drawn in by a tenth, which is as sharp to the eye. Both are slow where many
 * pixels become one: a box over whole pixels goes before them, down to at least twice the size.
 */
function resample(image: IMagickImage, { width, height }: Size, exact?: Size): void {
  if (isPlain(image, { width, height })) resamplePlain(image, { width, height }, exact);
  else resampleAny(image, { width, height });
}

function resampleAny(image: IMagickImage, { width, height }: Size): void {
  const halvings = Math.floor(Math.min(image.width / width, image.height / height) / 2);
  if (halvings > 1) {
    image.resize(exactly(Math.ceil(image.width / halvings), Math.ceil(image.height / halvings)), FilterType.Box);
  }
  const isLarge = width < image.width && height < image.height && image.width * image.height >= largePixels;
  if (isLarge) image.setArtifact("filter:blur", 0.9);
  image.resize(exactly(width, height), isLarge ? FilterType.Catrom : FilterType.Lanczos);
  if (isLarge) image.removeArtifact("filter:blur");
}

/** Its pixels are in memory twice; a larger one goes the library's way. */
const maxPlainPixels = 8_000_000;

const isPlain = (image: IMagickImage, { width, height }: Size): boolean =>
  image.channelCount === 3 &&
  image.colorSpace === ColorSpace.sRGB &&
  width <= image.width &&
  height <= image.height &&
  image.width * image.height <= maxPlainPixels;

/** Cut to the new size, the image has room for the new pixels. */
function resamplePlain(image: IMagickImage, to: Size, exact?: Size): void {
  const { width, height } = image;
  const made = image.getPixels((all) =>
    resampleRgb({ width, height, data: bytesOf(all.getArea(0, 0, width, height)) }, to, exact),
  );
  image.crop(new MagickGeometry(0, 0, to.width, to.height));
  image.resetPage();
  image.getPixels((all) => all.setArea(0, 0, to.width, to.height, made));
}

/** The build has 8 bits a channel, so that this is a view of the WASM's memory. */
const bytesOf = (area: Uint8Array | number[]): Uint8Array =>
  area instanceof Uint8Array ? area : Uint8Array.from(area);

function exactly(width: number, height: number): MagickGeometry {
  const geometry = new MagickGeometry(width, height);
  geometry.ignoreAspectRatio = true;
  return geometry;
}

/** Turns by other than quarter turns, onto a canvas that holds all of it: `ceil` of the turned sides, less the noise of the sine. */
function spin(image: IMagickImage, degrees: number, background: Color): void {
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.abs(Math.sin(radians)), Math.abs(Math.cos(radians))];
  const { width, height } = image;
  const [wide, high] = [Math.ceil(width * cos + height * sin - 1e-6), Math.ceil(width * sin + height * cos - 1e-6)];
  if (background.a < 255) image.alpha(AlphaAction.Set);
  image.backgroundColor = toMagick(background);
  image.virtualPixelMethod = VirtualPixelMethod.Background;
  const settings = new DistortSettings(DistortMethod.ScaleRotateTranslate);
  settings.viewport = new MagickGeometry(0, 0, wide, high);
  image.distort(settings, [width / 2, height / 2, 1, degrees, wide / 2, high / 2]);
}

/** An image from raw pixels, with its delay. */
export function fromRgba(pixels: Pixels): IMagickImage {
  const image = MagickImage.create();
  try {
    fill(image, pixels);
  } catch (error) {
    image.dispose();
    throw error;
  }
  if (pixels.delayMs !== undefined) {
    image.animationTicksPerSecond = 1000;
    image.animationDelay = pixels.delayMs;
  }
  return image;
}

/** Without alpha where there is none: that is read in half the time, and every step afterwards has a quarter less to do. */
function fill(image: IMagickImage, { width, height, data }: Pixels): void {
  const plain = isOpaque(data);
  const format = plain ? MagickFormat.Rgb : MagickFormat.Rgba;
  image.read(plain ? withoutAlpha(data) : data, new MagickReadSettings({ format, width, height, depth: 8 }));
}

function withoutAlpha(data: Uint8ClampedArray): Uint8Array {
  const plain = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    plain[to] = data[from] ?? 0;
    plain[to + 1] = data[from + 1] ?? 0;
    plain[to + 2] = data[from + 2] ?? 0;
  }
  return plain;
}

function isOpaque(data: Uint8ClampedArray): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

const delayMs = (image: IMagickImage): number =>
  Math.round((image.animationDelay * 1000) / Math.max(1, image.animationTicksPerSecond));
