/** Where packaged files are: inside the binary if it is one, else in `node_modules` and beside this file. */
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packagedAssets } from "../plugins/engines/satori-fonts-packaged.ts";
import { embedded } from "./embedded.ts";

/** Packaged files that the binary must hold, by the specifier under which plugins and core ask for them. */
export const packagedFiles = [
  "@imagemagick/magick-wasm/magick.wasm",
  "@jsquash/webp/codec/enc/webp_enc_simd.wasm",
  "@resvg/resvg-wasm/index_bg.wasm",
  "imagescript/wasm/any/gif.wasm",
  "imagescript/wasm/any/jpeg.wasm",
  "imagescript/wasm/any/png.wasm",
  "satori/layout.wasm",
  ...packagedAssets,
  "swagger-ui-dist/swagger-ui-bundle.js",
  "swagger-ui-dist/swagger-ui.css",
] as const;

/** The sample pictures, in `config/samples`; `config/art` makes them. */
export const sampleFiles = ["landscape.jpg", "logo.png", "orbit.gif", "badge.svg"] as const;

/** Bytes of a packaged file. Throws if there is none under this specifier. */
export async function readAsset(specifier: string): Promise<Uint8Array> {
  return readFile(embedded[specifier] ?? fileURLToPath(import.meta.resolve(specifier)));
}

/** The folder of the sample pictures. A binary writes them out once: a mount serves files, not parts of a program. */
export async function samplesFolder(): Promise<string> {
  if (Object.keys(embedded).length === 0) return fileURLToPath(new URL("./samples", import.meta.url).href);
  const folder = await mkdir(".cameo/samples", { recursive: true, mode: 0o700 }).then(
    () => ".cameo/samples",
    () => mkdtemp(join(tmpdir(), "cameo-samples-")),
  );
  for (const name of sampleFiles) {
    await writeFile(join(folder, name), await readAsset(`samples/${name}`), { mode: 0o600 });
  }
  return folder;
}
