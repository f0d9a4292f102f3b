/** A bucket through the front door, before a service that is ill in the documented ways. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../core/error.ts";
import { checkPlugins } from "../../core/registry/check.ts";
import type { SettingsInput } from "../../core/settings/schema.ts";
import { draw, png } from "../../core/testing/images.ts";
import { startApp, type TestApp } from "../app.ts";
import { type FakeS3, type Illness, startS3 } from "../s3.ts";

const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const sessionToken = "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT";
const orange = png(draw(80, 60, () => ({ r: 230, g: 120, b: 20, a: 255 })));
const allowPrivate = ["127.0.0.0/8"];

interface Scene {
  readonly fake: FakeS3;
  readonly app: TestApp;
}

async function withBucket(run: (scene: Scene) => Promise<void>, more: object = {}): Promise<void> {
  const fake = await startS3();
  fake.keys.set(accessKeyId, secretAccessKey);
  fake.sessionToken = sessionToken;
  fake.objects.set("shop/a b+c.jpg", { body: orange, etag: '"d41d8cd98f00b204e9800998ecf8427e-2"' });
  const { bucket, endpoint } = fake;
  const products = { source: "s3", bucket, endpoint, prefix: "shop", accessKeyId, secretAccessKey, sessionToken };
  const mounts = { products: { ...products, allowPrivate, ...more } } as NonNullable<SettingsInput["mounts"]>;
  const app = await startApp({ settings: { mounts } });
  try {
    await run({ fake, app });
  } finally {
    await app.close();
    await fake.close();
  }
}

const troublesOf = async (app: TestApp): Promise<{ part: string; detail: string }[]> =>
  (await (await app.get("/health")).json()).troubles;

const secrets = [accessKeyId, secretAccessKey, sessionToken];

/** Nothing that was said or written so far holds a part of the credentials. */
async function assertDiscreet(app: TestApp, ...answers: string[]): Promise<void> {
  const all = [...answers, ...app.lines, await (await app.get("/health")).text()].join("\n");
  for (const secret of secrets) assert.ok(!all.includes(secret), secret);
}

test("s3: an object is served in any size, under its key", async () => {
  await withBucket(async ({ app, fake }) => {
    const answer = await app.get("/products/a%20b+c.jpg?w=64&f=png");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "image/png");
    assert.equal(fake.asked[0]?.target, "/my-pictures/shop/a%20b%2Bc.jpg");
    const { width, height } = await (await app.get("/meta/products/a%20b+c.jpg")).json();
    assert.deepEqual({ width, height }, { width: 80, height: 60 });
    assert.equal(fake.asked.length, 1);
    await assertDiscreet(app);
  });
});

test("s3: keys with every kind of character come through the URL", async () => {
  await withBucket(async ({ app, fake }) => {
    for (const key of ["100%.png", "/x//y.png", "q?v=1#z.png", "🦊 ~.png", "a%2Fb.png", "...png"]) {
      fake.objects.set(`shop/${key}`, { body: orange, etag: '"1"' });
      const path = `/products/${encodeURIComponent(key).replaceAll("%2F", "/")}?w=8&f=png`;
      assert.equal((await app.get(path)).status, 200, path);
    }
    for (const path of [
      "/products/%2e%2e%2fsecret.png",
      "/products/a%2F..%2F..%2Fsecret.png",
      "/products/%2e%2e%5csecret.png",
    ]) {
      fake.objects.set("secret.png", { body: orange, etag: '"1"' });
      const count = fake.asked.length;
      assert.notEqual((await app.get(path)).status, 200, path);
      assert.equal(fake.asked.length, count, path);
    }
  });
});

test("s3: Cache-Control of an object shortens its freshness; then its ETag saves the download", async () => {
  await withBucket(async ({ app, fake }) => {
    fake.objects.set("shop/short.png", { body: orange, etag: '"1"', headers: { "cache-control": "max-age=60" } });
    const first = await app.get("/products/short.png?w=8&f=png");
    assert.match(first.headers.get("cache-control") ?? "", /max-age=60\b/);
    app.advance(61);
    assert.equal((await app.get("/products/short.png?w=9&f=png")).status, 200);
    assert.deepEqual(
      fake.asked.map(({ headers }) => headers["if-none-match"]),
      [undefined, '"1"'],
    );
  });
});

