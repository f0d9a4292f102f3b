import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as v from "valibot";
import { CameoError } from "../../../core/error.ts";
import { hasCode } from "../../../core/testing/check.ts";
import { testSource } from "../../../core/testing.ts";
import source from "../../../plugins/sources/template.ts";
import { make, open, templates } from "./template-cards.ts";

testSource(source, {});

const studio = await open();

/** What a refusal tells the one who wrote the URL. */
function refusal(run: () => unknown): CameoError {
  try {
    run();
  } catch (error) {
    if (error instanceof CameoError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

const canonicals: readonly (readonly [url: string, canonical: string])[] = [
  ["/og-image?title=Hi", "/og-image/card?title=Hi"],
  ["/og-image/?title=Hi", "/og-image/card?title=Hi"],
  ["/og-image/card?title=Hi", "/og-image/card?title=Hi"],
  ["/og-image?template=card&title=Hi", "/og-image/card?title=Hi"],
  ["/og-image/card?template=card&title=Hi", "/og-image/card?title=Hi"],
  ["/og-image/card.webp?title=Hi", "/og-image/card?f=webp&title=Hi"],
  ["/og-image/card.JPG?title=Hi", "/og-image/card?f=jpeg&title=Hi"],
  ["/og-image/card@2.avif?title=Hi&w=600", "/og-image/card@2?w=600&f=avif&title=Hi"],
  ["/og-image/.gif?title=Hi", "/og-image/card?f=gif&title=Hi"],
  ["/og-image?template=card@2&title=Hi", "/og-image/card@2?title=Hi"],
  ["/og-image?title=Hi&format=auto", "/og-image/card?format=auto&title=Hi"],
  ["/og-image?title=Hi&p=og", "/og-image/card?p=og&title=Hi"],
  ["/og-image?title=Hi&theme=light&subtitle=", "/og-image/card?title=Hi"],
  ["/og-image?title=Hi&theme=Auto", "/og-image/card?theme=auto&title=Hi"],
  ["/og-image?theme=DARK&title=Hi", "/og-image/card?theme=dark&title=Hi"],
  ["/og-image?title=Hi&image=/images/a%20b.jpg", "/og-image/card?image=images/a%20b.jpg&title=Hi"],
  ["/og-image/release?version=2.1&v=9&title=Out", "/og-image/release?v=9&title=Out&version=2.1"],
  ["/og-image/square?h=x&title=A", "/og-image/square?h=x&title=A"],
  ["/og-image?image=images/a.gif", "/og-image/card?image=images/a.gif"],
  ["/og-image?image=images/a.gif&w=600", "/og-image/card?w=600&image=images/a.gif"],
  ["/og-image/square?image=images/a.gif&w=200", "/og-image/square?w=200&image=images/a.gif"],
  ["/og-image?image=images/a.gif&fit=inside", "/og-image/card?fit=inside&image=images/a.gif"],
  ["/og-image?image=images/a.gif&pos=center", "/og-image/card?image=images/a.gif&position=center"],
  ["/og-image/card.webp?image=images/a.gif&kind=Person", "/og-image/card?f=webp&image=images/a.gif&kind=person"],
];

test("template reads a URL to one spelling, which it reads as the same", () => {
  for (const [url, canonical] of canonicals) {
    assert.equal(studio.canonical(url), canonical, url);
    assert.equal(studio.canonical(canonical), canonical);
  }
});

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("", "auto", "png", "dark", "inside", "center", "0.5,0.2", "600", "calm", "person"),
  fc.constantFrom("images/a.jpg", "/images/ä/%2e.jpg", "https://example.com/a.jpg?b=1#c"),
);
const names =
  "title subtitle badge image theme template format f width w h fit pos position kind p v version words tone";
const name = fc.constantFrom(...names.split(" "));
const refs = ["", "card", "card@2", "quote.png", "team", "release", "square.webp", "mark", "plain", "placeholder"];
const pairs = fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([name]) => name });
const start = fc.constantFrom("title=Hello", "words=Hello", "image=images/b.gif", "");

