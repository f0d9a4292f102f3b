import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import * as v from "valibot";
import { CameoError } from "../../../core/error.ts";
import type { Size } from "../../../core/image.ts";
import satori from "../../../plugins/engines/satori.ts";
import { assertColor, colorAt, worst } from "../../contract/pictures.ts";
import { cardDrawing, colors, h, how, openStudio, type Render, type Studio } from "./satori-cards.ts";

let studio: Studio;
before(async () => {
  studio = await openStudio();
});

const box = (style: Readonly<Record<string, unknown>>, ...children: Parameters<typeof h>[2][]) =>
  h("div", { style: { display: "flex", ...style } }, ...children);
const full = { width: "100%", height: "100%" };

const rgb = (hex: string) => {
  const value = Number.parseInt(hex.slice(1), 16);
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255, a: 255 };
};

/** The error that a template ends in. */
async function failure(render: Render, more: Parameters<typeof cardDrawing>[1] = {}, by = studio): Promise<CameoError> {
  const error = await by.show(render, cardDrawing({}, more)).then(
    () => assert.fail("it was drawn"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CameoError)) throw error;
  return error;
}

test("satori is a helper that only draws", () => {
  const { name, isHelper, decodes, encodes } = satori;
  assert.deepEqual([name, isHelper, decodes, encodes], ["satori", true, [], []]);
});

test("satori.draw() draws elements in the theme's colour of text, opaque where the card is", async () => {
  const { pixels } = await studio.show(() => box({ ...full, backgroundColor: "#ff0000" }, "█"));
  assert.deepEqual([pixels.width, pixels.height], [300, 150]);
  assertColor(colorAt(pixels, 290, 140), { r: 255, g: 0, b: 0, a: 255 }, 0, "background");
  const light = await studio.show((_, card) => box({ ...full, backgroundColor: card.colors.text }));
  assertColor(colorAt(light.pixels, 5, 5), rgb(colors.text), 0, "light");
  const dark = await studio.show(
    (_, card) => box({ ...full, backgroundColor: card.colors.text }),
    cardDrawing({}, { theme: "dark" }),
  );
  assertColor(colorAt(dark.pixels, 5, 5), rgb("#f8fafc"), 0, "dark");
});

test("satori.draw() gives transparent pixels that are not multiplied by their alpha", async () => {
  const { pixels } = await studio.show(() => box({ width: 100, height: 100, backgroundColor: "rgba(200,100,50,0.5)" }));
  assertColor(colorAt(pixels, 50, 50), { r: 200, g: 100, b: 50, a: 128 }, 2, "half");
  assertColor(colorAt(pixels, 200, 50), { r: 0, g: 0, b: 0, a: 0 }, 0, "nothing");
});

test("satori.draw() draws at the size asked for, smaller and larger, and tells its scale", async () => {
  await studio.show(() => box({ ...full, backgroundColor: "#123456" }));
  const sizes: readonly (readonly [Size | undefined, number, number])[] = [
    [undefined, 300, 150],
    [{ width: 150, height: 75 }, 150, 75],
    [{ width: 151, height: 10 }, 151, 76],
    [{ width: 10, height: 300 }, 600, 300],
    [{ width: 900, height: 450 }, 900, 450],
  ];
  for (const [atLeast, width, height] of sizes) {
    const picture = await studio.draw(cardDrawing(), { ...how, atLeast });
    assert.deepEqual([picture.width, picture.height, picture.scale], [width, height, width / 300]);
    assert.equal(picture.hasAlpha, false);
    for (const [x, y] of [
      [0, 0],
      [width - 1, height - 1],
    ] as const)
      assertColor(colorAt(picture.pixels(), x, y), rgb("#123456"), 0, `corner of ${width}`);
  }
});

