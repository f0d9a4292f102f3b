import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { SourceInstance } from "../../../core/plugin.ts";
import { createHost } from "../../../core/testing/host.ts";
import s3 from "../../../plugins/sources/s3.ts";
import { objectUrl } from "../../../plugins/sources/s3-address.ts";
import { createTestHost, hasCode, loadContext, loadOriginal, setupSource, testSource } from "../../contract/source.ts";
import { type FakeS3, readAuthorization, signatureOf, startS3, uriEncode } from "../../s3.ts";

const body = new TextEncoder().encode("a picture, as far as this plugin knows");
const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
/** Every name leads to this machine. */
const host = createTestHost({ lookup: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]) });

async function startBucket(): Promise<FakeS3> {
  const fake = await startS3();
  fake.keys.set(key.accessKeyId, key.secretAccessKey);
  fake.objects.set("a.jpg", { body, etag: '"6805f2cfc46c0f04559748bb039d69ae-3"' });
  return fake;
}

const optionsOf = ({ bucket, endpoint }: FakeS3, more: object = {}) => ({ bucket, endpoint, ...key, ...more });

async function withBucket(run: (fake: FakeS3) => Promise<void>): Promise<void> {
  const fake = await startBucket();
  try {
    await run(fake);
  } finally {
    await fake.close();
  }
}

const setup = (fake: FakeS3, more: object = {}): Promise<SourceInstance> =>
  setupSource(s3, optionsOf(fake, more), host);

testSource({
  plugin: s3,
  async open() {
    const fake = await startBucket();
    const refused = [".", "./a.jpg", "a/./b.jpg", "a/..", "é".repeat(513), "a/../b.jpg"];
    return { options: optionsOf(fake), host, good: "a.jpg", body, missing: "none.jpg", refused, close: fake.close };
  },
});

testSource({
  plugin: { ...s3, name: "s3 with prefix" },
  async open() {
    const fake = await startBucket();
    fake.objects.set("photos/2026/a.jpg", { body, etag: '"1"' });
    const refused = ["../a.jpg", "..", "x/../../../a.jpg", "..\\..\\a.jpg", "a".repeat(1013)];
    const options = optionsOf(fake, { prefix: "photos/2026" });
    return { options, host, good: "a.jpg", body, missing: "b.jpg", refused, close: fake.close };
  },
});

test("s3: the fake computes the signatures of AWS's documentation", () => {
  const headers = {
    host: "examplebucket.s3.amazonaws.com",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-amz-date": "20130524T000000Z",
    range: "bytes=0-9",
  };
  const documented = [
    ["/test.txt", "range;", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"],
    ["/?lifecycle", "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"],
    ["/?max-keys=2&prefix=J", "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"],
  ];
  for (const [target = "", more = "", signature = ""] of documented) {
    const scope = `${key.accessKeyId}/20130524/us-east-1/s3/aws4_request`;
    const names = `host;${more}x-amz-content-sha256;x-amz-date`;
    const given = readAuthorization(
      `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${names},Signature=${signature}`,
    );
    assert.ok(given);
    assert.equal(signatureOf({ method: "GET", target, headers }, given, key.secretAccessKey), signature);
  }
});

const oddKeys = [
  "a b+c.jpg",
  "100%.jpg",
  "a%2Fb%20.jpg",
  "//double//slash.jpg",
  "/leading.jpg",
  "what?.jpg",
  "a#b.jpg",
  "~tilde_-.jpg",
  "🦊/ü/日本.png",
  "a=b&c=d.jpg",
  "(a)!'*.jpg",
  "..a/b../...jpg",
  "back\\slash.jpg",
  'a:b@c;d,e$f|g^h`i{j}[k]<l>"m".jpg',
  "%2e%2e/a.jpg",
  "folder/",
];

test("s3 asks for any key, escaped as S3 does it and signed, in the path and before the host", async () => {
  await withBucket(async (fake) => {
    const styles = [{}, { endpoint: `http://s3.test:${fake.port}`, pathStyle: false }];
    for (const style of styles) {
      const source = await setup(fake, style);
      for (const name of oddKeys) {
        fake.objects.set(name, { body: new TextEncoder().encode(name), etag: '"1"' });
        const { body: found } = await loadOriginal(source, name);
        assert.equal(new TextDecoder().decode(found), name);
        const asked = fake.asked.at(-1);
        const isHosted = asked?.headers.host === `my-pictures.s3.test:${fake.port}`;
        assert.equal(isHosted, style.pathStyle === false);
        assert.equal(asked?.target, `${isHosted ? "" : "/my-pictures"}/${uriEncode(name, true)}`);
      }
    }
  });
});

test("s3 puts any key into one path of its host that S3 reads as that key (property)", () => {
  const segment = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => !/^\.\.?$/.test(text));
  const keys = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(
      keys.filter((each) => each.split("/").every((part) => !/^\.\.?$/.test(part))),
      (name) => {
        const url = objectUrl({ bucket: "b1.x", region: "us-east-1", endpoint: "https://s3.test/base/" }, name);
        assert.equal(url.href, `https://s3.test/base/b1.x/${uriEncode(name, true)}`);
        assert.equal(decodeURIComponent(url.pathname), `/base/b1.x/${name}`);
      },
    ),
  );
});

