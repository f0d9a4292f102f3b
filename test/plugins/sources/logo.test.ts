/** The source `logo` on a small web: what is chosen on a site, what is asked for, what happens without one. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, test } from "node:test";
import * as v from "valibot";
import type { LoadContext, Original } from "../../../core/plugin.ts";
import logo from "../../../plugins/sources/logo.ts";
import { hasCode, loadContext, loadOriginal, setupSource, testSource } from "../../contract/source.ts";
import { ico, image, page, type Site, square, startWeb, svg, type Web } from "../../logo-sites.ts";
import { until } from "../../until.ts";

/** However slow the machine is. */
const patient = { allow: ["*"], deadlineMs: 30_000 };
const red = square(200, [200, 30, 30]);
const dark = svg("#111");

testSource({
  plugin: logo,
  async open() {
    const { host, close } = await startWeb({
      "good.test": { "/": page('<link rel="apple-touch-icon" href="/t.png">'), "/t.png": image(red) },
      "missing.test": {},
    });
    return {
      options: { ...patient, default: "404" },
      host,
      good: "good.test",
      body: red,
      spellings: ["GOOD.test.", "www.good.test", "https://good.test/about?x#y", "https:/www.good.test", " good.test "],
      missing: "missing.test",
      refused: [
        "good",
        "1.2.3.4",
        "[::1]",
        "http://2130706433/",
        "a.test:80",
        "u@a.test",
        "a..test",
        "-a.test",
        "a.test/x",
        "acme inc",
        `${"a".repeat(64)}.test`,
        `${"a.".repeat(130)}test`,
      ],
      close,
    };
  },
});

let web: Web;
beforeEach(async () => {
  web = await startWeb();
});
afterEach(() => web.close());

async function load(options: object = {}, context: Partial<LoadContext> = {}, ref = "acme.test"): Promise<Original> {
  const source = await setupSource(logo, { ...patient, ...options }, web.host);
  try {
    return await loadOriginal(source, ref, context);
  } finally {
    await source.dispose?.();
  }
}

/** Where the logo of a site was found. */
async function foundBy(
  site: Site,
  options: object = {},
  context: Partial<LoadContext> = {},
): Promise<string | undefined> {
  web.sites["acme.test"] = site;
  return (await load(options, context)).by;
}

const light = svg("#eee");

test("logo takes the SVG icon before bitmaps, and the smallest bitmap that is large enough before larger ones", async () => {
  const links =
    '<link rel="icon" sizes="512x512" href="/512.png"><link rel="icon" sizes="192x192" href="/192.png"><link rel="icon" sizes="32x32" href="/32.png">';
  const bitmaps: Site = {
    "/": page(links),
    "/512.png": image(square(512, [1, 2, 3])),
    "/192.png": image(square(192, [1, 2, 3])),
    "/32.png": image(square(32, [1, 2, 3])),
  };
  assert.equal(await foundBy(bitmaps), "icon");
  assert.deepEqual(web.asked, ["acme.test/", "acme.test/192.png"]);
  await foundBy({
    ...bitmaps,
    "/": page(`${links}<link rel="icon" type="image/svg+xml" href="/i.svg">`),
    "/i.svg": image(dark),
  });
  assert.equal(web.asked.at(-1), "acme.test/i.svg");
});

test("logo believes the bytes, not the sizes that links claim", async () => {
  const site: Site = {
    "/": page(
      '<link rel="apple-touch-icon" sizes="180x180" href="/lie.png"><link rel="icon" sizes="96x96" href="/96.png">',
    ),
    "/lie.png": image(square(16, [9, 9, 9])),
    "/96.png": image(square(96, [9, 9, 9])),
    "/favicon.ico": image(
      ico([
        { px: 16, body: square(16, [1, 1, 1]) },
        { px: 128, body: square(128, [200, 1, 1]) },
        { px: 32, body: square(32, [1, 1, 1]) },
      ]),
    ),
  };
  assert.equal(await foundBy(site), "/favicon.ico");
});

