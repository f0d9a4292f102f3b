/** Lays a colour under the picture: `?background=ffffff`, `?bg=00000080`. Transparent parts show it; opaque pictures stay as they are. */
import { type Color, editFrames, type Pixels, transform } from "cameo/plugin";

export default transform({
  name: "background",
  order: 85,
  reads: ["background"],
  isNeeded: ({ background }) => background !== undefined && background.a > 0,
  apply(picture, { background }) {
    if (!background || !picture.hasAlpha) return;
    editFrames(picture, (pixels) => underlay(pixels, background));
  },
});

/** Source over destination, alpha not premultiplied. */
function underlay({ data }: Pixels, under: Color): void {
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0;
    if (alpha === 255) continue;
    const below = (under.a * (255 - alpha)) / 255;
    const whole = alpha + below;
    data[at] = ((data[at] ?? 0) * alpha + under.r * below) / whole;
    data[at + 1] = ((data[at + 1] ?? 0) * alpha + under.g * below) / whole;
    data[at + 2] = ((data[at + 2] ?? 0) * alpha + under.b * below) / whole;
    data[at + 3] = whole;
  }
}
