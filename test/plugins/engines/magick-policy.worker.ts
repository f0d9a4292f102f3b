/** In a worker of its own, where nobody has started the library before: what the engine's policy lets the library read. */
import { MagickFormat, MagickImage, MagickReadSettings } from "@imagemagick/magick-wasm";
import magick from "../../../plugins/engines/magick.ts";
import { makeHost } from "../../contract/host.ts";
import { parsed } from "./settings.ts";

const texts: Readonly<Record<string, readonly [MagickFormat, string]>> = {
  svg: [MagickFormat.Svg, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
  mvg: [MagickFormat.Mvg, "push graphic-context viewbox 0 0 9 9 fill red rectangle 0,0 9,9 pop graphic-context"],
  msl: [MagickFormat.Msl, '<?xml version="1.0"?><image><read filename="xc:red[9x9]"/></image>'],
  text: [MagickFormat.Txt, "# ImageMagick pixel enumeration: 1,1,255,srgb\n0,0: (1,2,3)  #010203  red\n"],
  pnm: [MagickFormat.Ppm, "P3 1 1 255 1 2 3"],
  xpm: [MagickFormat.Xpm, '/* XPM */ static char *x[] = {"1 1 1 1", "a c red", "a"};'],
};

await magick.setup(parsed(magick, {}), makeHost());

/** Name of the text and the severity of the library's error, or `read`. */
const results = Object.entries(texts).map(([name, [format, text]]) => {
  try {
    MagickImage.create(new TextEncoder().encode(text), new MagickReadSettings({ format })).dispose();
    return [name, "read"] as const;
  } catch (error) {
    return [name, error instanceof Error && "severity" in error ? error.severity : String(error)] as const;
  }
});
postMessage(results);
