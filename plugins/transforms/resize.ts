/**
 * Brings the picture to `width` × `height`: `?w=300`, `?w=300&h=200&fit=cover&position=smart`, `?w=300&h=300&fit=contain&bg=eee`.
 * One given side keeps the aspect ratio; `dpr` multiplies both; nothing grows beyond the original unless `enlarge` is given.
 * `cover` keeps what `position` says (an anchor, a focal point such as 0.5,0.2, or `smart`); `contain` puts the image there and fills the
 * rest with `background`, or leaves it transparent.
 */
import {
  type Area,
  type Fitted,
  fitSize,
  type Parameters,
  type Picture,
  placeArea,
  type Size,
  transform,
} from "cameo/plugin";
import { findSubject } from "./resize-smart.ts";

/** Of new pixels: `background` is a step of its own, after those that change colours. */
const clear = { r: 0, g: 0, b: 0, a: 0 };

export default transform({
  name: "resize",
  order: 50,
  reads: ["width", "height", "fit", "position", "dpr", "enlarge"],
  isNeeded: ({ width, height }) => width !== undefined || height !== undefined,
  size: (size, parameters) => fitSize(size, parameters).canvas,
  shrink: (size, parameters) => fitSize(size, parameters).ratio,
  async apply(picture, parameters, full) {
    const fitted = fitSize(full ?? unshrunk(picture), parameters);
    if (parameters.fit === "cover") return cover(picture, fitted, parameters);
    picture.resize(fitted.scaled);
    if (parameters.fit === "contain") fillUp(picture, fitted, parameters);
  },
});

const unshrunk = ({ width, height, scale }: Picture): Size => ({
  width: Math.round(width / scale),
  height: Math.round(height / scale),
});

const isSame = (one: Size, other: Size): boolean => one.width === other.width && one.height === other.height;

async function cover(picture: Picture, { scaled, canvas }: Fitted, { position = "center" }: Parameters): Promise<void> {
  const isLarger = areaOf(scaled) > areaOf(picture);
  if (!isLarger) picture.resize(scaled);
  if (isSame(scaled, canvas)) return picture.resize(scaled);
  const where = position === "smart" ? await findSubject(picture.pixels(), canvas) : position;
  const area = placeArea(scaled, canvas, where);
  if (isLarger) enlargePart(picture, scaled, area);
  else picture.crop(area);
}

/** Pixels around a part that the resampling of its edge looks at. */
const rimPx = 2;

/** Only what will be seen, and a little more, becomes larger: the whole of a thin picture would be many times the result. `area` is a part of `scaled`. */
function enlargePart(picture: Picture, scaled: Size, area: Area): void {
  const across = spanOf(area.x, area.width, scaled.width, picture.width);
  const down = spanOf(area.y, area.height, scaled.height, picture.height);
  picture.crop({ x: across.from, y: down.from, width: across.length, height: down.length });
  picture.resize({ width: across.scaled, height: down.scaled });
  picture.crop({ ...area, x: across.offset, y: down.offset });
}

/** Along one axis: the pixels that a part needs, how many they are once enlarged, and where in these the part begins. */
function spanOf(start: number, length: number, whole: number, pixels: number) {
  const ratio = whole / pixels;
  const from = Math.max(0, Math.floor(start / ratio) - rimPx);
  const to = Math.min(pixels, Math.ceil((start + length) / ratio) + rimPx);
  const scaled = Math.max(length, Math.round((to - from) * ratio));
  return { from, length: to - from, scaled, offset: Math.min(Math.round(start - from * ratio), scaled - length) };
}

const areaOf = ({ width, height }: Size): number => width * height;

function fillUp(picture: Picture, { scaled, canvas }: Fitted, parameters: Parameters): void {
  if (isSame(scaled, canvas)) return;
  const { position = "center" } = parameters;
  const { x, y } = placeArea(canvas, scaled, position === "smart" ? "center" : position);
  const right = canvas.width - scaled.width - x;
  picture.extend({ top: y, left: x, right, bottom: canvas.height - scaled.height - y }, clear);
}
