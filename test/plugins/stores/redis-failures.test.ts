/** A Redis that is not there, slow, full, or refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost, type TestHost } from "../../../core/testing/host.ts";
import { until } from "../../until.ts";
import { get, isThere, openRedis as open, set, withRedis } from "./open-redis.ts";
import { startProxy, testRedis } from "./redis-server.ts";

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
    const proxy = await startProxy(server.socket);
    const driver = await open({ url: proxy.url, timeoutMs: 200 });
    await until(() => isThere(driver));
    server.freeze();
    const asked = await Promise.allSettled(Array.from({ length: 50 }, () => get(driver, "m:a:original")));
    assert.deepEqual(new Set(asked.map(({ status }) => status)), new Set(["rejected"]));
    const before = proxy.connections;
    await assert.rejects(get(driver, "m:a:original"), /longer than 200 ms/);
    for (let at = 0; at < 500; at++) {
      await assert.rejects(get(driver, "m:a:original"));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    // A handful of attempts, however long that took: the next one is twice as far away each time.
    assert.ok(proxy.connections - before < 20, `${proxy.connections - before} connections`);
    server.thaw();
    await until(() => isThere(driver));
    await driver.dispose?.();
    await until(() => proxy.open === 0);
    await proxy.close();
  }),
);

testRedis("redis that is gone is not looked for all the time", () =>
  withRedis(async (server) => {
    const line = await startProxy(server.socket);
    const driver = await open({ url: line.url });
    await server.stop();
    for (let at = 0; at < 500; at++) {
      await get(driver, "m:a:original").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.ok(line.connections < 20, `${line.connections} connections`);
    await driver.dispose?.();
    await line.close();
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
    const proxy = await startProxy(server.socket);
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

testRedis("redis comes back also while strangers have it owe more all the time", () =>
  withRedis(async (server) => {
    const driver = await open({ url: server.url });
    await server.stop();
    await until(async () => !(await isThere(driver)));
    let [isOver, count] = [false, 0];
    const strangers = (async () => {
      while (!isOver) {
        for (let at = 0; at < 20; at++) await driver.removeItem?.(`m:${count++}:original`, {})?.catch(() => {});
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await server.start();
    const isBack = async () => {
      await set(driver, "n:a:original", "new");
      return (await get(driver, "n:a:original")) === "new";
    };
    await until(() => isBack().catch(() => false));
    isOver = true;
    await strangers;
    await driver.dispose?.();
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
