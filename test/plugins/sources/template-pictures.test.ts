import assert from "node:assert/strict";
import { test } from "node:test";
import type { Original, RenderedImage, RenderOptions } from "../../../core/plugin.ts";
import { CameoError } from "../../../core/plugin.ts";
import { hasCode } from "../../../core/testing/check.ts";
import { png } from "../../../core/testing/images.ts";
import { open, type StudioOptions } from "./template-cards.ts";

const photo: RenderedImage = { body: new Uint8Array([0xff, 0xd8, 1]), type: "image/jpeg", width: 800, height: 600 };

/** A studio that keeps what was asked of other mounts, and answers it all with `answer`. */
async function openWith(
  answer: (path: string, options?: RenderOptions) => RenderedImage | Promise<RenderedImage>,
  more: StudioOptions = {},
) {
  const asked: (readonly [path: string, as: string])[] = [];
  const studio = await open({
    ...more,
    async render(path, options) {
      asked.push([path, options?.as ?? "plugin"]);
      return answer(path, options);
    },
  });
  return { ...studio, asked };
}

const refuse = (code: "signature-required" | "host-not-allowed" | "not-found" | "too-many-pixels"): never => {
  throw new CameoError(code, "No.");
};

const withImage = (value: string): string => `/og-image?title=Hi&image=${encodeURIComponent(value)}`;

test("template asks another mount for a picture at the size of its slot, as the client could himself", async () => {
  const { draw, asked } = await openWith(() => photo);
  const { pictures, parameters } = await draw(withImage("images/a.jpg"));
  assert.deepEqual(asked, [["/images/a.jpg?w=400&h=300&fit=cover&pos=smart&frames=1&q=90", "stranger"]]);
  assert.deepEqual(pictures, { image: { src: "data:image/jpeg;base64,/9gB", width: 400, height: 300 } });
  assert.deepEqual(parameters, { title: "Hi", image: "images/a.jpg" });
});

test("template asks for no more pixels than the settings allow", async () => {
  const { draw, asked } = await openWith(() => photo, { options: { maxPicturePx: 200 } });
  await draw(withImage("images/a.jpg"));
  assert.match(asked[0]?.[0] ?? "", /\?w=200&h=150&/);
  const dense = await openWith(() => photo, { options: { pictureDensity: 2 } });
  await dense.draw(withImage("images/a.jpg"));
  assert.match(dense.asked[0]?.[0] ?? "", /\?w=800&h=600&/);
});

test("template keeps the shape of a picture inside its slot, and does not enlarge it", async () => {
  const sizes = [
    [800, 100, 200, 25],
    [100, 400, 25, 100],
    [50, 20, 50, 20],
  ];
  for (const [width = 0, height = 0, ...shown] of sizes) {
    const { draw, asked } = await openWith(() => ({ ...photo, width, height }));
    const { logo } = (await draw("/og-image/mark?title=a&logo=images/l.png")).pictures;
    assert.deepEqual([logo?.width, logo?.height], shown);
    assert.match(asked[0]?.[0] ?? "", /\?w=200&h=100&fit=inside&frames=1&q=90$/);
  }
});

test("template hands on PNG and JPEG only, and large photos as JPEG", async () => {
  const large = (alpha: boolean) => {
    const body = new Uint8Array(600 * 1024);
    body.set(png());
    body[25] = alpha ? 6 : 2;
    return { ...photo, body, type: "image/png" };
  };
  const formats = async (first: RenderedImage) => {
    const { draw, asked } = await openWith((path) => (path.includes("&f=") ? photo : first));
    await draw(withImage("images/a"));
    return asked.map(([path]) => /&f=(\w+)$/.exec(path)?.[1]);
  };
  assert.deepEqual(await formats(photo), [undefined]);
  assert.deepEqual(await formats({ ...photo, body: png(), type: "image/png" }), [undefined]);
  assert.deepEqual(await formats({ ...photo, type: "image/gif" }), [undefined, "png"]);
  assert.deepEqual(await formats({ ...photo, type: "image/webp" }), [undefined, "png"]);
  assert.deepEqual(await formats(large(true)), [undefined]);
  assert.deepEqual(await formats(large(false)), [undefined, "jpeg"]);
});

