/** From an origin's answer to an `Original`. */
import { CameoError } from "../error.ts";
import type { Original } from "../image.ts";

/**
 * `null` for 404 and 410, `"unchanged"` for 304, an original for 200. Throws `origin-failed` for any other status,
 * with the origin's `Retry-After` where it gave one. `receivedMs` stands in for a missing `Date`.
 */
export async function toOriginal(
  response: Response,
  receivedMs: number = Date.now(),
): Promise<Original | "unchanged" | null> {
  const { status, headers } = response;
  if (status === 404 || status === 410) return null;
  if (status === 304) return "unchanged";
  if (status !== 200) throw statusError(status, retryAfterS(headers, receivedMs));
  return {
    body: new Uint8Array(await response.arrayBuffer()),
    type: headers.get("content-type") ?? undefined,
    etag: headers.get("etag") ?? undefined,
    lastModified: headers.get("last-modified") ?? undefined,
    maxAgeS: maxAgeS(headers, receivedMs),
    ...wishes(headers),
  };
}

const hints: Readonly<Record<number, string>> = {
  401: "it asks for credentials",
  403: "it forbids access",
  429: "it limits the rate; try again later",
  503: "it is not available now; try again later",
};

function statusError(status: number, afterS: number | undefined): CameoError {
  const detail = `The origin answered ${status}${hints[status] ? `: ${hints[status]}` : ""}.`;
  return new CameoError("origin-failed", detail, {
    fields: { originStatus: status },
    ...(afterS === undefined ? {} : { retryAfterS: afterS }),
  });
}

/** Seconds or a date (RFC 9110 §10.2.3). */
function retryAfterS(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}

/**
 * Freshness that is left, as a shared cache counts it (RFC 9111 §4.2): `s-maxage`, then `max-age`, then `Expires`
 * minus `Date`; all less `Age`.
 * `no-store` and `no-cache` are 0, and so is a value that cannot be read. `undefined` if the origin says nothing.
 */
function maxAgeS(headers: Headers, receivedMs: number): number | undefined {
  const control = directives(headers.get("cache-control") ?? "");
  if (control.has("no-store") || control.has("no-cache")) return 0;
  const lifetime = control.get("s-maxage") ?? control.get("max-age");
  const lifetimeS = lifetime === undefined ? expiresS(headers, receivedMs) : seconds(lifetime);
  return lifetimeS === undefined ? undefined : Math.max(0, lifetimeS - seconds(headers.get("age") ?? "0"));
}

/** What a shared cache must not do with it (RFC 9111 §5.2.2). */
function wishes(headers: Headers): Pick<Original, "isPrivate" | "noStale"> {
  const control = directives(headers.get("cache-control") ?? "");
  const isPrivate = control.has("private") || control.has("no-store");
  const noStale = isPrivate || ["no-cache", "must-revalidate", "proxy-revalidate"].some((each) => control.has(each));
  return { ...(isPrivate && { isPrivate }), ...(noStale && { noStale }) };
}

/** A repeated directive keeps its first value. */
function directives(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.toLowerCase().split(",")) {
    const [name = "", value = ""] = part.split("=").map((each) => each.trim());
    if (!found.has(name)) found.set(name, value.replace(/^"(.*)"$/, "$1"));
  }
  return found;
}

/** What counts as more seconds than anybody can count (RFC 9111 §1.2.2). */
const longestS = 2 ** 31;

const seconds = (text: string): number => (/^\d+$/.test(text) ? Math.min(Number(text), longestS) : 0);

function expiresS(headers: Headers, receivedMs: number): number | undefined {
  const expires = headers.get("expires");
  if (expires === null) return undefined;
  const date = Date.parse(headers.get("date") ?? "");
  const lifetimeS = (Date.parse(expires) - (Number.isNaN(date) ? receivedMs : date)) / 1000;
  return Number.isNaN(lifetimeS) ? 0 : Math.max(0, Math.round(lifetimeS));
}
