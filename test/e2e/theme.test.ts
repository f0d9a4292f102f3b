/** `theme=` through the front door: the client hint, what varies, strategies in order, and one from a folder. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { colorAt } from "../../core/testing/images.ts";
import { startApp, type TestApp } from "../app.ts";
import { createOrigin } from "../origin.ts";
import { see } from "../see.ts";

const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18" fill="#111827"/></svg>';
const origin = createOrigin();
let app: TestApp;

before(async () => {
  origin.images.set("logo", new TextEncoder().encode(logo));
  const settings = {
    adminToken: "an-admin-token-for-tests",
    mounts: { o: { source: "origin" }, avatar: { source: "avatar" }, "og-image": { source: "template" } },
    presets: { dim: "theme=auto" },
  };
  app = await startApp({ settings, plugins: [origin.plugin] });
  await mkdir(join(app.folder, "plugins.d"));
});
after(() => app.close());

const hint = (scheme: string) => ({ headers: { "sec-ch-prefers-color-scheme": `"${scheme}"` } });

async function ink(path: string, init?: RequestInit): Promise<string> {
  const { pixels } = await see(await (await app.get(path, init)).bytes());
  const { r, g, b } = colorAt(pixels, 20, 20);
  return r + g + b > 450 ? "light" : "dark";
}

test("theme=dark makes a dark logo light, theme=light leaves it", async () => {
  assert.equal(await ink("/o/logo?f=png"), "dark");
  assert.equal(await ink("/o/logo?f=png&theme=light"), "dark");
  assert.equal(await ink("/o/logo?f=png&theme=dark"), "light");
});

test("theme=auto follows the client's hint, and says that the answer varies with it", async () => {
  assert.equal(await ink("/o/logo?f=png&theme=auto"), "dark");
  assert.equal(await ink("/o/logo?f=png&theme=auto", hint("dark")), "light");
  assert.equal(await ink("/o/logo?f=png&theme=auto", hint("light")), "dark");
  assert.equal(await ink("/o/logo?f=png&p=dim", hint("dark")), "light");
  const { headers } = await app.get("/o/logo?theme=auto", hint("dark"));
  assert.equal(headers.get("vary"), "Accept, Sec-CH-Prefers-Color-Scheme");
  assert.equal(headers.get("accept-ch"), "Sec-CH-Prefers-Color-Scheme");
  assert.equal((await app.get("/o/logo?f=png&theme=dark", hint("dark"))).headers.get("vary"), null);
});

test("theme=auto follows the hint too where a mount draws in themes itself: avatars and cards", async () => {
  for (const path of ["/avatar/0bc83cb571cd1c50ba6f3e8a78ef1346?d=retro&s=40&f=png", "/og-image?title=Hi&w=120"]) {
    const etag = async (theme: string, init?: RequestInit) => {
      const response = await app.get(`${path}&theme=${theme}`, init);
      assert.equal(response.status, 200);
      return response.headers.get("etag");
    };
    const [light, dark] = [await etag("light"), await etag("dark")];
    assert.notEqual(light, dark);
    assert.equal(await etag("auto"), light);
    assert.equal(await etag("auto", hint("dark")), dark);
    assert.equal(await etag("auto", hint("light")), light);
    const { headers } = await app.get(`${path}&theme=auto`, hint("dark"));
    assert.match(headers.get("vary") ?? "", /Sec-CH-Prefers-Color-Scheme/);
    assert.doesNotMatch((await app.get(`${path}&theme=dark`)).headers.get("vary") ?? "", /Scheme/);
    const explain = async (theme: string, init?: RequestInit) =>
      (await (await app.get(`${path}&theme=${theme}&explain`, init)).json()) as { canonical: string; keys: object };
    assert.match((await explain("auto", hint("dark"))).canonical, /theme=auto/);
    for (const theme of ["light", "dark"])
      assert.deepEqual((await explain("auto", hint(theme))).keys, (await explain(theme)).keys, theme);
  }
});

test("theme takes light, dark or auto", async () => {
  const response = await app.get("/o/logo?theme=pink");
  const { parameter, takes } = (await response.json()) as Record<string, string>;
  assert.deepEqual([response.status, parameter, takes], [400, "theme", "one of light, dark, auto"]);
});

test("a strategy from a folder is asked in its order, changes the keys, and can be switched off", async () => {
  const key = async (path: string) =>
    ((await (await app.get(`${path}&explain`)).json()) as { keys: { variant: string } }).keys.variant;
  const [plain, dark] = [await key("/o/logo?f=png"), await key("/o/logo?f=png&theme=dark")];
  await writeFile(
    join(app.folder, "plugins.d/gray.ts"),
    `import { editFrames, theme } from "cameo/plugin";
     export default theme({ name: "gray", order: 1, apply(picture, page) {
       if (page !== "dark") return null;
       editFrames(picture, ({ data }) => { for (let at = 0; at < data.length; at += 4) data.fill(128, at, at + 3); });
       return true; } });`,
  );
  assert.equal(await app.app.refresh(), true);
  assert.equal(await key("/o/logo?f=png"), plain);
  assert.notEqual(await key("/o/logo?f=png&theme=dark"), dark);
  const color = async () =>
    colorAt((await see(await (await app.get("/o/logo?f=png&theme=dark")).bytes())).pixels, 20, 20);
  assert.deepEqual(await color(), { r: 128, g: 128, b: 128, a: 255 });
  const off = await app.get("/plugins/theme.gray/disable", {
    method: "POST",
    headers: { authorization: "Bearer an-admin-token-for-tests" },
  });
  assert.equal(off.status, 200);
  assert.equal(await key("/o/logo?f=png&theme=dark"), dark);
  assert.equal(await ink("/o/logo?f=png&theme=dark"), "light");
});
