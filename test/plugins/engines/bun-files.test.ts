import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { InputFormat } from "../../../core/image.ts";
import { plainFile } from "../../../plugins/engines/bun-files.ts";
import { startApp } from "../../app.ts";
import { type FixtureName, fixture } from "../../fixtures/fixture.ts";
import { big } from "../../fixtures/formats/bytes.ts";
import { encodePng, pngChunk, pngColor } from "../../fixtures/formats/png.ts";
import { testOnce } from "../../once.ts";

const isPlain = async (name: FixtureName, format: InputFormat, end?: number): Promise<boolean> =>
  plainFile((await fixture(name)).subarray(0, end), format) !== undefined;

test("plainFile() takes whole PNGs and WebPs", async () => {
  for (const name of ["png-rgb", "png-rgba", "png-interlaced", "png-16", "png-metadata"] as const)
    assert.ok(await isPlain(name, "png"), name);
  for (const name of ["webp-lossy", "webp-lossless", "webp-alpha", "webp-exif"] as const)
    assert.ok(await isPlain(name, "webp"), name);
});

test("plainFile() leaves a WebP that is shorter than it says to the next engine", async () => {
  const body = await fixture("webp-exif");
  const at = Buffer.from(body).indexOf("EXIF");
  assert.ok(!(await isPlain("webp-exif", "webp", at)), "cut between two chunks");
  assert.ok(!(await isPlain("webp-exif", "webp", -1)));
});

test("plainFile() leaves a PNG with a wrong checksum to the next engine", async () => {
  for (const name of ["png-crc-header", "png-crc-data", "png-crc-text"] as const)
    assert.ok(!(await isPlain(name, "png")), name);
});

test("plainFile() leaves a PNG whose gamma is not that of sRGB to the next engine", () => {
  const grey = { width: 2, height: 2, depth: 8, color: pngColor.grey, sample: () => [55] } as const;
  const withGamma = (value: number) => encodePng({ ...grey, chunks: [pngChunk("gAMA", big.u32(value))] });
  assert.notEqual(plainFile(withGamma(45_455), "png"), undefined);
  assert.equal(plainFile(withGamma(100_000), "png"), undefined);
});

test("plainFile() leaves a PNG that is cut, and one whose chunk ends outside the file, to the next engine", async () => {
  const { length } = await fixture("png-rgb");
  for (const end of [length - 1, length - 12, length >> 1])
    assert.ok(!(await isPlain("png-rgb", "png", end)), `${end}`);
  assert.ok(!(await isPlain("png-length-beyond", "png")));
});

testOnce("the engines bun and magick refuse a PNG with a wrong checksum, as magick alone does", {}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-bun-files-"));
  for (const name of ["png-crc-header", "png-crc-data", "png-rgb"] as const)
    await writeFile(join(folder, name), await fixture(name));
  const settings = { engine: ["bun", "magick"], mounts: { images: { source: "file", base: folder } } };
  const app = await startApp({ settings });
  try {
    const statusOf = async (name: string) => (await app.get(`/images/${name}?w=20&f=png`)).status;
    assert.deepEqual(
      [await statusOf("png-rgb"), await statusOf("png-crc-header"), await statusOf("png-crc-data")],
      [200, 422, 422],
    );
  } finally {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
});