test("s3: what is not there is a 404; so is what is denied, and the log says which permission tells the two apart", async () => {
  await withBucket(async ({ app, fake }) => {
    assert.equal((await app.get("/products/none.png")).status, 404);
    assert.deepEqual(await troublesOf(app), []);
    fake.mayList = false;
    for (const name of ["denied", "denied-too"]) assert.equal((await app.get(`/products/${name}.png`)).status, 404);
    const warnings = app.lines.filter((line) => line.includes("s3:ListBucket") && line.includes('"warn"'));
    assert.deepEqual(
      warnings.map((line) => JSON.parse(line).mount),
      ["products"],
    );
    await assertDiscreet(app);
  });
});

test("s3: /health shows denials while no object has come, and no longer", async () => {
  await withBucket(async ({ app, fake }) => {
    fake.mayList = false;
    assert.equal((await app.get("/products/none.png")).status, 404);
    const [trouble] = await troublesOf(app);
    assert.equal(trouble?.part, "s3 products");
    assert.match(trouble?.detail ?? "", /`s3:GetObject`/);
    assert.equal((await app.get("/products/a%20b+c.jpg?w=8&f=png")).status, 200);
    assert.deepEqual(await troublesOf(app), []);
    for (let n = 1; n < 10; n++) await app.get(`/products/none-${n}.png`);
    assert.deepEqual(await troublesOf(app), []);
    await app.get("/products/none-10.png");
    assert.equal((await troublesOf(app))[0]?.part, "s3 products");
  });
});

test("s3: a denial that names another permission is a failure, and a good copy is served on", async () => {
  await withBucket(
    async ({ app, fake }) => {
      assert.equal((await app.get("/products/a%20b+c.jpg?w=8&f=png")).status, 200);
      app.advance(100);
      const message =
        "User: arn:aws:iam::123456789012:user/x is not authorized to perform: s3:GetObject on resource: &quot;arn:aws:s3:::my-pictures/shop/a&quot;";
      fake.illness = { status: 403, code: "AccessDenied", message };
      assert.equal((await app.get("/products/a%20b+c.jpg?w=9&f=png")).status, 200);
      const answer = await app.get("/products/other.png");
      assert.equal(answer.status, 502);
      assert.match(await answer.text(), /`s3:GetObject`/);
      assert.ok(!app.lines.join("").includes("arn:aws"));
    },
    { ttlS: 60 },
  );
});

/** What the service answers, and what everybody is told. */
const illnesses: readonly (readonly [Illness, RegExp])[] = [
  [
    { status: 403, code: "InvalidAccessKeyId", more: `<AWSAccessKeyId>${accessKeyId}</AWSAccessKeyId>` },
    /`accessKeyId`/,
  ],
  [
    { status: 403, code: "SignatureDoesNotMatch", more: `<AWSAccessKeyId>${accessKeyId}</AWSAccessKeyId>` },
    /`secretAccessKey`/,
  ],
  [{ status: 400, code: "ExpiredToken", more: `<Token-0>${sessionToken}</Token-0>` }, /`sessionToken`: it has expired/],
  [{ status: 400, code: "InvalidToken", more: `<Token-0>${sessionToken}</Token-0>` }, /`sessionToken`/],
  [{ status: 403, code: "RequestTimeTooSkewed" }, /clock/],
  [{ status: 404, code: "NoSuchBucket" }, /`bucket`/],
  [{ status: 301, code: "PermanentRedirect" }, /`region` and `endpoint`/],
  [{ status: 400, code: "AuthorizationHeaderMalformed" }, /`region`/],
  [{ status: 302, headers: { location: "https://evil.test/" }, body: "" }, /`endpoint`: it redirects/],
  [{ status: 403, code: "InvalidObjectState", more: "<StorageClass>GLACIER</StorageClass>" }, /Glacier/],
  [{ status: 400, code: "KMS.DisabledException" }, /`kms:Decrypt`/],
  [{ status: 403, code: "AllAccessDisabled" }, /closed this bucket/],
  [{ status: 401, body: "Unauthorized" }, /`accessKeyId` and `secretAccessKey`/],
  [{ status: 400, code: "InvalidRequest" }, /400 \(InvalidRequest\)/],
  [{ status: 403, body: "<html>Forbidden by a proxy</html>" }, /answered 403;/],
  [{ status: 503, code: "SlowDown", headers: { "retry-after": "7" } }, /503/],
  [{ status: 500, code: "InternalError" }, /500/],
];

