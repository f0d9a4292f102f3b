/** Redis as a tier, through the front door: what processes share, and that no trouble of Redis is one of theirs. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startApp, type TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";
import { createOrigin } from "../origin.ts";
import { type RedisServer, type SlowLine, startProxy, startRedis, testRedis } from "../plugins/stores/redis-server.ts";
import { until } from "../until.ts";

const token = "an-admin-token-for-tests";
const operator = { method: "DELETE", headers: { authorization: `Bearer ${token}` } };
const origin = createOrigin();

before(async () => {
  for (const ref of ["a.png", "b.png", "c.png"]) origin.images.set(ref, await fixture("png-rgb"));
});

/** As many processes as are wanted: each with its own folder and memory, all with one secret. */
async function start(redis: Readonly<Record<string, unknown>>): Promise<TestApp> {
  return startApp({
    settings: {
      adminToken: token,
      secret: "the secret that they share",
      mounts: { o: { source: "origin", ttlS: 100, staleS: 1000 } },
      cache: { disk: false, redis: { timeoutMs: 60_000, connectTimeoutMs: 60_000, ...redis } },
    } as never,
    plugins: [origin.plugin],
  });
}

const seen = async (app: TestApp, path: string): Promise<string> => {
  const answer = await app.get(path);
  await answer.bytes();
  return `${answer.status} ${answer.headers.get("x-cache")}`;
};

interface Tier {
  readonly name: string;
  readonly writes: number;
  readonly lastError?: { readonly message: string };
}
const tierOf = async (app: TestApp): Promise<Tier> => {
  const { tiers } = (await (await app.get("/health")).json()) as { tiers: Tier[] };
  return tiers.find(({ name }) => name === "redis") as Tier;
};
const warnings = (app: TestApp): string[] => app.lines.filter((line) => line.includes("A cache tier failed"));

/** Behind the answer. */
const written = (app: TestApp, count: number) => until(async () => (await tierOf(app)).writes >= count);

async function withRedis(run: (server: RedisServer, line: SlowLine) => Promise<void>): Promise<void> {
  const server = await startRedis();
  const line = await startProxy(server.socket);
  try {
    await run(server, line);
  } finally {
    await line.close();
    await server.close();
  }
}

testRedis("redis: what one process made is a hit for another, after a restart too, until it is purged", () =>
  withRedis(async (server) => {
    const one = await start({ url: server.url });
    const two = await start({ url: server.url });
    assert.equal(await seen(one, "/o/a.png?w=20"), "200 MISS origin");
    await written(one, 2);
    assert.equal(await seen(two, "/o/a.png?w=20"), "200 HIT redis");
    assert.equal(await seen(two, "/o/a.png?w=20"), "200 HIT memory");
    await one.close();
    const again = await start({ url: server.url });
    assert.equal(await seen(again, "/o/a.png?w=20"), "200 HIT redis");
    const ttlMs = Number(await server.command("PTTL", String(((await server.command("KEYS", "*")) as string[])[0])));
    assert.ok(ttlMs > 1_000_000 && ttlMs <= 1_100_000, `${ttlMs}`);

    origin.loads.length = 0;
    assert.equal((await again.app.handle(new Request("http://localhost/o/a.png", operator))).status, 200);
    assert.equal(await server.command("DBSIZE"), 0);
    assert.equal(await seen(again, "/o/a.png?w=20"), "200 MISS origin");
    // As the README says: the memory of the others is out of reach.
    assert.equal(await seen(two, "/o/a.png?w=20"), "200 HIT memory");
    for (const each of [two, again]) await each.close();
  }),
);

testRedis("redis: a server that goes away costs nothing but its hits, is told of, and is used again", () =>
  withRedis(async (server) => {
    const app = await start({ url: server.url });
    await seen(app, "/o/a.png?w=20");
    await written(app, 2);
    await server.stop();
    assert.equal(await seen(app, "/o/b.png?w=20"), "200 MISS origin");
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => seen(app, `/o/b.png?w=${30 + at}`)));
    assert.deepEqual(new Set(answers.map((each) => each.slice(0, 3))), new Set(["200"]));
    assert.match((await tierOf(app)).lastError?.message ?? "", /^(ENOENT|ECONNREFUSED|Redis closed the connection\.)$/);
    assert.equal(warnings(app).length, 1);
    app.advance(61);
    await seen(app, "/o/b.png?w=300");
    assert.equal(warnings(app).length, 2);
    const { writes } = await tierOf(app);
    await server.start();
    let widthPx = 20;
    await until(async () => {
      await seen(app, `/o/c.png?w=${widthPx++}`);
      return (await tierOf(app)).writes > writes;
    });
    await app.close();
  }),
);

