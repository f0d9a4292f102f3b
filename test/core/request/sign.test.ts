import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import { createGrammar, parseRequest } from "../../../core/request/parse.ts";
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