test("satori.draw() refuses more pixels than allowed, and templates that are not there", async () => {
  const codeOf = async (work: Promise<unknown>) =>
    work.then(
      () => "drawn",
      (error: CameoError) => error.code,
    );
  assert.equal(
    await codeOf(Promise.resolve(studio.draw(cardDrawing(), { ...how, maxPixels: 44_999 }))),
    "too-many-pixels",
  );
  const stranger = { ...cardDrawing(), template: "template.stranger" };
  assert.equal(await codeOf(Promise.resolve(studio.draw(stranger, how))), "template-failed");
});

test("satori.draw() calls components, takes lists, fragments and promises, and shows nothing for nothing", async () => {
  const Panel = ({ color }: { readonly color: string }) => box({ width: 50, height: 50, backgroundColor: color });
  const { pixels } = await studio.show(async () => [
    null,
    false,
    undefined,
    [h(Panel, { color: "#ff0000" }), [h(Panel, { color: "#00ff00" })]],
    h(Panel, { color: "#0000ff" }),
  ]);
  for (const [x, color] of [
    [25, "#ff0000"],
    [75, "#00ff00"],
    [125, "#0000ff"],
  ] as const)
    assertColor(colorAt(pixels, x, 25), rgb(color), 0, color);
});

test("satori.draw() gives templates a card that they cannot change", async () => {
  const error = await failure((_, card) => {
    (card.colors as { text: string }).text = "red";
    return null;
  });
  assert.equal(error.code, "template-failed");
});

test("satori.draw() lets templates fit and measure texts in the brand's font", async () => {
  await studio.show((_, card) => {
    const options = { maxWidthPx: 200, maxLines: 2, sizesPx: [40, 20] };
    const { lines, sizePx } = card.fit("Two words", options);
    assert.ok(lines.length > 0 && lines.length <= 2);
    for (const line of lines) assert.ok(card.measure(line, { sizePx }) <= 200);
    assert.ok(card.measure("mmmm", { sizePx: 40 }) > card.measure("iiii", { sizePx: 40 }));
    return null;
  });
});

test("satori.draw() finds fonts for letters that only the template brings", async () => {
  const { remarks } = await studio.show((_, card) =>
    box({}, card.fit("שלום", { maxWidthPx: 200, maxLines: 1, sizesPx: [20] }).lines[0]),
  );
  assert.deepEqual(remarks, []);
});

test("satori.draw() names the template, what it threw and where, and keeps the cause for the log", async () => {
  const cause = new Error("no such thing.\n  Really");
  cause.stack = "Error\n    at render (/somewhere/else/card@2.tsx:41:12)\n";
  const { code, detail, options } = await failure(() => {
    throw cause;
  });
  assert.deepEqual(
    [code, detail],
    ["template-failed", "The template test failed: no such thing. Really (card@2.tsx:41)."],
  );
  assert.equal(options.cause, cause);
  assert.deepEqual(options.log, { plugin: "template.test" });
});

test("satori.draw() survives templates that throw what is no error", async () => {
  for (const thrown of ["text", null, undefined, { a: 1 }, 7])
    assert.equal((await failure(() => Promise.reject(thrown))).code, "template-failed");
});

const nest = (depth: number): ReturnType<typeof box> => (depth === 0 ? box({}) : box({}, nest(depth - 1)));
const Endless = (): ReturnType<typeof h> => h(Endless, null);

