/**
 * Makes the sample pictures: `bun config/samples/make.ts`, or only some: `bun config/samples/make.ts landscape.jpg`.
 * Everything in them is computed here; the results are committed, so that nobody has to wait for them.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brooch } from "./brooch.ts";
import { encodeGif, encodeJpeg, encodeSvgAsPng, startEncoder } from "./encode.ts";
import { landscape } from "./landscape.ts";
import { orbit } from "./orbit.ts";

const samples: Readonly<Record<string, () => Promise<Uint8Array> | Uint8Array>> = {
  "landscape.jpg": () => encodeJpeg(landscape(1600, 1067, 2), 82),
  "logo.png": () => encodeSvgAsPng(brooch(), 640),
  "orbit.gif": () => encodeGif(orbit(), 5, 128),
  "badge.svg": () => new TextEncoder().encode(brooch()),
};

await startEncoder();
const wanted = process.argv.slice(2);
for (const [name, make] of Object.entries(samples)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = performance.now();
  const bytes = await make();
  await writeFile(fileURLToPath(new URL(`../samples/${name}`, import.meta.url).href), bytes);
  process.stdout.write(`${name}  ${bytes.length} B  ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
