/** The example plugins through the front door: from source, and in the compiled binary. Each serves, and a change on disk is served. */
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Origin, openOrigin } from "../../config/examples/plugins/_origin.ts";
import type { Pixels } from "../../core/image.ts";
import type { SettingsInput } from "../../core/settings/schema.ts";
import { startApp } from "../app.ts";
import { colorAt } from "../contract/pictures.ts";
import { fixture } from "../fixtures/fixture.ts";
import { see } from "../see.ts";
import { buildBinary, root, serve, testOnBun } from "./binary.ts";

type Get = (path: string) => Promise<Response>;

let folder: string;
let origin: Origin;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-examples-"));
  await cp(join(root, "config/examples/plugins"), join(folder, "plugins.d"), { recursive: true });
  await writePackage();
  const [avatar, photo] = [await fixture("png-rgb"), await fixture("jpeg-progressive")];
  origin = await openOrigin(({ path, query, headers }) => {
    if (path === "/avatar.png") return { body: avatar };
    if (path === "/photo.jpg") return { body: photo };
    if (path === "/api/v4/avatar" && headers["private-token"] === "a-token")
      return { body: { avatar_url: query.get("email") === "ada@example.com" ? "/avatar.png" : null } };
    if (path === "/topics/hills/photos" && headers.authorization === "Client-ID a-key")
      return { body: query.get("page") === "2" ? [{ id: "c", urls: { regular: `${origin.url}/photo.jpg` } }] : [] };
    return undefined;
  });
});
after(async () => {
  await origin.close();
  await rm(folder, { recursive: true, force: true });
});

/** An npm package beside the plugins, and a transform that needs it. */
async function writePackage(): Promise<void> {
  const place = join(folder, "node_modules/ink");
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "package.json"), '{ "name": "ink", "type": "module", "exports": "./blue.js" }');
  await writeFile(join(place, "blue.js"), "export const blue = [20, 30, 250, 255];");
  const code = `import { codec, editFrames, transform } from "cameo/plugin";
import { blue } from "ink";
export default transform({
  name: "paint", order: 66, reads: ["paint"], parameters: { paint: codec.boolean },
  apply: (picture) => editFrames(picture, ({ data }) => {
    for (let at = 0; at < data.length; at += 4) data.set(blue, at);
  }),
});`;
  await writeFile(join(folder, "plugins.d/paint.ts"), code);
}

const mounts = (): Exclude<SettingsInput["mounts"], undefined> => ({
  images: { source: "file", base: join(root, "config/samples") },
  avatars: { source: "gitlab", base: origin.url, token: "a-token", allowPrivate: ["127.0.0.0/8"] },
  photos: {
    source: "gallery",
    base: origin.url,
    key: "a-key",
    images: [new URL(origin.url).host],
    perPage: 2,
    allowPrivate: ["127.0.0.0/8"],
  },
});

async function pixelsOf(get: Get, path: string): Promise<Pixels> {
  const response = await get(path);
  assert.equal(response.status, 200, `${path}: ${response.status === 200 ? "" : await response.text()}`);
  return (await see(new Uint8Array(await response.arrayBuffer()))).pixels;
}

async function assertServed(get: Get): Promise<void> {
  assert.equal((await pixelsOf(get, "/avatars/Ada@Example.com?w=20&f=png")).width, 20);
  assert.equal((await get("/avatars/bob@example.com")).status, 404);
  assert.equal((await get("/avatars/bob")).status, 400);
  assert.equal((await pixelsOf(get, "/photos/hills/3?w=30&f=png")).width, 30);
  assert.equal((await get("/photos/hills/99")).status, 404);
  const wrong = (await (await get("/photos/hills/3?rendition=huge")).json()) as { detail: string };
  assert.match(wrong.detail, /takes one of raw, full/);
  const refused = (await (await get("/images/landscape.jpg?duotone=pink")).json()) as { detail: string };
  assert.match(refused.detail, /two colours/);
  const painted = colorAt(await pixelsOf(get, "/images/landscape.jpg?w=4&f=png&paint"), 1, 1);
  assert.deepEqual(painted, { r: 20, g: 30, b: 250, a: 255 });
  assertDuotone(await pixelsOf(get, "/images/landscape.jpg?w=40&f=png&duotone=100030,ffe0d0"));
}

