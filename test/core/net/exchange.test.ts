import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import zlib from "node:zlib";
import { CameoError } from "../../../core/error.ts";
import type { GuardSettings } from "../../../core/net/guard.ts";
import { hasCode } from "../../contract/source.ts";
import { openGuard, startHttp, startRaw } from "./servers.ts";

/** What the guard makes of raw bytes. The server ends the connection after them unless `keep` says otherwise. */
async function answerOf(
  bytes: string | Uint8Array,
  { keep, ...settings }: Partial<GuardSettings> & { keep?: "open" | "reset" } = {},
): Promise<Response> {
  const server = await startRaw((socket) => {
    if (keep === "open") socket.write(bytes);
    else if (keep === "reset") socket.write(bytes, () => socket.resetAndDestroy());
    else socket.end(bytes);
  });
  try {
    return await openGuard(settings)(`http://pinned.test:${server.port}/a.jpg?token=abc`);
  } finally {
    await server.close();
  }
}

const head = (...lines: string[]): string => ["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n");
const withBody = (lines: string[], body: Uint8Array): Uint8Array => Buffer.concat([Buffer.from(head(...lines)), body]);

test("guard takes a body of exactly the cap and none above it, with or without a length", async () => {
  const full = "x".repeat(100);
  for (const framing of ["Content-Length: 100", "X-None: 1"]) {
    assert.equal(await (await answerOf(head(framing) + full, { maxBytes: 100 })).text(), full);
    await assert.rejects(answerOf(head(framing) + full, { maxBytes: 99 }), hasCode("source-too-large"), framing);
  }
});

test("guard refuses by Content-Length before the body comes", async () => {
  await assert.rejects(answerOf(head("Content-Length: 10001"), { keep: "open" }), hasCode("source-too-large"));
});

test("guard leaves an endless body at the cap", async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const server = await startRaw((socket: Socket) => {
    socket.on("close", () => resolve());
    const pour = () => {
      while (!socket.destroyed && socket.write("x".repeat(16_384)));
    };
    socket.on("drain", pour);
    socket.write(head());
    pour();
  });
  await assert.rejects(openGuard()(`http://pinned.test:${server.port}/`), hasCode("source-too-large"));
  await left;
  await server.close();
});

const broken: Readonly<Record<string, string>> = {
  "a body shorter than its length": `${head("Content-Length: 10")}abc`,
  "a chunked body without its end": `${head("Transfer-Encoding: chunked")}5\r\nabcde\r\n`,
  "a chunk longer than its body": `${head("Transfer-Encoding: chunked")}ff\r\nabcde`,
  "no answer": "",
  "half a head": "HTTP/1.1 200 OK\r\nContent-Le",
  "something else than HTTP": "SSH-2.0-OpenSSH_9.6\r\n\r\n",
  "a head without end": `HTTP/1.1 200 OK\r\nX: ${"a".repeat(200_000)}`,
  "a length and chunks at once": `${head("Content-Length: 3", "Transfer-Encoding: chunked")}5\r\nabcde\r\n0\r\n\r\n`,
  "two lengths": `${head("Content-Length: 3", "Content-Length: 4")}abcd`,
  "a negative length": `${head("Content-Length: -3")}abc`,
  "a switch of protocols": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  "a status of 999": "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
};

for (const [what, bytes] of Object.entries(broken)) {
  test(`guard throws origin-failed for ${what}`, async () => {
    const error = await answerOf(bytes).catch((caught: unknown) => caught);
    assert.ok(error instanceof CameoError, String(error));
    assert.equal(error.code, "origin-failed");
    assert.doesNotMatch(error.detail + JSON.stringify(error.options.log ?? {}), /token|a\.jpg/);
  });
}

test("guard throws origin-failed when the connection is reset in the middle", async () => {
  await assert.rejects(answerOf(`${head("Content-Length: 10")}abc`, { keep: "reset" }), hasCode("origin-failed"));
});

