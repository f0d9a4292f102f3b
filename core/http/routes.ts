/** Every route of a snapshot, as one Elysia app. */
import { Elysia } from "elysia";
import { CameoError, codes, toCameoError } from "../error.ts";
import type { Services } from "../pipeline.ts";
import { splitPath } from "../request/parse.ts";
import type { Handler } from "../runtime.ts";
import { createDocs, type DocsParts, docsPaths } from "./docs.ts";
import { callEndpoint } from "./endpoints.ts";
import { behindGates } from "./gates.ts";
import { createImageHandler, splitUrl } from "./image.ts";
import { answerOptions, createMethods } from "./methods.ts";
import { metrics } from "./metrics.ts";
import { type HealthFacts, health, purge } from "./operators.ts";
import { changePlugin, listPlugins, type PluginControl } from "./plugins.ts";
import { problemResponse } from "./problem.ts";

export interface RouteParts {
  readonly facts: HealthFacts;
  readonly readAsset: DocsParts["readAsset"];
  readonly plugins: PluginControl;
}

/** The handler of everything that a server answers. Elysia answers HEAD from the GET route. */
export function createRoutes(services: Services, { facts, readAsset, plugins }: RouteParts): Handler {
  const images = createImageHandler(services);
  const docs = createDocs({ snapshot: services.snapshot, version: facts.version, readAsset });
  const app = new Elysia({ aot: true })
    .onError(({ error }) => problemResponse(logged(error, services)))
    .get("/", () => new Response(null, { status: 302, headers: { location: "/docs" } }))
    .get("/health", () => health(services, facts))
    .get("/metrics", ({ request }) => metrics(request, services, facts))
    .get("/plugins", ({ request }) => listPlugins(request, services, plugins))
    .post("/plugins/:id/:action", ({ request, params: { id, action } }) => {
      const known = decoded({ id, action });
      return changePlugin(request, services, plugins, { id: known.id ?? "", action: known.action ?? "" });
    });
  for (const [name, { settings }] of services.snapshot.mounts) {
    // Operators throw away what internal mounts keep too: the copies of an avatar chain's links.
    for (const path of [`/${name}`, `/${name}/*`]) app.delete(path, ({ request }) => purge(request, services));
    if (settings.internal) continue;
    for (const path of [`/${name}`, `/${name}/*`, `/meta/${name}`, `/meta/${name}/*`]) {
      app.get(path, ({ request }) => images.answer(request));
    }
  }
  for (const path of docsPaths) app.get(path, ({ request }) => docs(request));
  for (const { id, instance } of services.snapshot.routes) {
    for (const endpoint of instance.endpoints) {
      app.route(endpoint.method, endpoint.path, ({ request, params }) =>
        callEndpoint(id, endpoint, request, decoded(params), services),
      );
    }
  }
  const methodsAt = createMethods(app.routes, services.snapshot);
  app.all("/*", ({ request }) => answerOther(request, methodsAt, services));
  const routed: Handler = (request) =>
    request.method === "HEAD" ? Promise.resolve(app.fetch(request)).then(withoutCount) : app.fetch(request);
  if (services.snapshot.gates.length > 0) return withHost(behindGates(routed, services));
  const named = withHost(routed);
  return (request, peer) => images.again(request) ?? named(request, peer);
}

/**
 * HTTP/1.0 may come without `Host`, and then the URL has none; and Elysia looks for the path from the twelfth character on, so that
 * `http://img/` has none for it. Both get a host that everything behind can read.
 */
export function withHost(handler: Handler): Handler {
  return (request, peer) => {
    if (/^https?:\/\/[^/?#]{4,}\//.test(request.url)) return handler(request, peer);
    const path = request.url.replace(/^https?:\/\/[^/?#]*/, "").replace(/^\/?/, "/");
    return handler(new Request(`http://localhost${path}`, request), peer);
  };
}

/** Elysia counts the body of what it answers to HEAD. Where there is none, its length is not that of the 200, and is left out (RFC 9110 §8.6). */
function withoutCount(response: Response): Response {
  if (response.status === 304 || response.status === 204) response.headers.delete("content-length");
  return response;
}

/** Whoever is told that the log has the reason finds it there. */
function logged(error: unknown, { log }: Services): CameoError {
  const known = toCameoError(error);
  if (codes[known.code].report) log.warn("request failed", { code: known.code, cause: known.options.cause });
  return known;
}

/**
 * Elysia has decoded the parts of a path that have a name, once, to `null` where that is not possible; what `*` stands for is as it came. A
 * path without parts has no parameters at all.
 */
function decoded(params: Readonly<Record<string, string | null>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params ?? {}).map(([name, value]) => {
      if (value === null) throw new CameoError("bad-request", "The path is no valid percent-encoding.");
      return [name, name === "*" ? decodePart(value) : value];
    }),
  );
}

/** As it came where it is not valid percent-encoding. */
function decodePart(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** What no route answers: another method of one that there is, or a path that is none. */
function answerOther(request: Request, methodsAt: (path: string) => readonly string[], services: Services): Response {
  const { pathname } = splitUrl(request.url);
  const methods = methodsAt(pathname);
  if (methods.length === 0) return problemResponse(noRoute(services));
  const { mount } = splitPath(pathname);
  if (request.method === "OPTIONS")
    return answerOptions(request, methods, services.snapshot.mounts.get(mount)?.settings.cors);
  const allow = methods.join(", ");
  return problemResponse(new CameoError("method-not-allowed", `This path takes ${allow}.`), { allow });
}

function noRoute(services: Services): CameoError {
  const open = [...services.snapshot.mounts.values()].filter(({ settings }) => !settings.internal);
  const mounts = open.map(({ name }) => `/${name}/…`).join(", ");
  return new CameoError("no-such-route", `Nothing is served here; there are ${mounts}, /meta/…, /health and /docs.`);
}
