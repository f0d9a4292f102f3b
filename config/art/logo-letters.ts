/**
 * Makes the letters of the source `logo`'s marks, `plugins/sources/logo-letter-shapes.ts`, from a font: `bun config/art/logo-letters.ts`. They are drawn as
 * paths, since what draws SVG here has no fonts.
 */
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import decompress from "woff2-encoder/decompress";

const font = "inter-ui/display/InterDisplay-SemiBold.woff2";
const file = fileURLToPath(new URL("../../plugins/sources/logo-letter-shapes.ts", import.meta.url));

/** Height of a capital, in units of the shapes. */
const capital = 100;

interface Shape {
  readonly path: string;
  readonly width: number;
}

interface Font {
  glyphToPath(id: number): string;
}

/** The part of harfbuzzjs that is used here; it comes without types. */
interface Harfbuzz {
  createBlob(bytes: Uint8Array): object;
  createFace(blob: object, index: number): object;
  createFont(face: object): Font;
  createBuffer(): { addText(text: string): void; guessSegmentProperties(): void; json(): readonly { g: number }[] };
  shape(font: Font, buffer: object, features: string): void;
}

/** Moved to the left edge, upside down as SVG has it, and scaled; the base line is at `capital`. */
function toShape(path: string, scale: number): Shape {
  const steps = [...path.matchAll(/([MLQCZ])([^MLQCZ]*)/g)].map(([, step = "", text = ""]) => ({
    step,
    numbers: text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number),
  }));
  const columns = steps.flatMap(({ numbers }) => numbers.filter((_, index) => index % 2 === 0));
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  const round = (value: number) => String(Math.round(value * 10) / 10);
  const place = (value: number, index: number) =>
    round(index % 2 === 0 ? (value - left) * scale : capital - value * scale);
  const drawn = steps.map(({ step, numbers }) => step + numbers.map(place).join(" ")).join("");
  return { path: drawn.replaceAll(" -", "-"), width: Number(round((right - left) * scale)) };
}

const characters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];

async function readShapes(): Promise<readonly (readonly [string, Shape])[]> {
  const loaded = (await import("harfbuzzjs" as string)) as { readonly default: Promise<Harfbuzz> };
  const hb = await loaded.default;
  const bytes = await decompress(await readFile(fileURLToPath(import.meta.resolve(font))));
  const face = hb.createFace(hb.createBlob(bytes), 0);
  const letters = hb.createFont(face) as Font;
  const idOf = (character: string): number => {
    const buffer = hb.createBuffer();
    buffer.addText(character);
    buffer.guessSegmentProperties();
    hb.shape(letters, buffer, "-calt,-ccmp,lnum");
    return buffer.json()[0]?.g ?? 0;
  };
  const heights = [...letters.glyphToPath(idOf("H")).matchAll(/[ML][-\d.]+,([-\d.]+)/g)].map(([, y]) => Number(y));
  const scale = capital / Math.max(...heights);
  return characters.map((each) => [each, toShape(letters.glyphToPath(idOf(each)), scale)]);
}

const head = `/**
 * Letters as paths: 100 units high, from the left edge of their ink. Made by \`bun config/art/logo-letters.ts\` from Inter Display SemiBold,
 * © The Inter Project Authors (https://github.com/rsms/inter), under the SIL Open Font License 1.1.
 */

export interface LetterShape {
  readonly path: string;
  readonly width: number;
}

export const letterShapes: Readonly<Record<string, LetterShape>> = {
`;

if (import.meta.main) {
  const lines = (await readShapes()).map(
    ([name, { path, width }]) => `  ${/\d/.test(name) ? `"${name}"` : name}: { width: ${width}, path: "${path}" },\n`,
  );
  await writeFile(file, `${head}${lines.join("")}};\n`);
  process.stdout.write(`${file}\n`);
}