test("satori.draw() says which limit a template breaks", async () => {
  const small = await openStudio({ maxNodes: 10, maxTextLength: 5, maxPicturePixels: 100 });
  const cases: readonly (readonly [Render, RegExp])[] = [
    [() => Array.from({ length: 11 }, () => box({})), /more than 10 nodes \(maxNodes\)/],
    [() => box({}, "abc", "def"), /more than 5 characters \(maxTextLength\)/],
    [() => "x".repeat(1_000_000), /more than 5 characters/],
    [() => h(Endless, null), /more than 10 nodes|nested more than/],
    [() => image(png(20, 6)), /more than 100 pixels.*\(maxPicturePixels\)/],
    [() => [image(png(9, 9)), box({ backgroundImage: `url("${png(8, 8)}")` })], /maxPicturePixels/],
    [() => image(`data:image/jpeg;base64,${btoa("\xff\xd8\xff\xd9")}`), /maxPicturePixels/],
  ];
  for (const [render, expected] of cases) assert.match((await failure(render, {}, small)).detail, expected);
  await small.show(() => box({}, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦"));
  assert.match((await failure(() => nest(70))).detail, /nested more than 64 deep/);
});

/** The start of a PNG of a size; only its header is looked at. */
const png = (width: number, height: number): string =>
  `data:image/png;base64,${btoa(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0${String.fromCharCode(width)}\0\0\0${String.fromCharCode(height)}`)}`;
const image = (src: unknown) => h("img", { src, width: 10, height: 10 });

test("satori.draw() draws elements of pages and pictures only", async () => {
  for (const name of [
    "script",
    "style",
    "link",
    "iframe",
    "object",
    "foreignObject",
    "text",
    "video",
    "input",
    "canvas",
    "__proto__",
    "SVG",
  ])
    assert.match((await failure(() => h(name, null))).detail, /a card cannot show </, name);
  for (const value of [() => "x", Symbol("a"), { a: 1 }, 10n])
    assert.match((await failure(() => value as never)).detail, /cannot show a value|failed/);
  assert.match((await failure(() => h("div", { dangerouslySetInnerHTML: { __html: "<b>" } }))).detail, /no HTML/);
});

const addresses = [
  "http://127.0.0.1:9/a.png",
  "https://example.com/a.png",
  "//example.com/a.png",
  "HTTP://example.com/a.png",
  " https://example.com/a.png",
  "file:///etc/passwd",
  "/etc/passwd",
  "blob:x",
  "data:text/html,<b>",
  "data:image/webp;base64,AAAA",
  "javascript:alert(1)",
  "",
];

test("satori.draw() loads no picture from anywhere", async () => {
  for (const address of addresses) {
    const places: readonly Render[] = [
      () => image(address),
      () => h("svg", { width: 10, height: 10 }, h("image", { href: address, width: 10, height: 10 })),
      () => h("svg", { width: 10, height: 10 }, h("image", { xlinkHref: address, width: 10, height: 10 })),
      () => box({ backgroundImage: `url(${address})` }),
      () => box({ background: `#fff URL( "${address}" ) no-repeat` }),
      () => box({ maskImage: `linear-gradient(#000, #fff), url('${address}')` }),
      () => h("ul", { style: { listStyle: `url(${address})` } }, h("li", null, "a")),
      () => box({ "background-image": `url(${address})` }),
    ];
    for (const render of places)
      assert.match((await failure(render)).detail, /must be a data: URI|cards load nothing/, address);
  }
});

test("satori.draw() takes no custom property where a picture may stand", async () => {
  const render: Render = () => box({ "--a": "url(https://example.com/a.png)" });
  assert.match((await failure(render)).detail, /must be a data: URI/);
  assert.match((await failure(() => box({ "--a": "url", backgroundImage: "var(--a)" }))).detail, /takes no var\(\)/);
});

test("satori.draw() takes attributes for what they are, and drops handlers", async () => {
  const evil = '"/><rect width="999" height="999" fill="#ff0000"/><g a="';
  const { pixels } = await studio.show(() =>
    box(
      { ...full, backgroundColor: "#ffffff", color: evil },
      h(
        "svg",
        { width: 100, height: 100, onload: "alert(1)", "a b": "1" },
        h("path", { d: evil, fill: evil, onClick: evil }),
      ),
    ),
  );
  assert.ok(pixels.data.every((value) => value === 255));
});

const injections = [
  "</text></svg><rect width='999' height='999' fill='red'/>",
  "<script>alert(1)</script>",
  "&lt;b&gt; &amp;amp; &#0; &nbsp;",
  "{{constructor}} $&{1} %s __proto__ constructor toString",
  "]]><!--",
  '" onload="x',
];