test("template escapes what names a picture, so that it cannot carry parameters along", async () => {
  const paths: readonly (readonly [value: string, path: string])[] = [
    ["/images/a.jpg", "/images/a.jpg"],
    ["images/ä b%2f.jpg", "/images/%C3%A4%20b%252f.jpg"],
    ["images/a&w=9.jpg", "/images/a%26w%3D9.jpg"],
    ["images/../secret", "/images/../secret"],
    ["avatar/0bc83cb571cd1c50ba6f3e8a78ef1346", "/avatar/0bc83cb571cd1c50ba6f3e8a78ef1346"],
    ["https://example.com/a.jpg?w=9&x=#y", "/remote/https%3A%2F%2Fexample.com%2Fa.jpg%3Fw%3D9%26x%3D"],
    ["HTTP://EXAMPLE.com:80", "/remote/http%3A%2F%2Fexample.com%2F"],
    ["remote/https://example.com/a?b=c", "/remote/https%3A//example.com/a%3Fb%3Dc"],
  ];
  for (const [value, path] of paths) {
    const { draw, asked } = await openWith(() => photo);
    await draw(withImage(value));
    assert.equal(asked[0]?.[0].split("?")[0], path, value);
  }
  const other = await openWith(() => photo, { options: { remote: "pictures" } });
  await other.draw(withImage("https://example.com/a"));
  assert.match(other.asked[0]?.[0] ?? "", /^\/pictures\/https/);
});

test("template asks each mount's pictures with the query of the settings", async () => {
  const asked: string[] = [];
  const original = async (path: string) => {
    asked.push(path);
    return null;
  };
  const plain = await openWith(() => photo, { original });
  await plain.draw(withImage("avatar/0bc8"));
  assert.match(plain.asked[0]?.[0] ?? "", /^\/avatar\/0bc8\?w=400&.*&q=90&d=404$/);
  await plain.load("/og-image?image=avatar/0bc8");
  await plain.load("/og-image?image=images/a.jpg");
  assert.deepEqual(asked, ["/avatar/0bc8?d=404", "/images/a.jpg"]);
  const own = await openWith(() => photo, { options: { pictureQuery: { people: "default=404&x=1" } } });
  await own.draw(withImage("people/ada"));
  await own.draw(withImage("avatar/0bc8"));
  assert.match(own.asked[0]?.[0] ?? "", /&q=90&default=404&x=1$/);
  assert.match(own.asked[1]?.[0] ?? "", /&q=90$/);
});

const refused = [
  "images/a.jpg?w=9",
  "images/a.jpg#x",
  "og-image/card",
  "/og-image/card",
  "meta/images/a.jpg",
  "//example.com/a.jpg",
  "images",
  "images/",
  "../images/a.jpg",
  "data:image/png;base64,AA",
  "javascript:alert(1)/a",
  "file:///etc/passwd",
  "https://user:pw@example.com/",
  "https://",
  "https://cards.example.com/og-image?image=x",
  "remote/https://cards.example.com/og-image?image=x",
  "remote/https://user:pw@example.com/",
  "images/a\0.jpg",
  "images\\a.jpg",
  "images/a\n.jpg",
];

test("template refuses what names no picture of another mount", async () => {
  const { parse } = await open({ baseUrl: "https://cards.example.com" });
  for (const value of refused) {
    assert.throws(() => parse(withImage(value)), hasCode("bad-parameter"), value);
    assert.throws(() => parse(`/og-image?image=${encodeURIComponent(value)}`), hasCode("bad-parameter"), value);
  }
});

test("template leaves out a picture that is missing, huge, hostile or no picture, and looks again soon", async () => {
  const failures: (() => never)[] = [
    () => refuse("not-found"),
    () => refuse("too-many-pixels"),
    () => {
      throw new TypeError("broken");
    },
  ];
  for (const fail of failures) {
    const { load, host } = await openWith(fail);
    const { drawing, maxAgeS } = await load(withImage("images/a.jpg"));
    assert.deepEqual(drawing?.pictures, {});
    assert.match(drawing?.remarks?.join() ?? "", /^no picture for "image": [A-Z][^.]+\.$/);
    assert.equal(drawing?.parameters.image, "images/a.jpg");
    assert.equal(maxAgeS, 60);
    assert.equal(host.figures.get("missingPictures"), 1);
    assert.deepEqual(host.lines, ["debug: a card goes without a picture"]);
  }
});

test("template leaves out a picture that is late, and keeps those that are in time", async () => {
  const late = (_: string, options?: RenderOptions) =>
    new Promise<never>((_, reject) => {
      options?.signal?.addEventListener("abort", () => reject(options.signal?.reason));
    });
  const { load } = await openWith((path, options) => (path.startsWith("/images/1") ? late(path, options) : photo), {
    options: { pictureMs: 20 },
  });
  const { drawing, maxAgeS } = await load("/og-image/team?face0=images/0&face1=images/1&face2=images/2");
  assert.deepEqual(Object.keys(drawing?.pictures ?? {}), ["face0", "face2"]);
  assert.equal(maxAgeS, 60);
});

