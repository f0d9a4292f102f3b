import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import { isSound, isWhole } from "../../../plugins/sources/avatar-sound.ts";
import { fixture } from "../../fixtures/fixture.ts";

const names = [
  "jpeg-420",
  "jpeg-progressive",
  "png-rgb",
  "gif",
  "gif-animated",
  "webp-lossy",
  "webp-animated",
] as const;
const { signal } = new AbortController();

test("isWhole() knows the ends of the usual formats, also where something follows", async () => {
  for (const name of names) {
    const body = await fixture(name);
    assert.equal(isWhole(body), true, name);
    assert.equal(isWhole(Buffer.concat([body, new Uint8Array(20)])), true, name);
    assert.equal(isWhole(body.subarray(0, body.length / 2)), false, name);
  }
  for (const body of ["", "RIFF", "<svg/>"]) assert.equal(isWhole(Buffer.from(body)), false, body);
});

test("isSound() tries only what has no end, and takes a server that is busy for no fault of the picture", async () => {
  const whole = await fixture("png-rgb");
  const cut = whole.subarray(0, -30);
  const asked: string[] = [];
  const rendering = (error?: Error) => ({
    async render(path: string) {
      asked.push(path);
      if (error) throw error;
      return { body: whole, type: "image/png" };
    },
  });
  const fails = (code: "broken-image" | "busy") => rendering(new CameoError(code, "No."));
  assert.equal(await isSound({ body: whole }, "/a/b", fails("broken-image"), signal), true);
  assert.deepEqual(asked, []);
  assert.equal(await isSound({ body: cut }, "/a/b", rendering(), signal), true);
  assert.equal(await isSound({ body: cut }, "/a/b?r=g", fails("broken-image"), signal), false);
  assert.equal(await isSound({ body: cut }, "/a/b", fails("busy"), signal), true);
  assert.deepEqual(asked, ["/a/b?w=16&frames=1&f=png", "/a/b?r=g&w=16&frames=1&f=png", "/a/b?w=16&frames=1&f=png"]);
  await assert.rejects(isSound({ body: cut }, "/a/b", fails("busy"), AbortSignal.abort(new Error("gone"))), /gone/);
});
