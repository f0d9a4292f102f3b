/**
 * What may stand for a picture in a card's URL: `images/photo.jpg`, `avatar/0bc83c…` (a mount and its ref), or a URL.
 *
 * Threat: a picture that leads to other mounts' endless cards, to places that the one who asks could not ask himself, or that carries parameters along.
 * Layers: the mount is a plain name and not this one; the ref is escaped as a whole, so that it cannot end the path; a URL goes through the mount that is named
 * in the settings, under its allow-list and guard; this server's own address is refused.
 */
import type { SourceHost } from "cameo/plugin";
import { shorten } from "./template-text.ts";

type Host = Pick<SourceHost, "fail" | "mount" | "baseUrl">;

const mountAndRef = /^\/?([a-z0-9][a-z0-9._-]{0,63})\/(.+)$/i;
const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);

/** The one spelling; empty for none. Throws `bad-parameter` for what is neither, or is this mount's own. */
export function canonicalRef(name: string, value: string, host: Host): string {
  const text = value.trim();
  if (text === "") return "";
  const canonical =
    /\p{Cc}|\\/u.test(text) || !text.isWellFormed() ? undefined : (urlOf(text, host) ?? refOf(text, host));
  if (canonical !== undefined) return canonical;
  const [got, takes] = [
    shorten(text),
    "another mount's image such as images/photo.jpg, without parameters, or an http(s) URL",
  ];
  throw host.fail("bad-parameter", `"${name}" got "${got}"; it takes ${takes}.`, {
    fields: { parameter: name, got, takes },
  });
}

function urlOf(text: string, { baseUrl }: Host): string | undefined {
  if (!isUrl(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.hash = "";
  if (url.username !== "" || url.password !== "") return undefined;
  return baseUrl !== undefined && url.host === new URL(baseUrl).host ? undefined : url.href;
}

function refOf(text: string, host: Host): string | undefined {
  const [, mount = "", ref = ""] = mountAndRef.exec(text) ?? [];
  if (mount === "" || mount === host.mount || mount === "meta") return undefined;
  const isAllowed = isUrl(ref) ? urlOf(ref, host) !== undefined : !/[?#]/.test(ref);
  return isAllowed ? `${mount}/${ref}` : undefined;
}

/** How mounts are asked for pictures. */
export interface Asking {
  /** Mount of URLs. */
  readonly remote: string;
  /** Query to add, by mount. */
  readonly pictureQuery: Readonly<Record<string, string>>;
}

/** The path of what `canonicalRef` gave, with `query` and what its mount is asked with. */
export function pathOf(canonical: string, { remote, pictureQuery }: Asking, query = ""): string {
  const path = isUrl(canonical) ? `${remote}/${encodeURIComponent(canonical)}` : escapePath(canonical);
  const mount = path.slice(0, path.indexOf("/"));
  const own = Object.hasOwn(pictureQuery, mount) ? pictureQuery[mount] : "";
  const all = [query, own].filter(Boolean).join("&");
  return `/${path}${all ? `?${all}` : ""}`;
}

const escapePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** What a picture that is not there stood for, by the name of its mount. */
export function kindOf(canonical: string): "person" | "company" | "card" {
  const mount = isUrl(canonical) ? "" : canonical.slice(0, canonical.indexOf("/")).toLowerCase();
  if (/avatar|people|person|user|profile/.test(mount)) return "person";
  return /logo|compan|brand/.test(mount) ? "company" : "card";
}