test("s3: each failure is a 502 that names what to change, in the log and in /health too, and no secret", async () => {
  await withBucket(async ({ app, fake }) => {
    for (const [index, [illness, sentence]] of illnesses.entries()) {
      fake.illness = illness;
      const answer = await app.get(`/products/${index}.png?w=8`);
      const text = await answer.text();
      assert.equal(answer.status, 502, text);
      assert.match(JSON.parse(text).detail, sentence);
      assert.match((await troublesOf(app)).find(({ part }) => part === "mount.products")?.detail ?? "", sentence);
      const line = app.lines.findLast((each) => each.includes('"origin-failed"')) ?? "";
      assert.match(JSON.parse(line).detail, sentence);
      if (illness.code && illness.status < 500) assert.equal(JSON.parse(line).s3Code, illness.code);
      assert.equal(answer.headers.get("retry-after"), illness.headers?.["retry-after"] ?? null);
      await assertDiscreet(app, text);
    }
  });
});

test("s3: a clock that is wrong, seen by the service", async () => {
  await withBucket(async ({ app, fake }) => {
    fake.nowMs = 0;
    const answer = await app.get("/products/a%20b+c.jpg?w=8");
    assert.equal(answer.status, 502);
    assert.match(await answer.text(), /clock/);
  });
});

test("s3: hostile errors are neither believed nor long thought about", async () => {
  await withBucket(async ({ app, fake }) => {
    const entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>';
    const bodies = [
      `${entity}<Error><Code>&a;</Code></Error>`,
      `<Error>${"<Code>".repeat(100_000)}`,
      `<Error><Code>${"x".repeat(200_000)}</Code></Error>`,
      `<Error><Code>constructor</Code><Region>eu/../evil.test#</Region></Error>`,
      `<Error><Code><script>alert(1)</script></Code></Error>`,
      "<".repeat(300_000),
      "\0\ufffd\u202e",
    ];
    for (const [index, body] of bodies.entries()) {
      fake.illness = {
        status: 400,
        body,
        headers: { "x-amz-bucket-region": "evil.test/#", "x-amz-request-id": '"}<b>' },
      };
      const answer = await app.get(`/products/${index}.png?w=8`);
      assert.equal(answer.status, 502);
      assert.match((await answer.json()).detail, /^The storage answered 400( \(constructor\))?;/);
    }
    assert.ok(!app.lines.some((line) => line.includes("evil.test")));
    assert.equal(fake.asked.length, bodies.length);
  });
});

test("s3: a private endpoint needs the mount's allowPrivate, and the answer says so", async () => {
  await withBucket(
    async ({ app, fake }) => {
      const answer = await app.get("/products/a%20b+c.jpg?w=8");
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), /`allowPrivate`/);
      assert.equal(fake.asked.length, 0);
    },
    { allowPrivate: [] },
  );
});

test("s3: a mount needs no signed URLs unless it says so; a version is asked for where it is allowed", async () => {
  await withBucket(
    async ({ app, fake }) => {
      fake.objects.set("shop/a.png?v1", { body: orange, etag: '"v1"' });
      assert.equal((await app.get("/products/a.png?versionId=v1&w=8&f=png")).status, 200);
      assert.equal(fake.asked[0]?.target, "/my-pictures/shop/a.png?versionId=v1");
      assert.equal((await app.get("/products/a.png?versionId=v2&w=8")).status, 404);
    },
    { allowVersions: true },
  );
  await withBucket(async ({ app }) => {
    const answer = await app.get("/products/a.png?versionId=v1");
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /`allowVersions`/);
  });
  await withBucket(async ({ app }) => assert.equal((await app.get("/products/a%20b+c.jpg?w=8")).status, 403), {
    sign: "required",
  });
});

test("s3: half a key is a warning of cameo check, and a failure", async () => {
  await withBucket(
    async ({ app }) => {
      const [warning] = await checkPlugins(app.app.services.snapshot);
      assert.match(warning ?? "", /^mounts\.products: .*`secretAccessKey`/);
      const answer = await app.get("/products/a%20b+c.jpg?w=8");
      assert.equal(answer.status, 500);
      assert.match(await answer.text(), /bad-setting/);
    },
    { secretAccessKey: "" },
  );
});

test("s3: two values for one part of the key are refused at the start", async () => {
  await assert.rejects(
    withBucket(async () => {}, { secretAccessKeyFile: "/run/secrets/s3" }),
    (error) => error instanceof CameoError && error.code === "bad-setting" && !error.message.includes(secretAccessKey),
  );
});
