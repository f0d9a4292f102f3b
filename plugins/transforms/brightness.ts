/** Lighter or darker: `?brightness=20`. Percent, -100 (black) to 100 (twice as bright). Multiplies, so that black stays black. */
import { editFrames, transform } from "cameo/plugin";

export default transform({
  name: "brightness",
  order: 60,
  reads: ["brightness"],
  isNeeded: ({ brightness = 0 }) => brightness !== 0,
  apply(picture, { brightness = 0 }) {
    const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => value * (1 + brightness / 100));
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        data[at] = table[data[at] ?? 0] ?? 0;
        data[at + 1] = table[data[at + 1] ?? 0] ?? 0;
        data[at + 2] = table[data[at + 2] ?? 0] ?? 0;
      }
    });
  },
});