testRedis("redis: a slow line is given up after one timeout, and a process that stops does not wait for it", () =>
  withRedis(async (_server, line) => {
    const app = await start({ url: line.url, timeoutMs: 300, connectTimeoutMs: 2000 });
    let widthPx = 20;
    await until(async () => {
      await seen(app, `/o/a.png?w=${widthPx++}`);
      return (await tierOf(app)).writes > 0;
    });
    line.delayMs = 3_600_000;
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => seen(app, `/o/b.png?w=${30 + at}`)));
    assert.deepEqual(new Set(answers.map((each) => each.slice(0, 3))), new Set(["200"]));
    assert.match((await tierOf(app)).lastError?.message ?? "", /longer than 300 ms|no connection to Redis/);
    assert.ok(line.connections < 20, `${line.connections} connections`);
    await app.close();
    await until(() => line.open === 0);
  }),
);

testRedis("redis: FLUSHALL and damaged values are misses", () =>
  withRedis(async (server) => {
    const app = await start({ url: server.url });
    await seen(app, "/o/a.png?w=20");
    await written(app, 2);
    for (const key of (await server.command("KEYS", "*")) as string[]) await server.command("APPEND", key, "x");
    const other = await start({ url: server.url });
    assert.equal(await seen(other, "/o/a.png?w=20"), "200 MISS origin");
    assert.match((await tierOf(other)).lastError?.message ?? "", /damaged/);
    await written(other, 2);
    await server.command("FLUSHALL");
    const third = await start({ url: server.url });
    assert.equal(await seen(third, "/o/a.png?w=20"), "200 MISS origin");
    for (const each of [app, other, third]) await each.close();
  }),
);

testRedis("redis: no password in log, health and errors, whether it is right or wrong", () =>
  withRedis(async (server, line) => {
    await server.command("ACL", "SETUSER", "cameo", "on", ">right-secret", "~cameo:*", "+@all");
    const withPassword = (password: string) => line.url.replace("//", `//cameo:${password}@`);
    const right = await start({ url: withPassword("right-secret") });
    await seen(right, "/o/a.png?w=20");
    await written(right, 2);
    const wrong = await start({ url: withPassword("wrong-secret") });
    assert.equal(await seen(wrong, "/o/a.png?w=20"), "200 MISS origin");
    assert.match((await tierOf(wrong)).lastError?.message ?? "", /^WRONGPASS/);
    await assert.rejects(start({ url: withPassword("wrong-sec@ret") }), (error: Error) => {
      assert.match(String(error), /cache\.redis\.url \(CAMEO_CACHE_REDIS_URL\): a URL is/);
      assert.doesNotMatch(String(error), /ret"|wrong/);
      return true;
    });
    for (const app of [right, wrong]) {
      const shown = `${app.lines.join("\n")}${JSON.stringify(await (await app.get("/health")).json())}`;
      assert.doesNotMatch(shown, /right-secret|wrong-sec/);
      await app.close();
    }
  }),
);

testRedis("redis: other settings open another connection and close the old one after its writes", () =>
  withRedis(async (_server, line) => {
    const app = await start({ url: line.url });
    await seen(app, "/o/a.png?w=20");
    const { settings } = app.app.services.snapshot;
    const redis = { ...(settings.cache.redis as object), prefix: "other:" };
    await app.app.reconfigure({ ...settings, cache: { ...settings.cache, redis } });
    await until(() => line.open === 1);
    assert.equal(line.connections, 2);
    await app.close();
    await until(() => line.open === 0);
  }),
);

test("redis: settings of a Redis that cannot be are refused", async () => {
  await assert.rejects(start({ url: "redis://u:p@h", passwordFile: "x" }), /not both/);
  await assert.rejects(start({ url: "redis://h", caFile: "x" }), /rediss:/);
});
