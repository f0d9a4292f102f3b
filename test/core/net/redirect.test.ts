import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import type { FetchOptions } from "../../../core/plugin.ts";
import { hasCode } from "../../contract/source.ts";
import { createCertificate, openGuard, startHttps, withServer } from "./servers.ts";

/** What the log and the client get to know of a failure. */
async function failure(promise: Promise<Response>): Promise<CameoError> {
  const error = await promise.catch((caught: unknown) => caught);
  assert.ok(error instanceof CameoError, String(error));
  return error;
}

/** `/1` → `/2` → …; `/0` is the end. */
const countdown: RequestListener = (request, response) => {
  const left = Number(request.url?.slice(1));
  if (left > 0) response.writeHead(302, { location: String(left - 1) }).end("moved");
  else response.end("arrived");
};

test("guard follows three redirects and no fourth", async () => {
  await withServer(countdown, async (origin) => {
    const response = await openGuard()(`${origin}/3`);
    assert.equal(await response.text(), "arrived");
    assert.equal(response.url, `${origin}/0`);
    await assert.rejects(openGuard()(`${origin}/4`), hasCode("origin-failed"));
    await assert.rejects(openGuard({ maxRedirects: 0 })(`${origin}/1`), hasCode("origin-failed"));
  });
});

test("guard ends a redirect loop", async () => {
  await withServer(
    (_request, response) => response.writeHead(301, { location: "/" }).end(),
    async (origin) => assert.rejects(openGuard()(origin), hasCode("origin-failed")),
  );
});

const badTargets: readonly (readonly [string | undefined, string])[] = [
  [undefined, "origin-failed"],
  ["http://[", "origin-failed"],
  ["http://127.0.0.2/", "host-not-allowed"],
  ["//169.254.169.254/latest", "host-not-allowed"],
  ["http://2130706434/", "host-not-allowed"],
  ["http://[::1]/", "host-not-allowed"],
  ["file:///etc/passwd", "host-not-allowed"],
  ["ftp://pinned.test/", "host-not-allowed"],
  ["http://user:pw@pinned.test/", "host-not-allowed"],
  ["data:,x", "host-not-allowed"],
  ["http://other.test/", "host-not-allowed"],
];

test("guard checks the target of a redirect like a first URL", async () => {
  for (const [location, code] of badTargets) {
    await withServer(
      (_request, response) => response.writeHead(302, location === undefined ? {} : { location }).end(),
      async (origin) =>
        assert.rejects(
          openGuard()(origin, {
            allow: ["pinned.test", "127.0.0.2", "*.254", "2130706434", "[::1]", "169.254.169.254"],
          }),
          hasCode(code),
          location,
        ),
    );
  }
});

/** A server whose `/` redirects to `target`, and that answers the headers it got anywhere else. */
const redirectingTo =
  (target: () => string, status = 302): RequestListener =>
  (request, response) => {
    if (request.url === "/") response.writeHead(status, { location: target() }).end();
    else response.end(JSON.stringify({ method: request.method, ...request.headers }));
  };

const secrets = { Authorization: "Bearer t", Cookie: "a=b", "X-Api-Key": "k", "Accept-Language": "de" };

test("guard keeps credentials within an origin and drops them where host or port change", async () => {
  let target = "";
  await withServer(
    redirectingTo(() => target),
    async (origin, { port }) => {
      await withServer(
        redirectingTo(() => ""),
        async (_other, { port: otherPort }) => {
          const namesAfter = async (location: string) => {
            target = location;
            const got = (await (await openGuard()(origin, { headers: secrets })).json()) as Record<string, string>;
            return ["authorization", "cookie", "x-api-key", "accept-language", "host"].map((name) => got[name]);
          };
          assert.deepEqual(await namesAfter("/end"), ["Bearer t", "a=b", "k", "de", `pinned.test:${port}`]);
          assert.deepEqual(await namesAfter(`http://other.test:${port}/end`), [
            undefined,
            undefined,
            undefined,
            "de",
            `other.test:${port}`,
          ]);
          assert.deepEqual(await namesAfter(`http://pinned.test:${otherPort}/end`), [
            undefined,
            undefined,
            undefined,
            "de",
            `pinned.test:${otherPort}`,
          ]);
        },
      );
    },
  );
});

