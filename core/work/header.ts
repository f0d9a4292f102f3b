/**
 * What the first bytes of an image tell, without decoding it: the plan, admission and limits are made from this.
 *
 * Threat: bytes of every kind. Each reader is linear in the file and bounded in its steps; a read outside the bytes is a `RangeError` of `DataView`,
 * and whatever fails becomes `broken-image`. These readers are our own since `image-size` 2.1.0 takes the first HEIF item, not the primary one,
 * knows three of the thirteen JPEG frame markers, and reads an ICO's first entry.
 */
import { CameoError } from "../error.ts";
import type { Header, InputFormat } from "../image.ts";
import { readHeifSize, readJxl } from "./boxes.ts";
import { exifOrientation, readDirectory } from "./exif.ts";
import { sniffFormat } from "./sniff.ts";
import { svgSize } from "./svg.ts";

/** What a reader finds; the rest has defaults: one frame, orientation 1, alpha unknown. */
type Found = Pick<Header, "width" | "height"> & Partial<Header>;

interface Input {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Stop counting frames here. */
  readonly enough: number;
}

export interface HeaderOptions {
  /** Counting stops one beyond this, so that a flood of frames costs little. */
  readonly maxFrames: number;
}

/** Most chunks or segments of one file; a JPEG or PNG of 50 MB in 1 kB pieces stays below it. */
const maxChunks = 65_536;

/** The largest side that any of the formats can state (PNG, HEIF). */
const maxStatedPx = 2 ** 31 - 1;

const readers = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  gif: readGif,
  bmp: ({ view }) => readDib(view, 14),
  ico: readIco,
  tiff: ({ view }) => {
    const { width = 0, height = 0, orientation } = readDirectory(view);
    return { width, height, orientation };
  },
  avif: ({ view }) => readHeifSize(view),
  heic: ({ view }) => readHeifSize(view),
  jxl: ({ view }) => readJxl(view),
  svg: ({ bytes }) => ({ ...(svgSize(bytes) ?? { width: 0, height: 0 }), hasAlpha: true }),
} as const satisfies Record<InputFormat, (input: Input) => Found>;

/**
 * Format, stored size, frames and orientation. An AVIF sequence and an animated PNG count as one frame: only their first picture is read.
 * Throws `unsupported-type` for bytes that are no image, `broken-image` for a header that is cut or nonsense; nothing else, whatever the bytes.
 */
export function readHeader(bytes: Uint8Array, { maxFrames }: HeaderOptions): Header {
  const format = sniffFormat(bytes);
  if (format === undefined)
    throw new CameoError("unsupported-type", "The source is not an image in a format that Cameo reads.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = { format, frames: 1, orientation: 1, ...tryRead(format, { bytes, view, enough: maxFrames + 1 }) };
  const isSize = [header.width, header.height].every((px) => Number.isInteger(px) && px >= 1 && px <= maxStatedPx);
  if (!isSize) throw broken(format);
  return header;
}

function tryRead(format: InputFormat, input: Input): Found {
  try {
    return readers[format](input);
  } catch (cause) {
    throw broken(format, cause);
  }
}

function broken(format: InputFormat, cause?: unknown): CameoError {
  return new CameoError(
    "broken-image",
    `The header of the ${format} image is cut off or damaged; replace the source.`,
    { cause },
  );
}

const fourLetters = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** Start of frame: C0 to CF without DHT (C4), JPG (C8) and DAC (CC) (ITU T.81, table B.1). */
const isFrameMarker = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Markers without a length: TEM, RST0 to RST7 and SOI. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

function readJpeg({ bytes, view }: Input): Found {
  let orientation: number | undefined;
  for (let at = 2, segments = 0; segments < maxChunks; segments++) {
    at = bytes.indexOf(0xff, at);
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at);
    at += 1;
    if (marker === 0 || isBare(marker)) continue;
    if (marker === 0xda || marker === 0xd9) break;
    const end = at + Math.max(2, view.getUint16(at));
    if (isFrameMarker(marker)) {
      return {
        width: view.getUint16(at + 5),
        height: view.getUint16(at + 3),
        orientation: orientation ?? 1,
        hasAlpha: false,
      };
    }
    if (marker === 0xe1 && fourLetters(view, at + 2) === "Exif")
      orientation ??= exifOrientation(bytes.subarray(at + 2, end));
    at = end;
  }
  throw new RangeError("There is no frame before the first scan.");
}

function readPng({ bytes, view }: Input): Found {
  if (fourLetters(view, 12) !== "IHDR") throw new RangeError("The first chunk is not the header.");
  let orientation = 1;
  let hasAlpha = (view.getUint8(25) & 4) === 4;
  for (const { type, start, end } of chunksOf(view, 8, pngChunk)) {
    if (type === "tRNS") hasAlpha = true;
    if (type === "eXIf") orientation = exifOrientation(bytes.subarray(start, end));
  }
  return { width: view.getUint32(16), height: view.getUint32(20), orientation, hasAlpha };
}

interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Where the next one starts. */
  readonly next: number;
}

function pngChunk(view: DataView, at: number): Chunk {
  const end = at + 8 + view.getUint32(at);
  return { type: fourLetters(view, at + 4), start: at + 8, end, next: end + 4 };
}

function riffChunk(view: DataView, at: number): Chunk {
  const size = view.getUint32(at + 4, true);
  return { type: fourLetters(view, at), start: at + 8, end: at + 8 + size, next: at + 8 + size + (size % 2) };
}

/** The chunks from `start` on, up to the end of what there is. */
function* chunksOf(view: DataView, start: number, read: (view: DataView, at: number) => Chunk): Generator<Chunk> {
  let count = 0;
  for (let at = start; at + 8 <= view.byteLength; count++) {
    if (count === maxChunks) throw new RangeError("There are too many chunks.");
    const chunk = read(view, at);
    yield chunk;
    at = chunk.next;
  }
}

function readWebp({ bytes, view, enough }: Input): Found {
  const first = fourLetters(view, 12);
  if (first === "VP8 ") return readVp8(view);
  if (first === "VP8L") return readVp8l(view);
  if (first !== "VP8X") throw new RangeError("The first chunk is not a known one.");
  const flags = view.getUint8(20);
  let orientation = 1;
  let frames = 0;
  for (const { type, start, end } of chunksOf(view, 12, riffChunk)) {
    if (type === "ANMF") frames++;
    if (type === "EXIF") orientation = exifOrientation(bytes.subarray(start, end));
    if (frames >= enough) break;
  }
  const size = { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  return { ...size, frames: Math.max(1, frames), orientation, hasAlpha: (flags & 0x10) !== 0 };
}

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** Lossy: a start code, then 14 bits of width and of height (RFC 6386, §9.1). */
function readVp8(view: DataView): Found {
  if (view.getUint16(23) !== 0x9d01 || view.getUint8(25) !== 0x2a) throw new RangeError("The start code is missing.");
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, hasAlpha: false };
}

/** Lossless: 14 bits of width and of height, then one that says alpha. */
function readVp8l(view: DataView): Found {
  if (view.getUint8(20) !== 0x2f) throw new RangeError("The lossless signature is missing.");
  const bits = view.getUint32(21, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), hasAlpha: ((bits >>> 28) & 1) === 1 };
}

/** Bytes of a GIF colour table, from the flags in front of it. */
const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

function readGif({ bytes, view, enough }: Input): Found {
  let frames = 0;
  let at = 13 + tableBytes(view.getUint8(10));
  while (at < bytes.length && frames < enough) {
    const kind = bytes[at];
    if (kind !== 0x2c && kind !== 0x21) break;
    if (kind === 0x2c) frames++;
    at = skipSubBlocks(bytes, kind === 0x21 ? at + 2 : at + 11 + tableBytes(bytes[at + 9] ?? 0));
  }
  if (frames === 0) throw new RangeError("There is no frame.");
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), frames };
}

function skipSubBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) at += length + 1;
  return at + 1;
}

/** Lengths that the bitmap header has had, from OS/2 to Windows 98. */
const dibLengths: readonly number[] = [12, 16, 40, 52, 56, 64, 108, 124];

/** The bitmap header of a BMP, or of an entry of an ICO. A negative height means top to bottom. */
function readDib(view: DataView, at: number): Found {
  const length = view.getUint32(at, true);
  if (!dibLengths.includes(length)) throw new RangeError("The bitmap header has an unknown length.");
  if (length === 12) return { width: view.getUint16(at + 4, true), height: view.getUint16(at + 6, true) };
  return { width: view.getInt32(at + 4, true), height: Math.abs(view.getInt32(at + 8, true)) };
}

/** The largest entry, by what its own picture says: the list has one byte for a side, and may lie. */
function readIco({ view }: Input): Found {
  const count = view.getUint16(4, true);
  let largest: Found = { width: 0, height: 0 };
  for (let index = 0; index < count; index++) {
    const entry = readIcoEntry(view, view.getUint32(6 + index * 16 + 12, true));
    if (entry.width * entry.height > largest.width * largest.height) largest = entry;
  }
  return { ...largest, hasAlpha: true };
}

/** A PNG, or a bitmap that is twice as high, for its mask. */
function readIcoEntry(view: DataView, at: number): Found {
  if (view.getUint32(at) === 0x89504e47) return { width: view.getUint32(at + 16), height: view.getUint32(at + 20) };
  const { width, height } = readDib(view, at);
  return { width, height: Math.floor(height / 2) };
}
