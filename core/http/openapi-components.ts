/** What the operations of the OpenAPI document refer to: parameters from the grammar, problems from the table of codes. Pure. */
import * as v from "valibot";
import { CameoError, codes, type ErrorCode } from "../error.ts";
import type { Snapshot } from "../registry/snapshot.ts";
import type { Codec } from "../request/codec.ts";
import { defaultTexts } from "../request/parameters.ts";
import { settingsSchema } from "../settings/schema.ts";
import { type ErrorGuide, errorGuide } from "./error-guide.ts";
import { type Node, schemaRef, schemas } from "./openapi-schemas.ts";
import { toProblem } from "./problem.ts";

export const allCodes = Object.keys(codes) as ErrorCode[];

export function createComponents(snapshot: Snapshot) {
  return {
    parameters: createParameters(snapshot),
    headers,
    responses: createResponses(),
    schemas,
    securitySchemes: {
      operator: { type: "http", scheme: "bearer", description: "The setting `adminToken` (CAMEO_ADMIN_TOKEN)." },
    },
  };
}

/** One per name of the grammar, those of plugins too. */
function createParameters({ grammar, presets }: Snapshot): Record<string, Node> {
  const known = [...presets.keys()].map((name) => `\`${name}\``).join(", ");
  const notes: Record<string, string> = known ? { preset: `Here: ${known}.` } : {};
  const entries = Object.entries(grammar.codecs).map(([name, codec]) => [name, toParameter(name, codec, notes[name])]);
  return { ...Object.fromEntries(entries), explain };
}

function toParameter(name: string, codec: Codec<unknown>, note = ""): Node {
  const fallback = defaultOf(name, codec);
  const about = codec.about ?? "";
  const said = fallback === undefined || about.includes("Default") ? "" : `Default ${defaultTexts[name]}.`;
  const short = codec.short ? `Short: \`${codec.short}\`.` : "";
  return {
    name,
    in: "query",
    description: [about, `Takes ${codec.takes}.`, said, note, short].filter(Boolean).join(" "),
    schema: { ...(codec.schema ?? { type: "string" }), ...(fallback === undefined ? {} : { default: fallback }) },
    ...(codec.short ? { "x-short": codec.short } : {}),
  };
}

function defaultOf(name: string, { schema }: Codec<unknown>): string | number | boolean | undefined {
  const text = defaultTexts[name];
  if (text === undefined || schema === undefined || schema.type === "string") return text;
  return schema.type === "boolean" ? text === "1" : Number(text);
}

const explain: Node = {
  name: "explain",
  in: "query",
  description: "Answer what would be done, as JSON, without making the image.",
  schema: { type: "boolean" },
};

const text = (description: string, example: string): Node => ({ description, schema: { type: "string" }, example });

const headers: Record<string, Node> = {
  ETag: text("Strong validator, made from the bytes. Send it back as `If-None-Match`.", '"l0pSxN2pBX6C3EQ"'),
  "Cache-Control": text(
    "What caches may do: the mount's own words, or what is left of the copy's freshness.",
    "public, max-age=86400, stale-while-revalidate=604800",
  ),
  Vary: text("`Accept` where the format was negotiated, otherwise absent.", "Accept"),
  "X-Cache": text("`HIT`, `STALE` or `MISS`, then the tier that had it.", "HIT memory"),
  "Server-Timing": text("Milliseconds by stage.", "resolve;dur=0.1, fetch;dur=3.0, decode;dur=9.5, encode;dur=12.0"),
  "Content-Disposition": text(
    "The source's own name with the ending of what is sent.",
    'inline; filename="photo.webp"',
  ),
  "Cross-Origin-Resource-Policy": text("The mount's setting `corp`.", "cross-origin"),
  "Access-Control-Allow-Origin": text("The mount's setting `cors`.", "*"),
  "Retry-After": text("Seconds after which to try again.", "2"),
  "WWW-Authenticate": text("How to authenticate.", 'Bearer realm="cameo"'),
  Allow: text("Methods that the route answers.", "GET, HEAD, DELETE"),
};

export const headerRefs = (...names: string[]): Record<string, Node> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const extraHeaders: Readonly<Record<number, string>> = { 401: "WWW-Authenticate", 405: "Allow", 503: "Retry-After" };

/** One response for each status, with an example for each code that has it. */
function createResponses(): Record<string, Node> {
  const statuses = [...new Set(allCodes.map((code) => codes[code].status))];
  return Object.fromEntries(statuses.map((status) => [`Problem${status}`, toResponse(status)]));
}

function toResponse(status: number): Node {
  const own = allCodes.filter((code) => codes[code].status === status);
  const extra = extraHeaders[status];
  return {
    description: own.map((code) => `**\`${code}\`** ${guideOf(code).remedy}`).join("\n\n"),
    headers: headerRefs("Cache-Control", ...(extra ? [extra] : [])),
    content: {
      "application/problem+json": {
        schema: schemaRef("Problem"),
        examples: Object.fromEntries(own.map((code) => [code, { summary: codes[code].title, value: exampleOf(code) }])),
      },
    },
  };
}

const guideOf = (code: ErrorCode): ErrorGuide => errorGuide[code];

function exampleOf(code: ErrorCode): Node {
  const { detail, fields } = guideOf(code);
  return toProblem(new CameoError(code, detail, fields ? { fields } : {}));
}

/** Responses of an operation that can fail with these codes. */
export function problemRefs(possible: readonly ErrorCode[]): Record<string, Node> {
  const statuses = [...new Set(possible.map((code) => codes[code].status))];
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]));
}

export interface Limit {
  readonly name: string;
  readonly value: number;
  /** Value with its unit, such as `50 MiB`. */
  readonly shown: string;
  readonly about: string;
}

/** The limits of this server, with the words of the settings' own schema. */
export function describeLimits({ settings }: Snapshot): Limit[] {
  const entries = settingsSchema.entries.limits.pipe[0].wrapped.entries;
  return Object.entries(settings.limits).map(([name, value]) => {
    const about = v.getDescription(entries[name as keyof typeof entries]) ?? "";
    return { name, value, shown: withUnit(name, value), about };
  });
}

function withUnit(name: string, value: number): string {
  if (name.endsWith("Bytes")) return `${Math.round((value / 2 ** 20) * 100) / 100} MiB`;
  if (name.endsWith("Ms")) return `${value / 1000} s`;
  return value.toLocaleString("en").replaceAll(",", "\u202f") + (name.endsWith("Px") ? " px" : "");
}
