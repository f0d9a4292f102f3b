/** Headers of a picture (DESIGN §5). Pure. */
import type { Entry } from "../cache/entry.ts";
import { extensions } from "../image.ts";
import type { Answer, Timings } from "../pipeline.ts";
import type { ImageRequest } from "../stages/resolve.ts";

/** A year: what `immutable` answers are given, in seconds. */
const yearS = 31_536_000;

/** Those that are the same for every answer with this entry. */
export function fixedHeaders({ header, body }: Entry, request: ImageRequest): Record<string, string> {
  const { cors, corp } = request.mount.settings;
  return {
    "content-type": header.type,
    "content-length": String(body.byteLength),
    etag: header.etag,
    "content-disposition": contentDisposition(request.ref, header.type),
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": corp,
    ...(header.origin?.lastModified ? { "last-modified": header.origin.lastModified } : {}),
    ...(header.origin?.by ? { "x-source": header.origin.by } : {}),
    ...(cors ? { "access-control-allow-origin": cors } : {}),
    ...varyOf(request),
  };
}

/** What the answer was chosen by, an error too; the hint is asked for, since browsers send it only then. */
export function varyOf({ isNegotiated, isThemed }: ImageRequest): Record<string, string> {
  const names = [...(isNegotiated ? ["Accept"] : []), ...(isThemed ? [schemeHint] : [])];
  return { ...(names.length > 0 ? { vary: names.join(", ") } : {}), ...(isThemed ? { "accept-ch": schemeHint } : {}) };
}

/** Client hint with the colour scheme that the user prefers (Media Queries 5 user preference hints). */
export const schemeHint = "Sec-CH-Prefers-Color-Scheme";

/** `Cache-Control`: the mount's own words, or what is left of the entry's freshness. */
export function cacheControl({ header }: Entry, request: ImageRequest, now: number): string {
  const { cacheControl: own } = request.mount.settings;
  if (own !== undefined) return own;
  const { isPrivate, needsSignature, isStopgap } = header.origin ?? {};
  const isOpen = !header.isPrivate && !isPrivate && !needsSignature && request.mount.sign !== "required";
  const reach = isOpen ? "public" : "private";
  if (request.parameters.version !== undefined && !isStopgap)
    return `${reach}, max-age=${limitToExpiry(yearS, request, now)}, immutable`;
  const freshS = limitToExpiry(Math.max(0, Math.floor((header.freshUntil - now) / 1000)), request, now);
  const { clientTtlS } = request.mount;
  if (clientTtlS !== undefined) return `${reach}, max-age=${Math.min(freshS, clientTtlS)}`;
  const staleS = Math.max(0, Math.floor((header.staleUntil - Math.max(now, header.freshUntil)) / 1000));
  return `${reach}, max-age=${freshS}, stale-while-revalidate=${limitToExpiry(staleS, request, now)}`;
}

/** A signed URL that ends does not live on in caches. */
function limitToExpiry(lengthS: number, { parameters }: ImageRequest, now: number): number {
  if (parameters.expires === undefined) return lengthS;
  return Math.max(0, Math.min(lengthS, Math.floor(parameters.expires - now / 1000)));
}

/** `inline` under the source's own name, with the ending of what is sent. Non-ASCII names go in RFC 8187 form too. */
export function contentDisposition(ref: string, type: string): string {
  const path = decoded(ref.split(/[?#]/)[0] ?? "");
  const last = path.split(/[/\\]/).filter(Boolean).at(-1) ?? "image";
  const stem =
    last
      .replace(/\.[A-Za-z0-9]{1,5}$/, "")
      .replace(/[\p{Cc}\p{Cf}"%;]/gu, "")
      .slice(0, 100) || "image";
  const name = `${stem}.${extensions[type] ?? "bin"}`;
  const ascii = name.replace(/[^\x20-\x7e]/g, "_");
  const extended =
    ascii === name ? "" : `; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, percent)}`;
  return `inline; filename="${ascii}"${extended}`;
}

/** A ref that is a URL has its name still encoded. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** `Server-Timing` (W3C), milliseconds by stage. */
export function serverTiming(timings: Timings): string {
  return Object.entries(timings)
    .map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`)
    .join(", ");
}

/** `HIT memory`, `STALE disk`, `MISS origin`. */
export const cacheStatus = ({ cached, tier }: Answer): string => `${cached} ${tier}`;

/** RFC 9110 §13.1.3: to the second; anything that is no date is ignored. */
export function isUnmodifiedSince(ifModifiedSince: string | null, lastModified: string | undefined): boolean {
  if (ifModifiedSince === null || lastModified === undefined) return false;
  return Date.parse(lastModified) <= Date.parse(ifModifiedSince);
}

/** RFC 9110 §13.1.2: a list of tags, weak comparison; `*` matches anything. */
export function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);
}

/** Of answers to programs, which say what is so now. */
export const momentary = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;
