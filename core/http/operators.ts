/** Routes that need the admin token, and `/health`. */
import { CameoError, toCameoError } from "../error.ts";
import type { Services } from "../pipeline.ts";
import { trusting } from "../registry/snapshot.ts";
import { splitPath } from "../request/parse.ts";
import { equal } from "../request/sign.ts";
import { runtimeName } from "../runtime.ts";
import { resolve } from "../stages/resolve.ts";
import { momentary } from "./headers.ts";
import { splitUrl } from "./image.ts";
import { problemResponse } from "./problem.ts";

/** Throws `unauthorized` unless the request carries the admin token; without one configured, operators' routes are off. */
export function requireOperator(request: Request, adminToken: string | undefined): void {
  if (adminToken === undefined) {
    throw new CameoError("unauthorized", "Operators' routes are off; set adminToken (CAMEO_ADMIN_TOKEN) to use them.");
  }
  if (carriesToken(request, adminToken)) return;
  throw new CameoError("unauthorized", "Send the admin token as `Authorization: Bearer …`.");
}

/** Whether the request carries the admin token. */
export function carriesToken(request: Request, adminToken: string | undefined): boolean {
  const [scheme = "", token = ""] = (request.headers.get("authorization") ?? "").split(" ");
  return adminToken !== undefined && scheme.toLowerCase() === "bearer" && equal(token, adminToken);
}

/** `DELETE` on an image's own URL: the original, what it is a copy of, and everything made from them, on every tier. Its parameters do not matter. */
export async function purge(request: Request, services: Services): Promise<Response> {
  try {
    const { settings } = services.snapshot;
    requireOperator(request, settings.adminToken);
    const { pathname, search } = splitUrl(request.url);
    const image = resolvePurged(pathname, search, services);
    const purged = await services.cache.purge(image.keys.prefix);
    services.log.info("purged", { mount: image.mount.name, entries: purged });
    return Response.json({ purged, mount: image.mount.name, ref: image.ref }, { headers: momentary });
  } catch (error) {
    return problemResponse(toCameoError(error));
  }
}

/** An operator needs no signature and no allow-list to throw something away. A mount that reads its URLs itself gets all that is written. */
function resolvePurged(pathname: string, search: string, services: Services): ReturnType<typeof resolve> {
  const mounts = [...services.snapshot.mounts.values()];
  const own = mounts.flatMap(({ grammar }) => [...(grammar.query ?? []), grammar.refParameter ?? ""]);
  const readsItself = services.snapshot.mounts.get(splitPath(pathname).mount)?.grammar.read !== undefined;
  const isKept = (name: string) => (readsItself ? !access.has(name) : own.includes(name || "-"));
  const kept = search.split("&").filter((part) => isKept(part.split("=")[0] ?? ""));
  const raw = { pathname, search: kept.join("&"), accept: undefined, isInside: true };
  return resolve(raw, trusting(services.snapshot), services.now());
}

const access: ReadonlySet<string> = new Set(["sig", "signature", "exp", "expires"]);

export interface HealthFacts {
  readonly version: string;
  readonly startedAt: number;
  isReady(): boolean;
  /** What is loaded, with the last failure of each. */
  plugins(): readonly { readonly id: string; readonly file: string | null; readonly lastError: string | null }[];
}

/** Live (it answers), ready (workers are warm), and how each part is. 503 until ready. */
export function health(services: Services, facts: HealthFacts): Response {
  const isReady = facts.isReady();
  const body = {
    status: isReady ? "ready" : "starting",
    live: true,
    ready: isReady,
    version: facts.version,
    runtime: runtimeName,
    generation: services.snapshot.generation,
    engines: services.snapshot.engines.map(({ name }) => name),
    mounts: [...services.snapshot.mounts.keys()],
    uptimeS: Math.round((services.now() - facts.startedAt) / 1000),
    memoryBytes: process.memoryUsage().rss,
    workers: services.pool.stats(),
    flights: services.flights.size(),
    tiers: services.cache.stats().tiers,
    failedPlugins: facts
      .plugins()
      .filter(({ lastError }) => lastError !== null)
      .map(({ id, lastError }) => ({ id, lastError })),
    troubles: services.troubles.list(),
  };
  return Response.json(body, { status: isReady ? 200 : 503, headers: momentary });
}
