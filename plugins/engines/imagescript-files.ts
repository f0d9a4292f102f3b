/** What the engine has to know of a file beside its pixels: size, orientation, colour profile. `DataView` throws a `RangeError` where it is cut. */
import { inflateSync } from "node:zlib";
import type { Size } from "cameo/plugin";

export interface FileFacts extends Size {
  /** EXIF orientation, 1..8. */
  readonly orientation: number;
  /** ICC profile. */
  readonly profile: Uint8Array | undefined;
  /** In place of a profile: the exponent that leads to linear light. */
  readonly gamma?: number;
  /** Whether the codec knows this kind of the format. */
  readonly isSupported: boolean;
  /** How often an animation is shown again: 0 is for ever, `null` not at all. */
  readonly repeats?: number | null;
}

/** Largest ICC profile that is unpacked from a PNG. */
const maxProfileBytes = 4 * 2 ** 20;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const latin = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

export const readFacts = {
  jpeg: readJpegFacts,
  png: readPngFacts,
  gif(body: Uint8Array): FileFacts {
    demand(latin(body, 0, 4) === "GIF8");
    const { frames, repeats } = gifBlocks(body);
    demand(frames.every(({ width, height }) => width > 0 && height > 0)); // The codec would not end.
    const view = viewOf(body);
    return {
      width: view.getUint16(6, true),
      height: view.getUint16(8, true),
      orientation: 1,
      profile: undefined,
      isSupported: true,
      repeats,
    };
  },
} as const;

/** Sizes of the frames of a GIF, and its repeats, as far as its blocks can be followed (GIF89a, §§ 17 to 20 and 26). */
function gifBlocks(body: Uint8Array): { readonly frames: readonly Size[]; readonly repeats: number | null } {
  const tableBytes = (flags = 0): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const u16 = (at: number): number => (body[at] ?? 0) | ((body[at + 1] ?? 0) << 8);
  const frames: Size[] = [];
  let repeats: number | null = null;
  for (let at = 13 + tableBytes(body[10]); at + 10 <= body.length; ) {
    const block = body[at];
    if (block !== 0x21 && block !== 0x2c) break;
    if (block === 0x21 && latin(body, at + 1, at + 16) === "\xff\x0bNETSCAPE2.0\x03\x01") repeats = u16(at + 16);
    if (block === 0x2c) frames.push({ width: u16(at + 5), height: u16(at + 7) });
    at += block === 0x2c ? 11 + tableBytes(body[at + 9]) : 2;
    while ((body[at] ?? 0) > 0) at += (body[at] ?? 0) + 1;
    at += 1;
  }
  return { frames, repeats };
}

/** Encoders write up to a dozen; each costs a pass over all pixels. */
const maxScans = 64;

interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
}

/** The segments with a length, also between scans, up to the end marker (ITU T.81, table B.1); what follows it is no part of the picture. */
function* segmentsOf(body: Uint8Array): Generator<Segment> {
  const view = viewOf(body);
  for (let at = 2; at < body.length; ) {
    at = body.indexOf(0xff, at);
    if (at < 0) return;
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at++);
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    if (marker === 0xd9) return;
    const end = at + Math.max(2, view.getUint16(at));
    yield { marker, data: body.subarray(at + 2, end) };
    at = end;
  }
}

const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Size from SOFn, orientation from the first EXIF in APP1, the profile from all of APP2. */
function readJpegFacts(body: Uint8Array): FileFacts {
  demand(latin(body, 0, 3) === "\xff\xd8\xff");
  const pieces: Uint8Array[] = [];
  let orientation: number | undefined;
  let frame: Segment | undefined;
  let scans = 0;
  for (const segment of segmentsOf(body)) {
    const { marker, data } = segment;
    if (isFrame(marker)) frame ??= segment;
    if (marker === 0xda) demand(++scans <= maxScans);
    if (marker === 0xe1 && latin(data, 0, 4) === "Exif") orientation ??= orientationOf(data.subarray(6));
    if (marker === 0xe2 && latin(data, 0, 11) === "ICC_PROFILE") pieces[data[12] ?? 0] = data.subarray(14);
  }
  demand(frame !== undefined);
  const view = viewOf(frame.data);
  const isSupported = frame.marker <= 0xc2 && view.getUint8(0) === 8;
  const size = { width: view.getUint16(3), height: view.getUint16(1) };
  return {
    ...size,
    isSupported,
    orientation: orientation ?? 1,
    profile: pieces.length > 0 ? join(pieces.flat()) : undefined,
  };
}

function demand(isTrue: boolean): asserts isTrue {
  if (!isTrue) throw new RangeError("not such a file");
}

function readPngFacts(body: Uint8Array): FileFacts {
  demand(latin(body, 1, 4) === "PNG" && latin(body, 12, 16) === "IHDR");
  const view = viewOf(body);
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  let orientation = 1;
  let profile: Uint8Array | undefined;
  let gamma = 0;
  let isSrgb = false;
  for (let at = 8; at + 8 <= body.length; ) {
    const type = latin(body, at + 4, at + 8);
    const data = body.subarray(at + 8, at + 8 + view.getUint32(at));
    if (type === "eXIf") orientation = orientationOf(data);
    if (type === "sRGB") isSrgb = true;
    if (type === "gAMA" && data.length === 4) gamma = 100_000 / viewOf(data).getUint32(0);
    if (type === "iCCP") profile = unpack(data.subarray(data.indexOf(0) + 2));
    at += 12 + view.getUint32(at);
  }
  const isSane = !isSrgb && gamma > 0.1 && gamma < 10;
  return { ...size, orientation, profile, isSupported: true, ...(isSane && { gamma }) };
}

/** A profile that does not unpack counts as none. */
function unpack(data: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(data, { maxOutputLength: maxProfileBytes });
  } catch {
    return undefined;
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Tag 274 of a TIFF block; anything odd counts as 1. */
function orientationOf(block: Uint8Array): number {
  try {
    const view = viewOf(block);
    const little = view.getUint16(0) === 0x4949;
    const start = view.getUint32(4, little);
    for (let entry = start + 2; entry < start + 2 + view.getUint16(start, little) * 12; entry += 12) {
      if (view.getUint16(entry, little) !== 274) continue;
      const isLong = view.getUint16(entry + 2, little) === 4;
      const value = isLong ? view.getUint32(entry + 8, little) : view.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch {
    return 1;
  }
  return 1;
}
