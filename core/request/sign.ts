/**
 * URL signatures. Threat: strangers who make the server fetch, or draw, what its owner did not mean.
 * HMAC-SHA256 over the canonical request without its signature, base64url. Several keys, so that one can be rotated out. Compared in
 * constant time. Residual risk: whoever holds a signed URL can use it until it expires.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { CameoError } from "../error.ts";
import { formatRequest, type Grammar, type ParsedRequest } from "./parse.ts";

/** The signature of a canonical path, such as `/images/a.jpg?w=320`. */
export function signPath(canonical: string, key: string): string {
  return createHmac("sha256", key).update(canonical).digest("base64url");
}

/**
 * Whether the request carries a valid signature. `false` if it carries none; throws `signature-invalid` if it carries a wrong one and
 * `url-expired` if its time is over. An expiry without a signature is held to as well. `others`: further
 * spellings of the same URL that may have been signed.
 */
export function verifyRequest(
  request: ParsedRequest,
  grammar: Grammar,
  keys: readonly string[],
  now: number,
  others: () => readonly string[] = () => [],
): boolean {
  const { signature, expires } = request.parameters;
  if (expires !== undefined && expires * 1000 <= now) {
    throw new CameoError("url-expired", "This URL has expired; ask for a new one.");
  }
  if (signature === undefined) return false;
  const spellings = new Set([formatRequest(request, grammar, ["signature"]), ...others()]);
  if (keys.some((key) => [...spellings].some((each) => equal(signPath(each, key), signature)))) return true;
  throw new CameoError(
    "signature-invalid",
    "The signature does not match this URL; sign it again with `cameo sign` or `cameo/client`, and change nothing after.",
  );
}

/** Constant-time comparison of two texts. */
export function equal(a: string, b: string): boolean {
  const left = createHmac("sha256", "compare").update(a).digest();
  const right = createHmac("sha256", "compare").update(b).digest();
  return timingSafeEqual(left, right);
}
