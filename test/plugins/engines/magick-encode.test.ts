/** What the default engine's files are made of, where the pixels alone do not tell. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutputFormat, Pixels } from "../../../core/image.ts";
import magick from "../../../plugins/engines/magick.ts";
import { makeHost } from "../../contract/host.ts";
import { assertColor, colorAt, draw, white } from "../../contract/pictures.ts";
import { see } from "../../see.ts";
import { parsed } from "./settings.ts";

const open = async () => await magick.setup(parsed(magick, {}), makeHost());

async function encoded(frames: readonly Pixels[], format: OutputFormat): Promise<Uint8Array> {
  const instance = await open();
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
