/**
 * Cards: a template's JSX → SVG → pixels, beside whatever main engine is chosen. Reaches no network and no file but fonts.
 * Example: `/og-image?title=Hello` is drawn by the template `card`, at the size that is asked for.
 * Settings: `fonts`, `maxNodes`, `maxTextLength`, `maxPicturePixels`.
 * Libraries: https://github.com/vercel/satori, https://github.com/thx/resvg-js
 */
import {
  type DecodeOptions,
  type Drawing,
  engine,
  type Picture,
  type Size,
  type TemplateDefinition,
  type WorkerHost,
} from "cameo/plugin";
import satori, { init } from "satori/standalone";
import * as v from "valibot";
import { compose } from "./satori-compose.ts";
import { drawnSize, drawSvg, startRenderer } from "./satori-draw.ts";
import { createTeller, explain, nameOf } from "./satori-explain.ts";
import { type FontLibrary, openFonts } from "./satori-fonts.ts";
import { cannot, cardPicture } from "./satori-picture.ts";
import { rootOf } from "./satori-root.ts";
import { sampleDrawing, sampleTemplate } from "./satori-sample.ts";

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

type Settings = v.InferOutput<typeof options>;

export default engine({
  name: "satori",
  options,
  decodes: [],
  encodes: [],
  animates: [],
  isHelper: true,
  isLazy: true,
  async setup(settings, host) {
    const [fonts] = await Promise.all([
      openFonts(host, settings.fonts),
      startRenderer(host),
      host.wasm("satori/layout.wasm").then(init),
    ]);
    const studio: Studio = { fonts, settings, host, tell: createTeller(host) };
    await drawCard(sampleTemplate, sampleDrawing, sampleDrawing.size, { ...studio, settings: v.parse(options, {}) });
    const unable = () => {
      throw cannot();
    };
    return { decode: unable, fromPixels: unable, encode: unable, draw: (drawing, how) => draw(drawing, how, studio) };
  },
});

interface Studio {
  readonly fonts: FontLibrary;
  readonly settings: Settings;
  readonly host: WorkerHost;
  tell(template: string, remarks: readonly string[]): void;
}

async function draw(drawing: Drawing, how: DecodeOptions, studio: Studio): Promise<Picture> {
  const { host } = studio;
  const template = host.template(drawing.template);
  if (!template) throw host.fail("template-failed", `There is no template ${nameOf(drawing.template)} in this worker.`);
  const size = drawnSize(drawing.size, how.atLeast);
  if (size.width * size.height > how.maxPixels)
    throw host.fail("too-many-pixels", `The card would have more than ${how.maxPixels} pixels; ask for a smaller one.`);
  try {
    return await drawCard(template, drawing, size, studio);
  } catch (error) {
    throw explain(error, drawing.template, host);
  }
}

async function drawCard(template: TemplateDefinition, drawing: Drawing, size: Size, studio: Studio): Promise<Picture> {
  const { tree, set } = await compose(template, drawing, studio.fonts, studio.settings);
  const remarks = new Set([...tree.oddities, ...set.remarks]);
  const svg = await satori(rootOf(tree, set, drawing) as Parameters<typeof satori>[0], {
    ...drawing.size,
    fonts: set.fonts,
    graphemeImages: set.graphemeImages,
    onStyleError: (error) => void remarks.add(error.message),
  });
  const { hasAlpha, ...pixels } = drawSvg(svg, drawing.size, size);
  studio.tell(drawing.template, [...remarks]);
  return cardPicture({ pixels, hasAlpha, scale: size.width / drawing.size.width, remarks: [...remarks] });
}
