/** More or less colour: `?saturation=30`. Percent, -100 (grey) to 100 (twice as far from grey), as CSS `saturate()` does it. */
import { editFrames, transform } from "cameo/plugin";

/** Weights of red, green and blue in luma (Rec. 709). */
const luma = [0.2126, 0.7152, 0.0722] as const;

export default transform({
  name: "saturation",
  order: 62,
  reads: ["saturation"],
  isNeeded: ({ saturation = 0 }) => saturation !== 0,
  apply(picture, { saturation = 0 }) {
    const factor = 1 + saturation / 100;
    const [red, green, blue] = luma;
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        const r = data[at] ?? 0;
        const g = data[at + 1] ?? 0;
        const b = data[at + 2] ?? 0;
        const grey = (red * r + green * g + blue * b) * (1 - factor);
        data[at] = grey + r * factor;
        data[at + 1] = grey + g * factor;
        data[at + 2] = grey + b * factor;
      }
    });
  },
});
