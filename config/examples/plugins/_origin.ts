/** A service for the tests of these plugins: a real HTTP server on this machine that answers what a test says and keeps what it was asked. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Answer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes and text go out as they are, anything else as JSON. */
  readonly body?: unknown;
}

export interface Origin {
  /** `http://127.0.0.1:12345`. */
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** `undefined` from `answer` is a 404. */
export async function openOrigin(answer: (asked: Asked) => Answer | undefined): Promise<Origin> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://origin");
    const question = { path, query, headers: request.headers };
    asked.push(question);
    const { status = 200, headers = {}, body = "" } = answer(question) ?? { status: 404 };
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    response.writeHead(status, headers).end(isRaw ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}
