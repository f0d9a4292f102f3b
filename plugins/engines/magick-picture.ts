/** A decoded image: in the WASM's memory, or loose outside of it, where its pixels were made there and nothing else was asked of them since. */
import {
  AlphaAction,
  CompositeOperator,
  DistortMethod,
  DistortSettings,
  FilterType,
  type IMagickImage,
  type IMagickImageCollection,
  MagickColor,
  MagickGeometry,
  MagickImage,
  MagickImageCollection,
  Point,
  VirtualPixelMethod,
} from "@imagemagick/magick-wasm";
import type { Area, Color, Edges, Host, Picture, Pixels, Size } from "cameo/plugin";
import { createGuard, type Guard } from "./magick-guard.ts";
import { fill, isOpaque, isRgb, type Loose, putLoose, rgbaOf, rgbaOfLoose, withBytes } from "./magick-pixels.ts";
import { type Rgb, resampleRgb } from "./magick-resample.ts";

export interface PictureParts {
  readonly scale: number;
  readonly host: Host;
  readonly guard: Guard;
  /** A decoder that shrinks rounds up, so that the last column and row lie partly outside of what was stored. Default: all of it counts. */
  readonly exact?: Size;
  /** Pixels of the only frame, in place of those that its image has. */
  readonly loose?: Loose;
}

export class MagickPicture implements Picture {
  readonly scale: number;
  readonly guard: Guard;
  readonly #images: IMagickImageCollection;
  readonly #host: Host;
  /** How much of it counts, until its shape is changed. */
  #exact: Size | undefined;
  /** Newer than the image of the only frame. An encoder that wants bytes takes them from here, which spares two copies and a conversion. */
  #loose: Loose | undefined;

  constructor(images: IMagickImageCollection, { scale, host, guard, exact, loose }: PictureParts) {
    this.#images = images;
    this.scale = scale;
    this.guard = guard;
    this.#host = host;
    this.#exact = exact;
    this.#loose = loose;
  }

  /** All frames, with their newest pixels. */
  get images(): IMagickImageCollection {
    const loose = this.#loose;
    this.#loose = undefined;
    if (loose) this.guard.run(() => putLoose(this.#frame(0), loose));
    return this.#images;
  }

  get width(): number {
    return (this.#loose ?? this.#frame(0)).width;
  }

  get height(): number {
    return (this.#loose ?? this.#frame(0)).height;
  }

  get frames(): number {
    return this.#images.length;
  }

  /** How often an animation is shown; 0 is for ever. */
  get loops(): number {
    return this.#frame(0).animationIterations;
  }

  get hasAlpha(): boolean {
    if (this.#loose) return this.#loose.channels === 4 && !isOpaque(this.#loose.data);
    return this.#images.some((image) => image.hasAlpha);
  }

  resize(size: Size): void {
    if (size.width === this.width && size.height === this.height) return;
    const exact = this.#exact;
    this.#exact = undefined;
    const plain = this.frames === 1 ? this.guard.run(() => this.#resizedPlain(size, exact)) : undefined;
    if (plain) this.#loose = plain;
    else this.#each((image) => resample(image, size, exact));
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
    const loose = this.#loose;
    const { width, height } = this;
    const data = this.guard.run(() => (loose ? rgbaOfLoose(loose) : rgbaOf(image, this.#host)));
    return this.frames === 1 ? { width, height, data } : { width, height, data, delayMs: delayMs(image) };
  }

  setPixels(pixels: Pixels, frame = 0): void {
    if (this.frames === 1) {
      this.#loose = { ...pixels, channels: 4, data: pixels.data.slice() };
      return;
    }
    const image = this.#frame(frame);
    const { animationDelay, animationTicksPerSecond, animationIterations } = image;
    this.guard.run(() => fill(image, pixels));
    Object.assign(image, { animationDelay, animationTicksPerSecond, animationIterations });
  }

  dispose(): void {
    this.#images.dispose();
  }

  /** The only frame made smaller, where it is opaque RGB. */
  #resizedPlain(size: Size, exact?: Size): Loose | undefined {
    const loose = this.#loose;
    if (!loose) return resampledPlain(this.#frame(0), size, exact);
    return loose.channels === 3 && mayBePlain(loose, size) ? resampled(loose, size, exact) : undefined;
  }

  #frame(index: number): IMagickImage {
    const image = this.#images[index];
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
  const [first, ...others] = frames;
  if (first && others.length === 0) {
    images.push(MagickImage.create());
    return new MagickPicture(images, { scale: 1, host, guard, loose: { ...first, channels: 4 } });
  }
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
function resample(image: IMagickImage, size: Size, exact?: Size): void {
  const plain = resampledPlain(image, size, exact);
  if (plain) putLoose(image, plain);
  else resampleAny(image, size);
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

const mayBePlain = (from: Size, to: Size): boolean =>
  to.width <= from.width && to.height <= from.height && from.width * from.height <= maxPlainPixels;

function resampledPlain(image: IMagickImage, size: Size, exact?: Size): Loose | undefined {
  const { width, height } = image;
  if (!isRgb(image) || !mayBePlain(image, size)) return undefined;
  return withBytes(image, (data) => resampled({ width, height, data }, size, exact));
}

const resampled = (source: Rgb, size: Size, exact?: Size): Loose => ({
  ...size,
  channels: 3,
  data: resampleRgb(source, size, exact).slice(),
});

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

const delayMs = (image: IMagickImage): number =>
  Math.round((image.animationDelay * 1000) / Math.max(1, image.animationTicksPerSecond));
