/** resolve: path + query + headers → `ImageRequest`. Pure, so that its answers can be kept. */
import { hashRef, hashVariant, originalKey, refPrefix, variantKey } from "../cache/key.ts";
import { CameoError } from "../error.ts";
import { expandPresets, refuseOwnParameters } from "../registry/presets.ts";
import type { Mount, Snapshot } from "../registry/snapshot.ts";
import { acceptedFormats, type Negotiable } from "../request/negotiate.ts";
import { type Parameters, parameterTable } from "../request/parameters.ts";
import {
  formatParameters,
  formatRequest,
  formatWritten,
  inOrder,
  type ParsedRequest,
  parseRequest,
  splitPath,
} from "../request/parse.ts";
import { verifyRequest } from "../request/sign.ts";
import { isNeeded } from "./transform.ts";

/** The caller's words, as HTTP or the command line gives them. */
export interface RawRequest {
  /** Whether it comes from inside, so that internal mounts answer too. Default: no. */
  readonly isInside?: boolean;
  /** Percent-encoded path, beginning with `/`. */
  readonly pathname: string;
  /** Query string without `?`. */
  readonly search: string;
  readonly accept: string | undefined;
  /** What the client prefers, by its `Sec-CH-Prefers-Color-Scheme`. */
  readonly scheme?: "light" | "dark" | undefined;
}

export interface CacheKeys {
  /** Everything made from this source. */
  readonly prefix: string;
  readonly original: string;
  readonly variant: string;
}

/** A request that is allowed, with all that can be known before the source is asked. */
export interface ImageRequest {
  readonly output: "image" | "meta";
  readonly mount: Mount;
  readonly ref: string;
  /** The source's own query parameters. */
  readonly query: Readonly<Record<string, string>>;
  /** With presets filled in. */
  readonly parameters: Parameters;
  /** Modern formats that the client takes; empty unless the format is negotiated. */
  readonly accepts: readonly Negotiable[];
  /** Whether `format=auto` decides, so that the answer varies with `Accept`. */
  readonly isNegotiated: boolean;
  /** Whether `theme=auto` decides, so that the answer varies with `Sec-CH-Prefers-Color-Scheme`. */
  readonly isThemed: boolean;
  readonly isSigned: boolean;
  /** Whether a plugin asks, who needs no signature. */
  readonly isInside: boolean;
  /** Canonical URL without its signature: what is signed. */
  readonly canonical: string;
  readonly keys: CacheKeys;
}

/** Parameters that say who may ask, not what is made. */
const accessParameters = ["preset", "expires", "signature", "version"] as const;

/**
 * Parses, checks signature and expiry, fills presets in, makes the cache keys. Throws `no-such-route`, `bad-parameter`, `bad-request`,
 * `signature-required`, `signature-invalid` or `url-expired`.
 */
export function resolve(raw: RawRequest, snapshot: Snapshot, now: number): ImageRequest {
  const mount = findMount(raw, snapshot);
  const parsed = parseRequest(raw.pathname, raw.search, snapshot.grammar, mount.grammar);
  const ref = parsed.ref === "" ? "" : (mount.source.normalize?.(parsed.ref) ?? parsed.ref);
  const isSigned = verifyRequest(parsed, snapshot.grammar, snapshot.signingKeys, now, () => [
    formatRequest({ ...parsed, ref }, snapshot.grammar, ["signature"]),
    ...(isReadByMount(mount) || hasAdded(parsed.parameters) ? [formatWritten(raw.pathname, raw.search)] : []),
  ]);
  if (ref === "") throw new CameoError("not-found", "The path names no image; add one after the mount's name.");
  refuseUnsigned(mount, ref, isSigned);
  const filled = fillIn(parsed, mount, snapshot);
  const { parameters, ...handed } = handTheme(settleTheme(filled, raw.scheme), parsed, raw.search, mount, snapshot);
  const leavesTheme = mount.grammar.read !== undefined && handed.query.theme === "auto";
  const query = leavesTheme ? inOwnTheme(handed.query, raw.scheme, parsed, mount, snapshot) : handed.query;
  const isNegotiated = parsed.output === "image" && (parameters.format ?? "auto") === "auto";
  const accepts = isNegotiated ? acceptedFormats(raw.accept) : [];
  const request = {
    output: parsed.output,
    mount,
    ref,
    query,
    parameters,
    accepts,
    isNegotiated,
    isThemed: filled.theme === "auto" || leavesTheme,
    isSigned,
    isInside: raw.isInside ?? false,
  };
  const canonical = formatRequest({ ...parsed, ref }, snapshot.grammar, ["signature"]);
  return { ...request, canonical, keys: makeKeys(request, snapshot) };
}

/** A client that signs does not know the parameters that plugins add: it writes their values as it was given them. */
const hasAdded = (parameters: Parameters): boolean =>
  Object.keys(parameters).some((name) => !Object.hasOwn(parameterTable, name));

/** Nor those of its own that a mount takes out of the query. */
const isReadByMount = ({ grammar }: Mount): boolean => grammar.read !== undefined || grammar.refParameter !== undefined;

