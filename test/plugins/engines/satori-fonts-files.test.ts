import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { createHost } from "../../../core/testing.ts";
import { openFonts } from "../../../plugins/engines/satori-fonts.ts";
import { parseUnicodeRange, readCoverage } from "../../../plugins/engines/satori-fonts-coverage.ts";
import { describeFont } from "../../../plugins/engines/satori-fonts-describe.ts";
import { openFace } from "../../../plugins/engines/satori-fonts-face.ts";
import { openHarfbuzz } from "../../../plugins/engines/satori-fonts-harfbuzz.ts";
import { readTables, viewOf, writeSfnt } from "../../../plugins/engines/satori-fonts-sfnt.ts";

const packages = fileURLToPath(new URL("../../../node_modules/", import.meta.url).href);
const file = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(join(packages, path)));
const serif = "@fontsource/source-serif-4/files/source-serif-4-vietnamese-600-normal";
const variable = "@fontsource-variable/noto-sans-jp/files/noto-sans-jp-119-wght-normal.woff2";

const folder = await mkdtemp(join(tmpdir(), "cameo-fonts-"));
after(() => rm(folder, { recursive: true }));

/** A folder with these files. */
async function folderOf(name: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  for (const [path, body] of Object.entries(files)) {
    await mkdir(join(folder, name, path, ".."), { recursive: true });
    await writeFile(join(folder, name, path), body);
  }
  return join(folder, name);
}

/** The same font in its three wrappings. */
async function wrappings(): Promise<Record<"ttf" | "woff" | "woff2", Uint8Array>> {
  const woff = await file(`${serif}.woff`);
  return { ttf: writeSfnt(await readTables(woff)), woff, woff2: await file(`${serif}.woff2`) };
}

test("describeFont() says the same of a font as TTF, WOFF and WOFF2", async () => {
  for (const [wrapping, body] of Object.entries(await wrappings())) {
    const { coverage, ...rest } = describeFont(await readTables(body));
    const expected = { family: "Source Serif 4", weight: 600, weights: undefined, style: "normal", unitsPerEm: 1000 };
    assert.deepEqual(rest, expected, wrapping);
    assert.deepEqual([coverage.has(0x1ec7), coverage.has(0x4e00)], [true, false]);
  }
});

test("describeFont() says in which weights a variable font can be drawn", async () => {
  assert.deepEqual(describeFont(await readTables(await file(variable))).weights, [100, 900]);
});

test("openFace() makes one weight of a variable font", async () => {
  const harfbuzz = await openHarfbuzz(createHost());
  const [light, heavy] = await Promise.all(
    [400, 900].map(async (pin) => openFace(await file(variable), harfbuzz, { pin })),
  );
  const tables = await readTables(new Uint8Array(heavy?.data ?? new ArrayBuffer()));
  assert.equal(tables.has("fvar"), false);
  assert.deepEqual([light?.weight, heavy?.weight], [400, 900]);
  assert.notDeepEqual(light?.data, heavy?.data);
});

const refusal = async (body: Uint8Array): Promise<string> =>
  readTables(body).then(
    (tables) => {
      describeFont(tables);
      return "";
    },
    (error: Error) => error.message,
  );

test("readTables() refuses what is no font, a collection, and what is cut off, in a sentence", async () => {
  const { ttf, woff, woff2 } = await wrappings();
  assert.equal(await refusal(new TextEncoder().encode("<!DOCTYPE html>")), "is not a TTF, OTF, WOFF or WOFF2 font");
  assert.equal(await refusal(new Uint8Array()), "is not a TTF, OTF, WOFF or WOFF2 font");
  assert.match(await refusal(new TextEncoder().encode("ttcf00000000000")), /take one font out of it/);
  for (const body of [ttf, woff, woff2]) assert.equal(await refusal(body.slice(0, -200)), "is damaged or not complete");
});

test("readTables() does not unpack more than a font may have", async () => {
  const { woff, woff2 } = await wrappings();
  viewOf(woff).setUint32(44 + 12, 0x7fffffff);
  viewOf(woff2).setUint32(16, 0x7fffffff);
  assert.match(await refusal(woff), /too large/);
  assert.match(await refusal(woff2), /too large/);
});

