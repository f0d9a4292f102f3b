/** The only file that turns errors into responses: RFC 9457 problem documents. */
import { type CameoError, codes, type ErrorCode, toCameoError } from "../error.ts";

/** Where the codes are explained. A relative reference: it works on every instance. */
const typeOf = (code: ErrorCode): string => `/docs#${code}`;

/** The problem document of an error. Public parts only. */
export function toProblem(error: CameoError): Record<string, unknown> {
  const { status, title } = codes[error.code];
  return { type: typeOf(error.code), title, status, code: error.code, detail: error.detail, ...error.options.fields };
}

/** A failure is remembered for its code's `cacheS`, up to a fifth less (`freshness.ts`). */
const leastShare = 0.8;

/** The answer to a failure. A retryable one says when; none is cacheable for longer than it is remembered. `more`: further headers, such as `Vary`. */
export function problemResponse(error: unknown, more: Readonly<Record<string, string>> = {}): Response {
  const known = toCameoError(error);
  const { status, retryable } = codes[known.code];
  const cacheS = known.options.cacheS ?? Math.floor(codes[known.code].cacheS * leastShare);
  const headers: Record<string, string> = {
    ...more,
    "content-type": "application/problem+json",
    "cache-control": cacheS > 0 ? `public, max-age=${cacheS}` : "no-store",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
  };
  const retryAfterS = known.options.retryAfterS ?? (retryable ? Math.max(1, cacheS) : undefined);
  if (retryAfterS !== undefined && (status === 503 || known.options.retryAfterS))
    headers["retry-after"] = String(retryAfterS);
  if (known.code === "unauthorized") headers["www-authenticate"] = 'Bearer realm="cameo"';
  return new Response(JSON.stringify(toProblem(known)), { status, headers });
}
