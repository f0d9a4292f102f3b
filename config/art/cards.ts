/**
 * Draws the sheet of cards that the README shows, by asking Cameo itself for each of them: `bun config/art/cards.ts`.
 * Faces and the team are made up.
 */
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  DitherMethod,
  ImageMagick,
  MagickFormat,
  MagickReadSettings,
  QuantizeSettings,
} from "@imagemagick/magick-wasm";
import { Resvg } from "@resvg/resvg-wasm";
import { encodeSvgAsPng, startEncoder } from "./encode.ts";
import { portraits } from "./portraits.ts";

const mira = { author: "Mira Oduya", avatar: "images/mira.png" };
const photo = "images/landscape.jpg";

/** Template, theme, parameters; row by row. */
const cards: readonly (readonly [string, "light" | "dark", Readonly<Record<string, string>>])[] = [
  [
    "card",
    "light",
    {
      title: "Images that fit every page",
      subtitle: "Avatars, photos, logos and cards from one process. No native dependency, one binary.",
      label: "Documentation",
      site: "docs.example.com",
    },
  ],
  [
    "article",
    "dark",
    {
      title: "What a cache owes to the people who wait for it",
      label: "Engineering",
      ...mira,
      date: "2026-11-21",
      reading: "7 min read",
    },
  ],
  [
    "quote",
    "light",
    {
      text: "We deleted four services and a queue. Nobody noticed, except that pages got faster.",
      author: "Jonas Lindqvist",
      role: "Platform team, Northwind",
      avatar: "images/jonas.png",
    },
  ],
  [
    "profile",
    "dark",
    {
      name: "Mira Oduya",
      role: "Staff engineer at Northwind",
      bio: "Makes slow pages quick and keeps them so. Writes about caches, queues and the people between them.",
      place: "Lisbon",
      site: "mira.example.com",
      avatar: mira.avatar,
    },
  ],
  [
    "product",
    "light",
    {
      title: "Lakeside print, framed",
      subtitle: "Pigment on cotton paper, 50 × 70 cm, oak frame.",
      label: "Prints",
      price: "€149",
      was: "€189",
      badge: "−20 %",
      rating: "4.5",
      image: photo,
    },
  ],
  [
    "event",
    "dark",
    {
      title: "An evening about images on the web",
      subtitle: "Three talks, one long table, no slides with bullet points.",
      label: "Northwind Meetup",
      date: "2026-11-26",
      time: "18:30 CET",
      place: "Rua do Sol 14, Lisbon",
    },
  ],
  [
    "changelog",
    "light",
    {
      version: "2.4.0",
      title: "Cards that write themselves",
      label: "Release notes",
      date: "2026-11-21",
      changes:
        "added: Cards from templates, light and dark|added: Initials in any script|changed: WebP is twice as quick|fixed: Long words stay within the card",
    },
  ],
  ["card", "dark", { title: "Autumn at the lake", label: "Field notes", image: photo }],
  [
    "article",
    "light",
    {
      title: "すべてのページにぴったり合う画像を",
      author: "佐藤 さくら",
      avatar: "images/sakura.png",
      date: "2026-11-21",
      lang: "ja",
    },
  ],
  [
    "quote",
    "dark",
    { text: "Make it boring, then make it fast.", author: "Jonas Lindqvist", avatar: "images/jonas.png" },
  ],
  ["profile", "light", { name: "Jonas Lindqvist", role: "@jonas", avatar: "images/jonas.png", place: "Malmö" }],
  ["product", "dark", { title: "Field notebook, dotted", price: "$24.00", badge: "New", rating: "5", image: photo }],
  [
    "event",
    "light",
    { title: "أمسية عن الصور على الويب", date: "2027-03-04", lang: "ar", time: "18:30", place: "القاهرة" },
  ],
  ["changelog", "dark", { version: "v3.0.0-rc.1", title: "A first look", date: "2027-01-15" }],
  ["card", "light", { title: "Hello, Grüße, Γειά, Привет, 你好, 안녕 👋", subtitle: "One card, many scripts." }],
];