test("s3 finds AWS by region, and its bucket before the host unless the name has dots", () => {
  const urls = [
    [{ bucket: "pics", region: "eu-central-1" }, "https://pics.s3.eu-central-1.amazonaws.com/a.jpg"],
    [{ bucket: "img.example.com", region: "us-east-1" }, "https://s3.us-east-1.amazonaws.com/img.example.com/a.jpg"],
    [{ bucket: "pics", region: "cn-north-1" }, "https://pics.s3.cn-north-1.amazonaws.com.cn/a.jpg"],
    [{ bucket: "pics", region: "us-east-1", pathStyle: true }, "https://s3.us-east-1.amazonaws.com/pics/a.jpg"],
    [
      { bucket: "pics", region: "auto", endpoint: "https://0a1b.r2.cloudflarestorage.com" },
      "https://0a1b.r2.cloudflarestorage.com/pics/a.jpg",
    ],
    [{ bucket: "pics", region: "garage", endpoint: "http://[::1]:3900/" }, "http://[::1]:3900/pics/a.jpg"],
  ] as const;
  for (const [place, url] of urls) assert.equal(objectUrl(place, "a.jpg").href, url);
});

test("s3 refuses settings that cannot work, and quotes no secret", async () => {
  const base = { bucket: "pics" };
  const wrong = [
    { bucket: "a" },
    { bucket: "../etc" },
    { bucket: "pics/folder" },
    { ...base, region: "eu central" },
    { ...base, endpoint: "s3.example.com" },
    { ...base, endpoint: "https://user:pw@s3.example.com" },
    { ...base, endpoint: "https://s3.example.com/?x=1" },
    { ...base, endpoint: "https://s3.example.com./" },
    { ...base, endpoint: "ftp://s3.example.com" },
    { ...base, prefix: "/photos" },
    { ...base, prefix: "photos/../x" },
    { ...base, secretAccessKey: "hunter2 with spaces" },
    { ...base, secretAccessKey: 4711 },
  ];
  for (const each of wrong) {
    await assert.rejects(
      setupSource(s3, each, host),
      (error: Error) => !/hunter2|4711/.test(error.message),
      JSON.stringify(each),
    );
  }
  const contrary = [
    { ...base, endpoint: "http://127.0.0.1:9000", pathStyle: false },
    { ...base, endpoint: "http://[::1]:9000", pathStyle: false },
    { bucket: "Upper_Case", pathStyle: false },
    { ...base, ...key, secretAccessKeyFile: "/run/secrets/s3" },
  ];
  for (const each of contrary) await assert.rejects(setupSource(s3, each, host), hasCode("bad-setting"));
});

test("s3 is anonymous without a key, for a public bucket", async () => {
  await withBucket(async (fake) => {
    fake.isPublic = true;
    const source = await setupSource(s3, { bucket: fake.bucket, endpoint: fake.endpoint, accessKeyId: "" }, host);
    assert.deepEqual(new Uint8Array((await loadOriginal(source, "a.jpg")).body), body);
    assert.deepEqual(
      Object.keys(fake.asked[0]?.headers ?? {}).filter((name) => /auth|amz/.test(name)),
      [],
    );
  });
});

