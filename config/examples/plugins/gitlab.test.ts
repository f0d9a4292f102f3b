import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CameoError } from "cameo/plugin";
import { createHost, images, loadContext, setupSource, testSource } from "cameo/testing";
import { type Answer, type Origin, openOrigin } from "./_origin.ts";
import gitlab from "./gitlab.ts";

const png = images.png();
const ada = "/api/v4/avatar?email=ada%40example.com";
let answers: Record<string, Answer> = {};
let origin: Origin;

before(async () => {
  origin = await openOrigin(({ path, query }) => answers[query.size > 0 ? `${path}?${query}` : path]);
});
after(() => origin.close());

/** The fake host, with the real server behind it. */
const network = () =>
  createHost({ answers: { "*": ({ url, headers = {} }) => fetch(url, { headers: { ...headers } }) } });
const open = (options = {}) => setupSource(gitlab, { options: { base: origin.url, ...options }, host: network() });

testSource(gitlab, () => {
  answers = {
    [ada]: { body: { avatar_url: `${origin.url}/ada.png` } },
    "/api/v4/avatar?email=bob%40example.com": { body: { avatar_url: null } },
    "/ada.png": { body: png, headers: { etag: '"1"' } },
  };
  return {
    options: { base: origin.url },
    ref: "ada@example.com",
    body: png,
    spellings: ["Ada@Example.COM", " ada@example.com "],
    missing: "bob@example.com",
    refused: ["", "ada", "a@b@c", "a b@c", "../a@b"],
    host: network(),
  };
});

test("source.gitlab sends its token to GitLab and to nobody else", async () => {
  const source = await open({ base: origin.url, token: "a-secret", allow: ["*"] });
  answers = { [ada]: { body: { avatar_url: `${origin.url.replace("127.0.0.1", "localhost")}/ada.png` } } };
  await source.load("ada@example.com", loadContext());
  assert.deepEqual(
    origin.asked.slice(-2).map(({ headers }) => headers["private-token"]),
    ["a-secret", undefined],
  );
});

test("source.gitlab asks Gravatar for a 404 in place of a drawing", async () => {
  const host = createHost({
    answers: {
      [`https://gitlab.com${ada}`]: Response.json({ avatar_url: "https://secure.gravatar.com/avatar/1?d=identicon" }),
      "https://secure.gravatar.com/avatar/1?d=404": new Response(null, { status: 404 }),
    },
  });
  assert.equal(await (await setupSource(gitlab, { host })).load("ada@example.com", loadContext()), null);
});

const refusals: readonly [answer: Answer, detail: RegExp, retryAfterS?: number][] = [
  [{ status: 401 }, /does not accept the token/],
  [{ status: 403 }, /only to those with a token/],
  [{ status: 429, headers: { "retry-after": "30" } }, /limits the rate/, 30],
  [{ status: 502, body: "<html>" }, /GitLab answered 502/],
  [{ body: "<html>Sign in</html>" }, /check the mount's `base`/],
];

test("source.gitlab says what the operator has to do when GitLab refuses", async () => {
  for (const [answer, detail, retryAfterS] of refusals) {
    answers = { [ada]: answer };
    const source = await open();
    await assert.rejects(
      source.load("ada@example.com", loadContext()),
      (error: CameoError) => detail.test(error.detail) && error.options.retryAfterS === retryAfterS,
    );
  }
});
