import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import type { Pixels } from "../../../core/image.ts";
import magick from "../../../plugins/engines/magick.ts";
import { mendPng } from "../../../plugins/engines/magick-png.ts";
import { decodeDefaults, refusesWith } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";
import { join, randomBytes } from "../../fixtures/formats/bytes.ts";
import { pngChunk, pngColor, pngFile, pngHeader } from "../../fixtures/formats/png.ts";
import { parsed } from "./settings.ts";

const setUp = magick.setup(parsed(magick, {}), makeHost());
const size = { width: 13, height: 11 } as const;
const { grey, rgb, palette, greyAlpha, rgba } = pngColor;

async function pixelsOf(file: Uint8Array, truncated: "refuse" | "allow" = "refuse"): Promise<Pixels> {
  const picture = await (await setUp).decode(file, { ...decodeDefaults, format: "png", truncated });
  const pixels = picture.pixels();
  picture.dispose();
  return pixels;
}

interface Kind {
  readonly color: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly isInterlaced?: boolean;
  readonly chunks?: readonly Uint8Array[];
}

/** Entries for every index, none of them the grey that stands for nothing, but the sixth. */
const colors = pngChunk("PLTE", randomBytes(15, 5), 128, 128, 128, randomBytes(750, 6));

const kinds: readonly Kind[] = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => ({ color: grey, depth })),
  ...([8, 16] as const).flatMap((depth) => [rgb, greyAlpha, rgba].map((color) => ({ color, depth }))),
  ...([1, 2, 4, 8] as const).map((depth) => ({
    color: palette,
    depth,
    chunks: [pngChunk("PLTE", colors.slice(8, 8 + 3 * 2 ** depth))],
  })),
];

const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Noise is a picture in whatever way it is filtered: each row by the next of the five filters. */
function noisyRows({ color, depth, isInterlaced = false }: Kind): Uint8Array[] {
  const pictures = (isInterlaced ? passes : ([[0, 0, 1, 1]] as const)).map(([x, y, dx, dy]) => ({
    columns: Math.ceil((size.width - x) / dx),
    rows: Math.ceil((size.height - y) / dy),
  }));
  return pictures.flatMap(({ columns, rows }) =>
    Array.from({ length: rows }, (_, row) =>
      join(row % 5, randomBytes(Math.ceil((columns * (channels[color] ?? 1) * depth) / 8), row + columns)),
    ),
  );
}

const fileOf = ({ color, depth, isInterlaced = false, chunks = [] }: Kind, rows: readonly Uint8Array[]): Uint8Array =>
  pngFile(pngHeader(size.width, size.height, depth, color, isInterlaced), chunks, deflateSync(join(...rows)));

const title = ({ color, depth, isInterlaced }: Kind) =>
  `colour type ${color}, ${depth} bits${isInterlaced ? ", interlaced" : ""}`;

/** Without its end, which is 12 bytes. */
const endless = (file: Uint8Array): Uint8Array => file.subarray(0, -12);

for (const kind of [...kinds, ...kinds.map((each) => ({ ...each, isInterlaced: true }))]) {
  test(`mendPng() shows all of a PNG that only lacks its end: ${title(kind)}`, async () => {
    const file = fileOf(kind, noisyRows(kind));
    assert.deepEqual(await pixelsOf(endless(file), "allow"), await pixelsOf(file));
    await refusesWith(["broken-image"], () => pixelsOf(endless(file)));
  });
}

/** A PNG that has its first rows alone; they stand in it as they are, so that the cut is behind them. */
function headless(kind: Kind, count: number): { readonly whole: Uint8Array; readonly cut: Uint8Array } {
  const rows = noisyRows(kind);
  const header = pngHeader(size.width, size.height, kind.depth, kind.color, kind.isInterlaced);
  const stored = deflateSync(join(...rows), { level: 0 });
  const whole = pngFile(header, kind.chunks ?? [], stored);
  const known = rows.slice(0, count).reduce((sum, { length }) => sum + length, 0);
  // Two bytes begin a zlib stream, five a stored block; one more is half a row, which is dropped.
  const end = whole.length - 12 - 4 - stored.length + 2 + 5 + known + 1;
  return { whole, cut: whole.subarray(0, end) };
}

