import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import gravatar from "../../../plugins/sources/gravatar.ts";
import { startServices } from "../../avatar-services.ts";
import { createTestHost, loadContext, setupSource, testSource } from "../../contract/source.ts";

const hash = "0bc83cb571cd1c50ba6f3e8a78ef1346";

testSource({
  plugin: gravatar,
  async open() {
    const services = await startServices();
    services.gravatar.pictures.set(hash, { body: services.picture });
    return {
      options: { base: services.gravatar.base },
      good: hash,
      body: services.picture,
      spellings: [hash.toUpperCase()],
      missing: "0".repeat(32),
      refused: [hash.slice(1), `~${hash}`, `${hash}.png`, "ada@example.com", `${hash}/x`],
      host: createTestHost(),
      close: services.close,
    };
  },
});

test("source.gravatar asks for one size, for no default, and for the rating that is wanted", async () => {
  const services = await startServices();
  const source = await setupSource(gravatar, { base: services.gravatar.base, sizePx: 256 });
  await source.load(hash, loadContext({ query: { r: "pg" } }));
  await source.load(hash, loadContext({ query: { r: "anything" } }));
  assert.deepEqual(services.gravatar.asked, [`/avatar/${hash}?s=256&d=404&r=pg`, `/avatar/${hash}?s=256&d=404&r=g`]);
  await services.close();
});

test("source.gravatar keeps a picture for its own time, not for the five minutes that browsers are told", async () => {
  const services = await startServices();
  services.gravatar.pictures.set(hash, { body: services.picture });
  const source = await setupSource(gravatar, { base: services.gravatar.base });
  const found = await source.load(hash, loadContext());
  assert.ok(found !== null && found !== "unchanged");
  assert.equal(found.maxAgeS, 3600);
  await services.close();
});

test("source.gravatar passes Retry-After of a 429 on, and takes no picture over its limit", async () => {
  const services = await startServices();
  services.gravatar.pictures.set(hash, { body: services.picture });
  services.gravatar.trouble = "limited";
  const source = await setupSource(gravatar, { base: services.gravatar.base, maxBytes: 100 });
  const is = (code: string, retryAfterS?: number) => (error: unknown) =>
    error instanceof CameoError && error.code === code && error.options.retryAfterS === retryAfterS;
  await assert.rejects(source.load(hash, loadContext()), is("origin-failed", 17));
  services.gravatar.trouble = undefined;
  await assert.rejects(source.load(hash, loadContext()), is("source-too-large"));
  await services.close();
});

test("source.gravatar keeps the path of a mirror's address", async () => {
  const services = await startServices();
  for (const end of ["", "/", "/mirror", "/mirror/"]) {
    const source = await setupSource(gravatar, { base: `${services.gravatar.base}${end}` });
    await source.load(hash, loadContext());
  }
  const path = `/avatar/${hash}?s=512&d=404&r=g`;
  assert.deepEqual(services.gravatar.asked, [path, path, `/mirror${path}`, `/mirror${path}`]);
  await services.close();
});
