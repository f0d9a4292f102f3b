/** JSON bodies of the OpenAPI document. */
import { codes } from "../error.ts";

/** A node of the document. The plugin's own types allow no `x-…` members. */
export type Node = Readonly<Record<string, unknown>>;

export const schemaRef = (name: SchemaName): Node => ({ $ref: `#/components/schemas/${name}` });

export type SchemaName = "Problem" | "Meta" | "Explain" | "Health" | "Purged";

const integer = (description: string): Node => ({ type: "integer", description });
const string = (description: string, more: Node = {}): Node => ({ type: "string", description, ...more });
const size: Node = { type: "object", properties: { width: { type: "integer" }, height: { type: "integer" } } };

export const schemas: Record<SchemaName, Node> = {
  Problem: {
    type: "object",
    description: "RFC 9457. Some codes add members: `bad-parameter` has `parameter`, `got` and `takes`.",
    required: ["type", "title", "status", "code", "detail"],
    properties: {
      type: string("Where the code is explained.", { format: "uri-reference" }),
      title: string("The same for every error of this code."),
      status: integer("HTTP status."),
      code: string("For programs.", { enum: Object.keys(codes) }),
      detail: string("What to change."),
      parameter: string("Name of the parameter at fault."),
      got: string("Its value, shortened."),
      takes: string("What it takes."),
    },
    additionalProperties: true,
  },
  Meta: {
    type: "object",
    description: "What a page needs to lay an image out before it has loaded.",
    required: [
      "width",
      "height",
      "format",
      "bytes",
      "frames",
      "alpha",
      "orientation",
      "dominantColor",
      "thumbHash",
      "blurHash",
      "lqip",
    ],
    properties: {
      width: integer("Pixels, after orientation and the parameters."),
      height: integer("Pixels, after orientation and the parameters."),
      format: string("Format of the original."),
      bytes: integer("Size of the original's file."),
      frames: integer("Frames of the original; 1 for a still."),
      alpha: { type: "boolean", description: "Whether any pixel is transparent." },
      orientation: { type: "integer", minimum: 1, maximum: 8, description: "EXIF orientation of the original." },
      source: { ...size, description: "As stored." },
      result: { ...size, description: "After the parameters." },
      dominantColor: string("Hex, such as `#c08040`."),
      thumbHash: string("ThumbHash, as base64."),
      blurHash: string("BlurHash."),
      lqip: string("A tiny preview as a data URI."),
    },
  },
  Explain: {
    type: "object",
    description: "What would be done with a request.",
    properties: {
      request: { type: "object", description: "The parsed request." },
      canonical: string("Canonical URL: what is signed."),
      query: string("Canonical parameters, with presets filled in."),
      keys: { type: "object", description: "Cache keys." },
      cache: { type: "object", description: "Which tier holds it, and until when." },
      original: { type: "object", description: "Header of the original." },
      plan: { type: "object", description: "Operations in their order, sizes, encoder." },
      problem: schemaRef("Problem"),
      generation: integer("Number of the settings in force."),
      timings: { type: "object", additionalProperties: { type: "number" }, description: "Milliseconds by stage." },
    },
  },
  Health: {
    type: "object",
    required: ["status", "live", "ready", "version"],
    properties: {
      status: string("Whether workers are warm.", { enum: ["starting", "ready"] }),
      live: { type: "boolean" },
      ready: { type: "boolean" },
      version: string("Of Cameo."),
      runtime: string("Name and version."),
      engines: { type: "array", items: { type: "string" } },
      mounts: { type: "array", items: { type: "string" } },
      uptimeS: integer("Seconds since the start."),
      memoryBytes: integer("Resident memory."),
      troubles: {
        type: "array",
        items: { type: "object" },
        description: "The last trouble of each part; with `recoveredAt` if it has worked since.",
      },
    },
    additionalProperties: true,
  },
  Purged: {
    type: "object",
    required: ["purged", "mount", "ref"],
    properties: { purged: integer("Entries that were deleted."), mount: { type: "string" }, ref: { type: "string" } },
  },
};
