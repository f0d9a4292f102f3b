/** SVG → pixels for cards, with the renderer that the `resvg` engine uses too; both share one instance of it in a worker. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Pixels, Size, WorkerHost } from "cameo/plugin";
import { quickened } from "./satori-svg.ts";
import type { Raster } from "./satori-svg-soft.ts";

/** Starts the renderer unless another engine of this worker has done so. */
export async function startRenderer(host: Pick<WorkerHost, "wasm">): Promise<void> {
  const module = (await host.wasm("@resvg/resvg-wasm/index_bg.wasm")) as Parameters<typeof initWasm>[0];
  await initWasm(module).catch((error: Error) => {
    if (!error.message.startsWith("Already initialized")) throw error;
  });
}

/** At least as large as asked, in the shape of the card. */
export function drawnSize(card: Size, atLeast: Size | undefined): Size {
  if (!atLeast) return card;
  const ratio = Math.max(atLeast.width / card.width, atLeast.height / card.height);
  const side = (length: number) => Math.max(1, Math.ceil(length * ratio - 1e-6));
  return { width: side(card.width), height: side(card.height) };
}

/** `svg` is what the library wrote: its root has a size and a `viewBox`. */
export function drawSvg(svg: string, card: Size, { width, height }: Size): Pixels & { readonly hasAlpha: boolean } {
  const root = `<svg width="${width}" height="${height}" preserveAspectRatio="none"`;
  const sized = quickened(svg, card, paint).replace(/^<svg width="[^"]*" height="[^"]*"/, root);
  return render(sized, 1, (image) => ({ width: image.width, height: image.height, ...unpremultiplied(image.pixels) }));
}

/** As it is, in pixels whose colours are multiplied by their alpha. */
export const paint = (svg: string, zoom: number): Raster =>
  render(svg, zoom, ({ width, height, pixels }) => ({ width, height, pixels }));

type Image = ReturnType<InstanceType<typeof Resvg>["render"]>;

/**
 * What `use` gives must not be in the renderer's memory: that is freed. A trap leaves what was drawn locked, so that freeing it would throw another error in
 * place of the trap.
 */
function render<T>(svg: string, zoom: number, use: (image: Image) => T): T {
  const drawing = new Resvg(svg, { font: { loadSystemFonts: false }, fitTo: { mode: "zoom", value: zoom } });
  const image = drawing.render();
  try {
    return use(image);
  } finally {
    image.free();
    drawing.free();
  }
}

/** The renderer's colours are multiplied by their alpha. */
function unpremultiplied(pixels: Uint8Array): { readonly data: Uint8ClampedArray; readonly hasAlpha: boolean } {
  const data = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  let hasAlpha = false;
  for (let at = 3; at < data.length; at += 4) {
    const alpha = data[at] ?? 0;
    if (alpha === 255) continue;
    hasAlpha = true;
    const scale = alpha === 0 ? 0 : 255 / alpha;
    for (let channel = at - 3; channel < at; channel++) data[channel] = (data[channel] ?? 0) * scale;
  }
  return { data, hasAlpha };
}
