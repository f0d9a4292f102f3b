/**
 * Space around the result: `?pad=20`, `?pad=10,40`, `?pad=1,2,3,4&background=eee` (as CSS writes it: all sides; top and bottom, left and
 * right; or clockwise from the top). Multiplied by `dpr`. Transparent until `background`, a later step, fills it.
 */
import { type Edges, type Parameters, transform } from "cameo/plugin";

const clear = { r: 0, g: 0, b: 0, a: 0 };

export default transform({
  name: "pad",
  order: 80,
  reads: ["pad", "dpr"],
  isNeeded: ({ pad }) => pad !== undefined && pad.top + pad.right + pad.bottom + pad.left > 0,
  size({ width, height }, parameters) {
    const { top, right, bottom, left } = edges(parameters);
    return { width: width + left + right, height: height + top + bottom };
  },
  apply(picture, parameters) {
    picture.extend(edges(parameters), clear);
  },
});

function edges({ pad, dpr = 1 }: Parameters): Edges {
  const times = (value = 0) => Math.round(value * dpr);
  return { top: times(pad?.top), right: times(pad?.right), bottom: times(pad?.bottom), left: times(pad?.left) };
}
