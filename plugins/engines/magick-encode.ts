/** Frames → bytes, without metadata. The picture stays as it is. */
import {
  AlphaAction,
  Channels,
  CompositeOperator,
  DitherMethod,
  MagickFormat as formats,
  GifDisposeMethod,
  type IMagickImage,
  type IMagickImageCollection,
  Interlace,
  type MagickFormat,
  MagickGeometry,
  Percentage,
  QuantizeSettings,
} from "@imagemagick/magick-wasm";
import type { EncodeOptions, OutputFormat } from "cameo/plugin";
import { fromRgba, type MagickPicture, toMagick } from "./magick-picture.ts";

export interface EncoderSettings {
  readonly webpMethod: number;
  readonly avifSpeed: number;
  readonly pngLevel: number;
}

interface Encoder {
  readonly format: MagickFormat;
  readonly isAnimated?: boolean;
  readonly hasAlpha?: boolean;
  /** The library's number for a quality. Default: the same. */
  readonly quality?: (asked: number) => number;
  /** The library's own options. */
  defines(settings: EncoderSettings, options: EncodeOptions, image: IMagickImage): Readonly<Record<string, string>>;
}

/** From this quality on, JPEG keeps its colours at full size: who asks for it wants no smear at coloured edges. */
const fullChromaQuality = 90;

/** The fastest that finds flat areas: what has some is a third to a half smaller so, and sharper; a photo gains nothing. */
const flatAvifSpeed = 8;

export const encoders = {
  avif: {
    format: formats.Avif,
    hasAlpha: true,
    quality: (asked) => Math.min(asked, 99), // 100 is lossless, which its encoder refuses.
    defines: ({ avifSpeed }, _, image) => ({
      "heic:speed": String(shareOfChanges(image) < 0.75 ? Math.min(avifSpeed, flatAvifSpeed) : avifSpeed),
    }),
  },
  webp: {
    format: formats.WebP,
    isAnimated: true,
    hasAlpha: true,
    defines: ({ webpMethod }) => ({ "webp:method": String(webpMethod) }),
  },
  jpeg: {
    format: formats.Jpeg,
    defines: (_, { quality }) => ({
      "jpeg:sampling-factor": quality < fullChromaQuality ? "4:2:0" : "4:4:4",
      "jpeg:optimize-coding": "true",
      "jpeg:dct-method": "float",
    }),
  },
  png: {
    format: formats.Png,
    hasAlpha: true,
    quality: () => 75, // It would choose the filters: so one is chosen for each row.
    defines: ({ pngLevel }, _, image) => ({
      ...compression(pngLevel, image),
      "png:exclude-chunks": "date,time,bkgd,phys",
    }),
  },
  gif: { format: formats.Gif, isAnimated: true, hasAlpha: true, defines: () => ({}) },
} as const satisfies Record<OutputFormat, Encoder>;

export function encode(picture: MagickPicture, options: EncodeOptions, settings: EncoderSettings): Uint8Array {
  const encoder: Encoder = encoders[options.format];
  return picture.guard.write(() =>
    picture.images.clone((images) => {
      if (!encoder.isAnimated) dropFrames(images);
      for (const image of images) prepare(image, encoder, options);
      // Each frame is a whole canvas: the writers lay them over each other unless the one before is cleared.
      if (images.length > 1) for (const image of images) image.gifDisposeMethod = GifDisposeMethod.Background;
      if (options.format === "gif") makeGif(images);
      return write(images, encoder, settings, options);
    }),
  );
}

/** A format for stills gets the first frame. */
function dropFrames(images: IMagickImageCollection): void {
  while (images.length > 1) images.pop()?.dispose();
}

function prepare(image: IMagickImage, encoder: Encoder, { quality, background }: EncodeOptions): void {
  image.quality = encoder.quality?.(quality) ?? quality;
  if (encoder.hasAlpha || !image.hasAlpha) return;
  image.backgroundColor = toMagick({ ...background, a: 255 });
  image.alpha(AlphaAction.Remove);
}

function makeGif(images: IMagickImageCollection): void {
  // A frame that clears what is there needs a transparent colour to clear it with.
  if (images.some((image) => image.hasAlpha)) for (const image of images) clearOrSolid(image);
  for (const image of images) toHundredths(image);
  reduceColors(images);
}

/** GIF knows no half-transparent pixels; the library makes all of them solid, and soft shadows black. */
function clearOrSolid(image: IMagickImage): void {
  image.alpha(AlphaAction.Set);
  image.threshold(new Percentage(50), Channels.Alpha);
}

/** GIF counts in hundredths of a second, and is shown slowly where a frame takes less than two. */
function toHundredths(image: IMagickImage): void {
  if (image.animationTicksPerSecond === 100) return;
  const hundredths = (image.animationDelay * 100) / Math.max(1, image.animationTicksPerSecond);
  image.animationDelay = hundredths > 1 ? Math.max(2, Math.round(hundredths)) : Math.round(hundredths);
  image.animationTicksPerSecond = 100;
}