function findMount({ pathname, isInside = false }: RawRequest, snapshot: Snapshot): Mount {
  const { mount: name } = splitPath(pathname);
  const mount = snapshot.mounts.get(name);
  if (mount && (isInside || !mount.settings.internal)) return mount;
  const open = [...snapshot.mounts.values()].filter(({ settings }) => !settings.internal);
  const names = open.map((each) => `/${each.name}/`).join(", ");
  throw new CameoError("no-such-route", `Nothing is served here; there are ${names}.`);
}

function refuseUnsigned(mount: Mount, ref: string, isSigned: boolean): void {
  if (isSigned || mount.sign === "off") return;
  if (mount.sign === "required")
    throw new CameoError("signature-required", "This mount takes signed URLs only; sign this one.");
  if (mount.source.isAllowed?.(ref) ?? true) return;
  throw new CameoError(
    "host-not-allowed",
    "This host is not on the allow-list; add it to the mount's `allow`, or sign the URL.",
  );
}

/** The URL's own parameters win over its presets, these over what the source takes by default. */
function fillIn({ parameters, defaults }: ParsedRequest, mount: Mount, snapshot: Snapshot): Parameters {
  if (snapshot.settings.presetsOnly || mount.settings.presetsOnly) refuseOwnParameters(parameters);
  return inOrder({ ...defaults, ...expandPresets(parameters, snapshot.presets) }, snapshot.grammar);
}

/** `theme=auto` is what the client prefers; without a word from it the image stays as it is. */
function settleTheme<T extends { readonly theme?: unknown }>(words: T, scheme: RawRequest["scheme"]): T {
  if (words.theme !== "auto") return words;
  const { theme: _auto, ...rest } = words;
  return { ...rest, ...(scheme ? { theme: scheme } : {}) } as T;
}

/** The same for a mount that reads themes itself, in its own words: one that leaves out what it takes anyway gets the key of the URL without it. */
function inOwnTheme(
  { theme: _auto, ...rest }: ImageRequest["query"],
  scheme: RawRequest["scheme"],
  { ref }: ParsedRequest,
  mount: Mount,
  snapshot: Snapshot,
): ImageRequest["query"] {
  const theme = scheme && readTheme(scheme, ref, mount, snapshot)?.own.theme;
  return { ...rest, ...(theme === undefined ? {} : { theme }) };
}

/** What a mount that reads its URLs itself makes of a theme alone. */
function readTheme(theme: string, ref: string, { grammar: { read } }: Mount, { grammar }: Snapshot) {
  return read?.({ ref, query: [["theme", theme]], parameter: (name) => grammar.spellings.get(name) });
}

/**
 * A preset's theme is the mount's where it reads themes itself: a card is drawn in it, not inverted afterwards. What the URL says wins; had the mount
 * left that to the transform, it would be among the parsed parameters.
 */
function handTheme(
  parameters: Parameters,
  { ref, query, parameters: written }: ParsedRequest,
  search: string,
  mount: Mount,
  snapshot: Snapshot,
): Pick<ImageRequest, "parameters" | "query"> {
  const { theme, ...others } = parameters;
  const own = theme === undefined || written.theme !== undefined ? undefined : readTheme(theme, ref, mount, snapshot);
  if (!own) return { parameters, query };
  const isSaid = new URLSearchParams(search).has("theme");
  const themed = isSaid || own.own.theme === undefined ? {} : { theme: own.own.theme };
  // One that chooses by it and leaves it to the transform too, such as logos, gets both.
  const isLeft = own.query.some(([name]) => name === "theme");
  return { parameters: isLeft ? parameters : others, query: { ...query, ...themed } };
}

type Unkeyed = Pick<ImageRequest, "mount" | "ref" | "query" | "parameters" | "accepts" | "output">;

/**
 * An original depends on ref, version, the source's own query, code and options; a variant on all else too: its look, and the code of
 * the transforms and engines that make it. So a changed plugin changes the keys of what it made, and of nothing else.
 */
function makeKeys({ mount, ref, query, parameters, accepts, output }: Unkeyed, snapshot: Snapshot): CacheKeys {
  const refHash = hashRef(snapshot.secret, mount.name, ref);
  const own = Object.keys(query).length > 0 ? formatRequest(ownOnly(mount, ref, query), snapshot.grammar) : "";
  const more = mount.source.edition?.(ref, query) ?? "";
  const edition = hashVariant(`${mount.edition}|${parameters.version ?? ""}|${own}|${more}`).slice(0, editionDigits);
  const look = formatParameters(parameters, snapshot.grammar, accessParameters);
  const steps = snapshot.transforms.filter((step) => isNeeded(step, parameters));
  const code = steps.map(({ name }) => `${name}@${snapshot.transformVersions.get(name)}`).join();
  const made = [output, look, accepts.join(), edition, snapshot.edition, code, mount.settings.truncated];
  return {
    prefix: refPrefix(mount.name, refHash),
    original: `${originalKey(mount.name, refHash)}-${edition}`,
    variant: variantKey(mount.name, refHash, hashVariant(made.join("|"))),
  };
}

/** Editions of one original are few: 64 bits tell them apart. */
const editionDigits = 16;

const ownOnly = (mount: Mount, ref: string, query: ImageRequest["query"]): ParsedRequest => ({
  output: "image",
  mount: mount.name,
  ref,
  parameters: {},
  query,
});