const columns = 3;
const gap = 18;
const cell = { width: 376, height: 197 };
const sheetFile = fileURLToPath(import.meta.resolve("./readme/cards.png"));

/** Pictures and settings of a team. */
async function prepare(folder: string): Promise<void> {
  const images = join(folder, "images");
  await mkdir(images);
  await copyFile(fileURLToPath(import.meta.resolve("../samples/landscape.jpg")), join(images, "landscape.jpg"));
  for (const [name, svg] of Object.entries({ ...portraits, logo }))
    await writeFile(join(images, `${name}.png`), encodeSvgAsPng(svg, 600));
  const settings = {
    dataPath: join(folder, "data"),
    mounts: {
      images: { source: "file", base: images },
      "og-image": { source: "template", pictureMs: 60_000, brand: { name: "Northwind", logo: "images/logo.png" } },
    },
  };
  await writeFile(join(folder, "cameo.json"), JSON.stringify(settings));
}

/** A sail and its reflection. */
const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="12" fill="#b5442a"/><path d="M26 8v22h13C38 20 33 12 26 8ZM22 14v16H11c1-7 5-13 11-16Z" fill="#fff"/><path d="M9 34h30c-2 4-6 6-10 6H19c-4 0-8-2-10-6Z" fill="#f6c9b6"/></svg>`;

async function draw(
  folder: string,
  at: number,
  [template, theme, parameters]: (typeof cards)[number],
): Promise<Uint8Array> {
  const query = new URLSearchParams({ ...parameters, theme, w: String(cell.width * 2) });
  const file = join(folder, `${at}.png`);
  const main = fileURLToPath(import.meta.resolve("../main.ts"));
  const words = [main, "render", `/og-image/${template}?${query}`, "--config", join(folder, "cameo.json"), "-o", file];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${template}: ${stderr}`);
  return await readFile(file);
}

/** Cards with rounded corners upon nothing, so that the sheet lies on a page of any colour. */
function sheet(drawn: readonly Uint8Array[]): Uint8Array {
  const rows = Math.ceil(drawn.length / columns);
  const [width, height] = [columns * (cell.width + gap) - gap, rows * (cell.height + gap) - gap];
  const tiles = drawn.map((png, at) => {
    const [x, y] = [(at % columns) * (cell.width + gap), Math.floor(at / columns) * (cell.height + gap)];
    const href = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
    const size = `width="${cell.width}" height="${cell.height}"`;
    const edge = `<rect x=".5" y=".5" width="${cell.width - 1}" height="${cell.height - 1}" rx="10" fill="none" stroke="#888" stroke-opacity=".35"/>`;
    return `<g transform="translate(${x} ${y})"><image ${size} href="${href}" clip-path="url(#card)" preserveAspectRatio="none"/>${edge}</g>`;
  });
  const clip = `<clipPath id="card"><rect width="${cell.width}" height="${cell.height}" rx="10"/></clipPath>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${clip}${tiles.join("")}</svg>`;
  return new Resvg(svg).render().asPng();
}

/** With 256 colours: less than half the bytes. */
function compact(png: Uint8Array): Uint8Array {
  return ImageMagick.read(png, new MagickReadSettings({ format: MagickFormat.Png }), (image) => {
    const palette = new QuantizeSettings();
    palette.colors = 256;
    palette.ditherMethod = DitherMethod.FloydSteinberg;
    image.quantize(palette);
    image.quality = 95;
    return image.write(MagickFormat.Png8, (bytes) => bytes.slice());
  });
}

if (import.meta.main) {
  await startEncoder();
  const folder = await mkdtemp(join(tmpdir(), "cameo-cards-"));
  try {
    await prepare(folder);
    const drawn: Uint8Array[] = [];
    for (const [at, card] of cards.entries()) drawn.push(await draw(folder, at, card));
    await writeFile(sheetFile, compact(sheet(drawn)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
