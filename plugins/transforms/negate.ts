/** Inverts the colours: `?negate`. Alpha stays. */
import { editFrames, transform } from "cameo/plugin";

export default transform({
  name: "negate",
  order: 66,
  reads: ["negate"],
  isNeeded: ({ negate }) => negate === true,
  apply(picture) {
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        data[at] = 255 - (data[at] ?? 0);
        data[at + 1] = 255 - (data[at + 1] ?? 0);
        data[at + 2] = 255 - (data[at + 2] ?? 0);
      }
    });
  },
});
