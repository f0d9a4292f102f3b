/** From light to a photograph: glow, exposure, a film's curve, a lens's dark corners, grain. */
import { hash, mix, smooth } from "./noise.ts";
import type { View } from "./view.ts";

export interface Photo {
  readonly width: number;
  readonly height: number;
  /** RGBA, 8 bits. */
  readonly data: Uint8ClampedArray;
}

/** Averages `factor` × `factor` pixels into one. */
export function develop(view: View, factor: number, exposure: number, grain: number): Photo {
  const width = Math.floor(view.width / factor);
  const height = Math.floor(view.height / factor);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const corner = Math.hypot(x / width - 0.5, (y / height - 0.5) * 0.8);
      const lens = exposure * mix(1, 0.62, smooth(0.3, 0.72, corner));
      const speck = (hash(x, y) + hash(x + 9001, y) - 1) * grain;
      for (let channel = 0; channel < 3; channel++) {
        const value = curve(average(view, x * factor, y * factor, factor, channel) * lens);
        const tone =
          value + (speck + (hash(x + channel * 31, y + 7) - 0.5) * grain * 0.5) * (0.35 + value * (1 - value) * 2);
        data[(y * width + x) * 4 + channel] = Math.round(tone * 255);
      }
      data[(y * width + x) * 4 + 3] = 255;
    }
  }
  return { width, height, data };
}

function average(view: View, x: number, y: number, factor: number, channel: number): number {
  let sum = 0;
  for (let row = y; row < y + factor; row++) {
    for (let column = x; column < x + factor; column++)
      sum += view.color[(row * view.width + column) * 3 + channel] as number;
  }
  return sum / (factor * factor);
}

/** A soft shoulder and a slight toe, then the sRGB curve. */
function curve(light: number): number {
  const film = (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14);
  const held = Math.min(1, Math.max(0, film));
  return held <= 0.0031308 ? held * 12.92 : 1.055 * held ** (1 / 2.4) - 0.055;
}