test("template gives up when the one who asked is gone", async () => {
  const gone = new AbortController();
  const { source, parse } = await openWith((_, options) => {
    gone.abort(new Error("gone"));
    options?.signal?.throwIfAborted();
    return photo;
  });
  const { ref, query } = parse(withImage("images/a.jpg"));
  await assert.rejects(source.load(ref, { query, signal: gone.signal, isSigned: false }), /gone/);
});

test("template takes at most so many pictures", async () => {
  const faces = (count: number) => Array.from({ length: count }, (_, at) => `face${at}=images/${at}`).join("&");
  const { draw, parse, asked } = await openWith(() => photo);
  await draw(`/og-image/team?${faces(8)}`);
  assert.equal(asked.length, 8);
  assert.throws(() => parse(`/og-image/team?${faces(9)}`), hasCode("bad-parameter"));
  const none = await open({ options: { maxPictures: 0 } });
  assert.throws(() => none.parse(withImage("images/a.jpg")), hasCode("bad-parameter"));
});

test("template refuses a card with a picture that this client may not see, and draws it for a signed URL only", async () => {
  for (const code of ["signature-required", "host-not-allowed"] as const) {
    const { load, asked } = await openWith((path) => (path.includes("sig=") ? photo : refuse(code)));
    await assert.rejects(load(withImage("images/a.jpg")), hasCode(code));
    assert.equal(asked.length, 1);
    const { drawing, needsSignature } = await load(withImage("images/a.jpg"), { isSigned: true });
    assert.equal(drawing?.pictures.image?.width, 400);
    assert.equal(needsSignature, true);
    assert.deepEqual([...new Set(asked.map(([, as]) => as))], ["stranger"]);
  }
  const open = await openWith(() => photo);
  assert.equal((await open.load(withImage("images/a.jpg"), { isSigned: true })).needsSignature, false);
});

test("template leaves out a picture that even a signature does not open", async () => {
  const { load } = await openWith(() => refuse("host-not-allowed"));
  assert.deepEqual((await load(withImage("http://169.254.169.254/"), { isSigned: true })).drawing?.pictures, {});
});

test("template is fresh and private as its pictures are", async () => {
  const ages = [
    [{ maxAgeS: 3600 }, 3600],
    [{ maxAgeS: 0 }, 60],
    [{}, undefined],
  ] as const;
  for (const [more, maxAgeS] of ages) {
    const { load } = await openWith(() => ({ ...photo, ...more }));
    assert.equal((await load(withImage("images/a.jpg"))).maxAgeS, maxAgeS);
  }
  const { load } = await openWith(() => ({ ...photo, isPrivate: true }));
  assert.equal((await load(withImage("images/a.jpg"))).isPrivate, true);
});

test("template has another etag with other bytes of a picture", async () => {
  const etag = async (body: Uint8Array) =>
    (await (await openWith(() => ({ ...photo, body }))).load(withImage("images/a"))).etag;
  assert.equal(await etag(new Uint8Array([1])), await etag(new Uint8Array([1])));
  assert.notEqual(await etag(new Uint8Array([1])), await etag(new Uint8Array([2])));
});

test("template shows the logo of the settings, whoever asks, and another one on dark cards", async () => {
  const options = { brand: { logo: "brand/light.svg", logoDark: "brand/dark.svg" } };
  const { draw, asked } = await openWith(() => ({ ...photo, width: 960, height: 320 }), { options });
  const { brand } = await draw("/og-image?title=x");
  assert.deepEqual(brand.logo, { src: "data:image/jpeg;base64,/9gB", width: 480, height: 160 });
  await draw("/og-image?title=x&theme=dark");
  assert.match(asked[0]?.[0] ?? "", /^\/brand\/light\.svg\?w=480&h=160&fit=inside&frames=1&q=90&sig=/);
  assert.match(asked[1]?.[0] ?? "", /^\/brand\/dark\.svg/);
  assert.deepEqual([...new Set(asked.map(([, as]) => as))], ["plugin"]);
});

