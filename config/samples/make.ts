/**
 * Makes the sample pictures: `bun config/samples/make.ts`, or only some: `bun config/samples/make.ts landscape.jpg`.
 * Everything in them is computed here; the results are committed, so that nobody has to wait for them.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { encodeJpeg, startEncoder } from "./encode.ts";
import { landscape } from "./landscape.ts";

const samples: Readonly<Record<string, () => Promise<Uint8Array> | Uint8Array>> = {
  "landscape.jpg": () => encodeJpeg(landscape(1600, 1067, 2), 82),
};

await startEncoder();
const wanted = process.argv.slice(2);
for (const [name, make] of Object.entries(samples)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = performance.now();
  const bytes = await make();
  await writeFile(fileURLToPath(new URL(`./${name}`, import.meta.url).href), bytes);
  process.stdout.write(`${name}  ${bytes.length} B  ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
