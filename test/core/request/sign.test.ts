import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import {
  createGrammar,
  formatRequest,
  formatWritten,
  type MountGrammar,
  parseRequest,
} from "../../../core/request/parse.ts";
import { signPath, verifyRequest } from "../../../core/request/sign.ts";

const grammar = createGrammar();
const keys = ["first-key-of-sixteen", "second-key-of-sixteen"];
const parse = (path: string, query: string) => parseRequest(path, query, grammar);
const verify = (query: string, now = 0, path = "/images/a.jpg") =>
  verifyRequest(parse(path, query), grammar, keys, now);
const fails = (code: string) => (error: unknown) => error instanceof CameoError && error.code === code;

test("signPath() is HMAC-SHA256 in base64url, as RFC 4231's second case has it", () => {
  const expected = Buffer.from("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "hex").toString(
    "base64url",
  );
  assert.equal(signPath("what do ya want for nothing?", "Jefe"), expected);
});

test("verifyRequest() accepts every key, in any order and spelling of the parameters", () => {
  for (const key of keys) {
    const signature = signPath("/images/a.jpg?w=320&q=70", key);
    assert.equal(verify(`sig=${signature}&quality=70&width=320`), true);
  }
});

test("verifyRequest() answers false without a signature", () => {
  assert.equal(verify("w=320"), false);
});

test("verifyRequest() refuses a signature of another path, other parameters, or another output", () => {
  const signature = signPath("/images/a.jpg?w=320", keys[0] ?? "");
  assert.throws(() => verify(`w=321&sig=${signature}`), fails("signature-invalid"));
  assert.throws(() => verify(`w=320&sig=${signature}`, 0, "/images/b.jpg"), fails("signature-invalid"));
  assert.throws(() => verify(`w=320&sig=${signature}`, 0, "/meta/images/a.jpg"), fails("signature-invalid"));
});

test("verifyRequest() holds to an expiry, which the signature covers", () => {
  const signature = signPath("/images/a.jpg?exp=100", keys[0] ?? "");
  assert.equal(verify(`exp=100&sig=${signature}`, 99_999), true);
  assert.throws(() => verify(`exp=100&sig=${signature}`, 100_000), fails("url-expired"));
  assert.throws(() => verify(`exp=200&sig=${signature}`, 150_000), fails("signature-invalid"));
  assert.throws(() => verify("exp=100", 100_001), fails("url-expired"));
});

/** A mount that reads `?s=80` as a width, and its own `title` in capitals. */
const own: MountGrammar = {
  read: ({ ref, query }) => ({
    ref,
    own: Object.fromEntries(
      query.filter(([name]) => name === "title").map(([name, text]) => [name, text.toUpperCase()]),
    ),
    query: query.filter(([name]) => name !== "title").map(([name, value]) => [name === "s" ? "w" : name, value]),
  }),
};

test("verifyRequest() takes a signature of the URL as it was written too, where a mount reads its URLs its own way", () => {
  const written = "/cards/a?s=80&title=it's";
  const signature = signPath(written, keys[1] ?? "");
  const check = (search: string) => {
    const request = parseRequest("/cards/a", search, grammar, own);
    return verifyRequest(request, grammar, keys, 0, () => [formatWritten("/cards/a", search)]);
  };
  assert.equal(check(`s=80&title=it's&sig=${signature}`), true);
  assert.equal(check(`s=80&sig=${signature}&title=it%27s`), true);
  for (const other of ["s=81&title=it's", "title=it's&s=80", "s=80&title=its", "s=80"])
    assert.throws(() => check(`${other}&sig=${signature}`), fails("signature-invalid"), other);
  const canonical = formatRequest(parseRequest("/cards/a", "s=80&title=it's", grammar, own), grammar);
  assert.equal(check(`title=it's&s=80&sig=${signPath(canonical, keys[0] ?? "")}`), true);
});

test("formatWritten() leaves the signature out and keeps the order", () => {
  assert.equal(formatWritten("/meta/a/b%2fc", "z=1&sig=x&a=%26&signature=y"), "/meta/a/b/c?z=1&a=%26");
  assert.equal(formatWritten("/a", "sig=x"), "/a/");
});
