import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createGrammar, formatRequest, type ParsedRequest, parseRequest } from "../../../core/request/parse.ts";
import { type AvatarGrammar, readAvatarUrl } from "../../../plugins/sources/avatar-read.ts";

const md5 = "0bc83cb571cd1c50ba6f3e8a78ef1346";
const sha256 = "84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee";
const core = createGrammar();
const plain: AvatarGrammar = { links: new Set(["github"]), default: "mp", theme: "light", rating: "x" };

function read(url: string, grammar: AvatarGrammar = plain): ParsedRequest {
  const [path = "", search = ""] = url.split(/\?(.*)/s);
  return parseRequest(path, search, core, { read: (raw) => readAvatarUrl(raw, grammar) });
}

const canonical = (url: string, grammar?: AvatarGrammar): string => formatRequest(read(url, grammar), core);
const square = (side: number) => `w=${side}&h=${side}&fit=cover&enlarge=1`;

/** What a query means: the canonical query, without the size that it has by default. */
const meaning = (query: string, grammar?: AvatarGrammar): string =>
  canonical(`/avatar/${md5}?${query}`, grammar)
    .slice(`/avatar/${md5}?`.length)
    .replace(new RegExp(`^${square(80)}&?`), "");

const refs: Readonly<Record<string, string>> = {
  [md5]: md5,
  [md5.toUpperCase()]: md5,
  [sha256]: sha256,
  [sha256.toUpperCase()]: sha256,
  [`%20${md5}%20`]: md5,
  [`${md5}/`]: md5,
  [`${md5}/.png//`]: md5,
  "github/octocat/.png": "github/octocat",
  [`~${md5}`]: `~${md5}`,
  [`~${md5.toUpperCase()}`]: `~${md5}`,
  "github/octocat": "github/octocat",
  "github/Octocat.png": "github/Octocat",
};

test("readAvatarUrl() takes MD5 and SHA-256 of any case, private IDs, and refs of links by their name", () => {
  for (const [text, ref] of Object.entries(refs)) assert.equal(read(`/avatar/${text}`).ref, ref, text);
});

test("readAvatarUrl() gives an odd or empty id one that stands for it, never an error", () => {
  const odd = [
    "",
    "x",
    md5.slice(1),
    `${md5}0`,
    "~",
    "~x",
    "a/b",
    "github/",
    "/github",
    "gitlab/ada",
    "Jos%C3%A9",
    ".png",
  ];
  for (const text of odd) assert.match(read(`/avatar/${text}`).ref, /^odd-[0-9a-f]{32}$/, text);
  const address = read("/avatar/Ada@Example.com").ref;
  assert.ok(!address.includes("ada"), "an address goes no further");
  assert.equal(address, read("/avatar/ada@example.com.jpg").ref);
  assert.notEqual(address, read("/avatar/bob@example.com").ref);
});

const endings = { png: "png", jpg: "jpeg", jpeg: "jpeg", gif: "gif", webp: "webp", avif: "avif", PNG: "png" } as const;

test("readAvatarUrl() takes the ending for the format, and lets format= win", () => {
  for (const [ending, format] of Object.entries(endings)) {
    const { ref, parameters } = read(`/avatar/${md5}.${ending}`);
    assert.deepEqual([ref, parameters.format], [md5, format]);
  }
  assert.equal(read(`/avatar/${md5}.png?format=webp`).parameters.format, "webp");
  assert.equal(read(`/avatar/${md5}`).parameters.format, undefined);
  assert.match(read(`/avatar/${md5}.bmp`).ref, /^odd-/);
});

const sizes: Readonly<Record<string, number>> = {
  "": 80,
  "s=40": 40,
  "size=40": 40,
  "s=1": 1,
  "s=2048": 2048,
  "s=0": 1,
  "s=-7": 1,
  "s=2049": 2048,
  "s=99999999999999999999": 2048,
  "s=": 80,
  "s=big": 80,
  "s=40px": 80,
  "s=1e3": 80,
  "s=NaN": 80,
  "s=79.9": 79,
  "s=+40": 40,
  "s=%2B40": 40,
  "s=%2040": 40,
  "s=16&size=32": 32,
  "size=32&s=16": 32,
  "s=16&size=big": 80,
  "s=16&s=32": 32,
};

test("readAvatarUrl() makes a square of s= or size=, clamped to 1 to 2048, 80 for what is no number", () => {
  for (const [query, side] of Object.entries(sizes)) {
    const { parameters, defaults } = read(`/avatar/${md5}?${query}`);
    const { width, height, fit, enlarge } = { ...defaults, ...parameters };
    assert.deepEqual(
      { width, height, fit, enlarge },
      { width: side, height: side, fit: "cover", enlarge: true },
      query,
    );
  }
});

test("readAvatarUrl() leaves the size to Cameo's own parameters where they are given", () => {
  assert.equal(meaning("w=64&format=webp"), "w=64&f=webp");
  assert.equal(meaning("s=16&w=64"), "w=64");
  assert.equal(meaning("height=64"), "h=64");
  assert.equal(meaning("p=thumb"), "p=thumb");
  assert.equal(meaning("s=40&p=thumb"), `${square(40)}&p=thumb`);
  assert.equal(meaning("s=40&fit=contain&radius=max"), "w=40&h=40&fit=contain&enlarge=1&radius=max");
  assert.equal(meaning("s=40&enlarge=0"), "w=40&h=40&fit=cover");
});

