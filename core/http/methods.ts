/** What a path answers besides what was asked: `Allow` of a 405, `OPTIONS`, and browsers that ask first (CORS preflight). */
import type { Snapshot } from "../registry/snapshot.ts";

export interface Route {
  readonly method: string;
  /** As Elysia writes it: `/tools/:name`, `/images/*`. */
  readonly path: string;
}

/** Finds the methods that a path takes; none if there is no such path. What internal mounts hold is nobody's business. */
export function createMethods(routes: readonly Route[], { mounts }: Pick<Snapshot, "mounts">) {
  const patterns = routes.map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  return (pathname: string): readonly string[] => {
    if (mounts.get(pathname.split("/")[1] ?? "")?.settings.internal) return [];
    const found = patterns.flatMap(({ method, pattern }) => (pattern.test(pathname) ? [method] : []));
    return ordered.filter((each) => found.includes(each === "HEAD" ? "GET" : each));
  };
}

const ordered = ["GET", "HEAD", "POST", "PUT", "DELETE"] as const;

const patternOf = (path: string): RegExp => {
  const parts = path.split("/").map((part) => (part === "*" ? ".*" : part.startsWith(":") ? "[^/]+" : literal(part)));
  return new RegExp(`^${parts.join("/")}/?$`, "s");
};

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** How long browsers may remember what they may send, in seconds: what all of them take at least in part. */
const preflightS = 86_400;

/**
 * The answer to `OPTIONS`. Scripts of pages that may read a mount's images may send headers of their own with it, such as `If-None-Match`; to change anything takes a
 * token, which no page has, so that nothing but reading is offered.
 */
export function answerOptions(request: Request, methods: readonly string[], cors: string | undefined): Response {
  const headers: Record<string, string> = { allow: [...methods, "OPTIONS"].join(", ") };
  if (cors && request.headers.has("access-control-request-method")) {
    headers["access-control-allow-origin"] = cors;
    headers["access-control-allow-methods"] = "GET, HEAD";
    headers["access-control-allow-headers"] = "*";
    headers["access-control-max-age"] = String(preflightS);
  }
  return new Response(null, { status: 204, headers });
}
