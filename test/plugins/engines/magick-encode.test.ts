/** What the default engine's files are made of, where the pixels alone do not tell. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { OutputFormat, Pixels } from "../../../core/image.ts";
import magick from "../../../plugins/engines/magick.ts";
import { makeHost } from "../../contract/host.ts";
import { assertColor, colorAt, draw, white, worst } from "../../contract/pictures.ts";
import { see } from "../../see.ts";
import { parsed } from "./settings.ts";

const opened = new Map<number, ReturnType<typeof magick.setup>>();

/** `avifSpeed` 9 is the default. */
async function encoded(frames: readonly Pixels[], format: OutputFormat, avifSpeed = 9): Promise<Uint8Array> {
  const setup = opened.get(avifSpeed) ?? magick.setup(parsed(magick, { avifSpeed }), makeHost());
  opened.set(avifSpeed, setup);
  const instance = await setup;
  const picture = instance.fromPixels(frames);
  const body = await instance.encode(picture, { format, quality: 80, background: white });
  picture.dispose();
  return body;
}

/** For each frame of a GIF whether it brings colours of its own. */
function localPalettes(gif: Uint8Array): readonly boolean[] {
  const tableBytes = (flags = 0) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  const found: boolean[] = [];
  let at = 13 + tableBytes(gif[10]);
  while (gif[at] === 0x21 || gif[at] === 0x2c) {
    if (gif[at] === 0x2c) {
      found.push(tableBytes(gif[at + 9]) > 0);
      at += 11 + tableBytes(gif[at + 9]);
    } else at += 2;
    while ((gif[at] ?? 0) > 0) at += (gif[at] ?? 0) + 1;
    at += 1;
  }
  return found;
}

/** A square that moves over a still ground; the second of two frames has a colour that the first has not. */
const moving = (ground: (x: number, y: number) => { r: number; g: number; b: number; a: number }): readonly Pixels[] =>
  [0, 1, 2, 3].map((frame) => ({
    ...draw(48, 32, (x, y) =>
      x >= frame * 8 && x < frame * 8 + 8 && y > 8 && y < 24 ? { r: 250, g: frame * 60, b: 20, a: 255 } : ground(x, y),
    ),
    delayMs: 100,
  }));

test("magick.encode() writes the colours of an animated GIF once, not with every frame", async () => {
  const sheet = moving((x, y) => ({ r: x * 5, g: y * 7, b: 90, a: 255 }));
  const clear = moving((x, y) => ({ r: x * 5, g: y * 7, b: 90, a: x < 24 ? 0 : 255 }));
  for (const frames of [sheet, clear]) {
    const body = await encoded(frames, "gif");
    assert.deepEqual(localPalettes(body), [false, false, false, false]);
    const shown = (await see(body)).frames;
    for (const [index, frame] of frames.entries()) {
      for (const [x, y] of [
        [index * 8 + 4, 16],
        [4, 4],
        [44, 28],
      ] as const) {
        const got = shown[index];
        assert.ok(got);
        assertColor(colorAt(got, x, y), colorAt(frame, x, y), 12, `frame ${index} at ${x},${y}`);
      }
    }
  }
});

test("magick.encode() leaves the colours of a still GIF as they are, where it has room for all of them", async () => {
  const greys = draw(64, 64, (x, y) => ({ r: x * 2 + y * 2, g: x * 2 + y * 2, b: x * 2 + y * 2, a: 255 }));
  const bands = draw(60, 40, (x, y) => ({ r: 200 + (x >> 2), g: y >> 3, b: 90, a: y < 8 ? 0 : 255 }));
  for (const pixels of [greys, bands]) {
    const shown = (await see(await encoded([pixels], "gif"))).pixels;
    assert.equal(worst(shown, pixels), 0);
  }
});

test("magick.encode() looks for the flat areas of a graphic in AVIF, and takes no time for it in a photo", async () => {
  const disc = draw(96, 96, (x, y) => ({ r: 20, g: 90, b: 160, a: Math.hypot(x - 48, y - 48) < 40 ? 255 : 0 }));
  const noise = draw(96, 96, (x, y) => ({ r: (x * 37 + y * 91) % 256, g: (x * 59) % 256, b: (y * 83) % 256, a: 255 }));
  for (const [pixels, isFlat] of [
    [disc, true],
    [noise, false],
  ] as const) {
    const [usual, slower, slowest] = [
      await encoded([pixels], "avif"),
      await encoded([pixels], "avif", 8),
      await encoded([pixels], "avif", 6),
    ];
    assert.equal(Buffer.compare(usual, slower) === 0, isFlat);
    assert.notEqual(Buffer.compare(usual, slowest), 0, "a smaller number in the settings counts");
  }
});
