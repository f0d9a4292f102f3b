/** Uploads that mean harm, or are broken: each is refused with its code, nothing of it is kept, and the next one is taken. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { TestApp } from "../app.ts";
import { fixture, hostileFixture, hostileNames } from "../fixtures/fixture.ts";
import { formOf, send, startUploads, upload, uploader } from "./upload-server.ts";

let app: TestApp;
let good: Uint8Array;

before(async () => {
  app = await startUploads();
  good = await fixture("png-rgb");
});
after(() => app.close());

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

async function refusal(response: Promise<Response>): Promise<Problem> {
  const answer = await response;
  assert.equal(answer.headers.get("content-type"), "application/problem+json", `${answer.status}`);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  return (await answer.json()) as Problem;
}

async function kept(): Promise<Buffer[]> {
  const folder = join(app.folder, "blobs");
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  return Promise.all(names.filter((name) => /[0-9a-f]{64}$/.test(name)).map((name) => readFile(join(folder, name))));
}

const post = (body: BodyInit, type: string, headers: Record<string, string> = {}): Promise<Response> =>
  app.get("/avatar?email=ada@example.com", {
    method: "POST",
    body,
    headers: { ...uploader, "content-type": type, ...headers },
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  } as RequestInit);

const bombs = hostileNames.filter((name) =>
  /^(bomb|truncated|polyglot|exe$|html$|pdf$|zip$|mp4$|mvg$|empty$)/.test(name),
);

/** Where an upload is another matter than an image: no bytes are no picture, and of an animation the first frame is enough. */
const own: Readonly<Record<string, readonly string[]>> = {
  empty: ["bad-request"],
  "truncated-webp-animated-half": ["ok", "broken-image"],
};

for (const name of bombs) {
  const { code, or = [] } = hostileFixture(name);
  const codes = [...(own[name] ?? [code]), ...or];
  test(`an upload of ${name} is ${codes.join(" or ")}`, async () => {
    const response = await send(app, await fixture(name), { email: `${name}@example.com` });
    const { code: got = "ok" } = (await response.json()) as { code?: string };
    assert.ok(codes.includes(got), got);
    if (got === "ok") return;
    assert.ok(response.status >= 400 && response.status < 505);
    assert.equal((await upload(app, good, { email: "next@example.com" })).status, "accepted");
  });
}

test("what a polyglot carries behind its picture is not kept", async () => {
  for (const name of bombs.filter((each) => each.startsWith("polyglot"))) await send(app, await fixture(name));
  const pictures = await kept();
  assert.ok(pictures.length > 0);
  for (const mark of ["<script", "<html", "PK\u0003\u0004"]) assert.ok(!pictures.some((bytes) => bytes.includes(mark)));
});

const megabytes = (count: number): ReadableStream<Uint8Array> => {
  let left = count;
  return new ReadableStream({
    pull(controller) {
      left -= 1;
      if (left < 0) controller.close();
      else controller.enqueue(new Uint8Array(2 ** 20));
    },
  });
};

test("a body is counted as it comes, whatever Content-Length says", async () => {
  for (const type of ["image/png", "multipart/form-data; boundary=x"]) {
    const lie = await refusal(post(megabytes(100), type, { "content-length": "10" }));
    assert.deepEqual([lie.status, lie.code], [413, "source-too-large"], type);
    const said = await refusal(post(good as Uint8Array<ArrayBuffer>, type, { "content-length": String(2 ** 30) }));
    assert.equal(said.status, 413, type);
  }
});

test("a picture over the limit is a 413 also where the form as a whole is not", async () => {
  const form = formOf(new Uint8Array(5 * 2 ** 20 + 1), { email: "a@b" });
  assert.equal((await refusal(app.get("/avatar", { method: "POST", body: form, headers: uploader }))).status, 413);
});

test("forms that are not ours are refused with a sentence", async () => {
  const part = (name: string, value = "1") =>
    `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = `--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc\r\n`;
  const end = "--x--\r\n";
  const cases: [string, string, string, RegExp][] = [
    [
      part("rating", "g").repeat(100) + file + end,
      "multipart/form-data; boundary=x",
      "bad-request",
      /more than 16 parts/,
    ],
    [part("rating", "g") + end, "multipart/form-data; boundary=x", "bad-request", /no picture/],
    [
      part("n".repeat(1000)) + file + end,
      "multipart/form-data; boundary=x",
      "bad-parameter",
      /^There is no field "n{40}…"/,
    ],
    [part("file", "text") + end, "multipart/form-data; boundary=x", "bad-parameter", /file name/],
    [part("rating", "z") + file + end, "multipart/form-data; boundary=x", "bad-parameter", /"rating" takes one of/],
    [part("private", "maybe") + file + end, "multipart/form-data; boundary=x", "bad-parameter", /"private" takes/],
    [part("rating", "g").repeat(2) + file + end, "multipart/form-data; boundary=x", "bad-parameter", /takes one value/],
    [part("email", "nobody") + file + end, "multipart/form-data; boundary=x", "bad-parameter", /"email" takes/],
    [part("id", "7") + file + end, "multipart/form-data; boundary=x", "bad-parameter", /both given/],
    [file + file + end, "multipart/form-data; boundary=x", "bad-parameter", /more than one/],
    [file, "multipart/form-data; boundary=y", "bad-request", /./],
    [file + end, "multipart/form-data", "bad-request", /boundary/],
    ["{}", "application/json", "unsupported-type", /multipart\/form-data/],
    ["", "image/png", "bad-request", /no picture/],
    ["just words", "image/png", "unsupported-type", /./],
  ];
  for (const [body, type, code, sentence] of cases) {
    const got = await refusal(post(body, type));
    assert.equal(got.code, code, `${type}: ${got.detail}`);
    assert.match(got.detail, sentence);
    assert.ok(got.detail.length < 300);
  }
});

test("a field with a name of a megabyte is a 400 that does not repeat it", async () => {
  const body = `--x\r\ncontent-disposition: form-data; name="${"n".repeat(2 ** 20)}"\r\n\r\n1\r\n--x--\r\n`;
  const { status, detail } = await refusal(post(body, "multipart/form-data; boundary=x"));
  assert.equal(status, 400);
  assert.ok(detail.length < 300);
});

test("one says whose picture it is", async () => {
  const nobody = await refusal(send(app, good, {}));
  assert.match(nobody.detail, /`email` or `id`/);
  const unknown = await refusal(send(app, good, { id: "0".repeat(32) }));
  assert.match(unknown.detail, /MD5 is not known/);
});
