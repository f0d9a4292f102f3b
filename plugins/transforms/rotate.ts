/**
 * Turns clockwise: `?rotate=90`, `?rotate=15&background=fff`. Quarter turns are exact. Other angles grow the canvas; its corners are
 * `background`, or transparent.
 */
import { type Color, type Parameters, type Picture, placeArea, type Size, transform } from "cameo/plugin";

const clear = { r: 0, g: 0, b: 0, a: 0 };

/** Their steps come later, and would change a background that is there by then. */
const changes = ["grayscale", "negate", "tint", "brightness", "contrast", "saturation", "hue", "theme"] as const;

/** What new pixels are: the background, or transparent until its own step fills them: what is seen through would be laid under itself there. */
const fillOf = ({ background, ...others }: Parameters): Color =>
  background?.a === 255 && changes.every((name) => others[name] === undefined) ? background : clear;

export default transform({
  name: "rotate",
  order: 30,
  reads: ["rotate", "background", ...changes],
  isNeeded: ({ rotate = 0 }) => rotate !== 0,
  size: (size, { rotate = 0 }) => turned(size, rotate),
  apply(picture, parameters) {
    const { rotate = 0 } = parameters;
    const fill = fillOf(parameters);
    const size = turned(picture, rotate);
    picture.rotate(rotate, fill);
    centre(picture, size, fill);
  },
});

/** What a turned rectangle needs: the sine's noise must not add a pixel. */
function turned({ width, height }: Size, degrees: number): Size {
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.abs(Math.sin(radians)), Math.abs(Math.cos(radians))];
  return { width: Math.ceil(width * cos + height * sin - 1e-6), height: Math.ceil(width * sin + height * cos - 1e-6) };
}

/** Engines round differently: brings the canvas to the size that was announced. */
function centre(picture: Picture, size: Size, fill: Color): void {
  const kept = { width: Math.min(picture.width, size.width), height: Math.min(picture.height, size.height) };
  if (kept.width < picture.width || kept.height < picture.height) picture.crop(placeArea(picture, kept, "center"));
  if (kept.width === size.width && kept.height === size.height) return;
  const { x, y } = placeArea(size, kept, "center");
  picture.extend({ top: y, left: x, right: size.width - kept.width - x, bottom: size.height - kept.height - y }, fill);
}