test("template reads its own canonical URL as the same request (property)", () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.constantFrom(...refs), start, pairs, (ref, start, pairs) => {
      const query = new URLSearchParams([...new URLSearchParams(start), ...pairs]);
      const url = `/og-image/${ref}?${query}`;
      try {
        studio.parse(url);
      } catch (error) {
        assert.ok(error instanceof CameoError && error.status < 500, String(error));
        return;
      }
      taken += 1;
      const canonical = studio.canonical(url);
      assert.equal(studio.canonical(canonical), canonical);
      assert.deepEqual(studio.parse(canonical), studio.parse(url));
    }),
    { numRuns: 3000 },
  );
  assert.ok(taken > 300, `only ${taken} URLs were taken`);
});

test("template leaves what belongs to no template to Cameo, unless the template calls a parameter so", () => {
  assert.deepEqual(studio.parse("/og-image?title=Hi&w=600&dpr=2&quality=50").parameters, {
    width: 600,
    dpr: 2,
    quality: 50,
  });
  assert.deepEqual(studio.parse("/og-image/release?version=2.1&v=9").query, { version: "2.1" });
  assert.equal(refusal(() => studio.parse("/og-image/square?height=9&title=A")).options.fields?.parameter, "height");
  assert.equal(studio.parse("/og-image?title=Hi&exp=9&sig=0123456789abcdefgh").parameters.expires, 9);
});

test("template refuses a parameter that it does not take, and lists those that it takes", () => {
  const { code, detail, options } = refusal(() => studio.parse("/og-image?title=Hi&sub=x"));
  assert.equal(code, "bad-parameter");
  assert.match(detail, /The template "card" has no parameter "sub"; it takes title, subtitle, image, theme/);
  assert.deepEqual(options.fields, { parameter: "sub", takes: "title, subtitle, image, theme" });
  for (const name of ["__proto__", "constructor", "toString", "words", "kind", "sub\n", "x".repeat(500)]) {
    const { code, options } = refusal(() => studio.parse(`/og-image?title=Hi&${encodeURIComponent(name)}=1`));
    assert.equal(code, "bad-parameter");
    assert.ok(String(options.fields?.parameter).length <= 41);
  }
});

test("template says what is missing, too long, or not one of the words", () => {
  const fields = (url: string) => refusal(() => studio.parse(url)).options.fields;
  assert.equal(
    refusal(() => studio.parse("/og-image")).detail,
    'The template "card" needs "title"; it takes title, subtitle, image.',
  );
  assert.deepEqual(fields(`/og-image?title=${"x".repeat(61)}`), {
    parameter: "title",
    got: `${"x".repeat(40)}…`,
    takes: "at most 60 characters",
  });
  assert.deepEqual(fields("/og-image/quote?tone=angry"), {
    parameter: "tone",
    got: "angry",
    takes: "one of calm, loud",
  });
  assert.deepEqual(fields("/og-image?title=Hi&theme=blue"), {
    parameter: "theme",
    got: "blue",
    takes: "one of light, dark, auto",
  });
  assert.equal(fields("/og-image?image=images/a.jpg&kind=cat")?.takes, "one of person, company, card");
});

test("template counts characters as a reader does", async () => {
  const family = "👨‍👩‍👧‍👦";
  assert.equal((await studio.draw(`/og-image?title=${family.repeat(60)}`)).parameters.title, family.repeat(60));
  assert.equal(refusal(() => studio.parse(`/og-image?title=${family.repeat(61)}`)).code, "bad-parameter");
  const small = await open({ options: { maxTextGraphemes: 10 } });
  assert.equal(small.parse(`/og-image?title=${family.repeat(4)}&subtitle=${"é".repeat(6)}`).ref, "card");
  const { detail } = refusal(() => small.parse("/og-image?title=12345&subtitle=123456"));
  assert.equal(detail, "The texts have 11 characters together; a card has at most 10 here.");
});

