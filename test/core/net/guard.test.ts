import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CameoError } from "../../../core/error.ts";
import { createGuard, type GuardSettings } from "../../../core/net/guard.ts";
import { hasCode } from "../../contract/source.ts";
import { openGuard, withServer } from "./servers.ts";

/** What the log and the client get to know of a failure. */
async function failure(promise: Promise<Response>): Promise<CameoError> {
  const error = await promise.catch((caught: unknown) => caught);
  assert.ok(error instanceof CameoError, String(error));
  return error;
}

const closedGuard = (settings: Partial<GuardSettings> = {}) => openGuard({ allowPrivate: [], ...settings });
const never = (): Promise<never> => {
  throw new Error("the name must not be looked up");
};

test("guard answers a standard response with the body in it", async () => {
  await withServer(
    (_request, response) => response.writeHead(418, { "x-tea": "é", etag: '"1"' }).end("short and stout"),
    async (origin) => {
      const response = await openGuard()(`${origin}/pot?kind=green`);
      assert.ok(response instanceof Response);
      assert.equal(response.status, 418);
      assert.equal(response.headers.get("etag"), '"1"');
      assert.equal(response.headers.get("x-tea"), "é");
      assert.equal(response.url, `${origin}/pot?kind=green`);
      assert.equal(await response.text(), "short and stout");
    },
  );
});

test("guard sends path, query, Host and its own headers, and the caller's but those of the connection", async () => {
  const headers = {
    "X-Token": "t",
    Host: "evil.test",
    Connection: "upgrade",
    "Transfer-Encoding": "chunked",
    "Accept-Encoding": "zstd",
  };
  await withServer(
    (request, response) => response.end(JSON.stringify({ url: request.url, headers: request.headers })),
    async (origin, { port }) => {
      const answer = await openGuard()(`${origin}/a%20b/ü?q=1#part`, { headers });
      assert.deepEqual(await answer.json(), {
        url: "/a%20b/%C3%BC?q=1",
        headers: {
          accept: "*/*",
          "accept-encoding": "gzip, br",
          connection: "close",
          host: `pinned.test:${port}`,
          "user-agent": "Cameo/test",
          "x-token": "t",
        },
      });
    },
  );
});

test("guard sends a POST with its body, and a HEAD without asking for one", async () => {
  await withServer(
    async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      if (request.method === "HEAD") response.writeHead(200, { "content-length": 99_999_999 }).end();
      else response.end(`${request.method} ${request.headers["content-length"]} ${body}`);
    },
    async (origin) => {
      const guard = openGuard();
      assert.equal(await (await guard(origin, { method: "POST", body: "häuser" })).text(), "POST 7 häuser");
      assert.equal(await (await guard(origin, { method: "POST", body: new Uint8Array([65, 66]) })).text(), "POST 2 AB");
      assert.equal(await (await guard(origin, { method: "HEAD" })).text(), "");
    },
  );
});

const refusedUrls = [
  "http://127.0.0.1:PORT/",
  "http://2130706433:PORT/",
  "http://0x7f.1:PORT/",
  "http://017700000001:PORT/",
  "http://127.1:PORT/",
  "http://127.0.0.1.:PORT/",
  "http://１２７.０.０.１:PORT/",
  "http://[::1]:PORT/",
  "http://[::ffff:127.0.0.1]:PORT/",
  "http://[::127.0.0.1]:PORT/",
  "http://[64:ff9b::7f00:1]:PORT/",
  "http://[2002:7f00:1::]:PORT/",
  "http://0:PORT/",
  "http://0.0.0.0:PORT/",
  "http://[::]:PORT/",
  "http://10.0.0.1/",
  "http://169.254.169.254/latest/meta-data/",
  "http://[fd00:ec2::254]/",
  "http://100.100.100.200/",
  "https://192.168.0.1/",
  "http://255.255.255.255/",
  "http://user@127.0.0.1:PORT/",
  "http://127.0.0.1:22/",
];

test("guard refuses private addresses in any spelling, without a look-up and without a connection", async () => {
  let requests = 0;
  await withServer(
    (_request, response) => {
      requests++;
      response.end();
    },
    async (_origin, { port }) => {
      for (const url of refusedUrls) {
        await assert.rejects(
          closedGuard({ lookup: never })(url.replace("PORT", String(port))),
          hasCode("host-not-allowed"),
          url,
        );
      }
    },
  );
  assert.equal(requests, 0);
});

const refusedAnswers: readonly (readonly string[])[] = [
  ["127.0.0.1"],
  ["10.0.0.1"],
  ["::1"],
  ["::ffff:127.0.0.1"],
  ["169.254.169.254"],
  ["fe80::1%eth0"],
  ["8.8.8.8", "127.0.0.1"],
  ["127.0.0.1", "8.8.8.8"],
  ["2606:4700::1", "fd00::1"],
  ["localhost"],
  [""],
];

