import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import { toOriginal } from "../../../core/net/original.ts";

const nowMs = Date.UTC(2026, 0, 1);
const answer = (status: number, headers: Record<string, string> = {}, body: string | null = "bytes"): Response =>
  new Response([204, 304].includes(status) ? null : body, { status, headers });

test("toOriginal() keeps body, type and validators of a 200", async () => {
  const headers = { "content-type": "image/png", etag: 'W/"1"', "last-modified": "Tue, 14 Nov 2023 22:13:20 GMT" };
  assert.deepEqual(await toOriginal(answer(200, headers), nowMs), {
    body: new TextEncoder().encode("bytes"),
    type: "image/png",
    etag: 'W/"1"',
    lastModified: "Tue, 14 Nov 2023 22:13:20 GMT",
    maxAgeS: undefined,
  });
});

test("toOriginal() answers null for 404 and 410, unchanged for 304", async () => {
  assert.equal(await toOriginal(answer(404), nowMs), null);
  assert.equal(await toOriginal(answer(410), nowMs), null);
  assert.equal(await toOriginal(answer(304), nowMs), "unchanged");
});

const freshness: readonly (readonly [Record<string, string>, number | undefined])[] = [
  [{}, undefined],
  [{ "cache-control": "public" }, undefined],
  [{ "cache-control": "max-age=60" }, 60],
  [{ "cache-control": "Public, Max-Age=60" }, 60],
  [{ "cache-control": 'max-age="60"' }, 60],
  [{ "cache-control": "max-age=60, s-maxage=10" }, 10],
  [{ "cache-control": "s-maxage=0, max-age=60" }, 0],
  [{ "cache-control": "max-age=60, max-age=600" }, 60],
  [{ "cache-control": "max-age=60, no-cache" }, 0],
  [{ "cache-control": "no-store" }, 0],
  [{ "cache-control": 'no-cache="set-cookie"' }, 0],
  [{ "cache-control": "max-age=soon" }, 0],
  [{ "cache-control": "max-age=-1" }, 0],
  [{ "cache-control": "max-age=999999999999999999999" }, 2 ** 31],
  [{ "cache-control": "max-age=60", age: "20" }, 40],
  [{ "cache-control": "max-age=60", age: "90" }, 0],
  [{ "cache-control": "max-age=60", expires: "0" }, 60],
  [{ expires: "0" }, 0],
  [{ expires: "Thu, 01 Jan 2026 00:01:00 GMT", date: "Thu, 01 Jan 2026 00:00:30 GMT" }, 30],
  [{ expires: "Thu, 01 Jan 2026 00:01:00 GMT" }, 60],
  [{ expires: "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
];

test("toOriginal() counts freshness as a shared cache does", async () => {
  for (const [headers, maxAgeS] of freshness) {
    const original = await toOriginal(answer(200, headers), nowMs);
    assert.ok(original !== null && original !== "unchanged");
    assert.equal(original.maxAgeS, maxAgeS, JSON.stringify(headers));
  }
});

async function failure(response: Response): Promise<CameoError> {
  const error = await toOriginal(response, nowMs).catch((caught: unknown) => caught);
  assert.ok(error instanceof CameoError);
  return error;
}

test("toOriginal() throws origin-failed with the status for every other one", async () => {
  for (const status of [201, 203, 204, 206, 300, 302, 400, 401, 403, 429, 451, 500, 502, 503, 504, 599]) {
    const error = await failure(answer(status));
    assert.equal(error.code, "origin-failed");
    assert.match(error.detail, new RegExp(`\\b${status}\\b`));
    assert.deepEqual(error.options.fields, { originStatus: status });
  }
});

test("toOriginal() keeps Retry-After as seconds", async () => {
  const after = async (value: string) => (await failure(answer(429, { "retry-after": value }))).options.retryAfterS;
  assert.equal(await after("120"), 120);
  assert.equal(await after("Thu, 01 Jan 2026 00:00:30 GMT"), 30);
  assert.equal(await after("Wed, 31 Dec 2025 00:00:00 GMT"), 0);
  assert.equal(await after("soon"), undefined);
  assert.equal((await failure(answer(503))).options.retryAfterS, undefined);
});