test("readTables(), describeFont() and openFace() survive every damage, and read good fonts afterwards", async () => {
  const all = await wrappings();
  const harfbuzz = await openHarfbuzz(createHost());
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 6,
  });
  const property = fc.asyncProperty(fc.constantFrom("ttf", "woff", "woff2"), damage, async (wrapping, changes) => {
    const body = all[wrapping].slice();
    // Half of the changes hit the head of the file, where its structure is.
    for (const [place, value] of changes) body[Math.floor(place * (value % 2 ? body.length : 400))] = value;
    try {
      const face = await openFace(body, harfbuzz);
      face.shape("ệ a");
      face.free();
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.match(error.message, /^(is|has|does|cannot) /);
    }
  });
  await fc.assert(property, { numRuns: 400 });
  for (const body of Object.values(all)) assert.equal(await refusal(body), "");
});

test("readCoverage() refuses characters out of order, so that no file makes it run for long", () => {
  const segments = 2000;
  const cmap = new DataView(new ArrayBuffer(12 + 16 + segments * 8));
  cmap.setUint16(2, 1);
  cmap.setUint16(4, 3);
  cmap.setUint16(6, 1);
  cmap.setUint32(8, 12);
  cmap.setUint16(12, 4);
  cmap.setUint16(18, segments * 2);
  for (let index = 0; index < segments; index++) cmap.setUint16(26 + index * 2, 0xfffe);
  assert.throws(() => readCoverage(cmap), /out of order/);
});

test("parseUnicodeRange() reads what packages of web fonts say", () => {
  const coverage = parseUnicodeRange("U+4e00,U+41-5A, U+1F600");
  assert.deepEqual(
    [0x41, 0x5a, 0x5b, 0x4e00, 0x1f600, 0x40].map((each) => coverage.has(each)),
    [true, true, false, true, true, false],
  );
});

test("openFonts() draws with the fonts of a folder first, whatever they are wrapped in", async () => {
  const { ttf, woff2 } = await wrappings();
  const latin = await file("@fontsource/jetbrains-mono/files/jetbrains-mono-latin-500-normal.woff2");
  const own = await folderOf("own", { "brand/a.ttf": ttf, "brand/b.woff2": woff2, "brand/deep/mono.woff2": latin });
  const fonts = await openFonts(createHost(), [own]);
  assert.deepEqual(fonts.refused, []);
  const set = await fonts.prepare(["Hello ệ"], ["JetBrains Mono", "Source Serif 4"]);
  assert.deepEqual(set.stack("jetbrains mono").slice(0, 1), ["JetBrains Mono"]);
  const style = { family: "JetBrains Mono", weight: 500, sizePx: 100 };
  assert.equal(set.measure("iiii", style), set.measure("WWWW", style));
});

test("openFonts() names broken fonts, and does without them", async () => {
  const { woff, woff2 } = await wrappings();
  const own = await folderOf("broken", {
    "cut.woff": woff.slice(0, 900),
    "cut.woff2": woff2.slice(0, 900),
    "page.ttf": new TextEncoder().encode("<html>not found</html>"),
    "notes.txt": new TextEncoder().encode("no font at all"),
  });
  const host = createHost();
  const { refused, prepare } = await openFonts(host, [own, join(own, "absent")]);
  assert.deepEqual(
    refused.map((each) => `${each.file} ${each.reason}`),
    ["cut.woff is damaged or not complete", "page.ttf is not a TTF, OTF, WOFF or WOFF2 font"],
  );
  assert.deepEqual(host.lines, [
    "warn: the font cut.woff is damaged or not complete",
    "warn: the font page.ttf is not a TTF, OTF, WOFF or WOFF2 font",
  ]);
  assert.deepEqual((await prepare(["ok"])).missing, []);
});

test("openFonts() finds packages of web fonts under node_modules of a folder, whole or in slices", async () => {
  const modules = join(folder, "data", "node_modules");
  for (const name of ["@fontsource/noto-sans-hebrew", "@fontsource-variable/noto-sans-jp"]) {
    await cp(join(packages, name), join(modules, name), { recursive: true });
  }
  const host = createHost();
  const fonts = await openFonts(
    {
      ...host,
      asset: async (name) => (name.includes("-variable") ? Promise.reject(new Error("none")) : host.asset(name)),
    },
    [join(folder, "data")],
  );
  assert.deepEqual(fonts.refused, []);
  const set = await fonts.prepare(["画像", "שלום"], ["Noto Sans Hebrew"]);
  assert.deepEqual(set.missing, []);
  assert.ok(set.fonts.some(({ name }) => name.startsWith("Noto Sans JP [")));
});