test("guard reads 204, 205 and 206, early hints, and a body that ends with the connection", async () => {
  const status = (line: string) => `HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`;
  for (const [line, number] of [
    ["204 No Content", 204],
    ["205 Reset Content", 205],
    ["304 Not Modified", 304],
  ] as const) {
    const response = await answerOf(status(line));
    assert.equal(response.status, number);
    assert.equal(response.body, null);
  }
  assert.equal((await answerOf("HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nab")).status, 206);
  assert.equal(
    await (await answerOf(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${head("Content-Length: 3")}abc`)).text(),
    "abc",
  );
  assert.equal(await (await answerOf(`${head()}abc`)).text(), "abc");
});

test("guard throws origin-failed for an origin that only ever hints at an answer", async () => {
  const hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  assert.equal(await (await answerOf(`${hint.repeat(16)}${head("Content-Length: 3")}abc`)).text(), "abc");
  await assert.rejects(answerOf(`${hint.repeat(17)}${head("Content-Length: 3")}abc`), hasCode("origin-failed"));
  await assert.rejects(answerOf(hint.repeat(17), { keep: "open" }), hasCode("origin-failed"));
});

const plain = Buffer.from("a picture, packed. ".repeat(50));
const packed: readonly (readonly [string, Uint8Array])[] = [
  ["gzip", zlib.gzipSync(plain)],
  ["GZip", zlib.gzipSync(plain)],
  ["x-gzip", zlib.gzipSync(plain)],
  ["br", zlib.brotliCompressSync(plain)],
  ["deflate", zlib.deflateSync(plain)],
  ["deflate", zlib.deflateRawSync(plain)],
  ["identity", plain],
  ["br, gzip", zlib.gzipSync(zlib.brotliCompressSync(plain))],
];

test("guard unpacks gzip, br and deflate, and forgets the headers that spoke of it", async () => {
  for (const [encoding, bytes] of packed) {
    const response = await answerOf(
      withBody([`Content-Encoding: ${encoding}`, `Content-Length: ${bytes.length}`], bytes),
    );
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), plain, encoding);
    assert.deepEqual([response.headers.get("content-encoding"), response.headers.get("content-length")], [null, null]);
  }
});

test("guard throws origin-failed for packed bytes that are cut off, a lie, of an unknown kind or packed too often", async () => {
  for (const [encoding, bytes] of packed.filter(([name]) => name !== "identity")) {
    for (const body of [bytes.subarray(0, -9), bytes.subarray(0, 3)]) {
      await assert.rejects(
        answerOf(withBody([`Content-Encoding: ${encoding}`], body)),
        hasCode("origin-failed"),
        encoding,
      );
    }
    if (encoding !== "br")
      await assert.rejects(
        answerOf(withBody([`Content-Encoding: ${encoding}`], plain)),
        hasCode("origin-failed"),
        encoding,
      );
  }
  for (const encoding of ["zstd", "compress", "constructor"]) {
    await assert.rejects(
      answerOf(withBody([`Content-Encoding: ${encoding}`], plain)),
      hasCode("origin-failed"),
      encoding,
    );
  }
  const thrice = zlib.gzipSync(zlib.gzipSync(zlib.gzipSync(plain)));
  await assert.rejects(answerOf(withBody(["Content-Encoding: gzip, gzip, gzip"], thrice)), hasCode("origin-failed"));
});

test("guard caps what is unpacked, at every layer of packing", async () => {
  const bomb = Buffer.alloc(50_000_000);
  const bombs: readonly (readonly [string, Uint8Array])[] = [
    ["br", zlib.brotliCompressSync(bomb, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ["gzip, gzip", zlib.gzipSync(zlib.gzipSync(bomb))],
    ["gzip", zlib.gzipSync(bomb)],
    ["deflate", zlib.deflateSync(bomb)],
  ];
  for (const [encoding, bytes] of bombs) {
    const answer = answerOf(withBody([`Content-Encoding: ${encoding}`], bytes), { maxBytes: 100_000 });
    await assert.rejects(answer, hasCode("source-too-large"), encoding);
  }
  const exact = withBody(["Content-Encoding: gzip"], zlib.gzipSync(plain));
  assert.equal((await (await answerOf(exact, { maxBytes: plain.length })).arrayBuffer()).byteLength, plain.length);
  await assert.rejects(answerOf(exact, { maxBytes: plain.length - 1 }), hasCode("source-too-large"));
});

const slow: Readonly<Record<string, (socket: Socket) => void>> = {
  "says nothing": () => {},
  "stops in its head": (socket) => socket.write("HTTP/1.1 200 OK\r\nX-A: "),
  "stops in its body": (socket) => socket.write(`${head("Content-Length: 10")}abc`),
  "redirects to nowhere": (socket) =>
    socket.end("HTTP/1.1 302 Found\r\nLocation: http://slow.test/\r\nContent-Length: 0\r\n\r\n"),
  drips: (socket) => {
    socket.write(head());
    const drip = setInterval(() => socket.write("x"), 5);
    socket.on("close", () => clearInterval(drip));
  },
};

/** A resolver that never answers for one name. */
const stuckLookup = (host: string) =>
  host === "slow.test" ? new Promise<never>(() => {}) : Promise.resolve([{ address: "127.0.0.1", family: 4 }]);

for (const [what, answer] of Object.entries(slow)) {
  test(`guard throws origin-timeout, or what the caller aborted with, for an origin that ${what}`, async () => {
    const server = await startRaw(answer);
    const url = `http://pinned.test:${server.port}/`;
    await assert.rejects(openGuard({ fetchMs: 60, lookup: stuckLookup })(url), hasCode("origin-timeout"));
    const reason = new Error("the client left");
    const controller = new AbortController();
    const aborted = openGuard({ lookup: stuckLookup })(url, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    await assert.rejects(aborted, reason);
    await server.close();
  });
}

test("guard throws origin-timeout for a name that is never resolved, and when the caller's own deadline passes", async () => {
  await assert.rejects(openGuard({ fetchMs: 20, lookup: stuckLookup })("http://slow.test/"), hasCode("origin-timeout"));
  const signal = AbortSignal.timeout(20);
  await assert.rejects(openGuard({ lookup: stuckLookup })("http://slow.test/", { signal }), hasCode("origin-timeout"));
});

test("guard does nothing for a caller that has aborted already", async () => {
  const reason = new Error("the client left");
  const lookup = () => Promise.reject(new Error("looked up"));
  await assert.rejects(openGuard({ lookup })("http://pinned.test/", { signal: AbortSignal.abort(reason) }), reason);
});

test("guard closes the connection when the caller aborts", async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const controller = new AbortController();
  const server = await startRaw((socket) => {
    socket.on("close", () => resolve());
    controller.abort(new Error("the client left"));
  });
  await assert.rejects(
    openGuard()(`http://pinned.test:${server.port}/`, { signal: controller.signal }),
    /the client left/,
  );
  await closed;
  await server.close();
});

test("guard throws origin-failed for a name that does not exist and for a port that is closed", async () => {
  const missing = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  await assert.rejects(
    openGuard({ lookup: () => Promise.reject(missing) })("http://none.test/"),
    hasCode("origin-failed"),
  );
  await assert.rejects(openGuard({ lookup: () => Promise.resolve([]) })("http://none.test/"), hasCode("origin-failed"));
  const server = await startHttp((_request, response) => response.end());
  await server.close();
  await assert.rejects(openGuard()(`http://pinned.test:${server.port}/`), hasCode("origin-failed"));
});

test("guard throws origin-failed for headers that HTTP cannot carry", async () => {
  for (const headers of [{ "x-a": "b\r\nEvil: 1" }, { "x a": "b" }, { "x-a": "日" }]) {
    await assert.rejects(openGuard()("http://pinned.test:1/", { headers }), hasCode("origin-failed"));
  }
});

/** Resets the first `count` connections, then answers. */
async function countTries(count: number, method: "GET" | "POST"): Promise<number> {
  let tries = 0;
  const server = await startRaw((socket) => {
    if (tries++ < count) socket.resetAndDestroy();
    else socket.end(`${head("Content-Length: 2")}ok`);
  });
  await openGuard()(`http://pinned.test:${server.port}/`, { method }).catch(hasCode("origin-failed"));
  await server.close();
  return tries;
}

test("guard tries once more after a reset, never for a POST, and for nothing else", async () => {
  assert.equal(await countTries(0, "GET"), 1);
  assert.equal(await countTries(1, "GET"), 2);
  assert.equal(await countTries(9, "GET"), 2);
  assert.equal(await countTries(9, "POST"), 1);
  let connections = 0;
  const garbage = await startRaw((socket) => {
    connections++;
    socket.end("SSH-2.0-OpenSSH_9.6\r\n\r\n");
  });
  await assert.rejects(openGuard()(`http://pinned.test:${garbage.port}/`), hasCode("origin-failed"));
  await garbage.close();
  assert.equal(connections, 1);
  let requests = 0;
  const server = await startHttp((_request, response) => {
    requests++;
    response.writeHead(503).end();
  });
  assert.equal((await openGuard()(`http://pinned.test:${server.port}/`)).status, 503);
  await server.close();
  assert.equal(requests, 1);
});
