/** Makes the README's picture of the marks that stand for companies without a logo: `bun config/art/logos.ts`. */
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { drawLetter } from "../../plugins/sources/logo-letter.ts";
import { encodeSvgAsPng, startEncoder } from "./encode.ts";

const markPx = 80;
const stepPx = 96;
const gapPx = 16;

const pages = { light: "#ffffff", dark: "#0f1117" } as const;
const names = "acme jupiter kestrel northwind quartz wombat zephyr 8bit".split(" ");

function half(theme: keyof typeof pages, left: number): string {
  const ground = `<rect x="${left}" width="${width}" height="${stepPx + gapPx}" fill="${pages[theme]}"/>`;
  const marks = names.map((name, column) =>
    drawLetter(`${name}.example`, theme)
      .replace(/<svg ([^>]*) width="\d+" height="\d+">/, `<svg $1 width="${markPx}" height="${markPx}">`)
      .replace("<svg ", `<svg x="${left + gapPx + column * stepPx}" y="${gapPx}" `)
      .replaceAll(/(id="|url\(#)a/g, `$1${theme}${column}`),
  );
  return ground + marks.join("");
}

const width = names.length * stepPx + gapPx;

if (import.meta.main) {
  await startEncoder();
  const root = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * width} ${stepPx + gapPx}">`;
  const file = fileURLToPath(new URL("./readme/logos.png", import.meta.url).href);
  await writeFile(file, encodeSvgAsPng(`${root}${half("light", 0)}${half("dark", width)}</svg>`, 2 * width));
  process.stdout.write(`${file}\n`);
}
