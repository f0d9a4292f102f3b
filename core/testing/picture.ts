/** A picture without an engine, for the tests of transforms: exact where pixels are moved, nearest pixel where they are resampled. */
import type { Area, Color, Picture, Pixels, Size } from "../image.ts";
import { colorAt, draw } from "./images.ts";

const clear: Color = { r: 0, g: 0, b: 0, a: 0 };

/** Holds copies of the frames, which are all of one size. `scale` is 1: nothing was shrunk. */
export function createPicture(...frames: readonly Pixels[]): Picture {
  let all: Pixels[] = frames.map((frame) => ({ ...frame, data: frame.data.slice() }));
  const first = (): Pixels => all[0] ?? draw(1, 1, () => clear);
  const redraw = ({ width, height }: Size, at: (frame: Pixels, x: number, y: number) => Color) => {
    all = all.map((frame) => ({ ...frame, ...draw(width, height, (x, y) => at(frame, x, y)) }));
  };
  return {
    scale: 1,
    get width() {
      return first().width;
    },
    get height() {
      return first().height;
    },
    get frames() {
      return all.length;
    },
    get hasAlpha() {
      return all.some(({ data }) => data.some((value, at) => at % 4 === 3 && value < 255));
    },
    resize(size) {
      const { width, height } = first();
      const from = (at: number, old: number, wanted: number) =>
        Math.min(old - 1, Math.floor(((at + 0.5) * old) / wanted));
      redraw(size, (frame, x, y) => colorAt(frame, from(x, width, size.width), from(y, height, size.height)));
    },
    crop(area) {
      const { width, height } = first();
      if (!isWithin(area, { width, height })) throw new Error("crop: the area leaves the picture");
      redraw(area, (frame, x, y) => colorAt(frame, x + area.x, y + area.y));
    },
    extend({ top, right, bottom, left }, background) {
      const { width, height } = first();
      const size = { width: width + left + right, height: height + top + bottom };
      redraw(size, (frame, x, y) => pixelAt(frame, x - left, y - top) ?? background);
    },
    rotate(degrees, background) {
      const { width, height } = first();
      const angle = (degrees * Math.PI) / 180;
      const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
      const grown = (a: number, b: number) => Math.ceil(Math.abs(a * cos) + Math.abs(b * sin) - 1e-6);
      const size = { width: grown(width, height), height: grown(height, width) };
      redraw(size, (frame, x, y) => {
        const [dx, dy] = [x + 0.5 - size.width / 2, y + 0.5 - size.height / 2];
        const [u, v] = [dx * cos + dy * sin + width / 2, dy * cos - dx * sin + height / 2];
        return pixelAt(frame, Math.floor(u + 1e-6), Math.floor(v + 1e-6)) ?? background;
      });
    },
    flip: () => redraw(first(), (frame, x, y) => colorAt(frame, x, frame.height - 1 - y)),
    flop: () => redraw(first(), (frame, x, y) => colorAt(frame, frame.width - 1 - x, y)),
    composite(overlay, left, top) {
      redraw(first(), (frame, x, y) => over(pixelAt(overlay, x - left, y - top) ?? clear, colorAt(frame, x, y)));
    },
    pixels(frame = 0) {
      const found = all[frame] ?? first();
      return { ...found, data: found.data.slice() };
    },
    setPixels(pixels, frame = 0) {
      const { width, height } = first();
      if (pixels.width !== width || pixels.height !== height) throw new Error("setPixels: another size");
      if (pixels.data.length !== width * height * 4) throw new Error("setPixels: data of another length");
      all[frame] = { ...all[frame], ...pixels, data: pixels.data.slice() };
    },
    dispose() {},
  };
}

const isWithin = ({ x, y, width, height }: Area, size: Size): boolean =>
  [x, y, width, height].every(Number.isInteger) &&
  Math.min(x, y) >= 0 &&
  Math.min(width, height) > 0 &&
  x + width <= size.width &&
  y + height <= size.height;

function pixelAt(frame: Pixels, x: number, y: number): Color | undefined {
  const isInside = x >= 0 && y >= 0 && x < frame.width && y < frame.height;
  return isInside ? colorAt(frame, x, y) : undefined;
}

/** Source over, alpha not premultiplied (W3C Compositing §5.1). */
function over(top: Color, under: Color): Color {
  const alpha = top.a + under.a * (1 - top.a / 255);
  const mix = (a: number, b: number) => (alpha === 0 ? 0 : (a * top.a + b * under.a * (1 - top.a / 255)) / alpha);
  return { r: mix(top.r, under.r), g: mix(top.g, under.g), b: mix(top.b, under.b), a: alpha };
}