/** One palette for all frames: frames then differ only where the picture moves, and the parts that stay can be left out. */
function reduceColors(images: IMagickImageCollection): void {
  const settings = new QuantizeSettings();
  // One is kept for clear: of an animation the parts that stay are.
  settings.colors = images.length > 1 || images.some((image) => image.hasAlpha) ? 255 : 256;
  const [first] = images;
  const isExact = images.length > 1 || !first || hasFewColors(first, settings.colors);
  settings.ditherMethod = isExact ? DitherMethod.No : DitherMethod.FloydSteinberg;
  // Colours that are next to each other stay apart: a graphic has few, and each over a wide area.
  if (first && images.length === 1 && isGraphic(first)) settings.treeDepth = 8;
  images.quantize(settings);
  const palette = images.length > 1 ? paletteOf(images) : undefined;
  if (!palette) return;
  try {
    leaveOutWhatStays(images);
    // Frames that have changed have lost their palette; the writer would make one of its own for each, and write it.
    images.remap(palette, settings);
  } finally {
    palette.dispose();
  }
}

/** Whether there are at most so many, not counting what is clear: none needs to be mixed of others then. */
function hasFewColors(image: IMagickImage, most: number): boolean {
  const { width, height, channelCount: channels, hasAlpha } = image;
  const found = new Set<number>();
  image.getPixels((pixels) => {
    for (let y = 0; y < height && found.size <= most; y++) {
      const row = pixels.getArea(0, y, width, 1);
      for (let at = 0; at < row.length; at += channels) {
        if (hasAlpha && row[at + channels - 1] === 0) continue;
        let color = 0;
        for (let channel = at; channel < at + channels; channel++) color = color * 256 + (row[channel] ?? 0);
        found.add(color);
      }
    }
  });
  return found.size <= most;
}

/** One pixel of each colour that the frames share, and a clear one. */
function paletteOf([first]: IMagickImageCollection): IMagickImage | undefined {
  if (!first) return undefined;
  const colors = Array.from({ length: first.colormapSize }, (_, at) => first.getColormapColor(at));
  const bytes = colors.flatMap((color) => (color && color.a > 0 ? [color.r, color.g, color.b, 255] : []));
  const data = Uint8ClampedArray.of(...bytes, 0, 0, 0, 0);
  return fromRgba({ width: data.length / 4, height: 1, data });
}

/** The first frame keeps the whole canvas: readers do not agree on what lies around a smaller one. */
function leaveOutWhatStays(images: IMagickImageCollection): void {
  images.optimize();
  images.optimizeTransparency();
  const [first] = images;
  if (!first) return;
  const { x, y, width, height } = first.page;
  if (x === 0 && y === 0 && width === first.width && height === first.height) return;
  first.alpha(AlphaAction.Set);
  first.compose = CompositeOperator.Copy;
  first.extent(new MagickGeometry(-x, -y, width, height), toMagick({ r: 0, g: 0, b: 0, a: 0 }));
  first.resetPage();
}

function write(
  images: IMagickImageCollection,
  encoder: Encoder,
  settings: EncoderSettings,
  options: EncodeOptions,
): Uint8Array {
  const [first] = images;
  if (!first) return new Uint8Array();
  for (const [name, value] of Object.entries(encoder.defines(settings, options, first)))
    first.settings.setDefine(name, value);
  if (encoder.format === formats.Jpeg) first.settings.interlace = Interlace.Jpeg;
  const copy = (bytes: Uint8Array): Uint8Array => bytes.slice();
  return images.length > 1 ? images.write(encoder.format, copy) : first.write(encoder.format, copy);
}

/**
 * A graphic is a third as large, and written in half the time, with one filter for all rows and a level more than with a filter chosen for each row; a photo is
 * a quarter larger so.
 */
function compression(level: number, image: IMagickImage): Readonly<Record<string, string>> {
  if (level === 0 || !isGraphic(image)) return { "png:compression-level": String(level) };
  return { "png:compression-level": String(Math.min(9, level + 3)), "png:compression-filter": "1" };
}

/** Every so many rows are looked at. */
const rowStep = 16;

/** Whether most pixels are as the one before them: flat areas and slow gradients. */
const isGraphic = (image: IMagickImage): boolean => shareOfChanges(image) < 0.5;

/** How many pixels differ from the one before them, 0..1; of photos nearly all. */
function shareOfChanges(image: IMagickImage): number {
  const { width, height, channelCount } = image;
  let changes = 0;
  image.getPixels((pixels) => {
    for (let y = 0; y < height; y += rowStep) changes += changesIn(pixels.getArea(0, y, width, 1), channelCount);
  });
  return changes / (width * Math.ceil(height / rowStep));
}

function changesIn(row: Uint8Array | number[], channels: number): number {
  let changes = 0;
  for (let at = channels; at < row.length; at += channels) {
    let same = 0;
    while (same < channels && row[at + same] === row[at + same - channels]) same += 1;
    if (same < channels) changes += 1;
  }
  return changes;
}
