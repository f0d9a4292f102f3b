/**
 * The sRGB colour profile as bytes: what wide-gamut and CMYK pictures are converted to. magick-wasm ships none, so it is written here,
 * as an ICC v4.3 matrix profile (ICC.1:2010): primaries adapted to D50 and the curve of IEC 61966-2-1.
 */
import { join } from "./magick-bytes.ts";

/** Red, green and blue primaries and the white point, as XYZ adapted to D50 (ICC's own sRGB profile has the same). */
const primaries = {
  rXYZ: [0.43607, 0.22249, 0.01392],
  gXYZ: [0.38515, 0.71687, 0.09708],
  bXYZ: [0.14307, 0.06061, 0.7141],
  wtpt: [0.9642, 1, 0.8249],
} as const;

/** Parametric curve, type 3: gamma and the constants a, b, c, d. */
const curve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045] as const;

const headerBytes = 128;
const tagBytes = 12;

export function srgbProfile(): Uint8Array {
  const trc = join(text("para"), u32(0), u16(3), u16(0), ...curve.map(fixed));
  const tags: readonly (readonly [name: string, data: Uint8Array])[] = [
    ["desc", localized("sRGB")],
    ["cprt", localized("CC0")],
    ...Object.entries(primaries).map(([name, xyz]) => [name, join(text("XYZ "), u32(0), ...xyz.map(fixed))] as const),
    ["rTRC", trc],
    ["gTRC", trc],
    ["bTRC", trc],
  ];
  const table: Uint8Array[] = [u32(tags.length)];
  const data: Uint8Array[] = [];
  let offset = headerBytes + 4 + tags.length * tagBytes;
  for (const [name, bytes] of tags) {
    table.push(text(name), u32(offset), u32(bytes.length));
    const padded = join(bytes, new Uint8Array(-bytes.length & 3));
    data.push(padded);
    offset += padded.length;
  }
  return join(header(offset), ...table, ...data);
}

/**
 * Whether a profile means sRGB, so that converting can be left out: it has the same primaries, and a curve that is not a plain gamma
 * far from 2.2. Most photos carry such a profile; converting a megapixel takes about 15 ms.
 */
export function isSrgb(profile: Uint8Array): boolean {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  try {
    const isSame = (["rXYZ", "gXYZ", "bXYZ"] as const).every((name) => {
      const at = tagOffset(view, name);
      return primaries[name].every((value, axis) => Math.abs(view.getInt32(at + 8 + axis * 4) / 65536 - value) < 0.003);
    });
    return isSame && hasSrgbCurve(view, tagOffset(view, "rTRC"));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A table or a parametric curve is taken for sRGB's; a `curv` of one value is a gamma in 8.8 fixed point, of none is linear. */
function hasSrgbCurve(view: DataView, at: number): boolean {
  const count = view.getUint32(at + 8);
  if (view.getUint32(at) !== tagNumber("curv") || count > 1) return true;
  return count === 1 && Math.abs(view.getUint16(at + 12) / 256 - 2.2) < 0.1;
}

/** Throws a RangeError where there is none, as reading beyond the end does. */
function tagOffset(view: DataView, name: string): number {
  const count = Math.min(view.getUint32(headerBytes), 100);
  for (let at = headerBytes + 4; at < headerBytes + 4 + count * tagBytes; at += tagBytes) {
    if (view.getUint32(at) === tagNumber(name)) return view.getUint32(at + 4);
  }
  throw new RangeError(`no ${name}`);
}

const tagNumber = (name: string): number => new DataView(text(name).buffer).getUint32(0);

/** A display profile, RGB to XYZ, perceptual, illuminated by D50. The date is fixed, so that equal code gives equal bytes. */
function header(size: number): Uint8Array {
  const date = [2025, 1, 1, 0, 0, 0].map(u16);
  const front = join(
    u32(size),
    u32(0),
    u32(0x04300000),
    text("mntrRGB XYZ "),
    ...date,
    text("acsp"),
    new Uint8Array(28),
  );
  return join(front, ...primaries.wtpt.map(fixed), new Uint8Array(headerBytes - front.length - 12));
}

/** `mluc` with one American English text, in UTF-16. */
function localized(value: string): Uint8Array {
  const letters = join(...[...value].map((letter) => u16(letter.charCodeAt(0))));
  return join(text("mluc"), u32(0), u32(1), u32(12), text("enUS"), u32(letters.length), u32(28), letters);
}

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value);
const u32 = (value: number): Uint8Array => Uint8Array.of(value >> 24, value >> 16, value >> 8, value);
/** s15Fixed16Number. */
const fixed = (value: number): Uint8Array => u32(Math.round(value * 65536));
