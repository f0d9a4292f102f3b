/** The only file that knows Bun from Deno. Both offer what is used here; nothing else in core asks which one runs. */
import process from "node:process";

/** Address of the client's end of a connection; asked for only where it is needed. */
export type Peer = () => string | undefined;

export type Handler = (request: Request, peer?: Peer) => Response | Promise<Response>;

export interface Listening {
  readonly port: number;
  /** Stops taking requests, lets those under way finish, then closes. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  readonly handler: Handler;
}

interface BunServer {
  requestIP(request: Request): { readonly address: string } | null;
}

interface BunLike {
  readonly version: string;
  gc(isForced: boolean): void;
  serve(options: object): { port: number; stop(force?: boolean): Promise<void> };
}

interface DenoInfo {
  readonly remoteAddr: { readonly hostname?: string };
}

interface DenoLike {
  readonly version: { readonly deno: string };
  serve(
    options: object,
    handler: (request: Request, info: DenoInfo) => Response | Promise<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> };
}

const bun = (globalThis as { Bun?: BunLike }).Bun;
const deno = (globalThis as { Deno?: DenoLike }).Deno;

/** Name and version, such as `Bun 1.4.5`. */
export const runtimeName = bun
  ? `Bun ${bun.version}`
  : deno
    ? `Deno ${deno.version.deno}`
    : `Node ${process.versions.node}`;

/** Seconds of silence after which a connection is closed. */
const idleTimeoutS = 120;

/** Serves HTTP. Throws what the runtime throws if the port is taken. */
export function listen({ port, host, handler }: ListenOptions): Listening {
  if (bun) {
    const server = bun.serve({
      port,
      hostname: host,
      fetch: (request: Request, from: BunServer) => handler(request, () => from.requestIP(request)?.address),
      idleTimeout: idleTimeoutS,
    });
    return { port: server.port, stop: () => server.stop() };
  }
  if (deno) {
    const server = deno.serve({ port, hostname: host, onListen() {} }, (request, { remoteAddr }) =>
      handler(request, () => remoteAddr.hostname),
    );
    return { port: server.addr.port, stop: () => server.shutdown() };
  }
  throw new Error("Cameo runs on Bun or Deno");
}

/**
 * Counts bytes that pass through and asks for a collection every so many: Bun does not see the weight of large buffers by itself, and
 * would hold some hundred megabytes of them. Deno does.
 */
export function createChurn(everyBytes: number): (bytes: number) => void {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < everyBytes) return;
    passed = 0;
    bun?.gc(true);
  };
}
