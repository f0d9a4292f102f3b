import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { InputFormat } from "../../../core/image.ts";
import { plainFile } from "../../../plugins/engines/bun-files.ts";
import { type FixtureName, fixture } from "../../fixtures/fixture.ts";

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
