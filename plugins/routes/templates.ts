/**
 * The design loop of cards: `/templates` shows every template in light and dark, with its parameters in a form, and draws it anew as soon as its file is saved.
 *
 *     routes: { templates: { mount: "og-image", access: "operators" } }
 *
 * `GET /templates` is the page, `GET /templates.json` what it shows. The page looks at `/health` to see that something was saved. It holds no secret: names of
 * templates and what they take, which an error of the mount tells too. Cards are drawn by the mount, under its limits; where it demands
 * signatures, operators get them from `GET /templates/sign`.
 */
import { createHash } from "node:crypto";
import { type Endpoint, route } from "cameo/plugin";
import * as v from "valibot";
import { signEndpoint } from "./templates-access.ts";
import { listOf } from "./templates-list.ts";
import { pageOf } from "./templates-page.ts";
import { script } from "./templates-script.ts";
import { style } from "./templates-style.ts";

/** The mount that draws cards where nobody says otherwise; that it is not there is no slip then. */
const usual = "og-image";

const options = v.object({
  mount: v.pipe(v.optional(v.string(), usual), v.description("The mount that draws the cards.")),
  access: v.pipe(
    v.optional(v.picklist(["all", "operators"]), "all"),
    v.description(
      "Who may see the list: everybody, or who has the admin token. It has no secrets: names and parameters.",
    ),
  ),
});

/** Nothing from elsewhere; `blob:` for the cards, `data:` for the icon. */
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

export default route({
  name: "templates",
  options,
  setup({ mount, access }, host) {
    const list = JSON.stringify({ mount, baseUrl: host.baseUrl ?? null, templates: host.templates().map(listOf) });
    const files: readonly (readonly [path: string, type: string, body: string])[] = [
      ["/templates/page.js", "text/javascript", script],
      ["/templates/page.css", "text/css", style],
    ];
    const page = pageOf(files.map(([path, , body]) => `${path}?v=${markOf(body)}`));
    return {
      endpoints: [
        serve("/templates", "text/html", page),
        { ...serve("/templates.json", "application/json", list), isForOperators: access === "operators" },
        ...files.map(([path, type, body]) => serve(path, type, body)),
        signEndpoint(mount, host),
      ],
      check: ({ sources = new Map() }) => checkMount(mount, sources),
    };
  },
});

function checkMount(mount: string, sources: ReadonlyMap<string, string>): readonly string[] {
  const source = sources.get(mount);
  if (source === "template" || (source === undefined && mount === usual)) return [];
  const cards = [...sources].flatMap(([name, each]) => (each === "template" ? [name] : []));
  const fault = source === undefined ? "which is not there" : `which draws no cards (its source is "${source}")`;
  return [`\`mount\` names the mount "${mount}", ${fault}; mounts of cards: ${cards.join(", ") || "none"}.`];
}

const markOf = (body: string): string => createHash("sha256").update(body).digest("base64url").slice(0, 12);

/** A year where the URL names these very bytes; otherwise caches ask first. */
function serve(path: string, type: string, body: string): Endpoint {
  const etag = `"${markOf(body)}"`;
  const fixed = {
    etag,
    "content-type": `${type}; charset=utf-8`,
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  return {
    method: "GET",
    path,
    handle(request) {
      const isNamed = new URL(request.url).searchParams.get("v") === markOf(body);
      const headers = { ...fixed, "cache-control": isNamed ? "public, max-age=31536000, immutable" : "no-cache" };
      if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
      return new Response(body, { headers });
    },
  };
}
