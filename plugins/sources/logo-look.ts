/**
 * What some bytes really are, and how large: links lie about sizes, and a page may answer 200 under `/favicon.ico`.
 *
 * Threat: bytes of every kind. Only heads are read, each in bounded steps; nothing is decoded but a small PNG, up to a cap.
 */
import { inflateSync } from "node:zlib";
import { readMarkup } from "./logo-markup.ts";

/** What a picture is good for. */
export interface Look {
  readonly isVector: boolean;
  /** Of its longer side, in pixels; 0 for what cannot be told from the head. */
  readonly px: number;
}

/** Smaller ones are counters and spacers. */
const leastPx = 8;
/** Nobody's icon is larger, but a trap is. */
const mostPx = 4096;

/** `undefined`: no picture, half of one, or one with nothing in it. */
export function lookAt(body: Uint8Array): Look | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  try {
    if (bytes.length < 32) return undefined;
    const size = readSize(bytes);
    if (size === "vector") return { isVector: true, px: 0 };
    if (size === undefined || size === "unknown") return size && { isVector: false, px: 0 };
    const [shorter, longer] = [Math.min(...size), Math.max(...size)];
    return shorter >= leastPx && longer <= mostPx ? { isVector: false, px: longer } : undefined;
  } catch {
    // Cut off within its head.
    return undefined;
  }
}

type Size = readonly [width: number, height: number];

function readSize(bytes: Buffer): Size | "vector" | "unknown" | undefined {
  const start = bytes.toString("latin1", 0, 12);
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return readPng(bytes);
  if (start.startsWith("GIF8")) return readGif(bytes);
  if (start.startsWith("\xff\xd8\xff")) return hasEnd(bytes, "\xff\xd9") ? jpegSize(bytes) : undefined;
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return webpSize(bytes);
  if (start.startsWith("\0\0\x01\0")) return icoSize(bytes);
  if (start.startsWith("BM") && bytes.readUInt32LE(6) === 0) return bmpSize(bytes);
  if (/^....ftyp(avif|avis)/s.test(start)) return "unknown";
  return isDrawing(bytes) ? "vector" : undefined;
}

/** Some writers fill up a file behind its end. */
const tail = (bytes: Buffer): string => bytes.subarray(-64).toString("latin1");
const hasEnd = (bytes: Buffer, mark: string): boolean => tail(bytes).includes(mark);

const bmpSize = (bytes: Buffer): Size | undefined =>
  bytes.readUInt32LE(2) <= bytes.length ? [bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22))] : undefined;

const readPng = (bytes: Buffer): Size | undefined =>
  hasEnd(bytes, "IEND") && !isBlankPng(bytes) ? pngSize(bytes, 0) : undefined;

const readGif = (bytes: Buffer): Size | undefined =>
  /;\0*$/.test(tail(bytes)) ? [bytes.readUInt16LE(6), bytes.readUInt16LE(8)] : undefined;

const pngSize = (bytes: Buffer, at: number): Size => [bytes.readUInt32BE(at + 16), bytes.readUInt32BE(at + 20)];

/** Start of frame, but for DHT, JPG and DAC (ITU T.81, table B.1). */
function jpegSize(bytes: Buffer): Size | undefined {
  for (let at = 2, steps = 0; steps < 1000; steps++) {
    const marker = bytes.readUInt16BE(at);
    if (marker >> 8 !== 0xff) return undefined;
    if (marker === 0xffff) at += 1;
    else if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker))
      return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(bytes: Buffer): Size | undefined {
  if (bytes.readUInt32LE(4) + 8 > bytes.length) return undefined;
  const kind = bytes.toString("latin1", 12, 16);
  if (kind === "VP8X") return [1 + bytes.readUIntLE(24, 3), 1 + bytes.readUIntLE(27, 3)];
  if (kind === "VP8 ") return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
  const bits = bytes.readUInt32LE(21);
  return kind === "VP8L" ? [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)] : undefined;
}

/** The largest of its pictures, by their own heads: a PNG, or a bitmap with a mask below it. */
function icoSize(bytes: Buffer): Size | undefined {
  const count = Math.min(bytes.readUInt16LE(4), 64);
  const sizes = Array.from({ length: count }, (_, index): Size => {
    const at = bytes.readUInt32LE(6 + index * 16 + 12);
    if (bytes.readUInt32BE(at) === 0x89504e47) return pngSize(bytes, at);
    return [bytes.readInt32LE(at + 4), Math.floor(bytes.readInt32LE(at + 8) / 2)];
  });
  return sizes.sort((a, b) => b[0] - a[0])[0];
}

/** What a PNG of an icon's size has when unpacked. */
const mostUnpacked = 4 * 2 ** 20;

/** Whether nothing is in it: all bytes of all rows are zero, which is clear ground, but for the filter's byte in front of each. */
function isBlankPng(bytes: Buffer): boolean {
  const [depth = 8, type = 6] = [bytes[24], bytes[25]];
  // Grey with alpha, and colour with alpha: elsewhere zero is a colour. What says so little is small.
  if (bytes.length > 65_536 || (type !== 4 && type !== 6)) return false;
  const row = 1 + Math.ceil((bytes.readUInt32BE(16) * depth * (type === 4 ? 2 : 4)) / 8);
  try {
    const rows = inflateSync(Buffer.concat(dataOf(bytes)), { maxOutputLength: mostUnpacked });
    return rows.every((value, index) => value === 0 || index % row === 0);
  } catch {
    return false;
  }
}

function dataOf(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 8, steps = 0; at + 12 <= bytes.length && steps < 4096; steps++) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  return parts;
}

const shapes: ReadonlySet<string> = new Set("path rect circle ellipse line polyline polygon image use".split(" "));

/** Where no shape has come by then, none will. */
const mostTags = 5000;

/** A whole SVG with a shape in it. A text alone, such as one emoji, is nothing, since no fonts are at hand where it is drawn. */
function isDrawing(bytes: Buffer): boolean {
  let [root, depth, tags, hasShape, isWhole] = ["", 0, 0, false, false];
  const mark = bytes.readUInt16BE(0);
  const encoding = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8";
  readMarkup(new TextDecoder(encoding).decode(bytes), { xmlMode: true }, () => ({
    onopentag(name) {
      const local = name.slice(name.indexOf(":") + 1);
      depth += 1;
      tags += 1;
      root ||= local;
      hasShape ||= shapes.has(local);
    },
    onclosetag() {
      depth -= 1;
      isWhole ||= depth === 0;
    },
    isDone: () => isWhole || (root !== "" && root !== "svg") || (!hasShape && tags > mostTags),
  }));
  return root === "svg" && hasShape && isWhole;
}
