/** Servers on this machine for the tests of the guard: polite ones, and rude ones that write raw bytes. */
import { spawnSync } from "node:child_process";
import http, { type RequestListener } from "node:http";
import https from "node:https";
import net, { type Socket } from "node:net";
import { createGuard, type GuardedFetch, type GuardSettings } from "../../../core/net/guard.ts";

export interface TestServer {
  readonly port: number;
  /** Ends when the last connection has closed; closes those that are left. */
  close(): Promise<void>;
}

async function start(server: net.Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const close = async () => {
    const { promise: closed, resolve: done } = Promise.withResolvers<void>();
    server.close(() => done());
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: (server.address() as net.AddressInfo).port, close };
}

export const startHttp = (listener: RequestListener): Promise<TestServer> => start(http.createServer(listener));

export const startHttps = (pem: string, listener: RequestListener): Promise<TestServer> =>
  start(https.createServer({ key: pem, cert: pem }, listener));

/** Waits for the head of a request on each connection, then hands the socket over. */
export const startRaw = (answer: (socket: Socket) => void): Promise<TestServer> =>
  start(net.createServer((socket) => socket.once("data", () => answer(socket))));

/** A guard that may reach this machine, where every name leads. */
export const openGuard = (settings: Partial<GuardSettings> = {}): GuardedFetch =>
  createGuard({
    fetchMs: 10_000,
    maxBytes: 10_000,
    allowPrivate: ["127.0.0.1"],
    userAgent: "Cameo/test",
    lookup: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
    ...settings,
  });

/** A key and a certificate for `name` that it signed itself, made now; `undefined` where there is no openssl. */
export function createCertificate(name: string): string | undefined {
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout - -out - -days 2".split(" ");
  const { status, stdout } = spawnSync("openssl", [
    ...words,
    "-subj",
    `/CN=${name}`,
    "-addext",
    `subjectAltName=DNS:${name}`,
  ]);
  return status === 0 ? stdout.toString() : undefined;
}

/** Runs with a server, and gives its address under a name that only the guard's `lookup` knows. */
export async function withServer(
  listener: RequestListener,
  run: (origin: string, server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await startHttp(listener);
  try {
    await run(`http://pinned.test:${server.port}`, server);
  } finally {
    await server.close();
  }
}
