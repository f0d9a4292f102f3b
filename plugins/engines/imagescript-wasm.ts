/**
 * The WebAssembly codecs that ship with imagescript, called directly. The package's own entry loads a native addon first
 * (which encodes JPEG, WebP and GIF), which a sandbox must not hold and a compiled binary cannot; its `.wasm` files need nothing of it.
 * Each call gets an instance of its own: memory goes back with it, and a codec that trapped leaves nothing behind.
 */
import type { Pixels, Size, WorkerHost } from "cameo/plugin";

/** What the Rust modules share. */
interface Memory {
  readonly memory: WebAssembly.Memory;
  walloc(bytes: number): number;
  /** Length of the last result. */
  wlen(): number;
}

interface JpegExports extends Memory {
  decode(at: number, length: number, width: number, height: number): number;
  decode_width(result: number): number;
  decode_height(result: number): number;
  decode_format(result: number): number;
  decode_buffer(result: number): number;
  encode(at: number, width: number, height: number, quality: number): number;
}

interface PngExports extends Omit<Memory, "wlen"> {
  decode(at: number, length: number): number;
  width(): number;
  height(): number;
}

interface GifExports extends Memory {
  decoder_new(at: number, length: number, limit: number): number;
  decoder_frame(decoder: number): number;
  decoder_frame_x(frame: number): number;
  decoder_frame_y(frame: number): number;
  decoder_frame_width(frame: number): number;
  decoder_frame_height(frame: number): number;
  decoder_frame_delay(frame: number): number;
  decoder_frame_dispose(frame: number): number;
  decoder_frame_buffer(frame: number): number;
  decoder_frame_free(frame: number): void;
}

/** Channels of a decoded JPEG by the codec's number for its format. */
const jpegChannels = [1, 3, 4] as const;

export interface JpegData extends Size {
  /** 1 is grey, 3 RGB, 4 CMYK (255 is full ink). */
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
}

/** How the codec numbers what happens to a frame before the next; it differs from the file's numbers. */
export const disposals = { keep: 1, previous: 2, background: 3 } as const;

/** A part of a GIF: RGBA, alpha 0 or 255. */
export interface GifFrame extends Size {
  readonly x: number;
  readonly y: number;
  /** Hundredths of a second. */
  readonly delay: number;
  readonly dispose: number;
  readonly data: Uint8Array;
}

export interface Codecs {
  /** At `size`, which is the stored one, over `divisor` (1, 2, 4 or 8). `undefined` if the file is broken. */
  decodeJpeg(body: Uint8Array, size: Size, divisor: number): JpegData | undefined;
  /** Baseline, all colours at full size. Alpha is not read. */
  encodeJpeg(pixels: Pixels, quality: number): Uint8Array;
  decodePng(body: Uint8Array): Pixels | undefined;
  /** Frame by frame; `undefined` in place of a frame that is broken or larger than `maxPixels`, and then no more. */
  decodeGif(body: Uint8Array, maxPixels: number): Generator<GifFrame | undefined>;
}

export async function loadCodecs(host: WorkerHost): Promise<Codecs> {
  const load = (name: string) => host.wasm(`imagescript/wasm/any/${name}.wasm`);
  const [jpeg, png, gif] = await Promise.all([load("jpeg"), load("png"), load("gif")]);
  return {
    decodeJpeg: (body, size, divisor) => decodeJpeg(start<JpegExports>(jpeg), body, askedOf(size, divisor)),
    encodeJpeg({ width, height, data }, quality) {
      const wasm = start<JpegExports>(jpeg);
      const result = wasm.encode(put(wasm, data), width, height, quality);
      return take(wasm, result, wasm.wlen());
    },
    decodePng: (body) => decodePng(start<PngExports>(png, { emscripten_notify_memory_growth() {} }), body),
    decodeGif: (body, maxPixels) => decodeGif(start<GifExports>(gif, { push_to_stream() {} }), body, maxPixels),
  };
}

function start<T>(module: WebAssembly.Module, env: WebAssembly.ModuleImports = {}): T {
  return new WebAssembly.Instance(module, { env }).exports as unknown as T;
}

function put({ walloc, memory }: Pick<Memory, "walloc" | "memory">, bytes: Uint8Array | Uint8ClampedArray): number {
  const at = walloc(bytes.length);
  new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
  return at;
}

const take = ({ memory }: Pick<Memory, "memory">, at: number, length: number): Uint8Array =>
  new Uint8Array(memory.buffer, at, length).slice();

/** More than any JPEG has. */
const endlessPx = 65_535;

/** The codec takes the smallest eighth at which either side is long enough: only the longer one may say so, the shorter rounds too early. */
function askedOf({ width, height }: Size, divisor: number): Size {
  const side = divisor === 1 ? endlessPx : Math.ceil(Math.max(width, height) / divisor);
  return width >= height ? { width: side, height: endlessPx } : { width: endlessPx, height: side };
}

function decodeJpeg(wasm: JpegExports, body: Uint8Array, { width, height }: Size): JpegData | undefined {
  const result = wasm.decode(put(wasm, body), body.length, width, height);
  if (result < 2) return undefined;
  const channels = jpegChannels[wasm.decode_format(result)];
  const size = { width: wasm.decode_width(result), height: wasm.decode_height(result) };
  const at = wasm.decode_buffer(result);
  return channels && { ...size, channels, data: take(wasm, at, size.width * size.height * channels) };
}

function decodePng(wasm: PngExports, body: Uint8Array): Pixels | undefined {
  const result = wasm.decode(put(wasm, body), body.length);
  if (result < 0) return undefined;
  const [width, height] = [wasm.width(), wasm.height()];
  return { width, height, data: new Uint8ClampedArray(take(wasm, result, width * height * 4).buffer) };
}

function* decodeGif(wasm: GifExports, body: Uint8Array, maxPixels: number): Generator<GifFrame | undefined> {
  const decoder = wasm.decoder_new(put(wasm, body), body.length, Math.min(maxPixels * 4, 2 ** 31 - 1));
  if (decoder === 0) return yield undefined;
  for (let frame = wasm.decoder_frame(decoder); frame !== 1; frame = wasm.decoder_frame(decoder)) {
    if (frame === 0) return yield undefined;
    const [width, height] = [wasm.decoder_frame_width(frame), wasm.decoder_frame_height(frame)];
    const place = { x: wasm.decoder_frame_x(frame), y: wasm.decoder_frame_y(frame), width, height };
    const times = { delay: wasm.decoder_frame_delay(frame), dispose: wasm.decoder_frame_dispose(frame) };
    const at = wasm.decoder_frame_buffer(frame);
    yield { ...place, ...times, data: take(wasm, at, width * height * 4) };
    wasm.decoder_frame_free(frame);
  }
}
