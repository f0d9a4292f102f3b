/** The `/meta` answer: what a page needs to lay an image out before it has loaded. Made in the worker, where the pixels are. */
import { encode as encodeBlurHash } from "blurhash";
import { rgbaToThumbHash } from "thumbhash";
import { type EncodeOptions, mimeTypes, type OutputFormat, type Picture, type Pixels } from "../image.ts";
import type { Job } from "./protocol.ts";

/** ThumbHash takes at most 100×100. */
const hashSidePx = 100;
/** Longest side of the preview in the data URI. */
const previewSidePx = 20;
/** It is shown blurred: a hundred bytes are enough. */
const previewQuality = 30;

/** How the data URI is made. */
export interface Preview {
  readonly format: OutputFormat;
  encode(options: EncodeOptions): Uint8Array | Promise<Uint8Array>;
}

/** JSON bytes. Shrinks `picture` as it goes: nothing else may use it afterwards. */
export async function describePicture(picture: Picture, job: Job, preview: Preview): Promise<Uint8Array> {
  const { width, height, frames } = picture;
  const small = shrunk(picture, hashSidePx);
  const alpha = hasTransparency(small);
  const forThumb = widened(small, leastPx.thumbHash);
  const forBlur = widened(small, leastPx.blurHash);
  const facts = {
    width,
    height,
    format: job.header.format,
    bytes: job.body.byteLength,
    frames: job.header.frames,
    alpha,
    orientation: job.header.orientation,
    source: { width: job.header.width, height: job.header.height },
    result: { width, height, frames },
    dominantColor: dominantColor(small),
    thumbHash: Buffer.from(rgbaToThumbHash(forThumb.width, forThumb.height, forThumb.data)).toString("base64"),
    blurHash: encodeBlurHash(overWhite(forBlur), forBlur.width, forBlur.height, ...components(small)),
    lqip: await tinyUri(picture, preview),
  };
  return new TextEncoder().encode(JSON.stringify(facts));
}

function shrunk(picture: Picture, side: number): Pixels {
  const ratio = Math.min(1, side / Math.max(picture.width, picture.height));
  const size = {
    width: Math.max(1, Math.round(picture.width * ratio)),
    height: Math.max(1, Math.round(picture.height * ratio)),
  };
  if (ratio < 1) picture.resize(size);
  return picture.pixels();
}

/** The waves of both hashes need some pixels, or they all look the same; BlurHash's are not centred on them, and show where the pixels are few. */
const leastPx = { thumbHash: 8, blurHash: 32 } as const;

/** A small picture with its pixels repeated: all as often as there is room for, those of a side that is still too short more often. */
function widened({ width, height, data }: Pixels, least: number): Pixels {
  const both = Math.max(1, Math.floor(hashSidePx / Math.max(width, height)));
  const [across, down] = [width, height].map((side) => Math.max(both, Math.ceil(least / side))) as [number, number];
  if (across * down === 1) return { width, height, data };
  const wide = { width: width * across, height: height * down };
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = Uint32Array.from({ length: wide.width * wide.height }, (_, at) => {
    const [x, y] = [at % wide.width, Math.floor(at / wide.width)];
    return from[Math.floor(y / down) * width + Math.floor(x / across)] ?? 0;
  });
  return { ...wide, data: new Uint8ClampedArray(to.buffer) };
}

function hasTransparency({ data }: Pixels): boolean {
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 255) return true;
  return false;
}

/** More components along the longer side, as BlurHash's own guidance has it. */
const components = ({ width, height }: Pixels): [number, number] => (width >= height ? [4, 3] : [3, 4]);

/** BlurHash knows no alpha: transparent pixels would count as their hidden colour. */
function overWhite({ data }: Pixels): Uint8ClampedArray {
  const flat = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 255) / 255;
    for (let channel = 0; channel < 3; channel++) flat[at + channel] = 255 + ((data[at + channel] ?? 0) - 255) * alpha;
    flat[at + 3] = 255;
  }
  return flat;
}

/** Hex of the mean of the fullest of 4096 colour buckets, counting opaque pixels. */
export function dominantColor({ data }: Pixels): string {
  const buckets = new Map<number, [count: number, r: number, g: number, b: number]>();
  for (let at = 0; at < data.length; at += 4) {
    const [r = 0, g = 0, b = 0, a = 0] = data.subarray(at, at + 4);
    if (a < 128) continue;
    const key = ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4);
    const bucket = buckets.get(key) ?? [0, 0, 0, 0];
    buckets.set(key, [bucket[0] + 1, bucket[1] + r, bucket[2] + g, bucket[3] + b]);
  }
  const fullest = [...buckets.values()].reduce((best, each) => (each[0] > best[0] ? each : best), [0, 0, 0, 0]);
  const [count, ...sums] = fullest;
  return `#${sums
    .map((sum) =>
      Math.round(sum / Math.max(1, count))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** A few pixels as a data URI, to show blurred until the image is there. */
async function tinyUri(picture: Picture, { format, encode }: Preview): Promise<string> {
  shrunk(picture, previewSidePx);
  const body = await encode({ format, quality: previewQuality, background: { r: 255, g: 255, b: 255, a: 255 } });
  return `data:${mimeTypes[format]};base64,${Buffer.from(body).toString("base64")}`;
}
