/**
 * Services that know logos by domain, for those who want to ask one: it learns which companies your users look at, so that none is asked unless the
 * settings name it.
 *
 * - `duckduckgo`: `https://icons.duckduckgo.com/ip3/{domain}.ico`; 404 with an arrow for what it does not know, under the very name its crawler saw.
 * - `google`: `https://www.google.com/s2/favicons?domain={domain}&sz=256`; 404 with a globe of 16 × 16, which it never enlarges.
 * - `logo.dev`: `https://img.logo.dev/{domain}`, with a publishable key; `fallback=404` in place of a monogram. https://www.logo.dev/docs
 */
import { readFile } from "node:fs/promises";
import type { SourceHost } from "cameo/plugin";
import { lookAt } from "./logo-look.ts";
import type { Found } from "./logo-search.ts";
import type { Trip } from "./logo-trip.ts";

export interface Service {
  readonly name: string;
  /** With `{domain}`, and `{token}` where it goes into the URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** A picture of at most this size is its way to say that it has none. */
  readonly placeholderPx: number;
  /** Whether `www.` is another name to it. */
  readonly isByHost: boolean;
}

export const knownServices = ["duckduckgo", "google", "logo.dev"] as const;

const known: Readonly<Record<string, Partial<Service> & Pick<Service, "url">>> = {
  duckduckgo: { url: "https://icons.duckduckgo.com/ip3/{domain}.ico", isByHost: true },
  google: { url: "https://www.google.com/s2/favicons?domain={domain}&sz=256", placeholderPx: 16 },
  "logo.dev": { url: "https://img.logo.dev/{domain}?token={token}&size=256&format=png&fallback=404" },
};

/** As in the settings: one of the known, or what makes another. */
export type ServiceSetting =
  | string
  | { readonly [K in "name" | "url" | "headers" | "token" | "tokenFile"]?: Service[K] | undefined };

/** A service as the settings name it. */
export function toService(setting: ServiceSetting): Service {
  const given = typeof setting === "string" ? { name: setting } : setting;
  const { placeholderPx = 0, isByHost = false, ...base } = known[given.name ?? ""] ?? { url: "" };
  const url = given.url ?? base.url;
  const name = given.name ?? (URL.canParse(url) ? new URL(url).hostname : url);
  return {
    name,
    url,
    headers: given.headers ?? {},
    token: given.token,
    tokenFile: given.tokenFile,
    placeholderPx,
    isByHost,
  };
}

/** What keeps services from working, for the operator. */
export async function checkServices(services: readonly Service[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name, url, headers, token, tokenFile } of services) {
    const needsToken = [url, ...Object.values(headers)].some((text) => text.includes("{token}"));
    if (needsToken && token === undefined && tokenFile === undefined)
      found.push(`The service "${name}" needs \`token\` or \`tokenFile\`; without one it is not asked.`);
    if (tokenFile !== undefined && !(await readFile(tokenFile).catch(() => undefined)))
      found.push(`The service "${name}" has a \`tokenFile\` that cannot be read; put it there.`);
  }
  return found;
}

const serviceBytes = 2 ** 20;

/** One picture, or none. A failure is noted, and stops nothing. */
export async function askService(
  service: Service,
  domain: string,
  host: SourceHost,
  trip: Trip,
): Promise<readonly Found[]> {
  const token = await tokenOf(service);
  const needsToken = [service.url, ...Object.values(service.headers)].some((text) => text.includes("{token}"));
  if (needsToken && token === undefined) return [];
  for (const name of service.isByHost ? [domain, `www.${domain}`] : [domain]) {
    const found = await askOnce(service, name, token ?? "", host, trip);
    if (found) return [found];
  }
  return [];
}

async function tokenOf({ token, tokenFile }: Service): Promise<string | undefined> {
  if (tokenFile === undefined) return token;
  // Read anew each time, so that it can be replaced while Cameo runs.
  return (await readFile(tokenFile, "utf8").catch(() => undefined))?.trim();
}

async function askOnce(
  service: Service,
  domain: string,
  token: string,
  host: SourceHost,
  trip: Trip,
): Promise<Found | undefined> {
  const url = service.url
    .replaceAll("{domain}", encodeURIComponent(domain))
    .replaceAll("{token}", encodeURIComponent(token));
  const headers = Object.fromEntries(
    Object.entries(service.headers).map(([name, value]) => [name, value.replaceAll("{token}", token)]),
  );
  host.metrics.count("requests");
  try {
    const answer = await host.fetch(url, {
      signal: trip.signal,
      headers: { accept: "image/*", ...headers },
      maxBytes: serviceBytes,
    });
    const original = await host.toOriginal(answer);
    host.trouble(`logo service ${service.name}`, null);
    if (original === null || original === "unchanged") return undefined;
    const look = lookAt(original.body);
    if (!look || (!look.isVector && look.px > 0 && look.px <= service.placeholderPx)) return undefined;
    const by = `service:${service.name}`;
    return {
      candidate: { url, by, px: look.px, isVector: look.isVector },
      look,
      body: original.body,
      maxAgeS: original.maxAgeS,
    };
  } catch (error) {
    trip.noteTrouble();
    // A search that is over, such as by a reload, says nothing of the service.
    if (trip.signal.aborted) return undefined;
    host.trouble(`logo service ${service.name}`, error);
    host.metrics.count(`${service.name} failed`);
    host.log.debug("A logo service failed", { service: service.name, cause: error });
    return undefined;
  }
}
