/**
 * Cuts away edges of one colour: `?trim` or `?trim=20`. The colour is that of the top left pixel; the number says how much, in percent,
 * a channel may differ from it. Of an animation, what all frames share is cut. A picture of one colour stays as it is.
 */
import { type Pixels, transform } from "cameo/plugin";

const defaultPercent = 10;

interface Box {
  readonly left: number;
  readonly top: number;
  /** The first column and row outside. */
  readonly right: number;
  readonly bottom: number;
}

export default transform({
  name: "trim",
  order: 20,
  reads: ["trim"],
  size: () => undefined,
  apply(picture, { trim = defaultPercent }) {
    const first = picture.pixels();
    const edge = first.data.slice(0, 4);
    let box: Box | undefined;
    for (let frame = 0; frame < picture.frames; frame++) {
      const pixels = frame === 0 ? first : picture.pixels(frame);
      box = union(box, content(pixels, edge, (trim / 100) * 255));
    }
    if (!box) return;
    picture.crop({ x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top });
  },
});

/** The smallest box around all pixels that differ from `edge`; rows are looked at from the outside in. */
function content({ width, height, data }: Pixels, edge: Uint8ClampedArray, limit: number): Box | undefined {
  const differs = (x: number, y: number) => distance(data, (y * width + x) * 4, edge) > limit;
  const rowDiffers = (y: number) => some(0, width, (x) => differs(x, y));
  const top = first(0, height, rowDiffers);
  if (top === undefined) return undefined;
  const bottom = height - (first(0, height, (back) => rowDiffers(height - 1 - back)) ?? 0);
  const columnDiffers = (x: number) => some(top, bottom, (y) => differs(x, y));
  const left = first(0, width, columnDiffers) ?? 0;
  const right = width - (first(0, width, (back) => columnDiffers(width - 1 - back)) ?? 0);
  return { left, top, right, bottom };
}

function first(from: number, to: number, holds: (at: number) => boolean): number | undefined {
  for (let at = from; at < to; at++) if (holds(at)) return at;
  return undefined;
}

const some = (from: number, to: number, holds: (at: number) => boolean): boolean =>
  first(from, to, holds) !== undefined;

/** The largest difference of a channel, colours weighted by their alpha: a hidden colour is no colour. */
function distance(data: Uint8ClampedArray, at: number, edge: Uint8ClampedArray): number {
  const alpha = data[at + 3] ?? 0;
  const edgeAlpha = edge[3] ?? 0;
  let most = Math.abs(alpha - edgeAlpha);
  for (let channel = 0; channel < 3; channel++) {
    const difference = (data[at + channel] ?? 0) * alpha - (edge[channel] ?? 0) * edgeAlpha;
    most = Math.max(most, Math.abs(difference) / 255);
  }
  return most;
}

function union(one: Box | undefined, other: Box | undefined): Box | undefined {
  if (!one || !other) return one ?? other;
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}
