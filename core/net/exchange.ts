/**
 * One HTTP request to an address that was vetted, and its answer, read and unpacked up to a cap. Follows nothing and
 * decides nothing.
 */
import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { CameoError } from "../error.ts";
import { bareHost, type ResolvedAddress } from "./resolve.ts";

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface Connection {
  /** Where to connect; the URL's host only goes into `Host`, SNI and the check of the certificate. */
  readonly addresses: readonly ResolvedAddress[];
  readonly signal: AbortSignal;
  /** Certificate authorities in PEM in place of the runtime's own. */
  readonly ca?: string | undefined;
}

/** Sends the request; resolves when the head of the answer is here. Throws `origin-failed`. */
export function send(outgoing: Outgoing, connection: Connection): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const fail = (cause: unknown) => reject(failed(cause, outgoing.url));
  try {
    const request = clientOf(outgoing.url).request(requestOptions(outgoing, connection), resolve);
    request.on("error", fail);
    let hints = 0;
    request.on("information", () => {
      hints += 1;
      if (hints <= maxHints) return;
      fail(new Error("The origin hints without end"));
      request.destroy();
    });
    request.on("upgrade", (_message, socket) => {
      socket.destroy();
      fail(new Error("The origin switched protocols"));
    });
    request.end(outgoing.body);
  } catch (cause) {
    fail(cause);
  }
  return promise;
}

/** Most answers before the answer (1xx). One or two are usual; runtimes count neither them nor their bytes. */
const maxHints = 16;

const clientOf = (url: URL): typeof http | typeof https => (url.protocol === "https:" ? https : http);

/**
 * An agent of its own gives each request a connection of its own: a pool keyed by host name could hand out one that
 * was vetted for another answer of the resolver. An empty `proxyEnv` keeps `NODE_USE_ENV_PROXY` from leading through a
 * proxy, which would resolve the name by itself.
 */
function requestOptions(
  { url, method, headers }: Outgoing,
  { addresses, signal, ca }: Connection,
): https.RequestOptions {
  const options: https.RequestOptions = {
    hostname: bareHost(url),
    port: url.port || (url.protocol === "https:" ? 443 : 80),
    path: url.pathname + url.search,
    method,
    headers,
    agent: new (clientOf(url).Agent)({ keepAlive: false, proxyEnv: {} }),
    signal,
    lookup: pinned(addresses),
  };
  return ca === undefined ? options : { ...options, ca };
}

/** Answers with the vetted addresses, whatever is asked. */
function pinned(addresses: readonly ResolvedAddress[]): NonNullable<RequestOptions["lookup"]> {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all) done(null, [...addresses]);
    else done(null, first?.address ?? "", first?.family);
  };
}

const noBodyStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Reads the answer into a standard `Response`, with its content encoding undone. `maxBytes` caps the bytes on the wire
 * and the bytes after each decoding. Throws `source-too-large` or `origin-failed`.
 */
export async function receive(
  message: IncomingMessage,
  { url, method }: Outgoing,
  maxBytes: number,
): Promise<Response> {
  const wire = method === "HEAD" ? new Uint8Array() : await readWire(message, url, maxBytes);
  const headers = headersOf(message);
  const body = await decode(wire, headers.get("content-encoding") ?? "", url, maxBytes);
  for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) headers.delete(name);
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599) throw failed(new Error(`Status ${status}`), url);
  const response = new Response(noBodyStatuses.has(status) || method === "HEAD" ? null : body, { status, headers });
  return Object.defineProperty(response, "url", { value: url.href });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  return headers;
}

async function readWire(message: IncomingMessage, url: URL, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(message.headers["content-length"] ?? 0) > maxBytes) {
    message.destroy();
    throw tooLarge(maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof CameoError ? cause : failed(cause, url);
  }
  // Today's runtimes fail by themselves here; half a picture must not pass if one ever does not.
  if (!message.complete) throw failed(new Error("The body ended early"), url);
  return Buffer.concat(chunks, size);
}

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array<ArrayBuffer>>;

const inflate: Decoder = promisify(zlib.inflate);
const inflateRaw: Decoder = promisify(zlib.inflateRaw);
const gunzip: Decoder = promisify(zlib.gunzip);

/** RFC 9110 §8.4.1. Some servers send `deflate` without the zlib wrapper, whose first byte always ends in 8. */
const decoders: Readonly<Record<string, Decoder>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  br: promisify(zlib.brotliDecompress),
  deflate: (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw)(bytes, options),
  identity: (bytes) => Promise.resolve(bytes as Uint8Array<ArrayBuffer>),
};

/** Nobody nests encodings; a deep chain is an attack. */
const maxEncodings = 2;

async function decode(
  wire: Uint8Array<ArrayBuffer>,
  encodings: string,
  url: URL,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const names = encodings
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  if (wire.length === 0) return wire;
  if (names.length > maxEncodings) throw failed(new Error("Too many content encodings"), url);
  let body = wire;
  for (const name of names.reverse()) body = await decodeOnce(body, name, url, maxBytes);
  return body;
}

async function decodeOnce(
  bytes: Uint8Array,
  name: string,
  url: URL,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (!decoder) throw failed(new Error(`Unknown content encoding ${name}`), url);
  try {
    const decoded = await decoder(bytes, { maxOutputLength: maxBytes });
    // Deno answers a brotli stream that was cut off with nothing, where others fail.
    if (decoded.length === 0 && name === "br") throw new Error("The brotli stream is cut off or empty");
    return decoded;
  } catch (cause) {
    throw codeOf(cause) === "ERR_BUFFER_TOO_LARGE" ? tooLarge(maxBytes) : failed(cause, url);
  }
}

/** The code that a system error carries, such as `ECONNRESET`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const tooLarge = (maxBytes: number): CameoError =>
  new CameoError("source-too-large", `The source is larger than ${maxBytes} bytes; use a smaller one.`);

const tlsCode = /CERT|TLS|SSL|ISSUER|CRL|SELF_SIGNED|VERIFY/;

function failed(cause: unknown, url: URL): CameoError {
  const code = codeOf(cause);
  const detail = tlsCode.test(code)
    ? "The origin's TLS certificate is not valid; the origin has to renew or correct it."
    : "The origin could not be reached, or broke off its answer; try again later.";
  return new CameoError("origin-failed", detail, {
    cause,
    log: { host: url.host, reason: code },
  });
}
