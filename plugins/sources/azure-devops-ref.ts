/** Who is meant: what follows the mount in a URL, and the avatar links that Azure DevOps puts into its JSON. Pure. */

/** Where an organisation lives. */
export interface Place {
  /** Address without the organisation. Default `https://dev.azure.com`; a server has its own. */
  readonly base?: string | undefined;
  /** Name of the organisation or, on a server, of the collection. Default: any. */
  readonly organization?: string | undefined;
}

/** What an avatar link says of its owner: often one of both, seldom nothing. */
export interface LinkOwner {
  /** `aad.…`, `msa.…`: the Graph's own name of a subject. */
  readonly descriptor?: string;
  /** The identity's GUID, its storage key. */
  readonly id?: string;
}

/** A user or group. `foreign` is a name in another service, such as Gravatar's hash, with which an avatar chain may ask: it is never here. */
export interface Subject {
  readonly kind: "descriptor" | "id" | "email" | "foreign";
  readonly value: string;
}

export const cloudBase = "https://dev.azure.com";

const descriptorShape = /^[a-z][a-z0-9]{1,11}\.[\w-]{1,500}$/i;
const idShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const emailShape = /^[^\s@/\\\p{Cc}]{1,64}@[^\s@/\\\p{Cc}]{1,189}$/u;
const foreignShape = /^~?[\w-]{1,128}$/;

/** Nothing if the text can never name anyone here. A link of another organisation cannot. */
export function readSubject(ref: string, place: Place): Subject | undefined {
  const text = ref.trim();
  if (isDescriptor(text)) return { kind: "descriptor", value: canonicalDescriptor(text) };
  if (isId(text)) return { kind: "id", value: text.toLowerCase() };
  if (foreignShape.test(text)) return { kind: "foreign", value: text };
  if (emailShape.test(text) && !text.includes("://")) return { kind: "email", value: text.toLowerCase() };
  const path = splitLinkPath(text, place);
  const owner = path === undefined ? createLinkReader(place)(mended(text)) : readPath(path, new URLSearchParams());
  const { descriptor, id } = owner ?? {};
  if (descriptor !== undefined) return { kind: "descriptor", value: descriptor };
  return id === undefined ? undefined : { kind: "id", value: id };
}

/** The path of a link, with or without its organisation: what is left of a link of which only the host was changed. */
export function splitLinkPath(text: string, { organization }: Place): string | undefined {
  const [, name, path] = /^(?:([^/]+)\/)?(_apis?\/.+)$/i.exec(text) ?? [];
  return name === undefined || isOwn(name, organization) ? path : undefined;
}

/** Some proxies merge the slashes of a URL inside a path. */
const mended = (text: string): string => text.replace(/^(https?):\/+/i, "$1://");

export const isDescriptor = (text: string): boolean => descriptorShape.test(text);

export const isId = (text: string): boolean => idShape.test(text);

/** The part behind the dot is base64url, where case counts. */
const canonicalDescriptor = (text: string): string => text.replace(/^[^.]+/, (kind) => kind.toLowerCase());

/** Reads avatar links: whom one of this place shows; `undefined` for any other URL. */
export function createLinkReader({ base = cloudBase, organization }: Place): (link: string) => LinkOwner | undefined {
  const isCloud = base.replace(/\/+$/, "") === cloudBase;
  const { host, pathname } = new URL(base);
  const folder = pathname.replace(/\/*$/, "/").toLowerCase();

  /** The path behind the organisation, without a slash at its start. */
  function pathInside(url: URL): string | undefined {
    if (url.host === host || (isCloud && url.host === "vssps.dev.azure.com")) {
      const path = url.pathname;
      if (!path.toLowerCase().startsWith(folder)) return undefined;
      const end = path.indexOf("/", folder.length);
      return end > 0 && isOwn(decoded(path.slice(folder.length, end)), organization) ? path.slice(end + 1) : undefined;
    }
    const [, account = ""] = (isCloud && /^([\w-]+)(?:\.vssps)?\.visualstudio\.com$/.exec(url.host)) || [];
    const isMine = account !== "" && isOwn(account, organization);
    return isMine ? url.pathname.replace(/^\/(DefaultCollection\/)?/i, "") : undefined;
  }

  return (link) => {
    const url = /^https?:\/\//i.test(link) ? URL.parse(link) : null;
    const path = url ? pathInside(url) : undefined;
    return url && path !== undefined ? readPath(path, url.searchParams) : undefined;
  };
}

const isOwn = (name: string, organization: string | undefined): boolean =>
  organization === undefined || name.toLowerCase() === organization.toLowerCase();

const memberPath = /(?:^|\/)_apis\/(?:GraphProfile\/MemberAvatars\/([^/]+)|graph\/subjects\/([^/]+)\/avatars)$/i;
const imagePath = /(?:^|\/)_api\/_common\/identityImage$/i;

function readPath(path: string, query: URLSearchParams): LinkOwner | undefined {
  const [, member, subject] = memberPath.exec(path) ?? [];
  const name = member ?? subject;
  if (name !== undefined) return ownerOf(decoded(name));
  return imagePath.test(path) ? ownerOf(parameter(query, "id") ?? "") : undefined;
}

/** Servers take a GUID in either place. */
function ownerOf(name: string): LinkOwner {
  if (isId(name)) return { id: name.toLowerCase() };
  return isDescriptor(name) ? { descriptor: canonicalDescriptor(name) } : {};
}

const parameter = (query: URLSearchParams, name: string): string | undefined =>
  [...query].find(([each]) => each.toLowerCase() === name)?.[1];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
