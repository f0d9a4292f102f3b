/** `/docs` and `/openapi.json`. Made when first asked for, then kept; nothing of it comes from another host. */
import { createHash } from "node:crypto";
import { CameoError } from "../error.ts";
import type { Snapshot } from "../registry/snapshot.ts";
import type { Handler } from "../runtime.ts";
import { createPage, pageScript, pageStyle } from "./docs-page.ts";
import { matchesEtag } from "./headers.ts";
import { createDocument } from "./openapi.ts";

export interface DocsParts {
  readonly snapshot: Snapshot;
  readonly version: string;
  /** Bytes of a packaged file by its specifier. */
  readAsset(specifier: string): Promise<Uint8Array>;
}

interface File {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Strong validator; its first characters stand in the URLs that the page uses. */
  readonly etag: string;
}

/** Paths that `createDocs` answers, as the router writes them. */
export const docsPaths = ["/docs", "/docs/*", "/openapi.json"] as const;

const assets = ["/docs/swagger-ui.css", "/docs/page.css", "/docs/swagger-ui-bundle.js", "/docs/page.js"] as const;

/** `data:` for the icons in Swagger UI's style sheet, `blob:` for the image that a request from the page answers. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Answers a GET, or a HEAD whose body the router drops. Throws `no-such-route`, or what `readAsset` throws; a failure is not kept. */
export function createDocs(parts: DocsParts): Handler {
  const kept = new Map<string, Promise<File>>();
  const load = (path: string): Promise<File> => {
    const known = kept.get(path);
    if (known) return known;
    const made = make(path, parts, load);
    made.catch(() => kept.delete(path));
    kept.set(path, made);
    return made;
  };
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.replace(/\/$/, "");
    return respond(request, await load(path), searchParams.get("v"));
  };
}

async function make(path: string, parts: DocsParts, load: (path: string) => Promise<File>): Promise<File> {
  const { snapshot, version, readAsset } = parts;
  switch (path) {
    case "/docs":
      return toFile(
        createPage(snapshot, version, await Promise.all(assets.map(async (each) => versioned(each, await load(each))))),
        "text/html",
      );
    case "/openapi.json":
      return toFile(JSON.stringify(await createDocument(snapshot, version)), "application/json");
    case "/docs/page.js":
      return toFile(pageScript, "text/javascript");
    case "/docs/page.css":
      return toFile(pageStyle, "text/css");
    case "/docs/swagger-ui.css":
      return toFile(await readAsset("swagger-ui-dist/swagger-ui.css"), "text/css");
    case "/docs/swagger-ui-bundle.js":
      return toFile(await readAsset("swagger-ui-dist/swagger-ui-bundle.js"), "text/javascript");
    default:
      throw new CameoError("no-such-route", "The documentation has no such page; it starts at /docs.");
  }
}

function toFile(content: string | Uint8Array, type: string): File {
  const body = typeof content === "string" ? new TextEncoder().encode(content) : (content as Uint8Array<ArrayBuffer>);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { body, type: type === "application/json" ? type : `${type}; charset=utf-8`, etag };
}

const versionOf = ({ etag }: File): string => etag.slice(1, 13);
const versioned = (path: string, file: File): string => `${path}?v=${versionOf(file)}`;

/** A year where the URL names these very bytes; otherwise caches ask first. */
function respond(request: Request, file: File, version: string | null): Response {
  const headers = {
    "content-type": file.type,
    etag: file.etag,
    "cache-control": version === versionOf(file) ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  if (matchesEtag(request.headers.get("if-none-match"), file.etag)) return new Response(null, { status: 304, headers });
  const length = { "content-length": String(file.body.byteLength) };
  return new Response(file.body, { headers: { ...headers, ...length } });
}
