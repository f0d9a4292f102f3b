import assert from "node:assert/strict";
import { test } from "node:test";
import { libravatar } from "../../../plugins/sources/libravatar.ts";
import type { ResolveSrv } from "../../../plugins/sources/libravatar-srv.ts";
import { startServices } from "../../avatar-services.ts";
import { createTestHost, loadContext, setupSource, testSource } from "../../contract/source.ts";

const hash = "0bc83cb571cd1c50ba6f3e8a78ef1346";
const nowhere: ResolveSrv = () => Promise.reject(Object.assign(new Error("none"), { code: "ENOTFOUND" }));

testSource({
  plugin: libravatar(nowhere),
  async open() {
    const services = await startServices();
    services.libravatar.pictures.set(hash, { body: services.picture });
    return {
      options: { base: services.libravatar.base },
      good: `${hash}@bücher.example`,
      body: services.picture,
      spellings: [`${hash.toUpperCase()}@Bücher.Example`, `${hash}@xn--bcher-kva.example`],
      missing: "0".repeat(32),
      refused: [hash.slice(1), `${hash}@`, `${hash}@example`, `${hash}@a@b.org`, `${hash}@a.org:80`, `${hash}@a.org/x`],
      host: createTestHost(),
      close: services.close,
    };
  },
});

test("source.libravatar asks the server that the domain names, and the common one for other domains", async () => {
  const services = await startServices();
  const own = await startServices();
  own.libravatar.pictures.set(hash, { body: own.picture });
  const port = Number(new URL(own.libravatar.base).port);
  const names: string[] = [];
  const resolveSrv: ResolveSrv = async (name) => {
    names.push(name);
    return name === "_avatars._tcp.example.org" ? [{ name: "127.0.0.1", port, priority: 1, weight: 1 }] : nowhere(name);
  };
  const source = await setupSource(libravatar(resolveSrv), { base: services.libravatar.base });
  assert.ok(await source.load(`${hash}@example.org`, loadContext()));
  assert.equal(await source.load(`${hash}@example.net`, loadContext()), null);
  assert.equal(await source.load(hash, loadContext()), null);
  assert.deepEqual(own.libravatar.asked, [`/avatar/${hash}?s=512&d=404`]);
  assert.equal(services.libravatar.asked.length, 2);
  assert.equal(names.length, 4);
  await source.load(`${hash}@example.org`, loadContext());
  assert.equal(names.length, 4, "a domain's server is kept");
  await Promise.all([services.close(), own.close()]);
});

test("source.libravatar keeps to the guard: a domain cannot lead it to a private address", async () => {
  const resolveSrv: ResolveSrv = async () => [{ name: "127.0.0.1", port: 80, priority: 1, weight: 1 }];
  const source = await setupSource(libravatar(resolveSrv), {}, createTestHost({ allowPrivate: [] }));
  await assert.rejects(source.load(`${hash}@example.org`, loadContext()), /host-not-allowed/);
});

test("source.libravatar looks for no server without federation", async () => {
  const services = await startServices();
  const resolveSrv: ResolveSrv = () => assert.fail("a name server was asked");
  const source = await setupSource(libravatar(resolveSrv), { base: services.libravatar.base, federation: false });
  assert.equal(await source.load(`${hash}@example.org`, loadContext()), null);
  await services.close();
});

test("source.libravatar keeps the path of a server's address", async () => {
  const services = await startServices();
  for (const end of ["/", "/mirror", "/mirror/"]) {
    const source = await setupSource(libravatar(nowhere), { base: `${services.libravatar.base}${end}` });
    await source.load(hash, loadContext());
  }
  const path = `/avatar/${hash}?s=512&d=404`;
  assert.deepEqual(services.libravatar.asked, [path, `/mirror${path}`, `/mirror${path}`]);
  await services.close();
});