const useless: Readonly<Record<string, Site[string]>> = {
  "a page with status 200": page(""),
  "one pixel": image(square(1, [9, 9, 9])),
  "clear ground": image(square(64, [0, 0, 0, 0])),
  "no bytes": image(new Uint8Array()),
  "half a picture": image(red.slice(0, red.length / 2)),
  "a text as SVG": image('<svg xmlns="http://www.w3.org/2000/svg"><text y="9">🎯</text></svg>'),
  "a picture of 50,000 pixels": image(
    Buffer.concat([red.slice(0, 16), Buffer.from([0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]), red.slice(24)]),
  ),
  "more than 1 MiB": image(Buffer.concat([red, Buffer.alloc(2 ** 20)])),
  "a zip bomb": {
    headers: { "content-encoding": "gzip" },
    body: Buffer.from((await import("node:zlib")).gzipSync(Buffer.alloc(50 * 2 ** 20))),
  },
  "a loop of redirects": { status: 302, headers: { location: "/favicon.ico" } },
  "a redirect inside": { status: 302, headers: { location: "http://10.0.0.5/a.png" } },
  "a redirect to a file": { status: 302, headers: { location: "file:///etc/passwd" } },
  "a redirect to a private name": { status: 302, headers: { location: "https://wiki.inside.test/a.png" } },
};

for (const [name, reply] of Object.entries(useless)) {
  test(`logo takes no icon that is ${name}`, async () => {
    assert.equal(await foundBy({ "/favicon.ico": reply ?? {} }), "default:letter");
  });
}

test("logo takes what is for a dark page with theme=dark, and not elsewhere where there is another", async () => {
  const site: Site = {
    "/": page(
      '<link rel="icon" href="/d.svg" type="image/svg+xml" media="(prefers-color-scheme: dark)"><link rel="icon" href="/l.svg" type="image/svg+xml">',
    ),
    "/d.svg": image(light),
    "/l.svg": image(dark),
  };
  assert.equal(await foundBy(site, {}, { query: { theme: "dark" } }), "icon:dark");
  assert.equal(await foundBy(site), "icon");
  assert.equal(await foundBy({ ...site, "/l.svg": { status: 404 } }), "icon:dark");
});

