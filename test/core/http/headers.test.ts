import assert from "node:assert/strict";
import { test } from "node:test";
import { contentDisposition } from "../../../core/http/headers.ts";

test("contentDisposition() names the picture after the last part of a URL, decoded", () => {
  assert.equal(
    contentDisposition("https://a.example/p/my%20photo.jpg", "image/webp"),
    'inline; filename="my photo.webp"',
  );
});

test("contentDisposition() keeps what is not valid percent-encoding, without its percent sign", () => {
  assert.equal(contentDisposition("100%.png", "image/png"), 'inline; filename="100.png"');
});

test("contentDisposition() lets no encoded character out of the quotes or the line", () => {
  assert.equal(
    contentDisposition("a%0d%0aSet-Cookie:x%22;y.jpg", "image/png"),
    'inline; filename="aSet-Cookie:xy.png"',
  );
  assert.equal(contentDisposition("a%2F..%2Fb.jpg", "image/png"), 'inline; filename="b.png"');
});
