/** Raw pixels → PNG (ISO/IEC 15948): RGB or RGBA of 8 bits, each row by the filter that leaves the smallest numbers. */
import { crc32, deflateSync } from "node:zlib";
import type { Pixels } from "cameo/plugin";
import { isOpaque } from "./imagescript-picture.ts";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export function encodePng({ width, height, data }: Pixels, level: number): Uint8Array {
  const channels = isOpaque(data) ? 3 : 4;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, channels === 3 ? 2 : 6);
  const rows = filterRows(channels === 4 ? data : dropAlpha(data), width * channels, height, channels);
  const parts = [
    signature,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(rows, { level })),
    chunk("IEND", new Uint8Array()),
  ];
  return join(parts);
}

/** RGBA → RGB. */
function dropAlpha(data: Uint8ClampedArray): Uint8ClampedArray {
  const rgb = new Uint8ClampedArray((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from] ?? 0;
    rgb[to + 1] = data[from + 1] ?? 0;
    rgb[to + 2] = data[from + 2] ?? 0;
  }
  return rgb;
}

type Predict = (left: number, up: number, corner: number) => number;

/** By filter number: none, sub, up, average, Paeth. */
const predictors: readonly Predict[] = [() => 0, (left) => left, (_, up) => up, (left, up) => (left + up) >> 1, paeth];

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function filterRows(data: Uint8ClampedArray, rowBytes: number, height: number, channels: number): Uint8Array {
  const result = new Uint8Array((rowBytes + 1) * height);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes);
    const above = y === 0 ? undefined : data.subarray((y - 1) * rowBytes, y * rowBytes);
    const tried = predictors.map((predict, filter) => ({ filter, ...filterRow(row, above, channels, predict) }));
    const best = tried.reduce((one, other) => (other.sum < one.sum ? other : one));
    result[y * (rowBytes + 1)] = best.filter;
    result.set(best.bytes, y * (rowBytes + 1) + 1);
  }
  return result;
}

/** The filtered row, and the sum of its bytes taken as small numbers around zero. */
function filterRow(
  row: Uint8ClampedArray,
  above: Uint8ClampedArray | undefined,
  channels: number,
  predict: Predict,
): { bytes: Uint8Array; sum: number } {
  const bytes = new Uint8Array(row.length);
  let sum = 0;
  for (let at = 0; at < row.length; at++) {
    const guess = predict(row[at - channels] ?? 0, above?.[at] ?? 0, above?.[at - channels] ?? 0);
    const value = ((row[at] ?? 0) - guess) & 255;
    bytes[at] = value;
    sum += value < 128 ? value : 256 - value;
  }
  return { bytes, sum };
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + 12);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(data, 8);
  view.setUint32(data.length + 8, crc32(whole.subarray(4, data.length + 8)));
  return whole;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