test("template goes without a logo that is not there, and health says so until it is", async () => {
  let isThere = false;
  const { load, host } = await openWith(() => (isThere ? photo : refuse("not-found")), {
    options: { brand: { logo: "images/logo.png" } },
  });
  const without = await load("/og-image?title=x");
  assert.equal(without.drawing?.brand.logo, undefined);
  assert.equal(without.maxAgeS, 60);
  assert.deepEqual([...host.troubles.keys()], ["logo of og-image"]);
  isThere = true;
  assert.equal((await load("/og-image?title=x")).maxAgeS, undefined);
  assert.equal(host.troubles.size, 0);
});

test("template refuses a logo that can be none", async () => {
  for (const logo of ["og-image/card", "logo.png", "ftp://example.com/a"])
    await assert.rejects(open({ options: { brand: { logo } } }), hasCode("bad-setting"), logo);
});

const gif: Original = { body: new TextEncoder().encode("GIF89a…"), etag: '"7"', maxAgeS: 300, type: "image/gif" };

test("template gives a picture that is asked for alone as it is, for Cameo to bring it to the card's shape", async () => {
  const { load, parse } = await openWith(() => photo, { originals: { "/images/a.gif": gif } });
  const url = "/og-image?image=images/a.gif&theme=dark";
  const { body, drawing, isLocal, maxAgeS } = await load(url);
  assert.deepEqual([body, drawing, isLocal, maxAgeS], [gif.body, undefined, true, 300]);
  assert.deepEqual(parse(url).defaults, {
    width: 1200,
    height: 630,
    fit: "cover",
    position: "smart",
  });
});

test("template makes a card of a picture with words", async () => {
  const { load } = await openWith(() => photo, { originals: { "/images/a.gif": gif } });
  assert.equal((await load("/og-image?image=images/a.gif&title=x")).drawing?.template, "template.card");
});

const absent: readonly (readonly [image: string, more: string, kind: string])[] = [
  ["avatar/0bc8", "", "person"],
  ["logo/example.com", "", "company"],
  ["images/a.jpg", "", "card"],
  ["https://example.com/avatar/a.jpg", "", "card"],
  ["images/a.jpg", "&kind=person", "person"],
];

test("template draws a placeholder for a picture that is asked for alone and is not there", async () => {
  for (const [image, more, kind] of absent) {
    const { load } = await open();
    const { drawing, maxAgeS } = await load(`/og-image?image=${encodeURIComponent(image)}${more}&theme=dark`);
    assert.equal(drawing?.template, "template.placeholder");
    assert.deepEqual(drawing?.remarks, ['no picture for "image": There is no image under this name.']);
    assert.deepEqual([drawing?.parameters, drawing?.theme, maxAgeS], [{ kind }, "dark", 60]);
    assert.equal(drawing?.fallback?.template, "template.plain");
  }
});

test("template draws a placeholder for a picture alone that is broken", async () => {
  const { load, asked } = await openWith(() => refuse("too-many-pixels"), { originals: { "/images/a.gif": gif } });
  assert.equal((await load("/og-image?image=images/a.gif")).drawing?.template, "template.placeholder");
  assert.deepEqual(asked, [["/images/a.gif?w=16&frames=1&f=png", "stranger"]]);
});

test("template answers 404 for a picture alone where no fallback is wanted", async () => {
  const { source, parse } = await open({ options: { fallback: "none" } });
  const { ref, query } = parse("/og-image?image=images/none.jpg");
  const signal = new AbortController().signal;
  assert.equal(await source.load(ref, { query, signal, isSigned: false }), null);
});

test("template keeps a picture alone from those who may not see it", async () => {
  const original = async (path: string) => (path.includes("sig=") ? gif : refuse("signature-required"));
  const { load } = await openWith(() => photo, { original });
  await assert.rejects(load("/og-image?image=images/a.gif"), hasCode("signature-required"));
  assert.equal((await load("/og-image?image=images/a.gif", { isSigned: true })).needsSignature, true);
  const marked = await openWith((path) => (path.includes("sig=") ? photo : refuse("signature-required")), {
    originals: { "/images/a.gif": { ...gif, needsSignature: true } },
  });
  await assert.rejects(marked.load("/og-image?image=images/a.gif"), hasCode("signature-required"));
  assert.equal((await marked.load("/og-image?image=images/a.gif", { isSigned: true })).needsSignature, true);
});

test("template knows a picture alone again by its bytes", async () => {
  const { load, source, parse } = await openWith(() => photo, { originals: { "/images/a.gif": gif } });
  const { etag } = await load("/og-image?image=images/a.gif");
  const { ref, query } = parse("/og-image?image=images/a.gif");
  const signal = new AbortController().signal;
  assert.equal(await source.load(ref, { query, signal, isSigned: false, previous: { etag } }), "unchanged");
});
