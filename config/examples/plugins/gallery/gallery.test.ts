import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CameoError } from "cameo/plugin";
import { createHost, images, loadContext, loadOriginal, setupSource, testSource } from "cameo/testing";
import { type Answer, type Asked, type Origin, openOrigin } from "../_origin.ts";
import gallery from "./gallery.ts";

const png = images.png();
let service: (asked: Asked) => Answer | undefined = () => undefined;
let origin: Origin;

before(async () => {
  origin = await openOrigin((asked) => {
    if (asked.path.endsWith(".png")) return { body: png, headers: { etag: asked.path } };
    return asked.headers.authorization === "Client-ID a-key" ? service(asked) : { status: 401 };
  });
});
after(() => origin.close());

const photo = (id: string) => ({
  id,
  urls: { regular: `${origin.url}/${id}.png`, full: `${origin.url}/${id}-full.png` },
});
/** Seven photos, `1` to `7`, on pages of at most `cap`. */
const hills =
  (cap: number, headers: (page: number) => Record<string, string>) =>
  ({ path, query }: Asked): Answer | undefined => {
    if (path === "/photos/7") return { body: photo("7") };
    if (path !== "/topics/hills/photos") return undefined;
    const [page, size] = [Number(query.get("page")), Math.min(cap, Number(query.get("per_page")))];
    const all = ["1", "2", "3", "4", "5", "6", "7"].map(photo);
    return { body: all.slice((page - 1) * size, page * size), headers: headers(page) };
  };
const subject = (key = "a-key") => ({
  options: { base: origin.url, key, images: [new URL(origin.url).host], perPage: 5 },
  host: createHost({ answers: { "*": ({ url, headers = {} }) => fetch(url, { headers: { ...headers } }) } }),
});
const etagOf = async (ref: string, query = {}) =>
  (await loadOriginal(await setupSource(gallery, subject()), ref, { query })).etag;

testSource(gallery, () => {
  service = hills(30, () => ({ "x-total": "7" }));
  const refused = ["", "hills/0", "hills/x", "hills/1/2", "../photos"];
  return { ...subject(), ref: "hills/6", body: png, spellings: ["hills/0006"], missing: "hills/8", refused };
});

test("source.gallery finds a photo by its number whatever pages the service gives, and by its ID", async () => {
  const pages: readonly ((page: number) => Record<string, string>)[] = [
    () => ({ "x-per-page": "3", "x-total": "7" }),
    (page): Record<string, string> => (page < 3 ? { link: `<${origin.url}/?page=${page + 1}>; rel="next"` } : {}),
  ];
  for (const headers of pages) {
    service = hills(3, headers);
    for (const index of [1, 3, 4, 5]) assert.equal(await etagOf(`hills/${index}`), `/${index}.png`);
  }
  assert.equal(await etagOf("7"), "/7.png");
  assert.equal(await etagOf("7", { rendition: "full" }), "/7-full.png");
  await assert.rejects(etagOf("7", { rendition: "huge" }), /"rendition" got "huge"; it takes one of raw/);
});

test("source.gallery sends its key to the API alone, and says when it is wrong", async () => {
  service = hills(30, () => ({}));
  await etagOf("7");
  assert.equal(origin.asked.at(-1)?.headers.authorization, undefined);
  const source = await setupSource(gallery, subject("another"));
  await assert.rejects(source.load("7", loadContext()), /does not accept the key/);
});

test("source.gallery asks nothing more until a used-up limit is lifted", async () => {
  const used = subject();
  const source = await setupSource(gallery, used);
  service = () => ({ status: 403, body: "Rate Limit Exceeded", headers: { "x-ratelimit-remaining": "0" } });
  const isLimited = (retryAfterS: number) => (error: CameoError) => error.options.retryAfterS === retryAfterS;
  await assert.rejects(source.load("7", loadContext()), isLimited(60));
  used.host.setNow(20_000);
  const count = origin.asked.length;
  await assert.rejects(source.load("hills/1", loadContext()), isLimited(40));
  assert.equal(origin.asked.length, count);
  used.host.setNow(61_000);
  service = hills(30, () => ({ "x-ratelimit-remaining": "49" }));
  assert.equal((await loadOriginal(source, "7")).etag, "/7.png");
});