const rowOf = ({ width, data }: Pixels, row: number) => [...data.subarray(row * width * 4, (row + 1) * width * 4)];
const key = pngChunk("tRNS", 0, 7, 0, 8, 0, 9);
const clear = { ...kinds.at(-1), color: palette, depth: 8 } as const;

const fillings: readonly (readonly [about: string, kind: Kind, pixel: readonly number[]])[] = [
  ["grey", { color: grey, depth: 8 }, [128, 128, 128, 255]],
  ["grey", { color: grey, depth: 16 }, [128, 128, 128, 255]],
  ["white, where there is no grey", { color: grey, depth: 1 }, [255, 255, 255, 255]],
  ["grey", { color: rgb, depth: 8 }, [128, 128, 128, 255]],
  ["grey", { color: rgb, depth: 16 }, [128, 128, 128, 255]],
  ["its transparent colour", { color: rgb, depth: 8, chunks: [key] }, [7, 8, 9, 0]],
  ["nothing", { color: greyAlpha, depth: 8 }, [0, 0, 0, 0]],
  ["nothing", { color: rgba, depth: 16 }, [0, 0, 0, 0]],
  ["the palette's grey", { ...clear, chunks: [colors] }, [128, 128, 128, 255]],
];

for (const [about, kind, pixel] of fillings) {
  test(`mendPng() keeps the rows that are there, and shows ${about} below: ${title(kind)}`, async () => {
    const { whole, cut } = headless(kind, 4);
    const [all, some] = await Promise.all([pixelsOf(whole), pixelsOf(cut, "allow")]);
    for (let row = 0; row < 4; row++) assert.deepEqual(rowOf(some, row), rowOf(all, row));
    for (let row = 4; row < size.height; row++)
      assert.deepEqual(rowOf(some, row), Array.from({ length: size.width }, () => pixel).flat());
  });
}

test("mendPng() takes a palette's transparent entry where it has one", async () => {
  const alphas = pngChunk("tRNS", 255, 90, 0);
  const { cut } = headless({ ...clear, chunks: [colors, alphas] }, 4);
  const { data } = await pixelsOf(cut, "allow");
  assert.equal(data.at(-1), 0);
});

test("mendPng() shows an interlaced PNG coarse where only its first pass is there", async () => {
  const { whole, cut } = headless({ color: rgb, depth: 8, isInterlaced: true }, 2);
  const [all, some] = await Promise.all([pixelsOf(whole), pixelsOf(cut, "allow")]);
  const at = ({ data, width }: Pixels, x: number, y: number) => [...data.subarray((y * width + x) * 4).slice(0, 4)];
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) assert.deepEqual(at(some, x, y), at(all, x & ~7, y & ~7), `${x},${y}`);
});

test("mendPng() leaves a whole PNG, one without a row, and one of more pixels than are allowed as they are", () => {
  const { whole, cut } = headless({ color: rgb, depth: 8 }, 4);
  const { width, height } = size;
  assert.equal(mendPng(whole, width * height), whole);
  assert.notEqual(mendPng(cut, width * height), cut);
  assert.equal(mendPng(cut, width * height - 1), cut);
  const none = headless({ color: rgb, depth: 8 }, 0).cut;
  assert.equal(mendPng(none, width * height), none);
});

test("mendPng() makes no more of a PNG than its header says, however much its data unpacks to", () => {
  const file = pngFile(pngHeader(1, 1, 8, rgb), [], deflateSync(new Uint8Array(50_000_000)));
  const cut = endless(file);
  assert.equal(mendPng(cut, 1e6), cut);
});