test("guard does not give credentials back when a redirect returns to the first origin", async () => {
  await withServer(
    (request, response) => {
      const port = request.headers.host?.split(":")[1];
      const next = { "/": `http://other.test:${port}/back`, "/back": `http://pinned.test:${port}/end` }[
        request.url ?? ""
      ];
      if (next) response.writeHead(307, { location: next }).end();
      else response.end(JSON.stringify(request.headers));
    },
    async (origin) => {
      const got = (await (await openGuard()(origin, { headers: secrets })).json()) as Record<string, string>;
      assert.equal(got.authorization, undefined);
      assert.equal(got["x-api-key"], undefined);
    },
  );
});

test("guard turns a redirected POST into GET, keeps it for 307 and 308, and sends no body to another origin", async () => {
  const post: FetchOptions = { method: "POST", body: "secret", headers: { "content-type": "text/plain" } };
  const methodAfter = async (status: number, target: string) => {
    let method = "";
    await withServer(
      redirectingTo(() => target, status),
      async (origin) => {
        method = ((await (await openGuard()(origin, post)).json()) as { method: string }).method;
      },
    );
    return method;
  };
  for (const status of [301, 302, 303]) assert.equal(await methodAfter(status, "/end"), "GET");
  for (const status of [307, 308]) assert.equal(await methodAfter(status, "/end"), "POST");
  await withServer(
    (_request, response) => response.end("{}"),
    async (_origin, { port }) => {
      await assert.rejects(methodAfter(307, `http://other.test:${port}/end`), hasCode("origin-failed"));
      assert.equal(await methodAfter(303, `http://other.test:${port}/end`), undefined);
    },
  );
});

const pem = createCertificate("pinned.test");
const needsOpenssl = { skip: pem === undefined };

/** Runs with an https server whose certificate is for `pinned.test`. */
async function withTls(listener: RequestListener, run: (port: number) => Promise<void>): Promise<void> {
  const server = await startHttps(pem ?? "", listener);
  try {
    await run(server.port);
  } finally {
    await server.close();
  }
}

test(
  "guard checks the certificate against the name, while the connection is pinned to the address",
  needsOpenssl,
  async () => {
    await withTls(
      (request, response) =>
        response.end((request.socket as { servername?: string }).servername ?? request.headers.host),
      async (port) => {
        const guard = openGuard({ ca: pem?.slice(pem.indexOf("-----BEGIN CERTIFICATE")) ?? "" });
        assert.match(await (await guard(`https://pinned.test:${port}/`)).text(), /^pinned\.test/);
        for (const url of [`https://other.test:${port}/`, `https://127.0.0.1:${port}/`]) {
          const error = await failure(guard(url));
          assert.equal(error.code, "origin-failed", url);
          assert.match(error.detail, /certificate/, url);
        }
      },
    );
  },
);

test("guard refuses a certificate that nobody vouches for", needsOpenssl, async () => {
  await withTls(
    (_request, response) => response.end(),
    async (port) => {
      const error = await failure(openGuard()(`https://pinned.test:${port}/`));
      assert.equal(error.code, "origin-failed");
      assert.match(error.detail, /certificate/);
    },
  );
});

test("guard refuses to carry credentials from https to http, and goes without them", needsOpenssl, async () => {
  await withServer(
    redirectingTo(() => ""),
    async (plain) => {
      await withTls(
        redirectingTo(() => `${plain}/end`),
        async (port) => {
          const guard = openGuard({ ca: pem?.slice(pem.indexOf("-----BEGIN CERTIFICATE")) ?? "" });
          await assert.rejects(guard(`https://pinned.test:${port}/`, { headers: secrets }), hasCode("origin-failed"));
          assert.equal((await guard(`https://pinned.test:${port}/`)).status, 200);
        },
      );
    },
  );
});
