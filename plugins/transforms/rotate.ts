/**
 * Turns clockwise: `?rotate=90`, `?rotate=15&background=fff`. Quarter turns are exact. Other angles grow the canvas; its corners are
 * `background`, or transparent.
 */
import { type Picture, placeArea, type Size, transform } from "cameo/plugin";

/** Of new pixels: `background` is a step of its own, after those that change colours. */
const clear = { r: 0, g: 0, b: 0, a: 0 };

export default transform({
  name: "rotate",
  order: 30,
  reads: ["rotate"],
  isNeeded: ({ rotate = 0 }) => rotate !== 0,
  size: (size, { rotate = 0 }) => turned(size, rotate),
  apply(picture, { rotate = 0 }) {
    const size = turned(picture, rotate);
    picture.rotate(rotate, clear);
    centre(picture, size);
  },
});

/** What a turned rectangle needs: the sine's noise must not add a pixel. */
function turned({ width, height }: Size, degrees: number): Size {
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.abs(Math.sin(radians)), Math.abs(Math.cos(radians))];
  return { width: Math.ceil(width * cos + height * sin - 1e-6), height: Math.ceil(width * sin + height * cos - 1e-6) };
}

/** Engines round differently: brings the canvas to the size that was announced. */
function centre(picture: Picture, size: Size): void {
  const kept = { width: Math.min(picture.width, size.width), height: Math.min(picture.height, size.height) };
  if (kept.width < picture.width || kept.height < picture.height) picture.crop(placeArea(picture, kept, "center"));
  if (kept.width === size.width && kept.height === size.height) return;
  const { x, y } = placeArea(size, kept, "center");
  picture.extend({ top: y, left: x, right: size.width - kept.width - x, bottom: size.height - kept.height - y }, clear);
}
