import assert from "node:assert/strict";
import { test } from "node:test";
import { withHost } from "../../../core/http/routes.ts";

const seen = async (url: string): Promise<string> => {
  const handler = withHost((request) => new Response(`${request.method} ${request.url}`));
  // A request as HTTP/1.0 makes it has no whole URL, which the constructor of `Request` would refuse.
  return (await handler({ url, method: "HEAD" } as Request)).text();
};

test("withHost() leaves a URL with a host alone", async () => {
  for (const url of ["http://abcd/images/a.jpg?w=1", "https://img.example.com:8080/", "http://127.0.0.1:3000/x"]) {
    assert.equal(await seen(url), `HEAD ${url}`);
  }
});

test("withHost() gives a host to a URL without one, or with one that is too short for the router", async () => {
  for (const url of ["/images/a.jpg?w=1", "http://img/images/a.jpg?w=1", "http:///images/a.jpg?w=1"]) {
    assert.equal(await seen(url), "HEAD http://localhost/images/a.jpg?w=1");
  }
  assert.equal(await seen("http://x?w=1"), "HEAD http://localhost/?w=1");
});