test("template takes each parameter once", () => {
  for (const query of [
    "title=a&title=a",
    "title=a&title=",
    "theme=dark&theme=dark",
    "template=card&template=card",
    "title=a&w=1&width=1",
  ])
    assert.equal(refusal(() => studio.parse(`/og-image?${query}`)).code, "bad-parameter", query);
  assert.match(
    refusal(() => studio.parse("/og-image/card?template=quote&title=a")).detail,
    /"template" is given twice/,
  );
  assert.match(refusal(() => studio.parse("/og-image/card.png?f=webp&title=a")).detail, /"format" is given twice/);
});

test("template says which templates and versions there are", () => {
  const none = refusal(() => studio.parse("/og-image/nope?title=a"));
  assert.equal(none.code, "not-found");
  assert.match(none.detail, /no template "nope"; there are: card, mark, placeholder, plain, quote/);
  const version = refusal(() => studio.parse("/og-image/card@9?title=a"));
  assert.equal(version.detail, 'There is no version "9" of the template "card"; there are: 1, 2.');
  for (const ref of [
    "card@",
    "card@1@2",
    "../card",
    "card%2f..",
    "constructor",
    "__proto__",
    "card%00",
    "a".repeat(3000),
  ])
    assert.equal(refusal(() => studio.parse(`/og-image/${ref}?title=a`)).code, "not-found", ref);
});

const injections = [
  "<script>alert(1)</script>",
  '"><svg onload=alert(1)>',
  "</text></svg><image href='file:///etc/passwd'/>",
  "<![CDATA[x]]><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
  "{{7*7}} #{7*7} <%= 7*7 %>",
  "url(http://169.254.169.254/)",
  "'); DROP TABLE cards; --",
  "%00 %0a \\u0000",
];

test("template passes markup on as text", async () => {
  for (const words of injections) {
    const { parameters } = await studio.draw(`/og-image/quote?words=${encodeURIComponent(words)}`);
    assert.deepEqual(parameters, { words: words.replace(/\s+/g, " ") });
  }
});

test("template takes control characters and bidi overrides out, and folds white space", async () => {
  const title = async (text: string) =>
    (await studio.draw(`/og-image?title=${encodeURIComponent(text)}`)).parameters.title;
  assert.equal(await title("a\0b\x1b[31mc\x7f\u0085d"), "a b [31mc d");
  assert.equal(await title("user\u202egnp.exe\u2066\u2069\u202a\u202c\ufeff"), "usergnp.exe");
  assert.equal(await title("  many \t\r\n\u2028 lines  "), "many lines");
  assert.equal(await title("e\u0301"), "\u00e9");
  assert.equal(await title("\u05e9\u05dc\u05d5\u05dd\u200f!"), "\u05e9\u05dc\u05d5\u05dd\u200f!");
  assert.equal(await title("10\u00a0km"), "10\u00a0km");
  assert.equal(refusal(() => studio.parse("/og-image?title=%E2%80%AE%00")).code, "bad-parameter");
});

test("template gives a worker plain data with the brand, the theme and a fallback", async () => {
  const { template, parameters, size, theme, brand, pictures, fallback } = structuredClone(
    await studio.draw("/og-image/quote?words=Be%20kind&tone=calm&theme=dark"),
  );
  assert.deepEqual(
    { template, parameters, theme, pictures },
    {
      template: "template.quote",
      parameters: { words: "Be kind", tone: "calm" },
      theme: "dark",
      pictures: {},
    },
  );
  assert.deepEqual(size, { width: 1200, height: 630 });
  assert.equal(brand.fonts.heading, "Inter Display");
  assert.equal(fallback?.template, "template.plain");
  assert.deepEqual(fallback?.parameters, { title: "Be kind" });
});

