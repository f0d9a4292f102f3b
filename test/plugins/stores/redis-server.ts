/** A real redis-server for tests: in a temporary folder, on a socket, without persistence. Tests are skipped where there is none. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { until } from "../../until.ts";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** A test that needs the server. */
export const testRedis = (name: string, work: (context: TestContext) => Promise<void>): void => {
  test(name, { skip: hasRedis ? false : "there is no redis-server; on Debian it is the package redis-server" }, work);
};

export interface RedisServer {
  readonly folder: string;
  /** Path of its socket. */
  readonly socket: string;
  /** URL of that. */
  readonly url: string;
  /** One command, as an operator. */
  command(...words: [string, ...(string | number | Uint8Array)[]]): Promise<unknown>;
  /** Gone at once, as by a crash. Everything that it held is lost. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** It takes connections and commands, and answers none. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export interface RedisOptions {
  /** As `redis.conf` has them, `--name value`. */
  readonly arguments?: readonly string[];
  /** Of the default user, for `command`. */
  readonly password?: string;
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-redis-"));
  const path = join(folder, "redis.sock");
  const own = ["--port", "0", "--unixsocket", path, "--dir", folder, "--save", "", "--appendonly", "no"];
  const given = options.arguments ?? [];
  let child: ReturnType<typeof spawn> | undefined;

  async function command(...[name, ...words]: [string, ...(string | number | Uint8Array)[]]): Promise<unknown> {
    const redis = new Redis({ path, password: options.password, lazyConnect: true, retryStrategy: () => null });
    redis.on("error", () => {});
    try {
      return await redis.call(name, ...words.map((each) => (each instanceof Uint8Array ? Buffer.from(each) : each)));
    } finally {
      redis.disconnect();
    }
  }

  async function start(): Promise<void> {
    child = spawn("redis-server", [...own, ...given], { stdio: "ignore" });
    const isThere = () =>
      command("PING").then(
        () => true,
        () => false,
      );
    await until(isThere);
  }

  /** `kill` of the child itself sends but one on Deno. */
  const signal = (name: NodeJS.Signals): void => void (child?.pid !== undefined && process.kill(child.pid, name));

  async function stop(): Promise<void> {
    if (child === undefined) return;
    const gone = once(child, "exit");
    signal("SIGKILL");
    await gone;
    child = undefined;
  }

  await start();
  return {
    folder,
    socket: path,
    // A temporary folder may have a space in its name.
    url: `unix://${encodeURI(path)}`,
    command,
    stop,
    start,
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface SlowLine {
  /** URL of a TCP port that leads to the socket. */
  readonly url: string;
  /** Holds each answer back for so long. */
  set delayMs(ms: number);
  /** Connections that were made so far. */
  readonly connections: number;
  /** Those that are open. */
  readonly open: number;
  close(): Promise<void>;
}

/** A slow line to a server. */
export async function startProxy(path: string): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let delayMs = 0;
  const server = createServer((from) => {
    const to = connect(path);
    connections += 1;
    sockets.add(from);
    from.on("data", (bytes) => to.write(bytes));
    to.on("data", (bytes) => setTimeout(() => from.write(bytes), delayMs));
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(from);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set delayMs(ms: number) {
      delayMs = ms;
    },
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    async close() {
      for (const each of sockets) each.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
