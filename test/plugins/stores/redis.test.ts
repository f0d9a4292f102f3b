import assert from "node:assert/strict";
import { test } from "node:test";
import type { Driver } from "unstorage";
import * as v from "valibot";
import type { StoreHost } from "../../../core/plugin.ts";
import { createHost, type TestHost } from "../../../core/testing/host.ts";
import redis from "../../../plugins/stores/redis.ts";
import { addressOf } from "../../../plugins/stores/redis-options.ts";
import { testStore } from "../../contract/store.ts";
import { until } from "../../until.ts";
import { hasRedis, type RedisServer, startProxy, startRedis, testRedis } from "./redis-server.ts";

/** As patient as a busy machine needs. */
const patient = { timeoutMs: 60_000, connectTimeoutMs: 60_000 };

const open = async (options: Readonly<Record<string, unknown>>, host: StoreHost = createHost()): Promise<Driver> =>
  redis.setup(v.parse(redis.options, { ...patient, ...options }), host);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const set = async (driver: Driver, key: string, text: string, ttl?: number) =>
  driver.setItemRaw?.(key, bytes(text), ttl === undefined ? {} : { ttl });
const get = async (driver: Driver, key: string): Promise<string | null> => {
  const value: unknown = await driver.getItemRaw?.(key, {});
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : null;
};
const isThere = (driver: Driver) =>
  get(driver, "m:none:original").then(
    () => true,
    () => false,
  );