test("guard refuses a name of which any address is private", async () => {
  for (const addresses of refusedAnswers) {
    const lookup = () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));
    const error = await failure(closedGuard({ lookup })("http://inside.test/secret?token=abc"));
    assert.equal(error.code, "host-not-allowed", String(addresses));
    for (const secret of [addresses.at(-1), "token", "secret"])
      if (secret) assert.ok(!error.message.includes(secret), error.message);
  }
});

test("guard refuses localhost and its kin by the system's own resolver", async () => {
  const guard = createGuard({ fetchMs: 10_000, maxBytes: 1, allowPrivate: [], userAgent: "Cameo/test" });
  for (const host of ["localhost", "LOCALHOST", "localhost.", "ｌocalhost"]) {
    await assert.rejects(guard(`http://${host}:1/`), hasCode("host-not-allowed"), host);
  }
});

test("guard connects to the address that it vetted, though the name leads elsewhere the second time", async () => {
  const asked: string[] = [];
  const lookup = (host: string) => {
    asked.push(host);
    return Promise.resolve([{ address: asked.length === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
  };
  await withServer(
    (request, response) => response.end(request.headers.host),
    async (origin, { port }) => {
      const guard = openGuard({ lookup });
      assert.equal(await (await guard(origin)).text(), `pinned.test:${port}`);
      assert.deepEqual(asked, ["pinned.test"]);
      await assert.rejects(guard(origin), hasCode("host-not-allowed"));
    },
  );
});

test("guard looks a name up anew after a redirect to itself, and refuses if it leads inside by then", async () => {
  let count = 0;
  const lookup = () => Promise.resolve([{ address: count++ === 0 ? "127.0.0.1" : "127.0.0.2", family: 4 }]);
  await withServer(
    (_request, response) => response.writeHead(302, { location: "/next" }).end(),
    async (origin) => assert.rejects(openGuard({ lookup })(origin), hasCode("host-not-allowed")),
  );
});

test("guard answers a redirect as it is where `redirect` is manual, and asks nobody else", async () => {
  const asked: string[] = [];
  await withServer(
    (request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(302, { location: "https://login.test/_signin" }).end("moved");
    },
    async (origin) => {
      const response = await openGuard()(`${origin}/a`, { redirect: "manual" });
      assert.equal(response.status, 302);
      assert.equal(response.headers.get("location"), "https://login.test/_signin");
      assert.deepEqual(asked, ["/a"]);
    },
  );
});

test("guard tries the next vetted address when one does not answer", async () => {
  const lookup = () => Promise.resolve(["127.0.0.9", "127.0.0.1"].map((address) => ({ address, family: 4 })));
  await withServer(
    (_request, response) => response.end("here"),
    async (origin) => {
      const guard = openGuard({ lookup, allowPrivate: ["127.0.0.0/8"] });
      assert.equal(await (await guard(origin)).text(), "here");
    },
  );
});

test("guard goes past the proxy of the environment, which would resolve the name by itself", () => {
  const closed = "http://127.0.0.1:1";
  const env = { ...process.env, NODE_USE_ENV_PROXY: "1", HTTP_PROXY: closed, http_proxy: closed, ALL_PROXY: closed };
  const script = fileURLToPath(new URL("./direct.ts", import.meta.url).href);
  const run = process.versions.deno ? ["run", "-A", "--no-check", script] : [script];
  const { stdout, stderr } = spawnSync(process.execPath, run, { env, encoding: "utf8" });
  assert.equal(stdout.trim(), "direct", stderr);
});

test("guard strips the dot at the end of a name", async () => {
  await withServer(
    (request, response) => response.end(request.headers.host),
    async (_origin, { port }) => {
      const guard = openGuard();
      assert.equal(
        await (await guard(`http://pinned.test.:${port}/`, { allow: ["pinned.test"] })).text(),
        `pinned.test:${port}`,
      );
    },
  );
});

test("guard takes http and https URLs without user names only", async () => {
  for (const url of [
    "file:///etc/passwd",
    "ftp://a.test/",
    "data:image/png;base64,AAAA",
    "blob:http://a.test/x",
    "gopher://a.test/",
    "/a.jpg",
    "",
    "http://user@a.test/",
    "http://:pw@a.test/",
    "javascript:alert(1)",
  ]) {
    await assert.rejects(openGuard({ lookup: never })(url), hasCode("host-not-allowed"), url);
  }
});

test("guard binds hosts and ports to allow, and an empty list takes none", async () => {
  await withServer(
    (_request, response) => response.end("ok"),
    async (origin, { port }) => {
      const guard = openGuard();
      for (const allow of [
        ["pinned.test"],
        [`pinned.test:${port}`],
        ["*.test"],
        ["*"],
        ["other.test", "pinned.test"],
      ]) {
        assert.equal((await guard(origin, { allow })).status, 200, String(allow));
      }
      for (const allow of [[], ["other.test"], ["pinned.test:1"], ["*.pinned.test"]]) {
        await assert.rejects(
          openGuard({ lookup: never })(origin, { allow }),
          hasCode("host-not-allowed"),
          String(allow),
        );
      }
    },
  );
});
