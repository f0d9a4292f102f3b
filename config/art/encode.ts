/** Files from pixels. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  DitherMethod,
  GifDisposeMethod,
  ImageMagick,
  initializeImageMagick,
  MagickFormat,
  MagickImage,
  MagickImageCollection,
  MagickReadSettings,
  QuantizeSettings,
} from "@imagemagick/magick-wasm";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Photo } from "./film.ts";

export async function startEncoder(): Promise<void> {
  await initializeImageMagick(await packaged("@imagemagick/magick-wasm/magick.wasm"));
  await initWasm(await packaged("@resvg/resvg-wasm/index_bg.wasm"));
}

async function packaged(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(specifier))));
}

/** An SVG as a PNG of this width, with its transparency. */
export function encodeSvgAsPng(svg: string, width: number): Uint8Array {
  const png = new Resvg(svg, { fitTo: { mode: "width", value: width } }).render().asPng();
  return ImageMagick.read(png, new MagickReadSettings({ format: MagickFormat.Png }), (image) => {
    image.quality = 95;
    return image.write(MagickFormat.Png32, (bytes) => bytes.slice());
  });
}

/** Frames as an endless GIF that stores only what changes. `delay` is in hundredths of a second. */
export function encodeGif(frames: readonly Photo[], delay: number, colors: number): Uint8Array {
  const collection = MagickImageCollection.create();
  for (const { width, height, data } of frames) {
    const image = MagickImage.create();
    image.read(new Uint8Array(data), new MagickReadSettings({ format: MagickFormat.Rgba, width, height, depth: 8 }));
    image.animationDelay = delay;
    image.animationIterations = 0;
    image.gifDisposeMethod = GifDisposeMethod.Background;
    collection.push(image);
  }
  const palette = new QuantizeSettings();
  palette.colors = colors;
  palette.ditherMethod = DitherMethod.No;
  collection.quantize(palette);
  collection.optimizePlus();
  return collection.write(MagickFormat.Gif, (bytes) => bytes.slice());
}

/** A progressive JPEG with its colours at full size, upright and in sRGB, as its EXIF says. */
export function encodeJpeg({ width, height, data }: Photo, quality: number): Uint8Array {
  const settings = new MagickReadSettings({ format: MagickFormat.Rgba, width, height, depth: 8 });
  const jpeg = ImageMagick.read(new Uint8Array(data), settings, (image) => {
    image.quality = quality;
    image.settings.setDefine("jpeg:sampling-factor", "4:2:0");
    return image.write(MagickFormat.Pjpeg, (bytes) => bytes.slice());
  });
  return new Uint8Array([...jpeg.subarray(0, 2), ...exif(), ...jpeg.subarray(2)]);
}

/** APP1 with Orientation 1 in the first directory and ColorSpace 1 (sRGB) in the Exif directory (CIPA DC-008). */
function exif(): number[] {
  const u16 = (value: number): number[] => [value >> 8, value & 255];
  const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
  const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
  const orientation = [...u16(0x0112), ...u16(3), ...u32(1), ...u16(1), 0, 0];
  const directory = [...u16(0x8769), ...u16(4), ...u32(1), ...u32(38)];
  const colorSpace = [...u16(0xa001), ...u16(3), ...u32(1), ...u16(1), 0, 0];
  const tiff = [...ascii("MM"), ...u16(42), ...u32(8), ...u16(2), ...orientation, ...directory, ...u32(0)];
  const body = [...ascii("Exif"), 0, 0, ...tiff, ...u16(1), ...colorSpace, ...u32(0)];
  return [0xff, 0xe1, ...u16(body.length + 2), ...body];
}