test("satori.draw() shows markup as text", async () => {
  for (const text of injections) {
    const { pixels } = await studio.show(
      ({ text }) => box({ ...full, backgroundColor: "#ffffff", fontSize: 20 }, String(text)),
      cardDrawing({ text }),
    );
    assertColor(colorAt(pixels, 299, 149), { r: 255, g: 255, b: 255, a: 255 }, 0, text);
    assert.ok(
      pixels.data.some((value) => value !== 255),
      text,
    );
    for (let at = 0; at < pixels.data.length; at += 4)
      assert.ok((pixels.data[at] ?? 0) <= (pixels.data[at + 1] ?? 0) + 60, text);
  }
});

const show = (text: string, style = {}) =>
  studio.show(() => box({ ...full, backgroundColor: "#ffffff", fontSize: 20, ...style }, text));

test("satori.draw() leaves out control characters and overrides of direction", async () => {
  const plain = await show("Hello world");
  for (const text of ["Hel\u202elo\u202c wor\u2066ld", "Hello\u0000 world\u0007", "Hello\u00ad world\ufeff"]) {
    const { pixels } = await show(text);
    assert.equal(worst(pixels, plain.pixels), 0, JSON.stringify(text));
  }
});

test("satori.draw() keeps the space between a text and an element, and lines where white space counts", async () => {
  const [apart, together] = [
    await studio.show(() => h("div", null, "ä ", h("span", null, "b"))),
    await studio.show(() => h("div", null, "ä", h("span", null, "b"))),
  ];
  assert.ok(worst(apart.pixels, together.pixels) > 0);
  const lines = await show("é\nb", { whiteSpace: "pre" });
  const line = await show("é b", { whiteSpace: "pre" });
  assert.ok(worst(lines.pixels, line.pixels) > 0);
});

test("satori.draw() draws every text there is", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
      const { pixels } = await studio.show(
        ({ text }, card) => {
          const { lines } = card.fit(String(text), { maxWidthPx: 200, maxLines: 3, sizesPx: [30, 12] });
          return box(
            { flexDirection: "column" },
            ...lines.map((line) => box({ whiteSpace: "nowrap" }, line)),
            String(text),
          );
        },
        cardDrawing({ text }, { size: { width: 200, height: 80 } }),
      );
      assert.deepEqual([pixels.width, pixels.height], [200, 80]);
    }),
    { numRuns: 60 },
  );
});

test("satori.draw() remarks on characters without a font, and on styles that are not drawn, each once in the log", async () => {
  const own = await openStudio();
  const render: Render = () => box({ cursor: "pointer", width: "12nonsense" }, "ᚠ");
  for (let round = 0; round < 3; round++) {
    const { remarks } = await own.show(render);
    assert.equal(remarks.length, 3, remarks.join("\n"));
    assert.match(remarks.join("\n"), /cursor/);
    assert.match(remarks.join("\n"), /width/i);
    assert.match(remarks.join("\n"), /ᚠ/);
  }
  assert.equal(own.host.lines.filter((line) => line.includes("not drawn as its template says")).length, 3);
});

test("satori.heapBytes() grows with the largest card", async () => {
  const blank = { name: "test", parameters: v.object({}), examples: [], render: () => null };
  const settings = { fonts: [], maxNodes: 9, maxTextLength: 9, maxPicturePixels: 9 };
  const engine = await satori.setup(settings, { ...studio.host, template: () => blank });
  for (const [width, most] of [
    [600, 600],
    [900, 900],
    [300, 900],
  ] as const) {
    await engine.draw?.(cardDrawing(), { ...how, atLeast: { width, height: width / 2 } });
    assert.equal(engine.heapBytes?.(), ((most * most) / 2) * 12);
  }
});

test("satori gives up on what it does not do", async () => {
  const engine = await satori.setup(
    { fonts: [], maxNodes: 1, maxTextLength: 1, maxPicturePixels: 1 } as never,
    studio.host,
  );
  assert.throws(() => engine.decode(new Uint8Array(), how), { code: "engine-cannot" });
  assert.throws(() => engine.fromPixels([]), { code: "engine-cannot" });
});
