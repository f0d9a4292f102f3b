/**
 * Two colours in place of all: `?duotone=112233,ffeecc`. The first takes the place of black, the second that of white, and what lies
 * between goes from one to the other by its lightness. Alpha stays.
 */
import { type Codec, type Color, codec, editFrames, transform } from "cameo/plugin";

type Pair = readonly [dark: Color, light: Color];

const pair: Codec<Pair> = {
  parse(text) {
    const [dark, light, ...rest] = text.split(",").map((each) => codec.color.parse(each));
    return dark && light && rest.length === 0 ? [dark, light] : undefined;
  },
  format: (colors) => colors.map((each) => codec.color.format(each)).join(","),
  takes: "two colours as hex, for the dark and the light parts, such as 112233,ffeecc",
  about: "Colour the image from one colour (the dark parts) to another (the light parts).",
};

export default transform({
  name: "duotone",
  contract: 1,
  order: 66,
  reads: ["duotone"],
  parameters: { duotone: pair },
  apply(picture, { duotone }) {
    const table = colorsByLuma(duotone as Pair);
    editFrames(picture, ({ data }) => {
      for (let at = 0; at < data.length; at += 4) {
        const row = luma(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0) * 3;
        data[at] = table[row] ?? 0;
        data[at + 1] = table[row + 1] ?? 0;
        data[at + 2] = table[row + 2] ?? 0;
      }
    });
  },
});

/** Luma of an sRGB pixel, 0..255, with the weights of ITU-R BT.709. */
const luma = (r: number, g: number, b: number): number => Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b);

/** Three bytes for each luma. */
function colorsByLuma([dark, light]: Pair): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 3);
  for (let at = 0; at < 256; at++) {
    const mix = (from: number, to: number): number => from + ((to - from) * at) / 255;
    table.set([mix(dark.r, light.r), mix(dark.g, light.g), mix(dark.b, light.b)], at * 3);
  }
  return table;
}
