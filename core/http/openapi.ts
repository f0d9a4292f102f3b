/**
 * The OpenAPI document of a snapshot. `@elysiajs/swagger` makes it from routes that carry `detail`; they stand in an app of their own,
 * so that the routes that serve images stay bare, and the plugin is loaded only when somebody asks.
 */
import { type DocumentDecoration, Elysia } from "elysia";
import type { ErrorCode } from "../error.ts";
import { mimeTypes, outputFormats } from "../image.ts";
import type { Endpoint } from "../plugin.ts";
import type { Mount, Snapshot } from "../registry/snapshot.ts";
import { allCodes, createComponents, describeLimits, headerRefs, problemRefs } from "./openapi-components.ts";
import { type Node, schemaRef } from "./openapi-schemas.ts";

type SwaggerOptions = NonNullable<Parameters<typeof import("@elysiajs/swagger").swagger>[0]>;
type Documentation = NonNullable<SwaggerOptions["documentation"]>;

export interface DescribedRoute {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** As Elysia writes it. The real route of a ref is a wildcard. */
  readonly path: string;
  readonly detail: Node;
}

/** The document as plain data. */
export async function createDocument(snapshot: Snapshot, version: string): Promise<Node> {
  const { swagger } = await import("@elysiajs/swagger");
  const documentation = {
    info: { title: "Cameo", version, description: introduction(snapshot), license: { name: "MIT" } },
    tags: createTags(snapshot),
    servers: [{ url: "/" }],
    components: createComponents(snapshot),
    "x-limits": snapshot.settings.limits,
  } as unknown as Documentation;
  // "docs" is reserved, so no mount can take these paths.
  const paths = { path: "/docs/plugin-page", specPath: "/docs/plugin-document" } as const;
  const app = new Elysia({ aot: false }).use(swagger({ ...paths, excludeStaticFile: false, documentation }));
  for (const { method, path, detail } of describeRoutes(snapshot)) {
    app.route(method, path, () => "", { detail: detail as DocumentDecoration });
  }
  const response = await app.handle(new Request(`http://localhost${paths.specPath}`));
  return (await response.json()) as Node;
}

/** Every route that a server with this snapshot answers. */
export function describeRoutes(snapshot: Snapshot): DescribedRoute[] {
  return [
    ...openMounts(snapshot).flatMap((mount) => mountRoutes(mount, snapshot)),
    ...serverRoutes(),
    ...pluginRoutes(snapshot),
  ];
}

const serverTag = "server";

/** Those that answer clients. */
const openMounts = ({ mounts }: Snapshot): Mount[] => [...mounts.values()].filter(({ settings }) => !settings.internal);

function createTags(snapshot: Snapshot): Node[] {
  const { mounts } = snapshot;
  const signing = {
    off: "Takes unsigned URLs.",
    required: "Takes signed URLs only.",
    "unless-allowed": "Takes signed URLs, and unsigned ones to what is allowed.",
  };
  const ofMounts = openMounts(snapshot).map(({ name, definition, sign }) => ({
    name,
    description: `Images from the source \`${definition.name}\`. ${signing[sign]}`,
  }));
  return [...ofMounts, ...(mounts.has(serverTag) ? [] : [{ name: serverTag, description: "The server itself." }])];
}

function introduction(snapshot: Snapshot): string {
  const rows = describeLimits(snapshot).map(({ name, shown, about }) => `| \`${name}\` | ${shown} | ${about} |`);
  return [
    "An image proxy. `/{mount}/{ref}?{parameters}` answers the image that `ref` names, made over as the parameters say;",
    "every mount takes the same parameters, each with a long name and some with a short one.",
    "\n\nLimits of this server:\n\n| limit | value | what it bounds |\n| --- | --- | --- |\n",
    rows.join("\n"),
  ].join(" ");
}

