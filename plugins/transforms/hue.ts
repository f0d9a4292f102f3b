/** Turns the hues: `?hue=90`. Degrees, around the axis of greys, as CSS `hue-rotate()` does it: greys and luma stay. */
import { editFrames, transform } from "cameo/plugin";

/** Weights of red, green and blue in luma (Rec. 709), rounded as the Filter Effects specification has them. */
const [red, green, blue] = [0.213, 0.715, 0.072] as const;

export default transform({
  name: "hue",
  order: 63,
  reads: ["hue"],
  isNeeded: ({ hue = 0 }) => hue !== 0,
  apply(picture, { hue = 0 }) {
    const [rr, rg, rb, gr, gg, gb, br, bg, bb] = matrix((hue * Math.PI) / 180);
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        const r = data[at] ?? 0;
        const g = data[at + 1] ?? 0;
        const b = data[at + 2] ?? 0;
        data[at] = rr * r + rg * g + rb * b;
        data[at + 1] = gr * r + gg * g + gb * b;
        data[at + 2] = br * r + bg * g + bb * b;
      }
    });
  },
});

type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** https://www.w3.org/TR/filter-effects-1/#feColorMatrixElement, `hueRotate`. */
function matrix(radians: number): Matrix {
  const [c, s] = [Math.cos(radians), Math.sin(radians)];
  return [
    red + c * (1 - red) - s * red,
    green - c * green - s * green,
    blue - c * blue + s * (1 - blue),
    red - c * red + s * 0.143,
    green + c * (1 - green) + s * 0.14,
    blue - c * blue - s * 0.283,
    red - c * red - s * (1 - red),
    green - c * green + s * green,
    blue + c * (1 - blue) + s * blue,
  ];
}
