/**
 * Brings the picture to `width` × `height`: `?w=300`, `?w=300&h=200&fit=cover&position=smart`, `?w=300&h=300&fit=contain&bg=eee`.
 * One given side keeps the aspect ratio; `dpr` multiplies both; nothing grows beyond the original unless `enlarge` is given.
 * `cover` keeps what `position` says (an anchor, a focal point such as 0.5,0.2, or `smart`); `contain` puts the image there and fills the
 * rest with `background`, or leaves it transparent.
 */
import { type Fitted, fitSize, type Parameters, type Picture, placeArea, type Size, transform } from "cameo/plugin";
import { findSubject } from "./resize-smart.ts";

const clear = { r: 0, g: 0, b: 0, a: 0 };

export default transform({
  name: "resize",
  order: 50,
  reads: ["width", "height", "fit", "position", "dpr", "enlarge", "background"],
  isNeeded: ({ width, height }) => width !== undefined || height !== undefined,
  size: (size, parameters) => fitSize(size, parameters).canvas,
  shrink(size, parameters) {
    const { scaled } = fitSize(size, parameters);
    return Math.max(scaled.width / size.width, scaled.height / size.height);
  },
  async apply(picture, parameters, full) {
    const fitted = fitSize(full ?? unshrunk(picture), parameters);
    picture.resize(fitted.scaled);
    if (parameters.fit === "cover") await cut(picture, fitted, parameters);
    if (parameters.fit === "contain") fillUp(picture, fitted, parameters);
  },
});

const unshrunk = ({ width, height, scale }: Picture): Size => ({
  width: Math.round(width / scale),
  height: Math.round(height / scale),
});

const isSame = (one: Size, other: Size): boolean => one.width === other.width && one.height === other.height;

async function cut(picture: Picture, { scaled, canvas }: Fitted, { position = "center" }: Parameters): Promise<void> {
  if (isSame(scaled, canvas)) return;
  const where = position === "smart" ? await findSubject(picture.pixels(), canvas) : position;
  picture.crop(placeArea(scaled, canvas, where));
}

function fillUp(picture: Picture, { scaled, canvas }: Fitted, parameters: Parameters): void {
  if (isSame(scaled, canvas)) return;
  const { position = "center", background = clear } = parameters;
  const { x, y } = placeArea(canvas, scaled, position === "smart" ? "center" : position);
  const right = canvas.width - scaled.width - x;
  picture.extend({ top: y, left: x, right, bottom: canvas.height - scaled.height - y }, background);
}