function mountRoutes(mount: Mount, snapshot: Snapshot): DescribedRoute[] {
  const { name, definition, grammar } = mount;
  const path = `/${name}/:ref`;
  const meta = `/meta/${name}/:ref`;
  const image = imageOperation(mount, snapshot, [refParameter(definition.name)]);
  const facts = metaOperation(mount, snapshot);
  const routes: DescribedRoute[] = [
    { method: "GET", path, detail: { ...image, operationId: `${name}.get`, summary: "An image" } },
    { method: "HEAD", path, detail: headOf({ ...image, operationId: `${name}.head`, summary: "An image's headers" }) },
    { method: "DELETE", path, detail: purgeOperation(mount, snapshot) },
    { method: "GET", path: meta, detail: { ...facts, operationId: `${name}.meta`, summary: "What an image is like" } },
    {
      method: "HEAD",
      path: meta,
      detail: headOf({ ...facts, operationId: `${name}.headMeta`, summary: "Headers of that answer" }),
    },
  ];
  if (grammar.refParameter === undefined) return routes;
  const inQuery = {
    name: grammar.refParameter,
    in: "query",
    required: true,
    schema: { type: "string" },
    description: "The ref.",
  };
  const byQuery = imageOperation(mount, snapshot, [inQuery]);
  return [
    ...routes,
    {
      method: "GET",
      path: `/${name}`,
      detail: {
        ...byQuery,
        operationId: `${name}.getByQuery`,
        summary: `An image, its ref in the parameter ${grammar.refParameter}`,
      },
    },
    {
      method: "HEAD",
      path: `/${name}`,
      detail: headOf({
        ...byQuery,
        operationId: `${name}.headByQuery`,
        summary: "An image's headers, its ref in the query",
      }),
    },
  ];
}

const refParameter = (source: string): Node => ({
  name: "ref",
  in: "path",
  required: true,
  description: `What the source \`${source}\` calls the image. It may contain slashes, as they are or as \`%2F\`.`,
  schema: { type: "string" },
});

const parameterRef = (name: string): Node => ({ $ref: `#/components/parameters/${name}` });

/** Parameters of the grammar, then the source's own. */
function queryOf({ definition, grammar }: Mount, snapshot: Snapshot): Node[] {
  const own = (grammar.query ?? []).map((name) => ({
    name,
    in: "query",
    description: `Belongs to the source \`${definition.name}\`.`,
    schema: { type: "string" },
  }));
  return [...Object.keys(snapshot.grammar.codecs).map(parameterRef), parameterRef("explain"), ...own];
}

const imageHeaders = ["ETag", "Cache-Control", "Vary", "X-Cache", "Server-Timing", "Content-Disposition"] as const;
const sharedHeaders = ["Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin"] as const;
const imageCodes = allCodes.filter((code) => code !== "unauthorized");
const purgeCodes: readonly ErrorCode[] = ["bad-parameter", "unauthorized", "not-found", "internal"];

const unchanged: Node = {
  description: "The copy that `If-None-Match` names is still good.",
  headers: headerRefs("ETag", "Cache-Control", "X-Cache"),
};

function imageOperation(mount: Mount, snapshot: Snapshot, ref: readonly Node[]): Node {
  const { encodes } = snapshot.capabilities;
  const formats = outputFormats.filter((each) => encodes.has(each));
  const images = formats.map((format) => [mimeTypes[format], { schema: { type: "string", format: "binary" } }]);
  const made = {
    description: "The image; with `explain`, what would be done. `format=auto` picks from the `Accept` header.",
    headers: headerRefs(...imageHeaders, ...sharedHeaders),
    content: { ...Object.fromEntries(images), "application/json": { schema: schemaRef("Explain") } },
  };
  return {
    tags: [mount.name],
    parameters: [...ref, ...queryOf(mount, snapshot)],
    responses: { 200: made, 304: unchanged, ...problemRefs(imageCodes) },
  };
}

function metaOperation(mount: Mount, snapshot: Snapshot): Node {
  const made = {
    description: "Size, format, colours and previews.",
    headers: headerRefs("ETag", "Cache-Control", "X-Cache", "Server-Timing", ...sharedHeaders),
    content: { "application/json": { schema: schemaRef("Meta") } },
  };
  return {
    tags: [mount.name],
    parameters: [refParameter(mount.definition.name), ...queryOf(mount, snapshot)],
    responses: { 200: made, 304: unchanged, ...problemRefs(imageCodes) },
  };
}

