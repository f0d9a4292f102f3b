/** From a host name to addresses that were vetted. Names are resolved here and nowhere else. */
import { lookup as dnsLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { CameoError } from "../error.ts";
import { classifyAddress, isAllowedAddress } from "./address.ts";
import { hostOf } from "./hosts.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<readonly ResolvedAddress[]>;

/** The system's resolver, so that `/etc/hosts` and split DNS work as the operator set them up. */
const systemLookup: Lookup = (host) => dnsLookup(host, { all: true, verbatim: true });

/** `URL.hostname` writes IPv6 in brackets; sockets take it without. */
export const bareHost = (url: URL): string => hostOf(url).replace(/^\[(.*)\]$/, "$1");

/**
 * Resolves the URL's host once. Every address must be allowed: one private address among public ones refuses the name,
 * since nobody can say which of them a connection would use. Throws `host-not-allowed` or `origin-failed`.
 */
export async function resolveHost(
  url: URL,
  allowPrivate: readonly string[],
  lookup: Lookup = systemLookup,
): Promise<readonly ResolvedAddress[]> {
  const host = bareHost(url);
  const family = isIP(host);
  const addresses = family ? [{ address: host, family }] : await resolveName(host, lookup);
  const refused = addresses.find(({ address }) => !isAllowedAddress(address, allowPrivate));
  if (refused) throw privateHost(host, refused.address);
  return addresses;
}

async function resolveName(host: string, lookup: Lookup): Promise<readonly ResolvedAddress[]> {
  const addresses = await lookup(host).catch((cause: unknown) => {
    throw unresolved(host, cause);
  });
  if (addresses.length === 0) throw unresolved(host);
  return addresses;
}

const unresolved = (host: string, cause?: unknown): CameoError =>
  new CameoError("origin-failed", "The origin's host name could not be resolved; check its spelling.", {
    cause,
    log: { host },
  });

const privateHost = (host: string, address: string): CameoError =>
  new CameoError(
    "host-not-allowed",
    "The host has a private or reserved address; the operator can open it with the mount's `allowPrivate`.",
    { log: { host, address, refusal: classifyAddress(address) } },
  );
