/** SVGs of odd sizes: what the planner, the renderer and the resampling make of them together. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";
import { see } from "../see.ts";

let app: TestApp;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-vectors-"));
  app = await startApp({ settings: { mounts: { images: { source: "file", base: folder } } } });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

let count = 0;

async function shown(attributes: string, content: string, query: string) {
  const name = `${++count}.svg`;
  await writeFile(join(folder, name), `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`);
  const response = await app.get(`/images/${name}?${query}&f=png`);
  if (response.status !== 200) assert.fail(`${attributes} ${query}: ${response.status} ${await response.text()}`);
  return (await see(await response.bytes())).pixels;
}

const red = '<rect width="100%" height="100%" fill="red"/>';

for (const [attributes, query, width, height] of [
  ['width="30000" height="15000" viewBox="0 0 4 2"', "w=150", 150, 75],
  ['width="30000" height="15000" viewBox="0 0 4 2"', "w=150&h=150&fit=cover", 150, 150],
  ['width="1000" height="2" viewBox="0 0 1000 2"', "w=151&h=77&fit=cover", 151, 77],
  ['viewBox="0 0 0.4 0.2"', "w=150", 150, 75],
  ['viewBox="0 0 100 40"', "h=333", 832, 333],
  ['viewBox="0 0 100 40"', "w=151&h=77&fit=cover", 151, 77],
] as const) {
  test(`an SVG of ${attributes} is drawn at ${query}, full to its edges`, async () => {
    const pixels = await shown(attributes, red, query);
    assert.deepEqual([pixels.width, pixels.height], [width, height]);
    assert.ok(pixels.data.every((value, at) => value === (at % 4 === 0 || at % 4 === 3 ? 255 : 0)));
  });
}

test("an SVG whose shape is rounded is drawn at the size asked for, not resampled to it", async () => {
  // 150 × 62 of 100 × 41: a line of exactly two pixels stays one.
  const line = '<rect x="50" width="1.3333" height="41" fill="red"/>';
  const { data, width } = await shown('viewBox="0 0 100 41"', line, "w=150");
  const alphas = Array.from({ length: width }, (_, x) => data[(30 * width + x) * 4 + 3] ?? 0);
  assert.deepEqual(
    alphas.flatMap((alpha, x) => (alpha > 0 ? [[x, alpha]] : [])),
    [
      [75, 255],
      [76, 255],
    ],
  );
});
