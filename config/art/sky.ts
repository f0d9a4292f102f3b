/** Light and air of a clear morning, a little after sunrise. */
import { clamp, fractal, gradientNoise, smooth } from "./noise.ts";
import { add, blend, type Rgb, scale, setColor, type View } from "./view.ts";

export const sunlight: Rgb = [4.1, 2.3, 1.2];
export const skylight: Rgb = [0.24, 0.34, 0.56];

const zenith: Rgb = [0.13, 0.26, 0.52];
const middle: Rgb = [0.4, 0.53, 0.72];
const low: Rgb = [1.02, 0.74, 0.62];

const clouds = gradientNoise(41);

/** The sky in a direction: `across` to the right, `up` above the horizon, both as tangents. */
export function skyAt(across: number, up: number): Rgb {
  const height = Math.max(0, up);
  const clear = blend(blend(low, middle, smooth(0.03, 0.36, height)), zenith, smooth(0.2, 0.75, height));
  const warm = scale([0.5, 0.25, 0.08], Math.exp(-height * 9) * smooth(0.5, -0.7, across));
  const veil = cirrus(across, height);
  return blend(add(clear, warm), [1.15, 0.86, 0.76], veil);
}

/** Thin streaks on a sheet high above: wide in the distance, drawn out along one wind. */
function cirrus(across: number, up: number): number {
  const sheet = 1 / (up + 0.14);
  const [x, y] = [across * sheet * 1.1, sheet * 1.1];
  const bend = fractal(clouds, x * 0.7 + 4, y * 0.7, 4);
  const along = x * 0.86 + y * 0.5 + bend * 1.2;
  const aside = -x * 0.5 + y * 0.86 + bend * 0.5;
  const body = fractal(clouds, along * 0.55, aside * 2.1, 7) + 0.35 * fractal(clouds, along * 0.3 + 9, aside * 0.6, 3);
  return smooth(0.02, 0.62, body) * 0.78 * smooth(0.03, 0.2, up);
}

const cool: Rgb = [0.36, 0.46, 0.64];
const glow: Rgb = [0.92, 0.68, 0.54];

/** A colour seen through `distance` metres of air, at `height` metres; sunward air is warmer. */
export function throughAir(color: Rgb, distance: number, height: number, across: number): Rgb {
  const thickness = distance * (0.00003 + 0.000085 * Math.exp(-Math.max(0, height) / 330));
  const seen = Math.exp(-thickness);
  const air = blend(cool, glow, clamp(0.34 - across * 0.55 + height / 5200));
  return blend(scale(air, 0.86), color, seen);
}

export function paintSky(view: View): void {
  const { width, height, focal, horizon } = view;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      setColor(view, row * width + column, skyAt((column - width / 2) / focal, (horizon - row) / focal));
    }
  }
}
