/** The upload source on its own: who may do what, under which names, and what the chain is told. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { hasCode } from "../../../core/testing/check.ts";
import { loadContext } from "../../../core/testing/source.ts";
import { testSource } from "../../../core/testing.ts";
import upload from "../../../plugins/sources/upload.ts";
import { type Bench, bearer, put, startBench, token } from "./upload-bench.ts";

const digest = (text: string, algorithm = "sha256"): string => createHash(algorithm).update(text).digest("hex");
const ada = digest("ada@example.com");
const privateId = `~${"3c".repeat(16)}`;

testSource(upload, async () => {
  const bench = await startBench();
  await put(bench, "a picture");
  return {
    host: bench.host,
    options: { tokens: [token] },
    ref: ada,
    body: new TextEncoder().encode("master of a picture"),
    missing: digest("nobody@example.com"),
    refused: ["", "ada", ada.toUpperCase(), "!pending/abc", "../x", "~short"],
  };
});

const issue = async (bench: Bench, body: object, given = token): Promise<string> => {
  const request = { body: JSON.stringify(body), headers: bearer(given) };
  const response = await bench.call("POST", "/avatar/upload-tokens", request);
  return ((await response.json()) as { token: string }).token;
};

const send = (bench: Bench, given: string | undefined, query: string): Promise<Response> =>
  bench.call("POST", `/avatar?${query}`, { body: "x", headers: given === undefined ? {} : bearer(given) });

test("uploads are off without tokens, and the answer says how to switch them on", async () => {
  const bench = await startBench({ options: { tokens: [] } });
  for (const [method, path] of [
    ["POST", "/avatar"],
    ["POST", "/avatar/upload-tokens"],
    ["DELETE", `/avatar/${ada}`],
  ] as const) {
    await assert.rejects(bench.call(method, path, { headers: bearer() }), (error: Error) => {
      assert.ok(hasCode("unauthorized")(error));
      return /mounts\.upload\.tokens \(CAMEO_MOUNTS_UPLOAD_TOKENS\)/.test(error.message);
    });
  }
});

test("tokens that are short or hold spaces are refused as settings", async () => {
  for (const bad of ["short", "sixteen chars or more"]) {
    await assert.rejects(startBench({ options: { tokens: [bad] } }), /at least 16 visible ASCII/);
  }
});

test("an upload without a token, or with a wrong one, is refused before the body is read", async () => {
  const bench = await startBench();
  for (const given of [undefined, "", "wrong", `${token}x`, token.slice(1), "u1..", "u1.e30.00", "u1.e30"]) {
    let isRead = false;
    const pull = () => {
      isRead = true;
    };
    const body = new ReadableStream({ pull }, new CountQueuingStrategy({ highWaterMark: 0 }));
    const init = { body, duplex: "half", headers: given === undefined ? {} : bearer(given) } as RequestInit;
    await assert.rejects(bench.call("POST", "/avatar?email=ada@example.com", init), /unauthorized/);
    assert.equal(isRead, false);
  }
});

test("uploads that never end hold no place longer than their deadline", async () => {
  const bench = await startBench();
  const slow = new AbortController();
  const trickle = () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) });
    const init = { body, duplex: "half", headers: bearer(), ends: slow.signal } as RequestInit;
    return bench.call("POST", "/avatar?email=slow@example.com", init);
  };
  const started = Array.from({ length: 32 }, trickle);
  await assert.rejects(put(bench, "one too many"), /busy/);
  slow.abort();
  for (const each of started) await assert.rejects(each, /bad-request/);
  assert.equal((await put(bench, "one")).status, 201);
});

test("one user alone does not take the place of all others", async () => {
  const bench = await startBench();
  const slow = new AbortController();
  const own = await issue(bench, { email: "slow@example.com" });
  const again = await issue(bench, { email: "slow@example.com", expiresS: 60 });
  const trickle = (given: string) => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) });
    const init = { body, duplex: "half", headers: bearer(given), ends: slow.signal } as RequestInit;
    return bench.call("POST", "/avatar", init);
  };
  const started = [own, again, own, again].map(trickle);
  await assert.rejects(send(bench, own, ""), /busy/);
  assert.equal((await put(bench, "another's")).status, 201);
  slow.abort();
  for (const each of started) await assert.rejects(each, /bad-request/);
  assert.equal((await send(bench, own, "")).status, 201);
});

test("an e-mail in a header is read as UTF-8, as curl sends it, else as Latin-1, as browsers do", async () => {
  const bench = await startBench();
  for (const encoding of ["utf8", "latin1"] as const) {
    const value = Buffer.from("jürgen@example.com", encoding).toString("latin1");
    const answer = await bench.call("POST", "/avatar", {
      body: "x",
      headers: { ...bearer(), "x-avatar-email": value },
    });
    const { sha256 } = (await answer.json()) as { sha256: string };
    assert.equal(sha256, digest("jürgen@example.com"), encoding);
  }
});

test("an upload that is too large is told the limit of the settings, in a form too", async () => {
  const bench = await startBench({ options: { maxBytes: 1000 } });
  for (const size of [1001, 40_000]) {
    const form = new FormData();
    form.set("file", new File([new Uint8Array(size)], "me.png"));
    for (const body of [form, new Uint8Array(size)]) {
      const upload = bench.call("POST", "/avatar", { body, headers: bearer() });
      await assert.rejects(upload, /source-too-large: .* more than 1000 bytes/);
    }
  }
});

test("an operator decides of the picture that he has seen, not of one that came meanwhile", async () => {
  const bench = await startBench({ verdict: () => "hold" });
  const decide = (what: string, etag: string) =>
    bench.call("POST", `/avatar/${ada}/${what}`, { headers: { "if-match": etag } });
  await put(bench, "a kitten");
  const seen = (await bench.call("GET", `/avatar/${ada}/held`)).headers.get("etag") ?? "";
  assert.match(seen, /^"[0-9a-f]{32}-g"$/);
  await put(bench, "no kitten");
  for (const what of ["accept", "reject"]) await assert.rejects(decide(what, seen), /bad-request.*another picture/);
  assert.equal(await bench.show(ada), null);
  await put(bench, "a kitten");
  await decide("accept", `"other", ${seen}`);
  assert.equal(await bench.show(ada), "master of a kitten");
  await put(bench, "no kitten");
  await assert.rejects(decide("reject", seen), /another picture/);
  await decide("reject", "*");
  assert.equal(await bench.show(ada), "master of a kitten");
});

test("a user's token uploads and deletes for that user alone, within its time", async () => {
  const bench = await startBench();
  const own = await issue(bench, { email: "Ada@example.com", expiresS: 60 });
  assert.equal((await send(bench, own, "")).status, 201);
  assert.equal((await send(bench, own, "email=ada@example.com")).status, 201);
  assert.equal((await send(bench, undefined, `token=${own}`)).status, 201);
  assert.equal(await bench.show(ada), "master of x");
  await assert.rejects(send(bench, own, "email=eve@example.com"), /another user/);
  await assert.rejects(issue(bench, { email: "eve@example.com" }, own), /makes no further/);
  const remove = (hash: string) => bench.call("DELETE", `/avatar/${hash}`, { headers: bearer(own) });
  await assert.rejects(remove(digest("eve@example.com")), /another user/);
  assert.equal((await remove(digest("ada@example.com", "md5"))).status, 200);
  for (const at of [0, 10, own.length - 1]) {
    const changed = own.slice(0, at) + (own[at] === "A" ? "B" : "A") + own.slice(at + 1);
    await assert.rejects(send(bench, changed, ""), /unauthorized/);
  }
  bench.host.setNow(1e12 + 60_000);
  await assert.rejects(send(bench, own, ""), /unauthorized/);
});

test("POST /avatar/upload-tokens says what is wrong, without repeating it", async () => {
  const bench = await startBench();
  const bad = [
    { email: "ada@example.com", expiresS: 3601 },
    { email: "ada@example.com", secret: "hunter2" },
    {},
    "text",
  ];
  for (const body of bad) {
    await assert.rejects(issue(bench, body as object), (error: Error) => {
      assert.ok(hasCode("bad-parameter")(error));
      return !error.message.includes("hunter2") && !error.message.includes("ada@");
    });
  }
  const long = { body: "x".repeat(5000), headers: bearer() };
  await assert.rejects(bench.call("POST", "/avatar/upload-tokens", long), /source-too-large/);
});

test("a user is one under every name: e-mail, its hashes, a private ID beside it", async () => {
  const bench = await startBench();
  await put(bench, "one", `email=ada@example.com&id=${privateId}`);
  const names = [ada, digest("ada@example.com", "md5"), privateId];
  for (const name of names) assert.equal(await bench.show(name), "master of one");
  for (const [at, name] of names.entries()) {
    await put(bench, `by ${at}`, `id=${name}`);
    for (const other of names) assert.equal(await bench.show(other), `master of by ${at}`);
  }
  await put(bench, "of a user ID", "id=user-42");
  assert.equal(await bench.show(digest("user-42")), "master of of a user ID");
});

test("a private ID that has a picture of its own gives it to the e-mail that it turns out to be", async () => {
  const bench = await startBench();
  await put(bench, "one", `id=${privateId}`);
  assert.equal(await bench.show(ada), null);
  await put(bench, "two", `email=ada@example.com&id=${privateId}`);
  assert.equal(await bench.show(privateId), "master of two");
  await bench.call("DELETE", `/avatar/${ada}`, { headers: bearer() });
  assert.equal(await bench.show(privateId), null);
  assert.deepEqual(await bench.host.blobs.keys(), []);
});

test("a private ID that moves to another e-mail stays with it when the old one's picture is deleted", async () => {
  const bench = await startBench();
  await put(bench, "old", `email=ada@example.com&id=${privateId}`);
  await put(bench, "new", `email=lovelace@example.com&id=${privateId}`);
  assert.equal(await bench.show(privateId), "master of new");
  await put(bench, "old again", "email=ada@example.com");
  assert.equal(await bench.show(privateId), "master of new");
  await bench.call("DELETE", `/avatar/${ada}`, { headers: bearer() });
  assert.equal(await bench.show(privateId), "master of new");
  await bench.call("DELETE", `/avatar/${privateId}`, { headers: bearer() });
  assert.equal(await bench.show(digest("lovelace@example.com")), null);
});

test("a change purges every ref under which the picture is shown, also those that the chain has told of", async () => {
  const bench = await startBench();
  assert.equal(await bench.show(ada, { for: privateId }), null);
  await bench.source.load(ada, loadContext({ query: { for: `~${"e".repeat(32)}` } }));
  await put(bench, "one");
  const refs = [ada, digest("ada@example.com", "md5"), privateId];
  const paths = refs.flatMap((ref) => [`/upload/${ref}`, `/avatar/${ref}`, `/avatar/upload/${ref}`]);
  assert.deepEqual(new Set(bench.host.purged.filter((path) => !path.includes("!pending"))), new Set(paths));
});

test("the upload is taken away from memory and cache however its rendering ends", async () => {
  const bench = await startBench({ verdict: () => ({ reject: "No." }) });
  await assert.rejects(put(bench, "one"), /not accepted: No\./);
  const pending = bench.host.purged.find((path) => path.includes("!pending")) ?? "";
  assert.match(pending, /^\/upload\/!pending\/[0-9a-f]{64}$/);
  assert.equal(await bench.show(pending.slice("/upload/".length)), null);
  assert.deepEqual(await bench.host.blobs.keys(), []);
});

test("load() answers unchanged while the picture, its rating and its privacy are", async () => {
  const bench = await startBench();
  const etags: string[] = [];
  for (const query of ["", "&rating=pg", "&private=1", "&rating=pg&private=1"]) {
    await put(bench, "one", `email=ada@example.com${query}`);
    const found = await bench.source.load(ada, loadContext({ query: { r: "x" } }));
    assert.ok(found !== null && found !== "unchanged");
    assert.equal(found.needsSignature, query.includes("private"));
    const again = await bench.source.load(ada, loadContext({ previous: found }));
    assert.equal(again, "unchanged");
    etags.push(found.etag ?? "");
  }
  assert.equal(new Set(etags).size, 4);
  await assert.rejects(bench.source.load(ada, loadContext({ query: { r: "y" } })), /"r" takes one of/);
});

test("a history of twenty events is kept, and no more", async () => {
  const bench = await startBench();
  for (let at = 0; at < 25; at++) await put(bench, `picture ${at}`);
  const response = await bench.call("GET", `/avatar/${ada}/info`);
  const { history } = (await response.json()) as { history: { event: string; asset: string }[] };
  assert.equal(history.length, 20);
  assert.equal(history.at(-1)?.asset, digest("master of picture 24"));
});
