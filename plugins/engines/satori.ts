/**
 * Cards: a template's JSX → SVG → pixels, beside whatever main engine is chosen. Reaches no network and no file but fonts.
 * Example: `/og-image?title=Hello` is drawn by the template `card`, at the size that is asked for.
 * Settings: `fonts`, `maxNodes`, `maxTextLength`, `maxPicturePixels`.
 * Libraries: https://github.com/vercel/satori, https://github.com/thx/resvg-js
 */
import { type EngineInstance, engine } from "cameo/plugin";
import * as v from "valibot";
import { cannot } from "./satori-picture.ts";

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const options = v.object({
  fonts: v.pipe(
    v.optional(v.array(v.string()), ["./fonts"]),
    v.description("Folders with more fonts: TTF, OTF, WOFF or WOFF2. One that is not there is left out."),
  ),
  maxNodes: v.pipe(
    v.optional(whole(1, 10_000), 400),
    v.description("Most elements, components and texts of a card. A rich card has about a hundred."),
  ),
  maxTextLength: v.pipe(
    v.optional(whole(1, 100_000), 2000),
    v.description("Most characters of all texts of a card together, as a reader counts them."),
  ),
  maxPicturePixels: v.pipe(
    v.optional(whole(1, 1e9), 16_000_000),
    v.description(
      "Most pixels of all pictures inside a card together, as they are stored. A million take about 15 ms.",
    ),
  ),
});

export type Settings = v.InferOutput<typeof options>;

export default engine({
  name: "satori",
  options,
  decodes: [],
  encodes: [],
  animates: [],
  finishes: ["png"],
  isHelper: true,
  isLazy: true,
  /** What draws is loaded here: it takes 45 MB and 70 ms, which threads that never draw are spared. */
  async setup(settings, host): Promise<EngineInstance> {
    const { openStudio, writePng } = await import("./satori-studio.ts");
    const draw = await openStudio(settings, v.parse(options, {}), host);
    const unable = () => {
      throw cannot();
    };
    let largestPixels = 0;
    return {
      decode: unable,
      fromPixels: unable,
      encode: (picture, { format }) => (format === "png" ? writePng(picture) : unable()),
      async draw(drawing, how) {
        const picture = await draw(drawing, how);
        largestPixels = Math.max(largestPixels, picture.width * picture.height);
        return picture;
      },
      // The renderer does not tell what it holds, and never gives it back: about three times the pixels of the largest card.
      heapBytes: () => largestPixels * 4 * 3,
    };
  },
});
