/** Makes the pictures of the README, by asking Cameo itself for each of them: `bun config/art/readme.ts`. */
import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** File name → what is asked for. The README shows both. */
export const pictures: Readonly<Record<string, string>> = {
  "wide.webp": "/images/landscape.jpg?w=1200&h=500&fit=cover&pos=0.5,0.42&f=webp",
  "cover.webp": "/images/landscape.jpg?w=240&h=160&fit=cover&pos=smart&f=webp",
  "circle.webp": "/images/landscape.jpg?w=160&h=160&fit=cover&radius=max&f=webp",
  "rotate.webp": "/images/landscape.jpg?w=220&rotate=-6&pad=8&f=webp",
  "tint.webp": "/images/landscape.jpg?w=240&h=160&fit=cover&tint=2a6f7f&f=webp",
  "blur.webp": "/images/landscape.jpg?w=240&h=160&fit=cover&blur=4&saturation=40&f=webp",
  "contain.webp": "/images/logo.png?w=240&h=160&fit=contain&bg=123a45&f=webp",
  "alpha.webp": "/images/logo.png?h=160&f=webp",
  "svg.webp": "/images/badge.svg?h=160&f=webp",
  "duotone.webp": "/images/landscape.jpg?w=720&h=240&fit=cover&pos=0.5,0.42&duotone=2b1055,ffd9a0&f=webp&q=70",
  "orbit.webp": "/images/orbit.gif?h=160&f=webp&q=60",
};

const folder = fileURLToPath(new URL("./readme", import.meta.url));
/** One of the pictures is made by an example plugin. */
const plugins = fileURLToPath(new URL("../examples/plugins", import.meta.url));
const main = fileURLToPath(new URL("../main.ts", import.meta.url));

if (import.meta.main) {
  await mkdir(folder, { recursive: true });
  for (const [name, path] of Object.entries(pictures)) {
    const words = [main, "render", path, "--plugins", plugins, "-o", `${folder}/${name}`];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
  }
}