function purgeOperation({ name, definition }: Mount, { settings }: Snapshot): Node {
  const off = settings.adminToken === undefined ? " Off on this server: it has no `adminToken`." : "";
  const purged = {
    description: "How much was deleted.",
    content: { "application/json": { schema: schemaRef("Purged") } },
  };
  return {
    operationId: `${name}.purge`,
    summary: "Purge an image",
    description: `Deletes the original and all that was made from it, also avatars and cards that show it, on every cache tier. For operators.${off}`,
    tags: [name],
    security: [{ operator: [] }],
    parameters: [refParameter(definition.name)],
    responses: { 200: purged, ...problemRefs(purgeCodes) },
  };
}

/** The same without bodies. */
function headOf(operation: Node): Node {
  const { 200: made, ...others } = operation.responses as Record<number, Node>;
  const { content: _content, ...bare } = made ?? {};
  return { ...operation, responses: { ...others, 200: bare } };
}

function serverRoutes(): DescribedRoute[] {
  const answer = (description: string, type: string, schema: Node): Node => ({
    description,
    content: { [type]: { schema } },
  });
  const detail = (operationId: string, summary: string, responses: Node): Node => ({
    operationId,
    summary,
    tags: [serverTag],
    responses,
  });
  const ready = answer("Ready: every worker is warm.", "application/json", schemaRef("Health"));
  const starting = answer("Live, but not ready yet.", "application/json", schemaRef("Health"));
  const figures = answer("Prometheus's text format.", "text/plain", { type: "string" });
  const page = answer("A page for people.", "text/html", { type: "string" });
  const document = answer("This document.", "application/json", { type: "object" });
  return [
    { method: "GET", path: "/health", detail: detail("health", "How the server is", { 200: ready, 503: starting }) },
    {
      method: "GET",
      path: "/metrics",
      detail: {
        ...detail("metrics", "Figures for Prometheus", { 200: figures, ...problemRefs(["unauthorized"]) }),
        security: [{ operator: [] }],
      },
    },
    { method: "GET", path: "/docs", detail: detail("docs", "This documentation", { 200: page }) },
    { method: "GET", path: "/openapi.json", detail: detail("openapi", "The OpenAPI document", { 200: document }) },
  ];
}

const pluginCodes: readonly ErrorCode[] = ["bad-request", "unauthorized", "not-found", "bad-setting"];

const inPath = (name: string, schema: Node): Node => ({ name, in: "path", required: true, schema });

/** What operators do to plugins, and the endpoints that plugins add. */
function pluginRoutes(snapshot: Snapshot): DescribedRoute[] {
  const list: Node = {
    description: "What is loaded: ID, version, file, options without secrets, last failure, figures.",
    content: { "application/json": { schema: { type: "object" } } },
  };
  const operators = { tags: [serverTag], security: [{ operator: [] }] };
  const responses = { 200: list, ...problemRefs(pluginCodes) };
  const parameters = [
    inPath("id", { type: "string", example: "transform.blur" }),
    inPath("action", { type: "string", enum: ["disable", "enable", "rollback"] }),
  ];
  const change = {
    ...operators,
    operationId: "changePlugin",
    summary: "Switch a plugin off, on, or back",
    parameters,
    responses,
  };
  return [
    {
      method: "GET",
      path: "/plugins",
      detail: { ...operators, operationId: "plugins", summary: "The plugins", responses },
    },
    { method: "POST", path: "/plugins/:id/:action", detail: change },
    ...snapshot.routes.flatMap(({ id, instance }) =>
      instance.endpoints.map((endpoint) => describeEndpoint(id, endpoint, snapshot)),
    ),
  ];
}

function describeEndpoint(id: string, endpoint: Endpoint, { mounts }: Snapshot): DescribedRoute {
  const { method, isForOperators } = endpoint;
  // Below a mount the first part is its ref, whatever an endpoint calls it: a router takes one name for one place.
  const path = endpoint.path.replace(/^\/([^/]+)\/:[^/]+/, (own, mount: string) =>
    mounts.has(mount) ? `/${mount}/:ref` : own,
  );
  return {
    method,
    path,
    detail: {
      operationId: [method.toLowerCase(), ...(path.match(/[^/:]+/g) ?? [])].join("."),
      summary: `Of the plugin ${id}`,
      tags: [serverTag],
      ...(isForOperators ? { security: [{ operator: [] }] } : {}),
      parameters: [...path.matchAll(/:([^/]+)/g)].map(([, name = ""]) => inPath(name, { type: "string" })),
      responses: { 200: { description: "What the plugin answers." } },
    },
  };
}
