/** How a company's logo is found: on its own site, then at services, if there are any. */
import { isHostAllowed, type SourceHost } from "cameo/plugin";
import { isSameSite } from "./logo-domain.ts";
import { lookAt } from "./logo-look.ts";
import { type Candidate, readManifest, readPage } from "./logo-page.ts";
import { bestOf, enoughPx, inOrder, isGood, poorPx, type Theme, type Tried, worth } from "./logo-rank.ts";
import { askService, type Service } from "./logo-services.ts";
import { settleScheme } from "./logo-svg.ts";
import { createTrip, type Trip } from "./logo-trip.ts";

export interface SearchSettings {
  /** Whether the site itself is asked. */
  readonly site: boolean;
  /** Hosts besides the site's own that its icons may come from. */
  readonly iconHosts: readonly string[];
  readonly services: readonly Service[];
  /** How long a client waits. */
  readonly deadlineMs: number;
}

export interface Found extends Tried {
  readonly body: Uint8Array;
  readonly maxAgeS?: number | undefined;
}

export interface SearchResult {
  readonly found: Found | undefined;
  /** Whether there was trouble on the way. */
  readonly isDoubtful: boolean;
}

/** What a page may have. The guard gives a page whole or not at all; only its beginning is parsed. */
const pageBytes = 2 * 2 ** 20;
const manifestBytes = 2 ** 18;
export const iconBytes = 2 ** 20;
/** How much of that one request may take. */
const requestShare = 0.6;
/** Icons that are fetched for one logo. */
const mostIcons = 6;

const pageAccept = "text/html,application/xhtml+xml;q=0.9";
const iconAccept = "image/svg+xml,image/*";

/** Throws nothing: what goes wrong makes it doubtful. */
export async function findLogo(
  domain: string,
  theme: Theme,
  settings: SearchSettings,
  host: SourceHost,
  signal: AbortSignal,
): Promise<SearchResult> {
  const trip = createTrip(host, Math.ceil(settings.deadlineMs * requestShare), signal);
  const found: Found[] = settings.site ? [...(await searchSite(domain, theme, settings, trip, host))] : [];
  for (const service of settings.services) {
    const best = bestOf(found, theme);
    if (signal.aborted || (best && worth(best) >= poorPx)) break;
    found.push(...(await askService(service, domain, host, trip)));
  }
  return { found: bestOf(found, theme), isDoubtful: trip.isDoubtful };
}

async function searchSite(
  domain: string,
  theme: Theme,
  { iconHosts }: SearchSettings,
  trip: Trip,
  host: SourceHost,
): Promise<readonly Found[]> {
  const { origin, candidates, manifest } = await visit(domain, trip);
  if (origin === undefined) return [];
  const isOwn = (url: URL) => isSameSite(url.hostname, domain) || isSameSite(url.hostname, origin.hostname);
  const mayGo = (url: URL) => isOwn(url) || isHostAllowed(url, iconHosts);
  const isEnough = candidates.some(({ isVector, px, by }) => (isVector && by !== "mask-icon") || px >= enoughPx);
  const more = manifest === undefined || isEnough ? [] : await fetchManifest(new URL(manifest), mayGo, trip);
  const found: Found[] = [];
  for (const candidate of inOrder([...candidates, ...more, ...wellKnown(origin, candidates)], theme).slice(
    0,
    mostIcons,
  )) {
    const got = await fetchIcon(candidate, theme, mayGo, trip, host);
    if (got) found.push(got);
    if (trip.signal.aborted || (got && isGood(got, theme))) break;
  }
  return found;
}

/** Where nothing is said, and where pages say too little. */
function wellKnown(origin: URL, candidates: readonly Candidate[]): readonly Candidate[] {
  const hasTouch = candidates.some(({ by }) => by.startsWith("apple-touch"));
  const known = [...(hasTouch ? [] : [{ by: "/apple-touch-icon.png", px: 180 }]), { by: "/favicon.ico", px: 32 }];
  return known.map(({ by, px }) => ({ url: new URL(by, origin).href, by, px, isVector: false }));
}

interface Visited {
  /** Where the site is; `undefined` if nobody answers. */
  readonly origin: URL | undefined;
  readonly candidates: readonly Candidate[];
  readonly manifest?: string | undefined;
}

async function visit(domain: string, trip: Trip): Promise<Visited> {
  const mayGo = (url: URL) => isSameSite(url.hostname, domain) || isHome(url);
  for (const start of [`https://${domain}/`, `https://www.${domain}/`, `http://${domain}/`]) {
    const answer = await trip.get(new URL(start), { accept: pageAccept, maxBytes: pageBytes, mayGo });
    if (answer === "late") return { origin: new URL(start), candidates: [] };
    if (answer === "unreachable") continue;
    if (answer === "refused") return { origin: new URL(start), candidates: [] };
    const { url, response } = answer;
    const type = response.headers.get("content-type") ?? "text/html";
    if (response.status !== 200 || !/html/i.test(type)) return { origin: url, candidates: [] };
    return { origin: url, ...readPage(new Uint8Array(await response.arrayBuffer()), type, url) };
  }
  return { origin: undefined, candidates: [] };
}

/**
 * A site that has moved leads to another's home page. What leads elsewhere under another name is somebody else's: a login page, a seller of domains,
 * whose logo would be the wrong one.
 */
const isHome = ({ pathname, search }: URL): boolean =>
  search === "" && /^\/([a-z]{2}([-_][a-z]{2})?\/?)?$/i.test(pathname);

async function fetchManifest(url: URL, mayGo: (url: URL) => boolean, trip: Trip): Promise<readonly Candidate[]> {
  const answer = await trip.get(url, {
    accept: "application/manifest+json,application/json",
    maxBytes: manifestBytes,
    mayGo,
  });
  if (typeof answer === "string" || answer.response.status !== 200) return [];
  return readManifest(new Uint8Array(await answer.response.arrayBuffer()), answer.url);
}

async function fetchIcon(
  candidate: Candidate,
  theme: Theme,
  mayGo: (url: URL) => boolean,
  trip: Trip,
  host: SourceHost,
): Promise<Found | undefined> {
  const got = candidate.url.startsWith("data:")
    ? { body: readData(candidate.url) }
    : await fetchBytes(candidate, mayGo, trip, host);
  const look = got && lookAt(got.body);
  if (!look) return undefined;
  return { candidate, look, ...got, body: look.isVector ? settleScheme(got.body, theme) : got.body };
}

async function fetchBytes(
  { url }: Candidate,
  mayGo: (url: URL) => boolean,
  trip: Trip,
  host: SourceHost,
): Promise<Pick<Found, "body" | "maxAgeS"> | undefined> {
  const answer = await trip.get(new URL(url), { accept: iconAccept, maxBytes: iconBytes, mayGo });
  if (typeof answer === "string" || answer.response.status !== 200) return undefined;
  const original = await host.toOriginal(answer.response);
  return original && original !== "unchanged" ? { body: original.body, maxAgeS: original.maxAgeS } : undefined;
}

/** RFC 2397. Empty for what is none. */
function readData(url: string): Uint8Array {
  const comma = url.indexOf(",");
  const isBase64 = url.slice(0, comma).trimEnd().toLowerCase().endsWith(";base64");
  try {
    const text = decodeURIComponent(url.slice(comma + 1));
    return isBase64 ? Buffer.from(text, "base64") : new TextEncoder().encode(text);
  } catch {
    return new Uint8Array();
  }
}
