/** What `Bun.Image` does not tell of a file: whether it is whole, whether its checksums are right, and whether its colours are sRGB. Reads outside the bytes count as no. */
import { crc32 } from "node:zlib";
import type { InputFormat } from "cameo/plugin";

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const latin = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

interface Segment {
  readonly marker: number;
  /** Where its data starts, behind marker and length. */
  readonly start: number;
  readonly end: number;
}

/** All markers of a JPEG, inside and between its scans too (ITU T.81, table B.1); those without a length have no data. */
function* segmentsOf(body: Uint8Array): Generator<Segment> {
  for (let at = body.indexOf(0xff, 2); at >= 0 && at + 1 < body.length; at = body.indexOf(0xff, at)) {
    const marker = body[at + 1] ?? 0;
    const isFill = marker === 0xff;
    const isBare = marker <= 1 || (marker >= 0xd0 && marker <= 0xd9);
    const length = isBare || isFill ? 0 : ((body[at + 2] ?? 0) << 8) | (body[at + 3] ?? 0);
    if (!isFill) yield { marker, start: at + 4, end: at + 2 + length };
    at += isFill ? 1 : 2 + length;
  }
}

/** Encoders write up to a dozen; each costs a pass over all pixels. */
const maxScans = 64;

/** Whether a JPEG is baseline or progressive, of 8 bits, grey or in three channels, and goes on to its end marker behind at least one scan. */
function isPlainJpeg(body: Uint8Array): boolean {
  let scans = 0;
  let isPlain = false;
  for (const { marker, start } of segmentsOf(body)) {
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) isPlain = marker <= 0xc2 && body[start] === 8 && (body[start + 5] ?? 0) <= 3;
    if (marker === 0xda) scans++;
    if (marker === 0xd9) return isPlain && scans > 0 && scans <= maxScans;
  }
  return false;
}

/**
 * The file as it may be given to `Bun.Image`: a JPEG without its colour profile if that is sRGB, so that it is not carried into the output.
 * `undefined` for a file that is cut, of an unusual kind, or with another profile; those of PNG and WebP are rare and not looked into.
 */
export function plainFile(body: Uint8Array, format: InputFormat): Uint8Array | undefined {
  if (format === "jpeg") return isPlainJpeg(body) ? withoutJpegProfile(body) : undefined;
  return isPlainChunks(body, format) ? body : undefined;
}

function withoutJpegProfile(body: Uint8Array): Uint8Array | undefined {
  const profiles: Segment[] = [];
  for (const segment of segmentsOf(body)) {
    if (segment.marker === 0xda) break;
    if (segment.marker === 0xe2 && latin(body, segment.start, segment.start + 11) === "ICC_PROFILE")
      profiles.push(segment);
  }
  const [first, ...more] = profiles;
  if (!first) return body;
  if (more.length > 0 || !isSrgb(body.subarray(first.start + 14, first.end))) return undefined;
  const copy = body.slice();
  copy.fill(0, first.start, first.start + 11);
  return copy;
}

const profileChunks: Readonly<Record<string, readonly string[]>> = { png: ["iCCP", "cICP"], webp: ["ICCP"] };

interface Chunk {
  readonly type: string;
  readonly next: number;
}

function chunkAt(view: DataView, body: Uint8Array, at: number, isPng: boolean): Chunk {
  if (isPng) return { type: latin(body, at + 4, at + 8), next: at + 12 + view.getUint32(at) };
  const length = view.getUint32(at + 4, true);
  return { type: latin(body, at, at + 4), next: at + 8 + length + (length % 2) };
}

/** Whether the checksum of a PNG's chunk, over type and data, is the one behind it. One that ends outside the file has none. */
const isSound = (view: DataView, body: Uint8Array, at: number, next: number): boolean =>
  next <= body.length && crc32(body.subarray(at + 4, next - 4)) === view.getUint32(next - 4);

/** In a PNG's `gAMA`, hundred thousandths: 1 / 2.2. Of another one the runtime takes no notice. */
const srgbGamma = 45_455;

/** Whether all chunks of a PNG or WebP are there and sound, and none is a profile. A WebP says its length too, which tells of a cut between two chunks. */
function isPlainChunks(body: Uint8Array, format: InputFormat): boolean {
  const isPng = format === "png";
  const view = viewOf(body);
  let last = "";
  let at = isPng ? 8 : 12;
  while (at + 8 <= body.length && last !== "IEND") {
    const { type, next } = chunkAt(view, body, at, isPng);
    if (profileChunks[format]?.includes(type) || (isPng && !isSound(view, body, at, next))) return false;
    if (isPng && type === "gAMA" && Math.abs(view.getUint32(at + 8) - srgbGamma) > 1000) return false;
    last = type;
    at = next;
  }
  return at <= body.length && (isPng ? last === "IEND" : 8 + view.getUint32(4, true) <= body.length);
}

/** The primaries of sRGB, adapted to D50. */
const primaries = {
  rXYZ: [0.43607, 0.22249, 0.01392],
  gXYZ: [0.38515, 0.71687, 0.09708],
  bXYZ: [0.14307, 0.06061, 0.7141],
} as const;

/** Whether a profile has the primaries of sRGB and a curve that is not a plain gamma far from 2.2. */
function isSrgb(profile: Uint8Array): boolean {
  try {
    const view = viewOf(profile);
    const hasPrimaries = (["rXYZ", "gXYZ", "bXYZ"] as const).every((name) => {
      const at = tagOffset(profile, name);
      return primaries[name].every((value, axis) => Math.abs(view.getInt32(at + 8 + axis * 4) / 65536 - value) < 0.003);
    });
    const curve = tagOffset(profile, "rTRC");
    const values = latin(profile, curve, curve + 4) === "curv" ? view.getUint32(curve + 8) : 2;
    const isGamma = values === 1 && Math.abs(view.getUint16(curve + 12) / 256 - 2.2) < 0.1;
    return hasPrimaries && (values > 1 || isGamma);
  } catch {
    return false;
  }
}

/** Throws a `RangeError` where there is none, as reading beyond the end does. */
function tagOffset(profile: Uint8Array, name: string): number {
  const view = viewOf(profile);
  const count = Math.min(view.getUint32(128), 100);
  for (let at = 132; at < 132 + count * 12; at += 12) {
    if (latin(profile, at, at + 4) === name) return view.getUint32(at + 4);
  }
  throw new RangeError(`no ${name}`);
}
