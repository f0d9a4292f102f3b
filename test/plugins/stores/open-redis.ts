/** Redis stores for tests, over a real server. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { Driver } from "unstorage";
import * as v from "valibot";
import type { StoreHost } from "../../../core/plugin.ts";
import { createHost } from "../../../core/testing/host.ts";
import redis from "../../../plugins/stores/redis.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

/** As patient as a busy machine needs. */
const patient = { timeoutMs: 60_000, connectTimeoutMs: 60_000 };

export const openRedis = async (
  options: Readonly<Record<string, unknown>>,
  host: StoreHost = createHost(),
): Promise<Driver> => redis.setup(v.parse(redis.options, { ...patient, ...options }), host);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const set = async (driver: Driver, key: string, text: string, ttl?: number) =>
  driver.setItemRaw?.(key, bytes(text), ttl === undefined ? {} : { ttl });
export const get = async (driver: Driver, key: string): Promise<string | null> => {
  const value: unknown = await driver.getItemRaw?.(key, {});
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : null;
};
export const isThere = (driver: Driver) =>
  get(driver, "m:none:original").then(
    () => true,
    () => false,
  );

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Runs with a server that goes afterwards. */
export async function withRedis(run: (server: RedisServer) => Promise<void>, ...given: string[]): Promise<void> {
  const server = await startRedis({ arguments: given });
  try {
    await run(server);
  } finally {
    await server.close();
  }
}
