/** SVG → pixels for cards, with the renderer that the `resvg` engine uses too; both share one instance of it in a worker. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Pixels, Size, WorkerHost } from "cameo/plugin";

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
export function drawSvg(svg: string, { width, height }: Size): Pixels & { readonly hasAlpha: boolean } {
  const root = `<svg width="${width}" height="${height}" preserveAspectRatio="none"`;
  const drawing = new Resvg(svg.replace(/^<svg width="[^"]*" height="[^"]*"/, root), {
    font: { loadSystemFonts: false },
  });
  try {
    const image = drawing.render();
    try {
      return { width: image.width, height: image.height, ...unpremultiplied(image.pixels) };
    } finally {
      image.free();
    }
  } finally {
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
