/**
 * Images from other hosts.
 *
 *     /remote/https://example.com/photo.jpg?w=300
 *     /remote?url=https%3A%2F%2Fexample.com%2Fphoto.jpg%3Fv%3D2&w=300
 *
 * With `base` a mount stands for one origin: `/products/a.jpg` is `base` + `a.jpg`.
 * A host must be on `allow`, unless the URL is signed; so there is no open proxy by accident. A `?` or `#` of the
 * remote URL is written `%3F` or `%23` in the path, or goes into `url=` as it is.
 */
import { isHostAllowed, isHostPattern, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";

const hostPattern = v.pipe(
  v.string(),
  v.check(isHostPattern, "takes example.com, *.example.com, example.com:8080 or *"),
);

const prefix = v.pipe(
  v.string(),
  v.check((text) => canonicalUrl(text)?.search === "", "takes an http or https URL without user name and query"),
);

const options = v.object({
  allow: v.pipe(
    v.optional(v.array(hostPattern), []),
    v.description(
      "Hosts that need no signature, such as `example.com`, `*.example.com`, `example.com:8080`. Default none.",
    ),
  ),
  headers: v.pipe(
    v.optional(v.record(v.string(), v.string()), {}),
    v.description(
      "Headers sent to `base` and to hosts on `allow`, such as a token. They never follow to another origin.",
    ),
  ),
  base: v.pipe(
    v.optional(prefix),
    v.description("URL that every path of this mount is under. Default none: the path is a whole URL."),
  ),
});

export default source({
  name: "http",
  options,
  refParameter: "url",
  sign: "unless-allowed",
  setup({ allow, headers, base: baseText }, host) {
    const baseUrl = baseText === undefined ? undefined : canonicalUrl(baseText);
    const base = baseUrl && withSlash(baseUrl);
    const patterns = base ? [base.host, ...allow] : allow;
    const normalize = (ref: string): string => (base ? normalizePath(ref, host) : normalizeUrl(ref, host));
    const urlOf = (ref: string): URL => (base ? under(base, normalize(ref)) : new URL(normalize(ref)));
    return {
      normalize,
      isAllowed: (ref) => isHostAllowed(urlOf(ref), patterns),
      async load(ref, { signal, previous, isSigned }) {
        const url = urlOf(ref);
        const answer = await host.fetch(url, {
          signal,
          headers: {
            accept: "image/*",
            ...(isHostAllowed(url, patterns) ? headers : {}),
            ...(previous?.etag === undefined ? {} : { "if-none-match": previous.etag }),
            ...(previous?.lastModified === undefined ? {} : { "if-modified-since": previous.lastModified }),
          },
          ...(isSigned ? {} : { allow: patterns }),
        });
        return host.toOriginal(answer);
      },
    };
  },
});

const hasControls = (text: string): boolean => /[\p{Cc}\\]/u.test(text);

/**
 * The canonical URL of `text`, or nothing if it is not one that may be fetched. A merged `https:/host` is mended: some
 * proxies do that to paths.
 */
function canonicalUrl(text: string): URL | undefined {
  const mended = text.replace(/^(https?):\/+/i, "$1://");
  if (!/^https?:\/\//i.test(mended) || hasControls(text) || !URL.canParse(mended)) return undefined;
  const url = new URL(mended);
  url.hash = "";
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.replace(/\.+$/, "");
  return url.username === "" && url.password === "" ? url : undefined;
}

function normalizeUrl(ref: string, host: SourceHost): string {
  const url = canonicalUrl(decodedOnce(ref.trim()));
  if (url) return url.href;
  throw host.fail(
    "bad-request",
    "The path must be a whole http or https URL without a user name, such as https://example.com/a.jpg.",
  );
}

/** `https%3A%2F%2F…`: encoded once more than needed, as some clients do with the whole URL. */
function decodedOnce(ref: string): string {
  if (!/^https?%3a/i.test(ref)) return ref;
  try {
    return decodeURIComponent(ref);
  } catch {
    return ref;
  }
}

function normalizePath(ref: string, host: SourceHost): string {
  const isPlain = ref.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
  if (isPlain && ref.isWellFormed() && !hasControls(ref)) return ref;
  throw host.fail(
    "bad-request",
    "The path must be plain names with single slashes between them, without `.`, `..` or `\\`.",
  );
}

const withSlash = (url: URL): URL => new URL(url.pathname.endsWith("/") ? url : `${url.href}/`);

/** Each segment is escaped, so that it stays one segment. `%2e%2e` cannot come out of it: the `%` is escaped too. */
const under = (base: URL, path: string): URL => new URL(path.split("/").map(encodeURIComponent).join("/"), base);
