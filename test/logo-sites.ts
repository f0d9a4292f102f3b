/**
 * A small web for the source `logo`: sites by host name on one server of this machine, behind the real guard. Names lead to the server, inside, or nowhere;
 * addresses go to a guard that may reach public ones only.
 */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createGuard } from "../core/net/guard.ts";
import type { PluginOf, SourceHost } from "../core/plugin.ts";
import { png } from "../core/testing/images.ts";
import logo from "../plugins/sources/logo.ts";
import { createTestHost } from "./contract/source.ts";

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** What is under a path; `*` is every other path. A function answers by itself. */
export type Site = Record<string, Reply | ((request: IncomingMessage, response: ServerResponse) => void)>;

export interface Web {
  /** By host name, such as `acme.test` and `www.acme.test`. */
  readonly sites: Record<string, Site>;
  /** URLs in the order in which they were asked for. */
  readonly asked: string[];
  /** The headers of the last request. */
  headers: IncomingMessage["headers"];
  readonly host: SourceHost;
  /** The source, as `fake-logo`, for whole apps. */
  readonly plugin: PluginOf<"source">;
  /** Answers nothing until `recover` is called. */
  slow(reply: Reply): Site[string];
  recover(): void;
  close(): Promise<void>;
}

export async function startWeb(sites: Record<string, Site> = {}): Promise<Web> {
  const sockets = new Set<Socket>();
  const recovery = Promise.withResolvers<void>();
  const server = http.createServer((request, response) => {
    const name = (request.headers.host ?? "").split(":")[0] ?? "";
    const path = request.url ?? "/";
    web.asked.push(`${name}${path}`);
    web.headers = request.headers;
    const reply = web.sites[name]?.[path] ?? web.sites[name]?.["*"] ?? { status: 404, body: "<p>Not here.</p>" };
    if (typeof reply === "function") return reply(request, response);
    const { status = 200, headers = {}, body = "" } = reply;
    response.writeHead(status, headers).end(body);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const fetch = guardOf(port, (name) => Object.hasOwn(web.sites, name));
  const web: Web = {
    sites,
    asked: [],
    headers: {},
    host: { ...createTestHost(), mount: "logo", fetch },
    plugin: { ...logo, name: "fake-logo", setup: (options, host) => logo.setup(options, { ...host, fetch }) },
    slow:
      ({ status = 200, headers, body }) =>
      (_request, response) =>
        void recovery.promise.then(() => response.writeHead(status, headers).end(body)),
    recover: recovery.resolve,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return web;
}

/** Both schemes lead to the one server. `inside.test` has a private address, as names that an attacker owns may have. */
function guardOf(port: number, isThere: (name: string) => boolean): SourceHost["fetch"] {
  const settings = { fetchMs: 10_000, maxBytes: 10 * 2 ** 20, userAgent: "Cameo/test" };
  const lookup = async (name: string) => {
    if (name.endsWith("inside.test")) return [{ address: "10.0.0.5", family: 4 }];
    if (!isThere(name)) throw Object.assign(new Error("There is no such name"), { code: "ENOTFOUND" });
    return [{ address: "127.0.0.1", family: 4 }];
  };
  const toServer = createGuard({ ...settings, allowPrivate: ["127.0.0.1"], lookup });
  const toAddress = createGuard({ ...settings, allowPrivate: [], lookup });
  return async (url, options = {}) => {
    const asked = new URL(url);
    if (!/^https?:$/.test(asked.protocol) || /^[\d.]+$|^\[/.test(asked.hostname)) return toAddress(asked, options);
    const there = new URL(asked);
    there.protocol = "http:";
    there.port = String(port);
    // As a redirect within one site would lead to the port of a scheme that this server has not, the guard follows none: the wrapper does.
    const answer = await toServer(there, { ...options, redirect: "manual" });
    const location = answer.headers.get("location");
    if (options.redirect === "manual" || location === null) return answer;
    return guardOf(port, isThere)(new URL(location, asked), options);
  };
}

/** A page with this in its head. */
export const page = (head: string, more: Readonly<Record<string, string>> = {}): Reply => ({
  headers: { "content-type": "text/html; charset=utf-8", ...more },
  body: `<!doctype html><html><head><title>A site</title>${head}</head><body><p>Hello.</p></body></html>`,
});

export type Rgba = readonly [red: number, green: number, blue: number, alpha?: number];

/** A square of one colour, with one clear corner so that it is a mark and not a sheet. */
export function square(px: number, [r, g, b, a = 255]: Rgba): Uint8Array<ArrayBuffer> {
  const data = new Uint8ClampedArray(px * px * 4);
  for (let at = 0; at < data.length; at += 4) data.set([r, g, b, a], at);
  return png({ width: px, height: px, data });
}

export const image = (body: Uint8Array | string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  headers: { "content-type": typeof body === "string" ? "image/svg+xml" : "image/png", ...headers },
  body,
});

export const svg = (fill: string, inner = ""): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${inner}<circle cx="32" cy="32" r="28" fill="${fill}"/></svg>`;

/** An ICO of PNGs, in the order given. */
export function ico(pictures: readonly { readonly px: number; readonly body: Uint8Array }[]): Uint8Array {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  for (const [index, { px, body }] of pictures.entries()) {
    const entry = 6 + 16 * index;
    head.writeUInt8(px % 256, entry);
    head.writeUInt8(px % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(body.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += body.length;
  }
  return new Uint8Array(Buffer.concat([head, ...pictures.map(({ body }) => body)]));
}
