import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { createHost } from "../../../core/testing/host.ts";
import { addressOf } from "../../../plugins/stores/redis-options.ts";
import { testStore } from "../../contract/store.ts";
import { createCertificate } from "../../core/net/servers.ts";
import { until } from "../../until.ts";
import { freePort, get, isThere, openRedis as open, set, withRedis } from "./open-redis.ts";
import { hasRedis, startProxy, startRedis, testRedis } from "./redis-server.ts";

if (hasRedis) {
  testStore("redis", async () => {
    const server = await startRedis();
    const driver = await open({ url: server.url, prefix: "a[b]*?\\:" });
    return {
      driver,
      async close() {
        await driver.dispose?.();
        await server.close();
      },
    };
  });
} else testRedis("redis does what a store must", async () => {});

testRedis("redis lists and clears what begins with its own prefix, whatever characters that has", () =>
  withRedis(async (server) => {
    const own = await open({ url: server.url, prefix: "a[b]*?\\" });
    const other = await open({ url: server.url, prefix: "ab" });
    await server.command("SET", "somebody's", "1");
    await set(own, "m:*:original", "mine");
    await set(other, "xx\\m:*:original", "not mine");
    assert.deepEqual(await own.getKeys("m:*:", {}), ["m:*:original"]);
    assert.deepEqual(await own.getKeys("m:?:", {}), []);
    await own.clear?.("", {});
    assert.deepEqual([await own.getKeys("", {}), await server.command("DBSIZE")], [[], 2]);
    for (const driver of [own, other]) await driver.dispose?.();
  }),
);

testRedis("redis lists and clears more keys than one scan tells", () =>
  withRedis(async (server) => {
    const driver = await open({ url: server.url });
    const keys = Array.from({ length: 3000 }, (_, at) => `m:${at}:original`);
    await Promise.all(keys.map((key) => set(driver, key, "x")));
    assert.deepEqual((await driver.getKeys("", {})).sort(), keys.sort());
    await driver.clear?.("", {});
    assert.equal(await server.command("DBSIZE"), 0);
    await driver.dispose?.();
  }),
);

testRedis("redis forgets a value when it may no longer be served, or after ttlS if that is sooner", () =>
  withRedis(async (server) => {
    const driver = await open({ url: server.url });
    const short = await open({ url: server.url, ttlS: 1000, prefix: "short:" });
    const ttlOf = async (key: string) => Number(await server.command("PTTL", key));
    await set(driver, "m:a:original", "x", 5000);
    await set(driver, "m:b:original", "x");
    await set(short, "m:a:original", "x", 5000);
    await set(short, "m:b:original", "x", 100);
    const at = await Promise.all(["cameo:m:a", "short:m:a", "short:m:b"].map((key) => ttlOf(`${key}:original`)));
    assert.deepEqual(
      at.map((ms) => Math.ceil(ms / 100_000)),
      [50, 10, 1],
    );
    assert.equal(await ttlOf("cameo:m:b:original"), -1);
    for (const each of [driver, short]) await each.dispose?.();
  }),
);

testRedis("redis keeps no value over maxValueBytes, nor what it takes the place of", () =>
  withRedis(async (server) => {
    const driver = await open({ url: server.url, maxValueBytes: 5 });
    await set(driver, "m:a:original", "12345");
    assert.equal(await get(driver, "m:a:original"), "12345");
    await set(driver, "m:a:original", "123456");
    assert.equal(await get(driver, "m:a:original"), null);
    await driver.dispose?.();
  }),
);

testRedis("redis logs in with user and password, from the URL or a file that is read anew, into its database", () =>
  withRedis(async (server) => {
    const file = `${server.folder}/password`;
    await server.command("ACL", "SETUSER", "cameo", "on", ">p@ss:w/rd", "~cameo:*", "+@all");
    await writeFile(file, "wrong\n");
    const socket = encodeURI(server.socket);
    const host = createHost();
    const driver = await open({ url: `unix://cameo@localhost${socket}?db=3`, passwordFile: file }, host);
    await assert.rejects(get(driver, "m:a:original"), /WRONGPASS/);
    await writeFile(file, "p@ss:w/rd\n");
    await until(() => isThere(driver));
    await set(driver, "m:a:original", "x");
    assert.match(String(await server.command("INFO", "keyspace")), /db3:keys=1/);
    assert.ok(!JSON.stringify(host.lines).includes("p@ss"));
    const proxy = await startProxy(server.socket);
    const over = await open({ url: `${proxy.url.replace("//", "//cameo:p%40ss%3Aw%2Frd@")}/3` });
    assert.equal(await get(over, "m:a:original"), "x");
    for (const each of [driver, over]) await each.dispose?.();
    await proxy.close();
  }),
);

testRedis("redis checks the certificate of a rediss:// server against caFile", () =>
  withRedis(async (server) => {
    const file = `${server.folder}/server.pem`;
    const pem = createCertificate("localhost");
    assert.ok(pem, "there is no openssl");
    await writeFile(file, pem);
    const port = await freePort();
    const settings = ["tls-cert-file", file, "tls-key-file", file, "tls-auth-clients", "no", "tls-port", port] as const;
    await server.command("CONFIG", "SET", ...settings);
    const url = `rediss://localhost:${port}`;
    const trusting = await open({ url, caFile: file });
    await set(trusting, "m:a:original", "x");
    assert.equal(await get(trusting, "m:a:original"), "x");
    const wary = await open({ url });
    await assert.rejects(get(wary, "m:a:original"), /self.signed|certificate|UnknownIssuer/i);
    const other = await open({ url: `rediss://127.0.0.1:${port}`, caFile: file });
    await assert.rejects(get(other, "m:a:original"), /altnames|certificate|NotValidForName/i);
    for (const each of [trusting, wary, other]) await each.dispose?.();
  }),
);

testRedis("redis never goes on in another database than the one that was asked for", () =>
  withRedis(async (server) => {
    const driver = await open({ url: `${server.url}?db=99` });
    await assert.rejects(set(driver, "m:a:original", "x"), /DB index is out of range/);
    assert.equal(await server.command("DBSIZE"), 0);
    await driver.dispose?.();
  }),
);

test("addressOf() reads hosts, sockets, users, passwords and databases", () => {
  const none = { isSecure: false, user: "", password: "", database: 0 };
  assert.deepEqual(addressOf("redis://h"), { ...none, host: "h", port: 6379 });
  assert.deepEqual(addressOf("redis://[::1]:7000/"), { ...none, host: "::1", port: 7000 });
  assert.deepEqual(addressOf("rediss://u:p%40s@h:1/5"), {
    isSecure: true,
    user: "u",
    password: "p@s",
    database: 5,
    host: "h",
    port: 1,
  });
  assert.deepEqual(addressOf("unix:///run/a%20b.sock?db=2"), { ...none, path: "/run/a b.sock", database: 2 });
});

for (const url of [
  "http://h",
  "redis://",
  "redis://h/x",
  "redis://h?password=p",
  "redis://u:p@ss@h",
  "redis://u:p ss@h",
  "redis://u:%@h",
  "redis://h/0#x",
  "unix://",
  "unix://other/run/a.sock",
  "/run/a.sock",
]) {
  test(`addressOf() refuses ${url}`, () => assert.equal(addressOf(url), undefined));
}