test("s3 check() names half a key, files that are not there and an endpoint that holds the bucket", async () => {
  const check = async (options: object) =>
    (await setupSource(s3, { bucket: "pics", ...options }, host)).check?.({ mounts: new Set() });
  assert.deepEqual(await check({}), []);
  assert.deepEqual(await check(key), []);
  assert.match((await check({ accessKeyId: "AKIA" }))?.join() ?? "", /no `secretAccessKey`/);
  assert.match((await check({ secretAccessKey: "abc" }))?.join() ?? "", /no `accessKeyId`/);
  assert.match((await check({ sessionToken: "abc" }))?.join() ?? "", /no `accessKeyId`.*no `secretAccessKey`/);
  assert.match(
    (await check({ ...key, sessionTokenFile: "/nowhere" }))?.join() ?? "",
    /`sessionTokenFile` names a file/,
  );
  assert.match((await check({ endpoint: "https://x.r2.test/pics" }))?.join() ?? "", /`endpoint` holds the name/);
  assert.match((await check({ endpoint: "https://pics.r2.test" }))?.join() ?? "", /`endpoint` holds the name/);
  for (const endpoint of ["https://x.r2.test/pics/more", "https://topics.test"])
    assert.deepEqual(await check({ endpoint }), []);
  assert.deepEqual(await check({ endpoint: "https://pics.internal.test", pathStyle: true }), []);
  const half = await setupSource(s3, { bucket: "pics", accessKeyId: "AKIA" }, host);
  await assert.rejects(half.load("a.jpg", loadContext()), hasCode("bad-setting"));
});

test("s3 reads the key from files anew, also when the old one is refused in the middle of a request", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-s3-"));
  const [id, secret, token] = ["id", "secret", "token"].map((name) => join(folder, name)) as [string, string, string];
  await withBucket(async (fake) => {
    fake.sessionToken = "token-1";
    const files = { accessKeyIdFile: id, secretAccessKeyFile: secret, sessionTokenFile: token };
    const source = await setupSource(s3, { bucket: fake.bucket, endpoint: fake.endpoint, ...files }, host);
    await assert.rejects(source.load("a.jpg", loadContext()), hasCode("origin-failed"));
    await Promise.all([
      writeFile(id, `${key.accessKeyId}\n`),
      writeFile(secret, key.secretAccessKey),
      writeFile(token, "token-1"),
    ]);
    await loadOriginal(source, "a.jpg");
    fake.keys.clear();
    fake.keys.set("NEWKEY", "new-secret");
    await assert.rejects(source.load("a.jpg", loadContext()), hasCode("origin-failed"));
    // The service knows the new key before the files have it.
    const reading = createTestHost({ lookup: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]) });
    const late = await setupSource(
      s3,
      { bucket: fake.bucket, endpoint: fake.endpoint, ...files },
      {
        ...reading,
        async fetch(url, options) {
          const answer = await reading.fetch(url, options);
          await Promise.all([writeFile(id, "NEWKEY"), writeFile(secret, "new-secret")]);
          return answer;
        },
      },
    );
    const before = fake.asked.length;
    await loadOriginal(late, "a.jpg");
    assert.equal(fake.asked.length, before + 2);
  }).finally(() => rm(folder, { recursive: true }));
});

test("s3 takes an older version where that is allowed, and refuses it elsewhere", async () => {
  await withBucket(async (fake) => {
    const query = { versionId: "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY" };
    fake.objects.set(`a.jpg?${query.versionId}`, { body: body.subarray(1), etag: '"0"' });
    const source = await setup(fake, { allowVersions: true });
    assert.equal((await loadOriginal(source, "a.jpg", { query })).body.length, body.length - 1);
    assert.equal(await source.load("a.jpg", loadContext({ query: { versionId: "none" } })), null);
    fake.illness = { status: 405, code: "MethodNotAllowed" };
    assert.equal(await source.load("a.jpg", loadContext({ query })), null);
    fake.illness = undefined;
    for (const versionId of ["", "a b", "a\n", "x".repeat(1025)])
      await assert.rejects(source.load("a.jpg", loadContext({ query: { versionId } })), hasCode("bad-parameter"));
    const closed = await setup(fake);
    await assert.rejects(closed.load("a.jpg", loadContext({ query })), hasCode("bad-parameter"));
  });
});