/** Runs with a server that goes afterwards. */
async function withRedis(run: (server: RedisServer) => Promise<void>, ...given: string[]): Promise<void> {
  const server = await startRedis({ arguments: given });
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

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
    const { writeFile } = await import("node:fs/promises");
    const file = `${server.folder}/password`;
    await server.command("ACL", "SETUSER", "cameo", "on", ">p@ss:w/rd", "~cameo:*", "+@all");
    await writeFile(file, "wrong\n");
    const socket = server.url.replace("unix://", "");
    const host = createHost();
    const driver = await open({ url: `unix://cameo@localhost${socket}?db=3`, passwordFile: file }, host);
    await assert.rejects(get(driver, "m:a:original"), /WRONGPASS/);
    await writeFile(file, "p@ss:w/rd\n");
    await until(() => isThere(driver));
    await set(driver, "m:a:original", "x");
    assert.match(String(await server.command("INFO", "keyspace")), /db3:keys=1/);
    assert.ok(!JSON.stringify(host.lines).includes("p@ss"));
    const proxy = await startProxy(socket);
    const over = await open({ url: `${proxy.url.replace("//", "//cameo:p%40ss%3Aw%2Frd@")}/3` });
    assert.equal(await get(over, "m:a:original"), "x");
    for (const each of [driver, over]) await each.dispose?.();
    await proxy.close();
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

test("redis is set up where there is no server, says so once, and fails at once", async () => {
  const host = createHost();
  const driver = await open({ url: "unix:///nowhere/redis.sock" }, host);
  assert.deepEqual(host.lines, ["warn: Redis is not there; serving goes on without it."]);
  await assert.rejects(get(driver, "m:a:original"), { code: "ENOENT" });
  await driver.dispose?.();
});

testRedis("redis comes back by itself, and does not try all the time meanwhile", () =>
  withRedis(async (server) => {
    const host: TestHost = createHost();
    const driver = await open({ url: server.url }, host);
    await set(driver, "m:a:original", "x");
    await server.stop();
    await until(async () => !(await isThere(driver)));
    await assert.rejects(get(driver, "m:a:original"));
    await server.start();
    await until(() => isThere(driver));
    assert.equal(await get(driver, "m:a:original"), null);
    await set(driver, "m:a:original", "y");
    assert.equal(await get(driver, "m:a:original"), "y");
    assert.deepEqual(host.lines, ["info: Redis is there again."]);
    await driver.dispose?.();
  }),
);

testRedis("redis that does not answer is waited for once; all who wait are told together", () =>
  withRedis(async (server) => {
    const proxy = await startProxy(server.url.replace("unix://", ""));
    const driver = await open({ url: proxy.url, timeoutMs: 200 });
    await until(() => isThere(driver));
    server.freeze();
    const asked = await Promise.allSettled(Array.from({ length: 50 }, () => get(driver, "m:a:original")));
    assert.deepEqual(new Set(asked.map(({ status }) => status)), new Set(["rejected"]));
    const before = proxy.connections;
    for (let at = 0; at < 500; at++) await assert.rejects(get(driver, "m:a:original"), /longer than 200 ms/);
    // A handful of attempts at the most while 500 were asked.
    assert.ok(proxy.connections - before < 20, `${proxy.connections - before} connections`);
    server.thaw();
    await until(() => isThere(driver));
    await driver.dispose?.();
    await until(() => proxy.open === 0);
    await proxy.close();
  }),
);

testRedis("redis that is full or a replica is not written to for a while, and read on", () =>
  withRedis(async (server) => {
    let nowMs = 0;
    const driver = await open({ url: server.url }, createHost({ nowMs: () => nowMs }));
    await set(driver, "m:a:original", "x");
    await server.command("CONFIG", "SET", "maxmemory", "1");
    await assert.rejects(set(driver, "m:b:original", "y"), /OOM command not allowed/);
    assert.equal(await get(driver, "m:a:original"), "x");
    await server.command("CONFIG", "SET", "maxmemory", "0");
    await assert.rejects(set(driver, "m:b:original", "y"), /OOM command not allowed/);
    nowMs += 1001;
    await set(driver, "m:b:original", "y");
    await server.command("REPLICAOF", "127.0.0.1", "1");
    nowMs += 1001;
    await assert.rejects(set(driver, "m:b:original", "z"), /READONLY|MASTERDOWN/);
    await until(() => isThere(driver));
    assert.equal(await get(driver, "m:b:original"), "y");
    await server.command("REPLICAOF", "NO", "ONE");
    nowMs += 60_000;
    await set(driver, "m:b:original", "z");
    assert.equal(await get(driver, "m:b:original"), "z");
    await driver.dispose?.();
  }),
);

testRedis("redis shows nothing that was purged while it could not be reached", () =>
  withRedis(async (server) => {
    const proxy = await startProxy(server.url.replace("unix://", ""));
    const driver = await open({ url: proxy.url, timeoutMs: 200 });
    const whole = ["m:a:original", "m:a:one", "m:b:original", "n:a:original"];
    for (const key of whole) await server.command("SET", `cameo:${key}`, "old");
    server.freeze();
    await assert.rejects(async () => driver.getKeys("m:a:", {}));
    await assert.rejects(async () => driver.removeItem?.("m:b:original", {}));
    server.thaw();
    await until(() => isThere(driver));
    const left = new Map<string, string | null>();
    const look = async () => {
      for (const key of whole) left.set(key, await get(driver, key));
    };
    await until(() =>
      look().then(
        () => true,
        () => false,
      ),
    );
    assert.deepEqual([...left.values()], [null, null, null, "old"]);
    await driver.dispose?.();
    await proxy.close();
  }),
);

testRedis("redis is not read while it refuses what was to be removed", () =>
  withRedis(async (server) => {
    const driver = await open({ url: server.url });
    await set(driver, "m:a:original", "old");
    await server.command("REPLICAOF", "127.0.0.1", "1");
    await assert.rejects(async () => driver.removeItem?.("m:a:original", {}), /READONLY/);
    await assert.rejects(get(driver, "m:a:original"), /READONLY/);
    await server.command("REPLICAOF", "NO", "ONE");
    await until(() => isThere(driver));
    assert.equal(await get(driver, "m:a:original"), null);
    await driver.dispose?.();
  }),
);

testRedis("redis says what it cannot make up for at its end", () =>
  withRedis(async (server) => {
    const host = createHost();
    const driver = await open({ url: server.url }, host);
    await server.stop();
    await assert.rejects(async () => driver.getKeys("m:a:", {}));
    await driver.dispose?.();
    assert.deepEqual(host.lines, ["warn: Redis was not there for some purges until the end; purge once more."]);
  }),
);

testRedis("redis gets over a value of another type", () =>
  withRedis(async (server) => {
    const driver = await open({ url: server.url });
    await server.command("LPUSH", "cameo:m:a:original", "x");
    await assert.rejects(get(driver, "m:a:original"), /WRONGTYPE/);
    await set(driver, "m:a:original", "y");
    assert.equal(await get(driver, "m:a:original"), "y");
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
