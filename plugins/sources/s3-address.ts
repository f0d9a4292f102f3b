/** From a ref to a key, and from a key to its URL. Pure. */

export interface Place {
  readonly bucket: string;
  readonly region: string;
  /** Default: AWS, in its region. */
  readonly endpoint?: string | undefined;
  /** Default: with an endpoint, and where AWS's certificate or the host name does not hold the bucket's name. */
  readonly pathStyle?: boolean | undefined;
}

/** In UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const maxKeyBytes = 1024;

/**
 * Whether a text is a key, or a part of one, that can be asked for. Nearly any text is: with spaces, `//`, `?`, `%`. But a segment that is `.` or `..` is
 * taken for a step up or down by every URL parser, proxies and servers that keep their objects as files, and would lead out of the prefix.
 */
export const isKey = (text: string): boolean =>
  text !== "" &&
  text.isWellFormed() &&
  !/\p{Cc}/u.test(text) &&
  !text.split(/[/\\]/).some((segment) => segment === "." || segment === "..") &&
  new TextEncoder().encode(text).length <= maxKeyBytes;

/** Whether a text is a folder for `prefix`; nobody who writes `/photos` means a key that begins with a slash. */
export const isFolder = (text: string): boolean => text === "" || (isKey(text) && !text.startsWith("/"));

/** What keys below a folder begin with. */
export const withSlash = (folder: string): string => (folder === "" || folder.endsWith("/") ? folder : `${folder}/`);

export function isEndpoint(text: string): boolean {
  if (!/^https?:\/\/[^/?#@\s\\]+[^?#@\s\\]*$/i.test(text) || !URL.canParse(text)) return false;
  return !new URL(text).hostname.endsWith(".");
}

/** https://docs.aws.amazon.com/general/latest/gr/s3.html */
const awsEndpoint = (region: string): string =>
  `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;

/** One label of a host name. */
const isLabel = (bucket: string): boolean => /^[a-z0-9-]{1,63}$/.test(bucket);

const isPathStyle = ({ bucket, endpoint, pathStyle }: Place): boolean =>
  pathStyle ?? (endpoint !== undefined || !isLabel(bucket));

export function objectUrl(place: Place, key: string): URL {
  const { protocol, host, pathname } = new URL(place.endpoint ?? awsEndpoint(place.region));
  const base = pathname.replace(/\/+$/, "");
  const path = `${base}${isPathStyle(place) ? `/${escapePath(place.bucket)}` : ""}/${escapePath(key)}`;
  return new URL(`${protocol}//${isPathStyle(place) ? "" : `${place.bucket}.`}${host}${path}`);
}

/** All but letters, digits, `-._~` and `/`. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const escapePath = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/");

/** What is wrong with a place so that nothing can be asked there. */
export function impossible(place: Place): string | undefined {
  if (isPathStyle(place)) return undefined;
  const { hostname } = new URL(place.endpoint ?? awsEndpoint(place.region));
  const isHost = URL.canParse(`http://${place.bucket}.${hostname}`);
  if (isHost && objectUrl(place, "a").hostname === `${place.bucket}.${hostname}`) return undefined;
  return "`pathStyle: false` writes `bucket` before the host name of `endpoint`, and that makes no host name here; take it out.";
}

/** What is likely wrong with a place, as sentences for the operator: services show addresses that hold the bucket already. Who names the style has thought of it. */
export function slips({ bucket, endpoint, pathStyle }: Place): string[] {
  if (endpoint === undefined || pathStyle !== undefined) return [];
  const { hostname, pathname } = new URL(endpoint);
  const isThere = hostname.startsWith(`${bucket}.`) || pathname.replace(/\/+$/, "").endsWith(`/${bucket}`);
  if (!isThere) return [];
  return [
    "`endpoint` holds the name of the bucket, which is added to it once more; leave it out there, or set `pathStyle` if that is meant.",
  ];
}
