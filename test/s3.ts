/**
 * A fake S3, built from the documented answers, unpleasant ones included. It checks every signature by itself, from the request as it came over the wire:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeObject {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answered in place of the object. `body` in place of the documented XML. */
export interface Illness {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  /** Further elements of the XML. */
  readonly more?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface FakeS3 {
  readonly port: number;
  /** Address for path style. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** Objects by `key` or `key?versionId`. */
  readonly objects: Map<string, FakeObject>;
  /** Secrets by access key. */
  readonly keys: Map<string, string>;
  /** The token that has to come with each request, if any. */
  sessionToken: string | undefined;
  /** Whether anybody may read. */
  isPublic: boolean;
  /** Whether the keys may list the bucket. */
  mayList: boolean;
  /** The service's clock, in milliseconds since 1970. Default: whatever the request says. */
  nowMs: number | undefined;
  illness: Illness | undefined;
  /** Requests as they came, without their bodies. */
  readonly asked: WireRequest[];
  close(): Promise<void>;
}

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, nothing decoded. */
  readonly target: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** `UriEncode` of the documentation, byte by byte. */
export const uriEncode = (text: string, keepsSlash: boolean): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      if (/[A-Za-z0-9\-._~]/.test(char) || (keepsSlash && char === "/")) return char;
      return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

export function readAuthorization(text: string): Authorization | undefined {
  const shape =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
  const [, accessKeyId = "", date = "", region = "", signed = "", signature = ""] = shape.exec(text) ?? [];
  return accessKeyId ? { accessKeyId, date, region, signedHeaders: signed.split(";"), signature } : undefined;
}

/** The signature that a request ought to have. */
export function signatureOf({ method, target, headers }: WireRequest, given: Authorization, secret: string): string {
  const [path = "", query = ""] = target.split("?");
  const pairs = query === "" ? [] : query.split("&").map((pair) => pair.split("=").map(decodeURIComponent));
  const canonicalQuery = pairs
    .map(([name = "", value = ""]) => `${uriEncode(name, false)}=${uriEncode(value, false)}`)
    .sort()
    .join("&");
  const canonicalHeaders = given.signedHeaders.map((name) => `${name}:${headers[name]?.trim() ?? ""}\n`).join("");
  const canonical = [
    method,
    uriEncode(decodeURIComponent(path), true),
    canonicalQuery,
    canonicalHeaders,
    given.signedHeaders.join(";"),
    headers["x-amz-content-sha256"] ?? "",
  ].join("\n");
  const scope = `${given.date}/${given.region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"] ?? "", scope, sha256(canonical)].join("\n");
  const key = [given.date, given.region, "s3", "aws4_request"].reduce<string | Uint8Array>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString("hex");
}

const ill = (status: number, code: string, message: string, more = ""): Illness => ({ status, code, message, more });

const dateMs = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

/** What is wrong with a request's signature, in the order in which S3 looks. */
function refusal(fake: FakeS3, request: WireRequest): Illness | undefined {
  const { authorization, "x-amz-date": date = "", "x-amz-security-token": token } = request.headers;
  if (authorization === undefined) return fake.isPublic ? undefined : ill(403, "AccessDenied", "Access Denied");
  const given = readAuthorization(authorization);
  if (!given) return ill(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.");
  const secret = fake.keys.get(given.accessKeyId);
  if (secret === undefined) {
    const more = `<AWSAccessKeyId>${given.accessKeyId}</AWSAccessKeyId>`;
    return ill(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", more);
  }
  if (given.region !== fake.region) {
    const message = `The authorization header is malformed; the region '${given.region}' is wrong; expecting '${fake.region}'`;
    return ill(400, "AuthorizationHeaderMalformed", message, `<Region>${fake.region}</Region>`);
  }
  const isAll = ["host", "x-amz-content-sha256", "x-amz-date"].every((name) => given.signedHeaders.includes(name));
  const isAmzSigned = Object.keys(request.headers).every(
    (name) => !name.startsWith("x-amz-") || given.signedHeaders.includes(name),
  );
  if (!isAll || !isAmzSigned || !date.startsWith(given.date)) {
    return ill(403, "AccessDenied", "There were headers present in the request which were not signed");
  }
  if (given.signature !== signatureOf(request, given, secret)) {
    const message = "The request signature we calculated does not match the signature you provided.";
    return ill(403, "SignatureDoesNotMatch", message, `<AWSAccessKeyId>${given.accessKeyId}</AWSAccessKeyId>`);
  }
  if (fake.nowMs !== undefined && Math.abs(fake.nowMs - dateMs(date)) > 900_000) {
    return ill(
      403,
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
  }
  if (token !== fake.sessionToken) {
    const more = `<Token-0>${token}</Token-0>`;
    return ill(400, token === undefined ? "InvalidToken" : "ExpiredToken", "The provided token has expired.", more);
  }
  return undefined;
}

/** The key that a request asks for, by path or by host; `undefined` for another bucket. */
function keyOf({ bucket }: FakeS3, { target, headers }: WireRequest): string | undefined {
  const [path = "", query] = target.split("?");
  const decoded = decodeURIComponent(path);
  const isHosted = headers.host?.startsWith(`${bucket}.`);
  if (!isHosted && !decoded.startsWith(`/${bucket}/`)) return undefined;
  const key = decoded.slice(isHosted ? 1 : bucket.length + 2);
  return query === undefined ? key : `${key}?${new URLSearchParams(query).get("versionId")}`;
}

function missing({ mayList }: FakeS3, key: string): Illness {
  if (!mayList) return ill(403, "AccessDenied", "Access Denied");
  return key.includes("?")
    ? ill(404, "NoSuchVersion", "The specified version does not exist.")
    : ill(404, "NoSuchKey", "The specified key does not exist.");
}

function answer(fake: FakeS3, request: WireRequest, response: ServerResponse): ServerResponse {
  const wrong = refusal(fake, request) ?? fake.illness;
  if (wrong) return sendError(wrong, response);
  const key = keyOf(fake, request);
  if (key === undefined) return sendError(ill(404, "NoSuchBucket", "The specified bucket does not exist"), response);
  const found = fake.objects.get(key);
  if (!found) return sendError(missing(fake, key), response);
  const headers = { etag: found.etag, "last-modified": "Wed, 01 Jul 2026 10:00:00 GMT", ...found.headers };
  if (request.headers["if-none-match"] === found.etag) return response.writeHead(304, headers).end();
  return response.writeHead(200, { "content-type": "image/png", ...headers }).end(found.body);
}

function sendError(
  { status, code, message = "", more = "", headers, body }: Illness,
  response: ServerResponse,
): ServerResponse {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>4442587FB7D0A2F9</RequestId></Error>`;
  return response
    .writeHead(status, { "content-type": "application/xml", "x-amz-request-id": "4442587FB7D0A2F9", ...headers })
    .end(body ?? (code === undefined ? "" : xml));
}

const toWire = ({ method = "", url = "", headers }: IncomingMessage): WireRequest => ({
  method,
  target: url,
  headers: headers as Readonly<Record<string, string | undefined>>,
});

export async function startS3(bucket = "my-pictures", region = "us-east-1"): Promise<FakeS3> {
  const server = http.createServer((request, response) => {
    fake.asked.push(toWire(request));
    answer(fake, toWire(request), response);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  const fake: FakeS3 = {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    region,
    objects: new Map(),
    keys: new Map(),
    sessionToken: undefined,
    isPublic: false,
    mayList: true,
    nowMs: undefined,
    illness: undefined,
    asked: [],
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
  return fake;
}
