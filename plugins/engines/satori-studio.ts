/** What draws cards, apart from the engine's declaration: a thread loads it when it is to draw. */
import type {
  DecodeOptions,
  Drawing,
  EngineInstance,
  Picture,
  Size,
  TemplateDefinition,
  WorkerHost,
} from "cameo/plugin";
import { init } from "satori/standalone";
import type { Settings } from "./satori.ts";
import { compose } from "./satori-compose.ts";
import { drawnSize, drawSvg, startRenderer } from "./satori-draw.ts";
import { createTeller, explain, nameOf } from "./satori-explain.ts";
import { type FontLibrary, openFonts } from "./satori-fonts.ts";
import { cardPicture, type DrawnCard } from "./satori-picture.ts";
import { encodePng } from "./satori-png.ts";
import { sampleDrawing, sampleTemplate } from "./satori-sample.ts";
import { writeSvg } from "./satori-write.ts";

interface Studio {
  readonly fonts: FontLibrary;
  readonly settings: Settings;
  readonly host: WorkerHost;
  tell(template: string, remarks: readonly string[]): void;
}

/** Opens fonts and renderer and draws a sample with the settings `usual`, so that the first card does not pay for the compiler's warming. */
export async function openStudio(
  settings: Settings,
  usual: Settings,
  host: WorkerHost,
): Promise<NonNullable<EngineInstance["draw"]>> {
  const [fonts] = await Promise.all([
    openFonts(host, settings.fonts),
    startRenderer(host),
    host.wasm("satori/layout.wasm").then(init),
  ]);
  const studio: Studio = { fonts, settings, host, tell: createTeller(host) };
  const sample = await drawCard(sampleTemplate, sampleDrawing, sampleDrawing.size, { ...studio, settings: usual });
  writePng(sample);
  sample.dispose();
  return (drawing, how) => draw(drawing, how, studio);
}

/** A card that `draw` gave. It cannot be used again. */
export function writePng(picture: Picture): Uint8Array {
  const card = picture as DrawnCard;
  return encodePng(card.take(), card.hasAlpha);
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

async function drawCard(
  template: TemplateDefinition,
  drawing: Drawing,
  size: Size,
  studio: Studio,
): Promise<DrawnCard> {
  const composed = await compose(template, drawing, studio.fonts, studio.settings);
  const remarks = new Set([...composed.tree.oddities, ...composed.set.remarks]);
  const svg = await writeSvg(composed, drawing, { onStyleError: (error) => void remarks.add(error.message) });
  const { hasAlpha, ...pixels } = drawSvg(svg, drawing.size, size);
  studio.tell(drawing.template, [...remarks]);
  return cardPicture({ pixels, hasAlpha, scale: size.width / drawing.size.width, remarks: [...remarks] });
}
