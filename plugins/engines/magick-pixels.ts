/** Pixels on their way between the WASM's memory and JavaScript. */
import {
  ColorSpace,
  type IMagickImage,
  MagickFormat,
  MagickGeometry,
  MagickReadSettings,
} from "@imagemagick/magick-wasm";
import type { Host, Pixels, Size } from "cameo/plugin";

/** Rows without gaps: red, green, blue, and alpha where there are four channels. */
export interface Loose extends Size {
  readonly channels: 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Whether the image is three bytes a pixel and nothing else. */
export const isRgb = ({ channelCount, colorSpace, hasAlpha }: IMagickImage): boolean =>
  channelCount === 3 && !hasAlpha && colorSpace === ColorSpace.sRGB;

const isRgba = ({ channelCount, colorSpace, hasAlpha }: IMagickImage): boolean =>
  channelCount === 4 && hasAlpha && colorSpace === ColorSpace.sRGB;

/** Gives `use` the bytes of all channels: a view of the WASM's memory, since the build has 8 bits a channel. */
export function withBytes<T>(image: IMagickImage, use: (bytes: Uint8Array) => T): T {
  return image.getPixels((all) => {
    const area = all.getArea(0, 0, image.width, image.height);
    return use(area instanceof Uint8Array ? area : Uint8Array.from(area));
  });
}

/** A copy. The library's own conversion takes eight times as long, so it is left to what is neither RGB nor RGBA. */
export function rgbaOf(image: IMagickImage, host: Host): Uint8ClampedArray {
  if (isRgb(image)) return withBytes(image, withAlpha);
  if (isRgba(image)) return withBytes(image, (bytes) => new Uint8ClampedArray(bytes));
  const { width, height } = image;
  const bytes = image.getPixels<Uint8Array | null>((all) => all.toByteArray(0, 0, width, height, "RGBA"));
  if (!bytes) throw host.fail("internal", "The image engine gave no pixels.", { log: { isFatal: true } });
  return new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A copy of loose pixels. */
export const rgbaOfLoose = ({ channels, data }: Loose): Uint8ClampedArray =>
  channels === 3 ? withAlpha(data) : new Uint8ClampedArray(data);

function withAlpha(rgb: Loose["data"]): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from] ?? 0;
    rgba[to + 1] = rgb[from + 1] ?? 0;
    rgba[to + 2] = rgb[from + 2] ?? 0;
    rgba[to + 3] = 255;
  }
  return rgba;
}

/** Puts loose pixels in place of the image's, which is as large or larger where they are RGB, so that it has room for them. */
export function putLoose(image: IMagickImage, { width, height, channels, data }: Loose): void {
  if (channels === 4)
    fill(image, { width, height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) });
  else {
    image.crop(new MagickGeometry(0, 0, width, height));
    image.resetPage();
    image.getPixels((all) => all.setArea(0, 0, width, height, data as Uint8Array));
  }
}

/** Without alpha where there is none: that is read in half the time, and every step afterwards has a quarter less to do. */
export function fill(image: IMagickImage, { width, height, data }: Pixels): void {
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

export function isOpaque(data: Loose["data"]): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}
