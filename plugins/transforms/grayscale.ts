/** Shades of grey: `?grayscale`. Each pixel becomes its luma (Rec. 709). */
import { editFrames, transform } from "cameo/plugin";

export default transform({
  name: "grayscale",
  order: 64,
  reads: ["grayscale"],
  isNeeded: ({ grayscale }) => grayscale === true,
  apply(picture) {
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        const grey = 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0);
        data[at] = grey;
        data[at + 1] = grey;
        data[at + 2] = grey;
      }
    });
  },
});
