/** The camera, and the picture while it is made: linear light, twice the final size each way. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** Pixels of one unit at distance one. */
  readonly focal: number;
  /** Row of the horizon. */
  readonly horizon: number;
  /** Eye above the lake, in metres. */
  readonly eyeM: number;
  /** Red, green and blue of each pixel, linear. */
  readonly color: Float32Array;
  /** Metres to what is seen there; infinite for the sky, negative for the lake. */
  readonly depth: Float32Array;
}

export type Rgb = readonly [r: number, g: number, b: number];

export function makeView(width: number, height: number): View {
  const depth = new Float32Array(width * height).fill(Number.POSITIVE_INFINITY);
  return {
    width,
    height,
    focal: width * 1.05,
    horizon: height * 0.56,
    eyeM: 2.7,
    color: new Float32Array(width * height * 3),
    depth,
  };
}

export function setColor(view: View, at: number, [r, g, b]: Rgb): void {
  view.color[at * 3] = r;
  view.color[at * 3 + 1] = g;
  view.color[at * 3 + 2] = b;
}

export function colorAt(view: View, at: number): Rgb {
  return [view.color[at * 3] as number, view.color[at * 3 + 1] as number, view.color[at * 3 + 2] as number];
}

export const blend = (from: Rgb, to: Rgb, along: number): Rgb => [
  from[0] + (to[0] - from[0]) * along,
  from[1] + (to[1] - from[1]) * along,
  from[2] + (to[2] - from[2]) * along,
];

export const scale = ([r, g, b]: Rgb, by: number): Rgb => [r * by, g * by, b * by];
export const add = (one: Rgb, two: Rgb): Rgb => [one[0] + two[0], one[1] + two[1], one[2] + two[2]];
export const times = (one: Rgb, two: Rgb): Rgb => [one[0] * two[0], one[1] * two[1], one[2] * two[2]];
