/** Pixels of an encoded picture, for tests that look at answers. The default engine decodes; it is tested on its own. */

import * as v from "valibot";
import type { InputFormat, Pixels } from "../core/image.ts";
import { sniffFormat } from "../core/work/sniff.ts";
import magick from "../plugins/engines/magick.ts";
import { makeHost } from "./contract/host.ts";

let engine: ReturnType<typeof magick.setup> | undefined;

export interface Seen {
  readonly format: InputFormat;
  readonly frames: readonly Pixels[];
  /** The first frame. */
  readonly pixels: Pixels;
}

/** Decodes every frame. Throws if the bytes are not a whole picture. */
export async function see(body: Uint8Array): Promise<Seen> {
  engine ??= magick.setup(v.parse(magick.options, {}), makeHost());
  const format = sniffFormat(body);
  if (!format) throw new Error("these bytes are no image");
  const options = { format, maxFrames: 1000, truncated: "refuse", maxPixels: 1e8, deadlineMs: 60_000 } as const;
  const picture = await (await engine).decode(body, options);
  const frames = Array.from({ length: picture.frames }, (_, index) => picture.pixels(index));
  picture.dispose();
  const [pixels] = frames;
  if (!pixels) throw new Error("a picture without frames");
  return { format, frames, pixels };
}