test("template cuts the title of its fallback where that takes less", async () => {
  const { fallback } = await studio.draw(`/og-image?title=${"word ".repeat(11)}end`);
  assert.equal(fallback?.parameters.title, `${"word ".repeat(8).slice(0, 39)}…`);
  assert.equal((await studio.draw("/og-image/plain?title=x")).fallback, undefined);
  assert.equal((await (await open({ options: { fallback: "none" } })).draw("/og-image?title=x")).fallback, undefined);
});

test("template knows its drawing again by its etag", async () => {
  const url = "/og-image?title=Hi";
  const { etag, body, by } = await studio.load(url);
  assert.equal(body.byteLength, 0);
  assert.equal(by, "template.card");
  assert.equal((await studio.load(url)).etag, etag);
  const { ref, query } = studio.parse(url);
  const signal = new AbortController().signal;
  const again = await studio.source.load(ref, { query, signal, isSigned: false, previous: { etag } });
  assert.equal(again, "unchanged");
  const others = [
    await studio.load("/og-image?title=Ho"),
    await studio.load("/og-image?title=Hi&theme=dark"),
    await studio.load("/og-image/card@2?title=Hi"),
    await (await open({ options: { brand: { name: "Acme" } } })).load(url),
    await (await open({ hashes: { "template.card": "new" } })).load(url),
    await (await open({ hashes: { "template.plain": "new" } })).load(url),
  ];
  assert.equal(new Set([etag, ...others.map((each) => each.etag)]).size, 7);
});

test("template draws the default template that the settings name", async () => {
  const other = await open({ options: { default: "quote" } });
  assert.equal((await other.draw("/og-image?words=x")).template, "template.quote");
  const missing = await open({ options: { default: "gone" } });
  assert.throws(() => missing.parse("/og-image?title=x"), hasCode("not-found"));
});

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const linear = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("template options: plain colours have the contrast of WCAG AA", async () => {
  const { brand } = await studio.draw("/og-image?title=x");
  for (const { background, surface, text, muted, accent, onAccent } of Object.values(brand.colors)) {
    const pairs = [
      [text, background],
      [text, surface],
      [muted, background],
      [muted, surface],
      [onAccent, accent],
      [accent, background],
    ] as const;
    for (const [ink, ground] of pairs)
      assert.ok(contrast(ink, ground) >= 4.5, `${ink} on ${ground}: ${contrast(ink, ground)}`);
  }
});

test("template options: a brand changes what it names and nothing else", async () => {
  const { brand } = await (
    await open({ options: { brand: { colors: { dark: { accent: "#ff0000" } }, pattern: "dots" } } })
  ).draw("/og-image?title=x");
  const plain = (await studio.draw("/og-image?title=x")).brand;
  assert.deepEqual(brand, {
    ...plain,
    pattern: "dots",
    colors: { ...plain.colors, dark: { ...plain.colors.dark, accent: "#ff0000" } },
  });
});

test("template options refuse what means nothing, and each setting is described", () => {
  const isValid = (options: object) => v.safeParse(source.options, options).success;
  for (const options of [
    { brand: { colors: { light: { accent: "red" } } } },
    { brand: { colour: {} } },
    { rollout: { card: { 2: 101 } } },
    { rollout: { card: 5 } },
    { maxPictures: -1 },
    { brand: { pattern: "stars" } },
  ])
    assert.equal(isValid(options), false, JSON.stringify(options));
  assert.equal(isValid({ rollout: { card: { 2: 0.5 } } }), true);
});

test("template works with no template at all", async () => {
  const empty = await open({ templates: [] });
  assert.match(refusal(() => empty.parse("/og-image?title=x")).detail, /there are: none/);
});

test("template takes a template whose schema is not an object of entries only", async () => {
  const odd = await open({ templates: [...templates, make("bare", "1", {})] });
  assert.deepEqual((await odd.draw("/og-image/bare")).parameters, {});
  assert.throws(() => odd.parse("/og-image/bare?title=x"), hasCode("bad-parameter"));
});
