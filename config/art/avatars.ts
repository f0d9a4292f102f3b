/**
 * Makes the README's picture of the generated avatars: `bun config/art/avatars.ts`. With a folder, `bun config/art/avatars.ts sheets`, it
 * makes a sheet of a hundred of each kind there instead, light and dark, to look at.
 */
import { mkdir, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type ArtKind, artKinds, drawAvatar } from "../../plugins/sources/avatar-art.ts";
import type { Theme } from "../../plugins/sources/avatar-art-palette.ts";
import { encodeSvgAsPng, startEncoder } from "./encode.ts";

/** A multiple of 16, at which pixel art is sharp. */
const avatarPx = 80;
const gapPx = 16;
const stepPx = avatarPx + gapPx;

const pages = { light: "#ffffff", dark: "#0f1117" } as const satisfies Record<Theme, string>;

/** What one place of a sheet shows. */
type Place = readonly [kind: ArtKind, hash: string];

function half(rows: readonly (readonly Place[])[], theme: Theme, left: number): string {
  const columns = rows[0]?.length ?? 0;
  const page = `<rect x="${left}" width="${columns * stepPx + gapPx}" height="${rows.length * stepPx + gapPx}" fill="${pages[theme]}"/>`;
  const avatars = rows.flatMap((places, row) =>
    places.map(([kind, hash], column) => {
      const [x, y] = [left + gapPx + column * stepPx, gapPx + row * stepPx];
      const place = `<svg x="${x}" y="${y}" width="${avatarPx}" height="${avatarPx}" `;
      return drawAvatar(kind, hash, theme).replace("<svg ", place);
    }),
  );
  return page + avatars.join("");
}

/** Rows of avatars, on a light page on the left and on a dark one on the right. */
function sheet(rows: readonly (readonly Place[])[]): Uint8Array {
  const width = (rows[0]?.length ?? 0) * stepPx + gapPx;
  const height = rows.length * stepPx + gapPx;
  const root = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * width} ${height}">`;
  return encodeSvgAsPng(`${root}${half(rows, "light", 0)}${half(rows, "dark", width)}</svg>`, 2 * width);
}

const numbers = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, at) => from + at);

const people = numbers(182, 6).map((index) => `person ${index}`);
const drawnKinds = ["identicon", "monsterid", "wavatar", "retro", "robohash", "pagan"] as const;
const fixedKinds = ["mp", "mmng", "company", "card", "color", "color"] as const;

const readmeRows: readonly (readonly Place[])[] = [
  ...drawnKinds.map((kind) => people.map((hash) => [kind, hash] as const)),
  fixedKinds.map((kind, index) => [kind, `person ${index}`] as const),
];

async function save(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes);
  process.stdout.write(`${path}  ${bytes.length} B\n`);
}

if (import.meta.main) {
  await startEncoder();
  const folder = process.argv[2];
  if (folder === undefined) {
    await save(fileURLToPath(new URL("./readme/avatars.png", import.meta.url).href), sheet(readmeRows));
  } else {
    await mkdir(folder, { recursive: true });
    for (const kind of artKinds) {
      const rows = numbers(0, 10).map((row) =>
        numbers(row * 10, 10).map((index) => [kind, `person ${index}`] as const),
      );
      await save(`${folder}/${kind}.png`, sheet(rows));
    }
  }
}
