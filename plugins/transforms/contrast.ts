/** More or less contrast: `?contrast=20`. Percent, -100 (grey) to 100 (twice the distance from middle grey). */
import { editFrames, transform } from "cameo/plugin";

const middle = 127.5;

export default transform({
  name: "contrast",
  order: 61,
  reads: ["contrast"],
  isNeeded: ({ contrast = 0 }) => contrast !== 0,
  apply(picture, { contrast = 0 }) {
    const factor = 1 + contrast / 100;
    const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => middle + (value - middle) * factor);
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        data[at] = table[data[at] ?? 0] ?? 0;
        data[at + 1] = table[data[at + 1] ?? 0] ?? 0;
        data[at + 2] = table[data[at + 2] ?? 0] ?? 0;
      }
    });
  },
});
