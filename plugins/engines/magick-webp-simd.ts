/**
 * Still WebP by the same libwebp, built with SIMD: the same bytes as ImageMagick's in two thirds of the time.
 * Library: https://github.com/jamsinclair/jSquash; only its encoder's WASM and the glue to it are used.
 */
import createModule from "@jsquash/webp/codec/enc/webp_enc_simd.js";
import type { Host, Pixels, WorkerHost } from "cameo/plugin";

/** The longest side that the format can hold, in pixels (RFC 9649, VP8 frame header). */
export const maxWebpSide = 16383;

/** What libwebp's `WebPConfig` is by default, as ImageMagick leaves it. */
const defaults = {
  target_size: 0,
  target_PSNR: 0,
  sns_strength: 50,
  filter_strength: 60,
  filter_sharpness: 0,
  filter_type: 1,
  partitions: 0,
  segments: 4,
  pass: 1,
  show_compressed: 0,
  preprocessing: 0,
  autofilter: 0,
  partition_limit: 0,
  alpha_compression: 1,
  alpha_filtering: 1,
  alpha_quality: 100,
  lossless: 0,
  exact: 0,
  image_hint: 0,
  emulate_jpeg_size: 0,
  thread_level: 0,
  low_memory: 0,
  near_lossless: 100,
  use_delta_palette: 0,
  use_sharp_yuv: 0,
} as const;

interface Codec {
  readonly HEAPU8?: Uint8Array;
  encode(data: Uint8ClampedArray, width: number, height: number, options: object): Uint8Array | null;
}

interface Parts {
  readonly noInitialRun: true;
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}

export interface WebpEncoder {
  /** `quality` 1..100, `method` 0..6. */
  encode(pixels: Pixels, quality: number, method: number): Uint8Array;
  heapBytes(): number;
}

/** Once per worker. */
export async function openWebp(host: Host & Pick<WorkerHost, "wasm">): Promise<WebpEncoder> {
  const wasm = await host.wasm("@jsquash/webp/codec/enc/webp_enc_simd.wasm");
  const create = createModule as unknown as (parts: Parts) => Promise<Codec>;
  const codec = await create({
    noInitialRun: true,
    instantiateWasm(imports, done) {
      done(new WebAssembly.Instance(wasm, imports));
      return {};
    },
  });
  return {
    encode({ data, width, height }, quality, method) {
      const bytes = codec.encode(data, width, height, { ...defaults, quality, method });
      // It comes as a view of the codec's own memory, which the next image overwrites.
      if (bytes) return bytes.slice();
      throw host.fail("internal", "The WebP encoder gave no image.", { log: { isFatal: true } });
    },
    heapBytes: () => codec.HEAPU8?.byteLength ?? 0,
  };
}
