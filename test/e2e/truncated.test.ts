/** Files that were cut, through the front door: refused unless the mount allows them, and then served as far as they go. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";
import { assertPatches } from "../contract/pictures.ts";
import { cardPatches } from "../fixtures/card.ts";
import { fixture, type GoodName, hostileNames } from "../fixtures/fixture.ts";
import { find } from "../fixtures/formats/bytes.ts";
import { see } from "../see.ts";

let app: TestApp;
let folder: string;

const halves = hostileNames.filter((each) => each.startsWith("truncated-"));

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-truncated-"));
  for (const name of halves) await writeFile(join(folder, name), await fixture(name));
  const base = { source: "file", base: folder };
  app = await startApp({ settings: { mounts: { images: base, lenient: { ...base, truncated: "allow" } } } });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** The first part of a good file, as a file of its own. */
async function write(name: GoodName, length: (body: Uint8Array) => number): Promise<string> {
  const body = await fixture(name);
  const start = body.subarray(0, length(body));
  const file = `${name}-${start.length}`;
  await writeFile(join(folder, file), start);
  return file;
}

const share = (part: number) => (body: Uint8Array) => Math.floor(body.length * part);
const queries = ["", "f=png", "f=webp", "f=gif&frames=1", "w=20"];

async function refuses(path: string): Promise<void> {
  for (const query of queries) {
    const response = await app.get(`${path}?${query}`);
    assert.equal(response.status, 422, `${path}?${query}`);
    assert.equal(((await response.json()) as { code: string }).code, "broken-image");
  }
}

async function shows(path: string, frames = 1): Promise<Awaited<ReturnType<typeof see>>> {
  for (const query of queries) assert.equal((await app.get(`${path}?${query}`)).status, 200, `${path}?${query}`);
  const seen = await see(await (await app.get(`${path}?f=${frames > 1 ? "webp" : "png"}`)).bytes());
  assert.equal(seen.frames.length, frames);
  return seen;
}

for (const name of halves) {
  test(`${name} is refused in every format and size`, async () => refuses(`/images/${name}`));
}

test("an animation that was cut between two frames is refused too, also where one frame is asked for", async () => {
  const webp = await write("webp-animated", (body) => {
    const first = find(body, "ANMF");
    return first + 8 + new DataView(body.buffer, body.byteOffset).getUint32(first + 4, true);
  });
  await refuses(`/images/${webp}`);
  await shows(`/lenient/${webp}`);
});

test("half a PNG is served as far as it goes where the mount allows it", async () => {
  const { pixels } = await shows("/lenient/truncated-png-half");
  assert.deepEqual([pixels.width, pixels.height], [240, 160]);
  assertPatches(pixels, cardPatches("color").slice(0, 5), 2);
  assert.deepEqual([...pixels.data.slice(-4)], [128, 128, 128, 255]);
  const interlaced = await shows("/lenient/truncated-png-interlaced-half");
  assertPatches(interlaced.pixels, cardPatches("color"), 2);
});

test("so are half a JPEG and a TIFF, and the whole frames of an animation", async () => {
  for (const name of ["jpeg-half", "tiff-half", "tiff-lzw-half"]) await shows(`/lenient/truncated-${name}`);
  for (const name of ["gif-animated", "webp-animated"] as const)
    await shows(`/lenient/${await write(name, share(0.8))}`, 3);
});

test("half a file of another format is refused all the same", async () => {
  for (const name of ["webp", "webp-lossless", "avif", "heic", "gif", "bmp", "ico", "jxl"])
    await refuses(`/lenient/truncated-${name}-half`);
});
