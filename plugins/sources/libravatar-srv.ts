/** Which server has the avatars of a domain: SRV records (RFC 2782), as Libravatar's federation uses them. */
import { Resolver } from "node:dns/promises";

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Rejects where there are none. */
export type ResolveSrv = (name: string) => Promise<readonly SrvRecord[]>;

export interface ServerFinderParts {
  readonly resolveSrv: ResolveSrv;
  /** For both lookups of a domain together, in milliseconds. */
  readonly dnsMs: number;
  /** Milliseconds since 1970. */
  now(): number;
  /** 0 ≤ n < 1. */
  random(): number;
}

/** The origin of a domain's server, such as `https://avatars.example.org`; `undefined` if it has none. Never throws. */
export type FindServer = (domain: string) => Promise<string | undefined>;

const dayMs = 86_400_000;
/** No answer in time says nothing for a day. */
const lateMs = 600_000;
const maxKept = 5000;

interface Kept {
  readonly found: Promise<string | undefined>;
  untilMs: number;
}

/** Keeps what it finds for a day, also that there is none. */
export function createServerFinder(parts: ServerFinderParts): FindServer {
  const kept = new Map<string, Kept>();
  return (domain) => {
    const known = kept.get(domain);
    if (known && known.untilMs > parts.now()) return known.found;
    const search = find(domain, parts);
    const found = search.then(
      (server) => server,
      () => {
        entry.untilMs = Math.min(entry.untilMs, parts.now() + lateMs);
        return undefined;
      },
    );
    const entry: Kept = { found, untilMs: parts.now() + dayMs };
    kept.delete(domain);
    kept.set(domain, entry);
    if (kept.size > maxKept) kept.delete(kept.keys().next().value ?? "");
    return found;
  };
}

/** The secure service wins over the plain one. Throws if the time is over before both have answered. */
async function find(domain: string, { resolveSrv, dnsMs, random }: ServerFinderParts): Promise<string | undefined> {
  const ask = (service: string) => resolveSrv(`${service}._tcp.${domain}`).catch(nothing);
  const both = Promise.all([ask("_avatars-sec"), ask("_avatars")]);
  const [secure, plain] = await inTime(both, dnsMs);
  return originOf("https", pickRecord(secure, random())) ?? originOf("http", pickRecord(plain, random()));
}

/** What a name server says of a name without such records; any other trouble is thrown. */
function nothing(error: unknown): readonly SrvRecord[] {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOTFOUND" || code === "ENODATA") return [];
  throw error;
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("The name server is too slow.")), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One of those with the lowest priority, each as often as its weight says; `dice` is in 0..1. Those of weight 0 come first in the running sum, so
 * that they have their small chance (RFC 2782, "Weight").
 */
export function pickRecord(records: readonly SrvRecord[], dice: number): SrvRecord | undefined {
  const lowest = Math.min(...records.map(({ priority }) => priority));
  const open = records.filter(({ priority }) => priority === lowest).toSorted((a, b) => a.weight - b.weight);
  const total = open.reduce((sum, { weight }) => sum + weight, 0);
  const at = Math.floor(dice * (total + 1));
  let sum = 0;
  return open.find(({ weight }) => {
    sum += weight;
    return sum >= at;
  });
}

/** `.` as a target says that the service is decidedly not there (RFC 2782, "Target"). */
function originOf(scheme: "https" | "http", record: SrvRecord | undefined): string | undefined {
  const host = record?.name.replace(/\.$/, "") ?? "";
  const text = `${scheme}://${host}:${record?.port}`;
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host) && URL.canParse(text);
  return isName ? new URL(text).origin : undefined;
}

/** The system's name servers, asked once each. */
export function createResolveSrv(timeoutMs: number): ResolveSrv {
  return (name) => new Resolver({ timeout: timeoutMs, tries: 1 }).resolveSrv(name);
}
