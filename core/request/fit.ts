/** Geometry of `width`, `height`, `fit`, `dpr` and `enlarge`, in one pure place: the planner estimates with it and the resize transform works with it. */
import type { Area, Size } from "../image.ts";
import type { Anchor, Fit, Parameters } from "./parameters.ts";

export type FitRequest = Pick<Parameters, "width" | "height" | "fit" | "dpr" | "enlarge">;

export interface Fitted {
  /** Resample the whole image to this size … */
  readonly scaled: Size;
  /** … then cut (`cover`) or extend (`contain`) it to this size. Equal to `scaled` for the other fits. */
  readonly canvas: Size;
  /** What the sides of `scaled` were multiplied by before they were rounded; of `fill` the larger of the two. */
  readonly ratio: number;
}

const atLeastOne = (value: number): number => Math.max(1, Math.round(value));

/**
 * The sizes that a request means for an image of `size`. One given side keeps the aspect ratio. Without `enlarge` nothing grows beyond
 * the original: `inside`, `outside` and `fill` stop at it; `cover` and `contain` keep the shape that was asked for, smaller.
 */
export function fitSize(size: Size, request: FitRequest): Fitted {
  const fit: Fit = request.fit ?? "inside";
  const dpr = request.dpr ?? 1;
  if (request.width === undefined && request.height === undefined) return fitted(size, size, 1);
  const wanted = {
    width: request.width === undefined ? undefined : request.width * dpr,
    height: request.height === undefined ? undefined : request.height * dpr,
  };
  if (wanted.width === undefined || wanted.height === undefined) {
    const ratio = wanted.width === undefined ? (wanted.height ?? 0) / size.height : wanted.width / size.width;
    return uniform(size, limit(ratio, request.enlarge));
  }
  const box = { width: wanted.width, height: wanted.height };
  const across = box.width / size.width;
  const down = box.height / size.height;
  switch (fit) {
    case "inside":
      return uniform(size, limit(Math.min(across, down), request.enlarge));
    case "outside":
      return uniform(size, limit(Math.max(across, down), request.enlarge));
    case "fill": {
      const [wider, higher] = [limit(across, request.enlarge), limit(down, request.enlarge)];
      const filled = { width: atLeastOne(size.width * wider), height: atLeastOne(size.height * higher) };
      return fitted(filled, filled, Math.max(wider, higher));
    }
    case "cover":
      return cover(size, box, Math.max(across, down), request.enlarge);
    case "contain": {
      const ratio = Math.min(across, down);
      const shrunk = limit(ratio, request.enlarge);
      return fitted(times(size, shrunk), times(box, shrunk / ratio), shrunk);
    }
  }
}

const limit = (ratio: number, enlarge: boolean | undefined): number => (enlarge ? ratio : Math.min(1, ratio));
const times = (size: Size, ratio: number): Size => ({
  width: atLeastOne(size.width * ratio),
  height: atLeastOne(size.height * ratio),
});
const fitted = (scaled: Size, canvas: Size, ratio: number): Fitted => ({ scaled, canvas, ratio });

function uniform(size: Size, ratio: number): Fitted {
  const scaled = times(size, ratio);
  return fitted(scaled, scaled, ratio);
}

/** A box larger than the image on some side shrinks, in its own shape, until the image covers it. */
function cover(size: Size, box: Size, ratio: number, enlarge: boolean | undefined): Fitted {
  const shrunk = limit(ratio, enlarge);
  const canvas = times(box, shrunk / ratio);
  const scaled = times(size, shrunk);
  return fitted(
    { width: Math.max(scaled.width, canvas.width), height: Math.max(scaled.height, canvas.height) },
    canvas,
    shrunk,
  );
}

const anchorPoints: Readonly<Record<Anchor, { readonly x: number; readonly y: number }>> = {
  center: { x: 0.5, y: 0.5 },
  top: { x: 0.5, y: 0 },
  bottom: { x: 0.5, y: 1 },
  left: { x: 0, y: 0.5 },
  right: { x: 1, y: 0.5 },
  "top-left": { x: 0, y: 0 },
  "top-right": { x: 1, y: 0 },
  "bottom-left": { x: 0, y: 1 },
  "bottom-right": { x: 1, y: 1 },
};

/**
 * Where a window of size `inner` lies in `outer`. An anchor aligns the edges; a focal point is brought as near to the window's
 * centre as the edges allow.
 */
export function placeArea(
  outer: Size,
  inner: Size,
  position: Anchor | { readonly x: number; readonly y: number },
): Area {
  const free = { x: outer.width - inner.width, y: outer.height - inner.height };
  if (typeof position === "string") {
    const { x, y } = anchorPoints[position];
    return { x: Math.round(free.x * x), y: Math.round(free.y * y), width: inner.width, height: inner.height };
  }
  const near = (focus: number, length: number, window: number, room: number) =>
    Math.min(Math.max(Math.round(focus * length - window / 2), 0), Math.max(0, room));
  return {
    x: near(position.x, outer.width, inner.width, free.x),
    y: near(position.y, outer.height, inner.height, free.y),
    width: inner.width,
    height: inner.height,
  };
}
