/** What `/meta` says of pictures too small for the waves that its hashes are made of. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { decode as decodeBlurHash } from "blurhash";
import { thumbHashToRGBA } from "thumbhash";
import { startApp, type TestApp } from "../app.ts";

let app: TestApp;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-meta-"));
  app = await startApp({ settings: { mounts: { images: { source: "file", base: folder } } } });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** The means of the first and the last column, red and blue. */
function sides({ width, data }: { readonly width: number; readonly data: ArrayLike<number> }): readonly number[] {
  const sums = [0, 0, 0, 0];
  for (let row = 0; row < data.length; row += width * 4) {
    for (const [index, at] of [row, row + 2, row + width * 4 - 4, row + width * 4 - 2].entries())
      sums[index] = (sums[index] ?? 0) + (data[at] ?? 0);
  }
  return sums.map((sum) => (sum * width * 4) / data.length);
}

const one = (size: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="100%" height="100%" fill="#c04080"/></svg>`;

for (const [width, height] of [
  [1, 1],
  [2, 1],
  [1, 300],
  [300, 2],
] as const) {
  test(`/meta of a picture of one colour and ${width}×${height} px has hashes of that colour all over`, async () => {
    const name = `${width}x${height}.svg`;
    await writeFile(join(folder, name), one(`width="${width}" height="${height}"`));
    const meta = (await (await app.get(`/meta/images/${name}`)).json()) as { blurHash: string; thumbHash: string };
    const thumb = thumbHashToRGBA(Buffer.from(meta.thumbHash, "base64"));
    const blur = { width: 16, data: decodeBlurHash(meta.blurHash, 16, 16) };
    for (const [hash, shown] of [
      ["thumbHash", { width: thumb.w, data: thumb.rgba }],
      ["blurHash", blur],
    ] as const) {
      for (const [index, mean] of sides(shown).entries()) {
        const wanted = index % 2 === 0 ? 0xc0 : 0x80;
        assert.ok(Math.abs(mean - wanted) < 16, `${hash}: ${mean} where ${wanted} is right`);
      }
    }
  });
}
