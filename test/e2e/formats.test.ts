/** Every good file, in each output format, through the front door. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { mimeTypes, type OutputFormat, outputFormats } from "../../core/image.ts";
import { startApp, type TestApp } from "../app.ts";
import { assertPatches } from "../contract/pictures.ts";
import { cardPatches } from "../fixtures/card.ts";
import { fixture, type GoodName, goodFixture, goodNames } from "../fixtures/fixture.ts";
import { see } from "../see.ts";

let app: TestApp;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-formats-"));
  for (const name of goodNames) await writeFile(join(folder, name), await fixture(name));
  app = await startApp({ settings: { mounts: { images: { source: "file", base: folder } } } });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** What lossy encoding at quality 90 may add to a file's own tolerance. */
const lossy: Readonly<Record<OutputFormat, number>> = { avif: 10, webp: 8, jpeg: 8, png: 0, gif: 10 };

async function picture(name: GoodName, query: string): Promise<Awaited<ReturnType<typeof see>>> {
  const response = await app.get(`/images/${name}?${query}`);
  if (response.status !== 200) assert.fail(`${name}?${query}: ${response.status} ${await response.text()}`);
  const body = await response.bytes();
  const seen = await see(body);
  assert.equal(response.headers.get("content-type"), mimeTypes[seen.format]);
  return seen;
}

const sizeOf = (name: GoodName): readonly [number, number] => {
  const { width = 240, height = 160 } = goodFixture(name);
  return [width, height];
};

for (const name of goodNames.filter((each) => goodFixture(each).card)) {
  test(`${name} comes out upright, in sRGB, in its own size`, async () => {
    const { card = "color", tolerance } = goodFixture(name);
    const { pixels } = await picture(name, "f=png");
    assert.deepEqual([pixels.width, pixels.height], sizeOf(name));
    assertPatches(pixels, cardPatches(card), tolerance + 1);
  });
}

for (const format of outputFormats) {
  test(`${format} shows the card, flattened on white where it has no alpha`, async () => {
    const { pixels } = await picture("png-rgba", `f=${format}&q=90`);
    const over = (channel: number, alpha: number) => Math.round((channel * alpha + 255 * (255 - alpha)) / 255);
    const expected = cardPatches("alpha").map((patch) => {
      if (format !== "jpeg" && (format !== "gif" || patch.a !== 128)) return patch;
      if (format === "gif") return { ...patch, a: 255 };
      return { ...patch, r: over(patch.r, patch.a), g: over(patch.g, patch.a), b: over(patch.b, patch.a), a: 255 };
    });
    const firm = format === "gif" ? expected.filter((_, index) => index !== 3) : expected;
    assertPatches(pixels, firm, lossy[format] + 2);
  });

  test(`${format} is flattened on the background that was asked for`, async () => {
    const { pixels } = await picture("png-rgba", `f=${format}&q=90&bg=336699`);
    const page = cardPatches("alpha").at(-1);
    assert.ok(page);
    assertPatches(pixels, [{ ...page, r: 0x33, g: 0x66, b: 0x99, a: 255 }], lossy[format] + 2);
  });
}

for (const name of ["gif-animated", "webp-animated"] as const) {
  for (const format of ["gif", "webp"] as const) {
    test(`${name} keeps its frames, delays and pictures as ${format}`, async () => {
      const { timeline = [], tolerance } = goodFixture(name);
      const seen = await picture(name, `f=${format}&q=90`);
      assert.equal(seen.frames.length, timeline.length);
      for (const [index, shown] of timeline.entries()) {
        const frame = seen.frames[index];
        assert.ok(frame);
        assertPatches(frame, shown.patches, tolerance + lossy[format] + 4);
        if (shown.delayMs > 0) assert.equal(frame.delayMs, shown.delayMs);
      }
    });
  }

  test(`${name} gives one frame where the output cannot move, or where one is asked for`, async () => {
    for (const query of ["f=png", "f=jpeg", "f=avif", "f=gif&frames=1", "f=webp&frames=1"]) {
      assert.equal((await picture(name, query)).frames.length, 1, query);
    }
    assert.equal((await picture(name, "f=gif&frames=2")).frames.length, 2);
  });

  test(`${name} stays an animation when it is resized`, async () => {
    const seen = await picture(name, "f=webp&w=40");
    assert.ok(seen.frames.length > 1);
    assert.ok(seen.frames.every(({ width }) => width === 40));
  });
}

test("no metadata of the source is left in any output", async () => {
  for (const format of outputFormats) {
    const response = await app.get(`/images/jpeg-metadata?f=${format}`);
    const text = Buffer.from(await response.bytes()).toString("latin1");
    assert.ok(!/Exif|xmp|photoshop|GPS|XML:com|ICC_PROFILE|iCCP/i.test(text), format);
  }
});

test("JPEG output is progressive", async () => {
  const body = await (await app.get("/images/png-rgb?f=jpeg")).bytes();
  assert.ok(Buffer.from(body).includes(Buffer.from([0xff, 0xc2])));
});