const meanings: Readonly<Record<string, string>> = {
  "d=404": "default=404",
  "d=mp": "",
  "d=mm": "",
  "d=mystery": "",
  "d=mmng": "default=mmng",
  "d=identicon": "default=identicon",
  "d=Identicon": "default=identicon",
  "d=monsterid": "default=monsterid",
  "d=wavatar": "default=wavatar",
  "d=retro": "default=retro",
  "d=robohash": "default=robohash",
  "d=pagan": "default=pagan",
  "d=blank": "default=blank",
  "d=color": "default=color",
  "d=initials": "default=initials",
  "default=retro": "default=retro",
  "d=retro&default=identicon": "default=identicon",
  "d=": "",
  "d=unknown": "",
  "d=toString": "",
  "d=https%3A%2F%2Fexample.com%2Fa.png": "default=https://example.com/a.png",
  "d=http://example.com/a.JPG": "default=http://example.com/a.JPG",
  "d=https://example.com:443/a.png": "default=https://example.com/a.png",
  "d=http://example.com:443/a.png": "default=http://example.com:443/a.png",
  "d=https://example.com:8443/a.png": "",
  "d=https://user:pw@example.com/a.png": "",
  "d=https://example.com/a": "",
  "d=https://example.com/a.html": "",
  "d=ftp://example.com/a.png": "",
  "d=//example.com/a.png": "",
  "d=javascript:alert(1)//a.png": "",
  "d=https://[::1/a.png": "",
  "f=y": "forcedefault=y",
  "f=yes": "forcedefault=y",
  "f=1": "forcedefault=y",
  "f=Y": "forcedefault=y",
  "forcedefault=y": "forcedefault=y",
  "f=n": "",
  "f=": "",
  "forcedefault=n&f=y": "",
  "forcedefault=y&f=n": "forcedefault=y",
  "f=webp": "f=webp",
  "f=JPG": "f=jpeg",
  "f=webp&f=y": "f=webp&forcedefault=y",
  "f=bmp": "",
  "format=png&f=webp": "f=png",
  "r=g": "",
  "r=pg": "rating=pg",
  "r=r": "rating=r",
  "r=X": "rating=x",
  "rating=pg&r=x": "rating=pg",
  "r=": "",
  "r=adult": "",
  "d=initials&initials=AL": "default=initials&initials=AL",
  "d=initials&initials=abc": "default=initials&initials=AB",
  "d=initials&name=Ada+King+Lovelace": "default=initials&initials=AL",
  "d=initials&name=Ada&initials=X": "default=initials&initials=X",
  "d=initials&name=": "default=initials",
  "name=Ada": "",
  "initials=AL": "",
  "theme=dark": "theme=dark",
  "theme=light": "",
  "theme=auto": "theme=auto",
  "theme=pink": "",
  "utm_source=x&gravatar=yes&_=1": "",
  "blur=3": "blur=3",
};

test("readAvatarUrl() reads each parameter as Gravatar and Libravatar do, and ignores what it does not know", () => {
  for (const [query, wanted] of Object.entries(meanings)) assert.equal(meaning(query), wanted, query);
});

test("readAvatarUrl() leaves a bad value of Cameo's own to be refused", () => {
  for (const query of ["w=big", "format=bmp", "blur=lots", "fit=round"])
    assert.throws(() => read(`/avatar/${md5}?${query}`), /bad-parameter/, query);
});

test("readAvatarUrl() holds to the settings: the default, the theme, the highest rating", () => {
  const strict: AvatarGrammar = { ...plain, default: "initials", theme: "dark", rating: "pg" };
  assert.equal(meaning("d=initials&r=x&theme=dark&name=Ada", strict), "initials=A&rating=pg");
  assert.equal(meaning("d=mp&theme=light", strict), "default=mp&theme=light");
  assert.equal(meaning("r=x", { ...plain, rating: "g" }), "");
});

const names = "s size d default f format forcedefault r rating initials name theme w h fit p dpr radius x".split(" ");
const values =
  "y n 1 80 -3 0 big webp PNG 404 mm retro initials pg x dark Ada+L %F0%9F%A6%8A https://e.org/a.png?b=c%23d cover".split(
    " ",
  );
const pair = fc.tuple(
  fc.constantFrom(...names),
  fc.oneof(fc.constantFrom(...values), fc.string().map(encodeURIComponent)),
);
const id = fc.oneof(
  fc.constantFrom(...Object.keys(refs), `${md5}.png.jpg`, "a.png.gif ", "github/a.png .jpg", " ", "odd-"),
  fc.string({ unit: "grapheme" }).map((text) => encodeURIComponent(text.toWellFormed())),
);

test("readAvatarUrl() reads the canonical URL as the same", () => {
  fc.assert(
    fc.property(id, fc.array(pair, { maxLength: 6 }), (ref, pairs) => {
      const url = `/avatar/${ref}?${pairs.map((each) => each.join("=")).join("&")}`;
      let first: ParsedRequest;
      try {
        first = read(url);
      } catch (error) {
        assert.match(String(error), /bad-parameter/);
        return;
      }
      const text = formatRequest(first, core);
      assert.deepEqual(read(text), first, text);
    }),
    { numRuns: 3000 },
  );
});