/** Every pixel lies between the two colours, and both ends of the picture's light are there. */
function assertDuotone(pixels: Pixels): void {
  let [least, most] = [255, 0];
  for (let x = 0; x < pixels.width; x++) {
    for (let y = 0; y < pixels.height; y++) {
      const { r, g, b } = colorAt(pixels, x, y);
      const share = g / 0xe0;
      assert.ok(Math.abs(0x10 + (0xff - 0x10) * share - r) <= 2, `${x},${y}: ${r},${g},${b}`);
      assert.ok(Math.abs(0x30 + (0xd0 - 0x30) * share - b) <= 2, `${x},${y}: ${r},${g},${b}`);
      [least, most] = [Math.min(least, g), Math.max(most, g)];
    }
  }
  assert.ok(least < 60 && most > 130, `${least}..${most}`);
}

/** Turns the duotone of a copy around, so that dark becomes light. */
async function turnAround(place: string): Promise<void> {
  const file = join(place, "duotone.ts");
  await writeFile(file, (await readFile(file, "utf8")).replace("[dark, light]: Pair", "[light, dark]: Pair"));
}
const probe = "/images/landscape.jpg?w=8&h=8&fit=cover&f=png&duotone=ff0000,0000ff";
const redOf = async (get: Get): Promise<number> => colorAt(await pixelsOf(get, probe), 4, 4).r;

test("the example plugins serve from source, and a change on disk is served", async () => {
  const place = join(folder, "from-source");
  await cp(join(folder, "plugins.d"), place, { recursive: true });
  const app = await startApp({ settings: { plugins: [place], mounts: mounts() } });
  try {
    await assertServed(app.get);
    const before = await redOf(app.get);
    await turnAround(place);
    assert.equal(await app.app.refresh(), true);
    assert.ok(Math.abs((await redOf(app.get)) - (255 - before)) <= 1);
  } finally {
    await app.close();
  }
});

test("plugins/README.md shows a source that serves, and the sentence that refuses another contract version", async () => {
  const readme = await readFile(join(root, "plugins/README.md"), "utf8");
  const code = /```ts\n(import \{ source \}[\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const place = join(folder, "from-readme");
  await mkdir(place);
  await writeFile(join(place, "portraits.ts"), code);
  const people = { source: "portraits", base: origin.url, allowPrivate: ["127.0.0.0/8"] };
  const app = await startApp({ settings: { plugins: [place], mounts: { people } } });
  try {
    assert.equal((await pixelsOf(app.get, "/people/avatar?w=20&f=png")).width, 20);
    assert.equal((await app.get("/people/nobody")).status, 404);
    await writeFile(join(place, "portraits.ts"), code.replace("contract: 1", "contract: 2"));
    assert.equal(await app.app.refresh(), false);
    const health = await (await app.get("/health")).text();
    assert.match(health, /was made for version 2 of the plugin contract; this Cameo has version 1\./);
    assert.ok(readme.includes("was made for version 2 of the plugin contract; this Cameo has version 1."));
    assert.equal((await app.get("/people/avatar?w=21")).status, 200);
  } finally {
    await app.close();
  }
});

/** Asks until the answer is another one; the test's own time limit ends it. */
async function untilNot(old: number, get: Get): Promise<number> {
  for (;;) {
    const now = await redOf(get);
    if (now !== old) return now;
  }
}

testOnBun("the example plugins serve in the binary, and a change on disk is served", {}, async () => {
  await writeFile(join(folder, "cameo.json"), JSON.stringify({ mounts: mounts() }));
  const place = join(folder, "plugins.d");
  const served = await serve(buildBinary(), [], folder, ["--config", "cameo.json", "--plugins", place]);
  const get: Get = (path) => fetch(served.url + path);
  try {
    await assertServed(get);
    const before = await redOf(get);
    await turnAround(place);
    assert.ok(Math.abs((await untilNot(before, get)) - (255 - before)) <= 1);
  } finally {
    assert.equal(await served.stop(), 0);
  }
});