test("logo settles the colour scheme within an SVG", async () => {
  const style = "<style>circle{fill:#111}@media (prefers-color-scheme: dark){circle{fill:#eee}}</style>";
  web.sites["acme.test"] = { "/": page('<link rel="icon" href="/i.svg">'), "/i.svg": image(svg("#111", style)) };
  const text = async (theme?: string) =>
    new TextDecoder().decode((await load({}, { query: theme ? { theme } : {} })).body);
  assert.match(await text(), /<style>circle\{fill:#111\}<\/style>/);
  assert.match(await text("dark"), /<style>circle\{fill:#111\}circle\{fill:#eee\}<\/style>/);
});

test("logo settles the colour scheme of a style far within, and reads a hostile SVG no further than is sane", async () => {
  const filler = "<g></g>".repeat(2000);
  const style = "<style>circle{fill:#111}@media(prefers-color-scheme:dark){circle{fill:#eee}}</style>";
  web.sites["acme.test"] = {
    "/": page('<link rel="icon" href="/i.svg">'),
    "/i.svg": image(svg("#111", filler + style)),
  };
  const { body } = await load({}, { query: { theme: "dark" } });
  assert.equal(
    new TextDecoder().decode(body),
    svg("#111", `${filler}<style>circle{fill:#111}circle{fill:#eee}</style>`),
  );
  for (const deep of ["<g>".repeat(300_000), `${"<g>".repeat(100_000)}${"</x>".repeat(150_000)}`])
    assert.equal(
      await foundBy({ "/favicon.ico": image(`<svg xmlns="http://www.w3.org/2000/svg">${deep}prefers-color-scheme`) }),
      "default:letter",
    );
});

test("logo reads manifests, structured data, tiles, base and data: URIs", async () => {
  const manifest = {
    icons: [
      { src: "m.png", sizes: "512x512", purpose: "maskable" },
      { src: "a.png", sizes: "192x192" },
    ],
  };
  const withManifest: Site = {
    "/": page('<link rel="manifest" href="/app/m.json"><link rel="icon" href="/16.png" sizes="16x16">'),
    "/app/m.json": { body: JSON.stringify(manifest) },
    "/app/a.png": image(red),
    "/app/m.png": image(red),
  };
  assert.equal(await foundBy(withManifest), "manifest");
  assert.equal(await foundBy({ ...withManifest, "/app/a.png": { status: 404 } }), "manifest:maskable");
  const json = {
    "@context": "https://schema.org",
    "@graph": [{ "@type": ["Thing", "NewsMediaOrganization"], logo: { "@type": "ImageObject", url: "/l.png" } }],
  };
  const organization: Site = {
    "/": page(`<script type="application/ld+json">${JSON.stringify(json)}</script>`),
    "/l.png": image(red),
  };
  assert.equal(await foundBy(organization), "organization");
  const tile: Site = {
    "/": page('<base href="/static/"><meta name="msapplication-TileImage" content="t.png">'),
    "/static/t.png": image(square(144, [1, 2, 3])),
  };
  assert.equal(await foundBy(tile), "tile");
  assert.equal(
    await foundBy({ "/": page(`<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(dark)}">`) }),
    "icon",
  );
  assert.equal(
    await foundBy({
      "/": page(`<link rel="icon" href="data:image/png;base64,${Buffer.from(red).toString("base64")}">`),
    }),
    "icon",
  );
});

test("logo reads pages in other charsets and broken ones, and falls back to well-known paths", async () => {
  const icon = { "/i.png": image(red) };
  const link = '<link rel="shortcut icon" href="/i.png">';
  assert.equal(
    await foundBy({
      ...icon,
      "/": { headers: { "content-type": "text/html" }, body: Buffer.from(`\ufeff<html>${link}`, "utf16le") },
    }),
    "icon",
  );
  assert.equal(
    await foundBy({
      ...icon,
      "/": {
        headers: { "content-type": "text/html;charset=nonsense" },
        body: Buffer.from(`<html><b>\xe9${link}`, "latin1"),
      },
    }),
    "icon",
  );
  assert.equal(
    await foundBy({
      ...icon,
      "/": {
        headers: { "content-type": "text/html" },
        body: `<html><head><div><title>a</title><p><meta charset=windows-1252>${link}`,
      },
    }),
    "icon",
  );
  const paths = { "/apple-touch-icon.png": image(red), "/favicon.ico": image(red) };
  for (const status of [403, 404, 500, 503])
    assert.equal(await foundBy({ ...paths, "/": { ...page(link), status } }), "/apple-touch-icon.png");
  assert.equal(
    await foundBy({ "/": page("<script>document.write('only scripts')</script>"), "/favicon.ico": image(red) }),
    "/favicon.ico",
  );
});

test("logo follows a site to its own hosts and to its new home, and not to somebody's login page", async () => {
  web.sites["www.acme.test"] = { "/": page('<link rel="icon" href="/i.svg">'), "/i.svg": image(dark) };
  assert.equal(await foundBy({ "/": { status: 301, headers: { location: "https://www.acme.test/" } } }), "icon");
  web.sites["renamed.example"] = { "/": page('<link rel="icon" href="https://cdn.example/i.svg">') };
  web.sites["cdn.example"] = { "/i.svg": image(dark) };
  assert.equal(await foundBy({ "/": { status: 301, headers: { location: "https://renamed.example/" } } }), "icon");
  assert.equal(
    await foundBy(
      { "/": { status: 301, headers: { location: "https://renamed.example/" } } },
      { iconHosts: ["other.example"] },
    ),
    "default:letter",
  );
  web.sites["login.example"] = { "*": page('<link rel="icon" href="/i.svg">'), "/i.svg": image(dark) };
  const login = { "/": { status: 302, headers: { location: "https://login.example/sign-in?for=acme" } } };
  assert.equal(await foundBy({ ...login, "/favicon.ico": image(red) }), "/favicon.ico");
  assert.equal(
    await foundBy({ "/": { status: 302, headers: { location: "https://www.acme.test/sign-in?next=/" } } }),
    "default:letter",
  );
});

test("logo asks www. where nobody answers under the bare domain", async () => {
  web.sites["www.only.test"] = { "/favicon.ico": image(red) };
  assert.equal((await load({}, {}, "only.test")).by, "/favicon.ico");
});

test("logo asks nothing of links to addresses, private names, ports, files and other schemes", async () => {
  const hrefs = [
    "http://127.0.0.1/a.png",
    "http://[::1]/a.png",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.5/a.png",
    "https://wiki.inside.test/a.png",
    "file:///etc/passwd",
    "ftp://acme.test/a.png",
    "javascript:alert(1)",
    "http://acme.test:8080/a.png",
    "http://user:pw@acme.test/a.png",
    "blob:https://acme.test/1",
  ];
  for (const href of hrefs)
    assert.equal(
      await foundBy({ "/": page(`<link rel="icon" sizes="192x192" href="${href}">`) }),
      "default:letter",
      href,
    );
  assert.deepEqual([...new Set(web.asked)].sort(), [
    "acme.test/",
    "acme.test/apple-touch-icon.png",
    "acme.test/favicon.ico",
  ]);
  const answers = await Promise.all(["wiki.inside.test", "wiki.nowhere.test"].map((ref) => load({}, {}, ref)));
  assert.deepEqual(
    answers.map(({ by, maxAgeS }) => [by, maxAgeS]),
    [
      ["default:letter", 60],
      ["default:letter", 60],
    ],
  );
});

test("logo asks for little, whatever a page names", async () => {
  const links = Array.from({ length: 5000 }, (_, at) => `<link rel="icon" sizes="32x32" href="/${at}.png">`).join("");
  assert.equal(await foundBy({ "/": page(links) }), "default:letter");
  assert.equal(web.asked.length, 7);
  web.asked.length = 0;
  const onward = (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(302, { location: `/${web.asked.length}.png` }).end();
  assert.equal(await foundBy({ "/": page(links), "*": onward }), "default:letter");
  assert.equal(web.asked.length, 12);
  web.asked.length = 0;
  const commented = { headers: { "content-type": "text/html" }, body: `<body>${links}` };
  await foundBy({ "/": commented });
  assert.deepEqual(web.asked, ["acme.test/", "acme.test/apple-touch-icon.png", "acme.test/favicon.ico"]);
  const icons = Array.from({ length: 20_000 }, () => ({ src: "x".repeat(20) }));
  assert.equal(
    await foundBy({ "/": page('<link rel="manifest" href="/m">'), "/m": { body: JSON.stringify({ icons }) } }),
    "default:letter",
  );
  for (const body of [
    "<b>".repeat(600_000),
    "[".repeat(200_000),
    `<script type="application/ld+json">${"[".repeat(90_000)}`,
    "x".repeat(10 * 2 ** 20),
  ])
    assert.equal(await foundBy({ "/": { headers: { "content-type": "text/html" }, body } }), "default:letter");
});

test("logo reads pages whose addresses are long and whose links are many within bounds, and takes what is before", async () => {
  const icon = '<link rel="icon" sizes="192x192" href="/192.png">';
  const repeated = '<link rel="icon" href="a">'.repeat(1000);
  const site = (head: string): Site => ({ "/": page(head), "/192.png": image(red), "*": { status: 404 } });
  assert.equal(await foundBy(site(`${icon}${repeated}`)), "icon");
  assert.equal(await foundBy(site(`${repeated}${icon}`)), "default:letter");
  web.asked.length = 0;
  const base = `<base href="https://acme.test/${"a/".repeat(2000)}">`;
  assert.equal(await foundBy(site(`${base}<link rel="icon" sizes="192x192" href="192.png">`)), "icon");
  assert.deepEqual(web.asked, ["acme.test/", "acme.test/192.png"]);
  const sizes = `<link rel="icon" sizes="${"x".repeat(400_000)} 192x192" href="/192.png">`;
  assert.equal(await foundBy(site(sizes)), "icon");
});

test("logo sends no more than a plain visitor's headers", async () => {
  await foundBy({});
  assert.deepEqual(Object.keys(web.headers).sort(), ["accept", "accept-encoding", "connection", "host", "user-agent"]);
});

test("logo answers a default while a site is slow, and the logo when it has come", async () => {
  web.sites["acme.test"] = { "/favicon.ico": web.slow(image(red)), "*": web.slow({ status: 404 }) };
  const source = await setupSource(logo, { allow: ["*"], deadlineMs: 200 }, web.host);
  const first = await loadOriginal(source, "acme.test");
  assert.deepEqual([first.by, first.isStopgap, first.noStale], ["default:letter", true, true]);
  web.recover();
  let next = first;
  while (next.by === "default:letter") next = await loadOriginal(source, "acme.test");
  assert.equal(next.by, "/favicon.ico");
  await source.dispose?.();
});

test("logo takes a well-known path while a page is slow", async () => {
  web.sites["acme.test"] = { "/": web.slow(page("")), "/favicon.ico": image(red) };
  let found = await load({ deadlineMs: 1000 });
  while (found.by === "default:letter") found = await load({ deadlineMs: 1000 });
  assert.deepEqual([found.by, found.maxAgeS], ["/favicon.ico", 3600]);
});

test("logo keeps a logo through troubles of its site, and lets it go when the site has none any more", async () => {
  web.sites["acme.test"] = { "/favicon.ico": image(red) };
  const source = await setupSource(logo, { ...patient, default: "404" }, web.host);
  const { etag } = await loadOriginal(source, "acme.test");
  const again = () => source.load("acme.test", loadContext({ previous: { etag } }));
  web.sites["acme.test"] = { "*": { status: 503 } };
  assert.equal(await again(), "unchanged");
  await assert.rejects(async () => source.load("acme.test", loadContext()), hasCode("origin-failed"));
  web.sites["acme.test"] = {};
  assert.equal(await again(), null);
  await source.dispose?.();
});

test("logo says how long an answer holds: a day, what the site says within bounds, less where nothing is found", async () => {
  const maxAge = async (site: Site) => {
    web.sites["acme.test"] = site;
    return (await load()).maxAgeS;
  };
  const kept = (seconds: number) => ({ "/favicon.ico": image(red, { "cache-control": `max-age=${seconds}` }) });
  assert.equal(await maxAge({ "/favicon.ico": image(red) }), 86_400);
  assert.equal(await maxAge(kept(10)), 3600);
  assert.equal(await maxAge(kept(7200)), 7200);
  assert.equal(await maxAge(kept(1e9)), 86_400);
  assert.equal(await maxAge({}), 3600);
  assert.equal(await maxAge({ "*": { status: 500 } }), 60);
});

test("logo asks services only if the settings name them, with their tokens, and takes no placeholder", async () => {
  web.sites["acme.test"] = {};
  web.sites["icons.duckduckgo.com"] = {
    "/ip3/acme.test.ico": { status: 404, body: red },
    "/ip3/www.acme.test.ico": image(square(32, [1, 2, 3])),
  };
  web.sites["www.google.com"] = { "*": image(square(16, [1, 2, 3])) };
  web.sites["logos.example"] = { "/acme.test?k=s3cret%26": image(red) };
  assert.equal((await load()).by, "default:letter");
  assert.ok(web.asked.every((each) => each.startsWith("acme.test") || each.startsWith("www.acme.test")));
  assert.equal((await load({ services: ["google"] })).by, "default:letter");
  assert.equal((await load({ services: ["google", "duckduckgo"] })).by, "service:duckduckgo");
  const own = {
    url: "https://logos.example/{domain}?k={token}",
    token: "s3cret&",
    headers: { authorization: "Bearer {token}" },
  };
  assert.equal((await load({ services: [own], site: false })).by, "service:logos.example");
  assert.equal(web.headers.authorization, "Bearer s3cret&");
  assert.equal((await load({ services: ["logo.dev"] })).by, "default:letter");
});

test("logo notes a service that refuses, and goes on", async () => {
  web.sites["acme.test"] = {};
  web.sites["logos.example"] = { "*": { status: 401 } };
  web.sites["icons.duckduckgo.com"] = { "/ip3/acme.test.ico": image(red) };
  const troubles = new Map<string, unknown>();
  const host = { ...web.host, trouble: (part: string, error: unknown) => void troubles.set(part, error) };
  const source = await setupSource(
    logo,
    { ...patient, services: [{ url: "https://logos.example/{domain}" }, "duckduckgo"] },
    host,
  );
  assert.equal((await loadOriginal(source, "acme.test")).by, "service:duckduckgo");
  assert.match(String(troubles.get("logo service logos.example")), /401/);
  assert.equal(troubles.get("logo service duckduckgo"), null);
});

test("logo takes the settings' own logos before all, by theme too", async () => {
  web.sites["acme.test"] = { "/favicon.ico": image(red) };
  web.sites["brand.example"] = { "/l.svg": image(light) };
  const logos = { "www.Acme.test": { dark: "https://brand.example/l.svg" } };
  assert.equal((await load({ logos }, { query: { theme: "dark" } })).by, "logos");
  assert.equal((await load({ logos })).by, "/favicon.ico");
  assert.equal((await load({ logos: { "acme.test": "https://brand.example/none.svg" } })).by, "/favicon.ico");
});

test("logo says in the log which picture of the settings cannot be had, without what opens it", async () => {
  const lines: unknown[] = [];
  const log = { ...web.host.log, warn: (...words: unknown[]) => void lines.push(words) };
  const logos = { "acme.test": "https://user:hunter2@brand.example/l.svg?sig=hunter2" };
  const source = await setupSource(logo, { ...patient, logos }, { ...web.host, log });
  assert.equal((await loadOriginal(source, "acme.test")).by, "default:letter");
  assert.match(JSON.stringify(lines), /brand\.example\/l\.svg/);
  assert.doesNotMatch(JSON.stringify(lines), /hunter2/);
});

test("logo keeps what the default picture's owner says of old copies", async () => {
  web.sites["brand.example"] = {
    "/l.svg": { ...image(light), headers: { "content-type": "image/svg+xml", "cache-control": "must-revalidate" } },
  };
  assert.equal((await load({ default: "https://brand.example/l.svg", site: false })).noStale, true);
});

test("logo takes a search that ends with its settings for no trouble of a service", async () => {
  web.sites["logos.example"] = { "*": web.slow({ status: 404 }) };
  const troubles = new Map<string, unknown>();
  const host = { ...web.host, trouble: (part: string, error: unknown) => void troubles.set(part, error) };
  const services = [{ url: "https://logos.example/{domain}" }];
  const source = await setupSource(logo, { ...patient, site: false, services }, host);
  const loading = loadOriginal(source, "acme.test");
  await until(() => web.asked.length > 0);
  await source.dispose?.();
  assert.equal((await loading).by, "default:letter");
  assert.deepEqual([...troubles], []);
});

test("logo isAllowed() is the allow-list, and what the settings map", async () => {
  const source = await setupSource(
    logo,
    { allow: ["*.test"], names: { "Acme Inc": "acme.example" }, logos: { "own.example": "images/a.svg" } },
    web.host,
  );
  const isAllowed = (ref: string) => source.isAllowed?.(ref);
  assert.deepEqual(["a.test", "test.example", "acme.example", "own.example", "x.own.example"].map(isAllowed), [
    true,
    false,
    true,
    true,
    false,
  ]);
  assert.equal(source.normalize?.(" ACME inc"), "acme.example");
  assert.equal((await setupSource(logo, {}, web.host)).isAllowed?.("a.test"), false);
  assert.equal(logo.sign, "unless-allowed");
});

test("logo check() tells what cannot work", async () => {
  const options = {
    allow: ["www.acme.test"],
    default: "logo/acme.test",
    logos: { "acme.test": "nowhere/a.svg" },
    services: ["logo.dev", { url: "https://logos.example/{domain}", tokenFile: "/nowhere/token" }],
  };
  const source = await setupSource(logo, options, web.host);
  const said = (await source.check?.({ mounts: new Set(["logo", "images"]) }))?.join("\n") ?? "";
  for (const part of [
    'write "acme.test"',
    'this very mount, "logo"',
    '"nowhere", which is not there',
    '"logo.dev" needs',
    "cannot be read",
  ])
    assert.ok(said.includes(part), part);
});

test("logo options refuse what cannot be meant", () => {
  const isValid = (options: object) => v.safeParse(logo.options, options).success;
  assert.equal(
    isValid({
      allow: ["*", "a.test", "*.a.test"],
      default: "images/a.svg",
      services: ["google", { name: "logo.dev", token: "t" }],
    }),
    true,
  );
  const wrong = [
    { allow: ["a.test:8080"] },
    { allow: ["https://a.test"] },
    { logos: { acme: "images/a.svg" } },
    { names: { acme: "acme" } },
    { default: "blank" },
    { services: ["bing"] },
    { services: [{ url: "https://a.test/" }] },
    { services: [{ token: "t" }] },
  ];
  for (const options of wrong) assert.equal(isValid(options), false, JSON.stringify(options));
});