/** AWS, with a bucket in Frankfurt: each host answers only for its own region, as documented. */
const aws = (signed: boolean) => (call: { url: string; headers?: Readonly<Record<string, string>> }) => {
  const { host: asked, pathname, search } = new URL(call.url);
  const error = (status: number, code: string, more = "", headers = {}) =>
    new Response(`<?xml version="1.0"?>\n<Error><Code>${code}</Code>${more}</Error>`, { status, headers });
  if (asked !== "pics.s3.eu-central-1.amazonaws.com") {
    return signed
      ? error(400, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>")
      : error(301, "PermanentRedirect", "<Endpoint>evil.test</Endpoint>", {
          "x-amz-bucket-region": "eu-central-1",
          location: "https://evil.test/a.jpg",
        });
  }
  const given = readAuthorization(call.headers?.authorization ?? "");
  const request = { method: "GET", target: pathname + search, headers: { ...call.headers, host: asked } };
  const isRight = given ? signatureOf(request, given, key.secretAccessKey) === given.signature : !signed;
  return isRight ? new Response(body, { headers: { etag: '"1"' } }) : error(403, "SignatureDoesNotMatch");
};

for (const signed of [true, false]) {
  test(`s3 finds a bucket of AWS in another region by itself, once (${signed ? "signed" : "anonymous"})`, async () => {
    const testHost = createHost({ answers: { "*": aws(signed) }, nowMs: Date.UTC(2026, 6, 1) });
    const source = await setupSource(s3, { bucket: "pics", ...(signed ? key : {}) }, testHost);
    for (const name of ["a.jpg", "b.jpg"]) await loadOriginal(source, name);
    const right = "pics.s3.eu-central-1.amazonaws.com";
    const hosts = testHost.calls.map(({ url }) => new URL(url).host);
    assert.deepEqual(hosts, ["pics.s3.us-east-1.amazonaws.com", right, right]);
    assert.deepEqual(
      testHost.lines.filter((line) => line.startsWith("warn")),
      ["warn: the bucket is in another region; set `region`"],
    );
  });
}

test("s3 signs anew for the region that a service of another make asks for, on the same host", async () => {
  const fake = await startS3("my-pictures", "garage");
  fake.keys.set(key.accessKeyId, key.secretAccessKey);
  fake.objects.set("a.jpg", { body, etag: '"1"' });
  try {
    const source = await setup(fake);
    await loadOriginal(source, "a.jpg");
    await loadOriginal(source, "a.jpg");
    assert.equal(fake.asked.length, 3);
  } finally {
    await fake.close();
  }
});

test("s3 follows no redirect with its key, and does not go round in circles", async () => {
  await withBucket(async (other) => {
    await withBucket(async (fake) => {
      const location = `${other.endpoint}/my-pictures/a.jpg`;
      for (const status of [301, 302, 307, 308]) {
        fake.illness = { status, headers: { location, "x-amz-bucket-region": "eu-west-1" }, code: "PermanentRedirect" };
        await assert.rejects((await setup(fake)).load("a.jpg", loadContext()), hasCode("origin-failed"));
      }
      assert.equal(fake.asked.length, 4);
      fake.asked.length = 0;
      const source = await setupSource(
        s3,
        { bucket: "pics" },
        createHost({
          answers: {
            "*": ({ url }) => {
              const region = url.includes("us-east-1") ? "us-west-2" : "us-east-1";
              return new Response("", { status: 301, headers: { "x-amz-bucket-region": region } });
            },
          },
        }),
      );
      await assert.rejects(source.load("a.jpg", loadContext()), hasCode("origin-failed"));
    });
    assert.equal(other.asked.length, 0);
  });
});

test("s3 gives a slow service up after timeoutMs, and an object that is too large", async () => {
  await withBucket(async (fake) => {
    const small = await setup(fake, { maxBytes: 10 });
    await assert.rejects(small.load("a.jpg", loadContext()), hasCode("source-too-large"));
    const silent = createTestHost({ lookup: () => new Promise(() => {}) });
    const slow = await setupSource(s3, optionsOf(fake, { endpoint: "http://s3.test", timeoutMs: 1 }), silent);
    // The timer alone keeps no process alive.
    const alive = setInterval(() => {}, 1000);
    await assert.rejects(slow.load("a.jpg", loadContext()), hasCode("origin-timeout"));
    clearInterval(alive);
  });
});
