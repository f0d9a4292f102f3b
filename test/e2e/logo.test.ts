/** Logos through the front door: who may ask, what is drawn in light and dark, what headers say. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { signPath } from "../../core/request/sign.ts";
import { colorAt } from "../../core/testing/images.ts";
import { startApp, type TestApp } from "../app.ts";
import { ico, image, page, square, startWeb, svg, type Web } from "../logo-sites.ts";
import { see } from "../see.ts";

const key = "a-signing-key-for-tests";
let app: TestApp;
let web: Web;
let folder: string;

const style = "<style>circle{fill:#111}@media(prefers-color-scheme:dark){circle{fill:#0f0}}</style>";

before(async () => {
  web = await startWeb({
    "acme.test": { "/": page('<link rel="icon" href="/i.svg">'), "/i.svg": image(svg("#111")) },
    "both.test": {
      "/": page('<link rel="icon" href="/l.svg"><link rel="icon" href="/d.svg" media="(prefers-color-scheme: dark)">'),
      "/l.svg": image(svg("#c00")),
      "/d.svg": image(svg("#06f")),
    },
    "styled.test": { "/": page('<link rel="icon" href="/i.svg">'), "/i.svg": image(svg("#111", style)) },
    "ico.test": {
      "/favicon.ico": image(
        ico([
          { px: 16, body: square(16, [250, 0, 0]) },
          { px: 64, body: square(64, [0, 0, 250]) },
          { px: 32, body: square(32, [0, 250, 0]) },
        ]),
      ),
    },
    "none.test": {},
    "other.example": { "/favicon.ico": image(square(64, [0, 0, 250])) },
  });
  folder = await mkdtemp(join(tmpdir(), "cameo-logo-"));
  await writeFile(join(folder, "own.svg"), svg("#0a0"));
  const logo = {
    source: "fake-logo",
    allow: ["*.test"],
    names: { acme: "acme.test" },
    logos: { "own.test": "images/own.svg" },
    deadlineMs: 30_000,
  };
  app = await startApp({
    plugins: [web.plugin],
    settings: {
      signingKeys: [key],
      presets: { dim: "theme=dark" },
      mounts: {
        logo,
        strict: { ...logo, default: "404" },
        standing: { ...logo, default: "images/own.svg" },
        images: { source: "file", base: folder },
      },
    },
  });
});
after(async () => {
  await app.close();
  await web.close();
  await rm(folder, { recursive: true });
});

interface Shown {
  readonly by: string | null;
  readonly color: string;
  readonly response: Response;
}

async function show(path: string): Promise<Shown> {
  const response = await app.get(path);
  assert.equal(response.status, 200, path);
  const { pixels } = await see(await response.clone().bytes());
  const { r, g, b } = colorAt(pixels, Math.floor(pixels.width / 2), Math.floor(pixels.height / 2));
  return { by: response.headers.get("x-source"), color: [r, g, b].map((each) => each >> 6).join(""), response };
}

const at = "w=32&f=png";

test("a logo is found by domain, website and name, and is one to the cache", async () => {
  for (const path of ["/logo/acme.test", "/logo/https://www.Acme.test/about", "/logo/acme"])
    assert.equal((await show(`${path}?${at}`)).by, "icon", path);
  assert.equal((await show(`/logo?website=https%3A%2F%2Facme.test%2F%3Fq&${at}`)).by, "icon");
  assert.equal((await show(`/logo?company=ACME&${at}`)).by, "icon");
  assert.equal(web.asked.filter((each) => each === "acme.test/").length, 1);
});

test("an unknown company, a bad domain and a bad default are refused with what is taken", async () => {
  const refused = async (path: string) => {
    const response = await app.get(path);
    const { detail } = (await response.json()) as { detail: string };
    return `${response.status} ${detail}`;
  };
  assert.match(await refused("/logo?company=globex"), /^400 A company's name does not tell its domain/);
  assert.match(await refused("/logo/10.0.0.1"), /^400 The path must be a domain such as example.com/);
  assert.match(await refused("/logo/acme.test?default=robot"), /^400 .*it takes letter or 404/);
  assert.match(await refused("/logo/acme.test?company=acme"), /^400 There is no parameter "company"/);
});

test("a domain that nobody allowed is fetched for signed URLs only", async () => {
  assert.equal((await app.get("/logo/other.example")).status, 403);
  assert.ok(!web.asked.some((each) => each.startsWith("other.example")));
  const path = `/logo/other.example?${at}`;
  assert.equal((await show(`${path}&sig=${signPath(path, key)}`)).by, "/favicon.ico");
});

test("theme=dark takes the site's own dark icon, and adapts what is not made for it", async () => {
  assert.deepEqual(Object.values(await colors("both.test")), ["300", "013", "013"]);
  assert.deepEqual(Object.values(await colors("styled.test")), ["000", "030", "030"]);
  const { plain, dark, preset } = await colors("acme.test");
  assert.deepEqual([plain, dark, preset], ["000", "333", "333"]);
});

async function colors(domain: string): Promise<Record<"plain" | "dark" | "preset", string>> {
  const color = async (query: string) => (await show(`/logo/${domain}?${at}${query}`)).color;
  return { plain: await color(""), dark: await color("&theme=dark"), preset: await color("&p=dim") };
}

test("theme=auto follows the browser", async () => {
  const init = { headers: { "sec-ch-prefers-color-scheme": '"dark"' } };
  const response = await app.get(`/logo/both.test?${at}&theme=auto`, init);
  assert.equal(response.headers.get("x-source"), "icon:dark");
  assert.match(response.headers.get("vary") ?? "", /Sec-CH-Prefers-Color-Scheme/);
  assert.equal((await app.get(`/logo/both.test?${at}&theme=auto`)).headers.get("x-source"), "icon");
});

test("of an ICO the largest picture is drawn", async () => {
  const { by, color, response } = await show("/logo/ico.test?f=png");
  assert.deepEqual([by, color], ["/favicon.ico", "003"]);
  assert.equal((await see(await response.bytes())).pixels.width, 64);
});

test("without a logo a letter is drawn, sharp at any size, and no theme turns it over", async () => {
  const path = "/logo/none.test?w=64&f=png";
  const { by, response } = await show(path);
  assert.equal(by, "default:letter");
  assert.doesNotMatch((await app.get(`${path}&v=1`)).headers.get("cache-control") ?? "", /immutable/);
  const { pixels } = await see(await response.bytes());
  assert.equal(pixels.width, 64);
  for (const theme of ["light", "dark"]) {
    const drawn = (await see(await (await app.get(`${path}&theme=${theme}`)).bytes())).pixels;
    assert.ok(
      [...Array(64).keys()].some((x) => colorAt(drawn, x, 32).r > 250 && colorAt(drawn, x, 32).g > 250),
      theme,
    );
    assert.equal(colorAt(drawn, 0, 0).a, 0);
  }
  const large = (await see(await (await app.get("/logo/none.test?w=1024&f=png&enlarge=1")).bytes())).pixels;
  assert.equal(large.width, 1024);
});

test("the default may be a 404 or another mount's picture, and a 404 may be asked for", async () => {
  assert.equal((await app.get("/strict/none.test")).status, 404);
  assert.equal((await app.get("/logo/none.test?default=404")).status, 404);
  assert.equal((await show(`/strict/none.test?default=letter&${at}`)).by, "default:letter");
  const { by, color } = await show(`/standing/none.test?${at}`);
  assert.deepEqual([by, color], ["default:picture", "020"]);
});

test("a logo of the settings is shown, and ?explain says where a logo is from", async () => {
  const { by, color } = await show(`/logo/own.test?${at}`);
  assert.deepEqual([by, color], ["logos", "020"]);
  const explained = await (await app.get("/logo/acme.test?explain")).json();
  assert.match(JSON.stringify(explained), /"icon"/);
});
