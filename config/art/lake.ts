/** The lake: a mirror with small waves, dark where one looks down into it, and mist above it. */
import { clamp, fractal, gradientNoise, mix, smooth } from "./noise.ts";
import { blend, colorAt, type Rgb, scale, setColor, type View } from "./view.ts";

const waves = gradientNoise(131);
const mist = gradientNoise(151);
const depths: Rgb = [0.012, 0.035, 0.042];
const mistColor: Rgb = [0.86, 0.72, 0.66];

export function paintLake(view: View): void {
  const dry = view.color.slice();
  const { width, height, depth } = view;
  for (let row = Math.floor(view.horizon); row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      if ((depth[at] as number) < 0) setColor(view, at, waterColor({ ...view, color: dry }, column, row));
    }
  }
}

function waterColor(view: View, column: number, row: number): Rgb {
  const { width, focal, horizon, eyeM } = view;
  const down = (row + 0.5 - horizon) / focal;
  const z = eyeM / down;
  const x = ((column - width / 2) / focal) * z;
  const looks = 5;
  let sum: Rgb = [0, 0, 0];
  for (let look = 0; look < looks; look++) {
    const nudge = (look + 0.5) / looks - 0.5;
    const farther = z + (nudge * (z * z)) / (eyeM * focal);
    const [tiltX, tiltZ] = tilt(x, farther, look);
    const grazing = clamp(down + tiltZ * 0.6, 0.004, 1);
    const mirrored = 0.02 + 0.98 * (1 - grazing) ** 5;
    const seen = reflected(view, column + tiltX * focal * 0.5, row - tiltZ * focal * 2 + nudge);
    const color = blend(depths, scale(seen, 0.92), mirrored);
    sum = [sum[0] + color[0], sum[1] + color[1], sum[2] + color[2]];
  }
  return scale(sum, 1 / looks);
}

/** Slopes of the surface: long swell, small ripples, and lanes of breeze far out. */
function tilt(x: number, z: number, look: number): readonly [number, number] {
  const breeze = smooth(0.05, 0.4, fractal(waves, x / 150 + 3, z / 420, 4)) * smooth(60, 300, z);
  const swell = 0.0022 + 0.006 * breeze;
  const ripple = mix(0.011, 0.003, smooth(4, 60, z)) + 0.012 * breeze;
  const near = smooth(160, 20, z);
  const tiltZ =
    swell * waves(x / 2.6 + look * 7.7, z / 1.9) +
    ripple * (near * fractal(waves, x / 0.85, z / 0.42, 4) + (1 - near) * waves(x * 3.1 + look * 3.3, z * 1.7 + look));
  return [0.6 * swell * waves(x / 2.1 + 40, z / 2.3), tiltZ];
}

/** What stands where this mirrored row leads: near things shift, since the mirror's eye is below the lake. */
function reflected(view: View, column: number, row: number): Rgb {
  const { width, height, focal, horizon, eyeM, depth } = view;
  const at = clamp(Math.round(column), 0, width - 1);
  let source = 2 * horizon - row + (2 * focal * eyeM) / 1600;
  for (let step = 0; step < 3; step++) {
    const there = depth[clamp(Math.round(source), 0, height - 1) * width + at] as number;
    if (there > 0) source = 2 * horizon - row + (Number.isFinite(there) ? (2 * focal * eyeM) / there : 0);
  }
  let rowAt = clamp(Math.round(source), 0, height - 1);
  while (rowAt > 0 && (depth[rowAt * width + at] as number) < 0) rowAt--;
  return colorAt(view, rowAt * width + at);
}

/** Thin banks that lie on the water and drift into the trees. */
export function paintMist(view: View): void {
  const { width, height, focal, horizon, eyeM, depth } = view;
  for (let row = Math.floor(horizon - focal * 0.07); row < Math.min(height, horizon + focal * 0.09); row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const z = Math.min(5200, Math.abs(depth[at] as number));
      const across = (column - width / 2) / focal;
      const y = Math.max(0, eyeM + ((horizon - row) / focal) * z);
      const patch = fractal(mist, across * 9, ((horizon - row) / focal) * 46 + 3, 5);
      const bank = Math.exp(-y / (13 + 16 * clamp(0.4 + patch))) * smooth(350, 1900, z);
      const amount = clamp(bank * clamp(0.5 + patch * 1.25)) * 0.72;
      setColor(view, at, blend(colorAt(view, at), scale(mistColor, 0.86), amount));
    }
  }
}
