/** Which format some bytes are, by their magic alone. Names and headers lie; the first magic decides, also for a file that is two things at once. */
import type { InputFormat } from "../image.ts";
import { findSvgRoot } from "./svg.ts";

type Test = (bytes: Uint8Array) => boolean;

/** Whether `magic` stands at `at`; `undefined` in it stands for any byte. */
const has = (at: number, ...magic: readonly (number | undefined)[]): Test => {
  return (bytes) => magic.every((byte, index) => byte === undefined || bytes[at + index] === byte);
};

const text = (at: number, magic: string): Test => has(at, ...Array.from(magic, (letter) => letter.charCodeAt(0)));
const both = (...tests: readonly Test[]): Test => {
  return (bytes) => tests.every((test) => test(bytes));
};
const either = (...tests: readonly Test[]): Test => {
  return (bytes) => tests.some((test) => test(bytes));
};

const brands: Readonly<Record<string, "avif" | "heic">> = {
  avif: "avif",
  avis: "avif",
  heic: "heic",
  heix: "heic",
  heim: "heic",
  heis: "heic",
  hevc: "heic",
  hevx: "heic",
  hevm: "heic",
  hevs: "heic",
};

/** The first brand that we know, of the major one and the compatible ones (ISO/IEC 14496-12, `ftyp`); `mif1` alone says nothing. */
function brandOf(bytes: Uint8Array): string | undefined {
  if (!text(4, "ftyp")(bytes)) return undefined;
  const length = Math.min(bytes.length, ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0), 256);
  const starts = [
    8,
    ...Array.from({ length: Math.max(0, Math.floor((length - 16) / 4)) }, (_, index) => 16 + index * 4),
  ];
  const found = starts.map((at) => String.fromCharCode(...bytes.subarray(at, at + 4))).find((name) => name in brands);
  return found === undefined ? undefined : brands[found];
}

const tests = {
  jpeg: has(0, 0xff, 0xd8, 0xff),
  png: has(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  gif: either(text(0, "GIF87a"), text(0, "GIF89a")),
  webp: both(text(0, "RIFF"), text(8, "WEBP")),
  avif: (bytes) => brandOf(bytes) === "avif",
  heic: (bytes) => brandOf(bytes) === "heic",
  tiff: either(has(0, 0x49, 0x49, 42, 0), has(0, 0x4d, 0x4d, 0, 42)),
  jxl: either(has(0, 0xff, 0x0a), has(0, 0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20, 0x0d, 0x0a, 0x87, 0x0a)),
  // The reserved zeros too: two letters alone would take any text that starts with BM.
  bmp: both(text(0, "BM"), has(6, 0, 0, 0, 0)),
  ico: both(has(0, 0, 0, 1, 0), (bytes) => bytes[4] !== 0 || bytes[5] !== 0),
  svg: (bytes) => findSvgRoot(bytes) !== undefined,
} as const satisfies Record<InputFormat, Test>;

/** The format of `bytes`, or `undefined` if they are no image that Cameo knows. Looks at the first 4 kB at most. */
export function sniffFormat(bytes: Uint8Array): InputFormat | undefined {
  return (Object.keys(tests) as InputFormat[]).find((format) => tests[format](bytes));
}
