/**
 * Avatars as Gravatar and Libravatar serve them: change the host name of a client, and it works.
 *
 *     /avatar/0bc83cb571cd1c50ba6f3e8a78ef1346?s=128&d=identicon
 *     /avatar/84059b07….png?w=64&format=webp
 *     /avatar/~3c0f…             a private ID, from POST /avatar/ids; DELETE /avatar/ids/3c0f… takes it back
 *     /avatar/github/octocat     one link of the chain, by its own name
 *
 * `chain` names other mounts that are asked in order; each has its own cache. Which one answered is in `X-Source`. With `lookups: false` only
 * those in `local` are asked, and no hash leaves the server.
 */
import { isHostPattern, type LoadContext, type Original, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";
import { askChain, checkLinks, type Facts, type Link, namedLink, pathOf, toLinks } from "./avatar-chain.ts";
import { initialsTemplate, makeDefault, soon } from "./avatar-default.ts";
import { idsEndpoints } from "./avatar-ids.ts";
import { initialsOf } from "./avatar-initials.ts";
import { createPeople, digest, type KnownPerson, type Person } from "./avatar-people.ts";
import { isHash, isOdd, isPrivateId, ratings, readAvatarUrl, readDefault, themes } from "./avatar-read.ts";
import { createRests } from "./avatar-rest.ts";

const pattern = v.pipe(v.string(), v.minLength(1));
const link = v.union([
  v.string(),
  v.strictObject({ mount: v.string(), ref: v.union([pattern, v.pipe(v.array(pattern), v.minLength(1))]) }),
]);
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_147_483_647));
const defaultKind = v.pipe(
  v.string(),
  v.check((text) => readDefault(text) !== undefined, "takes a kind such as identicon, or the URL of a picture"),
  v.transform((text) => readDefault(text) ?? "mp"),
);

const options = v.object({
  chain: v.pipe(
    v.optional(v.array(link), ["upload", "gravatar"]),
    v.description(
      "Mounts that are asked in order: `upload`, `azure`, `azure-devops`, `gravatar`, `libravatar` and `github` with what each takes, any other with `{hash}`; or `{ mount, ref }` with what it is asked with, of `{hash} {email} {domain} {id} {idHash} {guid} {login} {descriptor} {key} {rating} {self}`.",
    ),
  ),
  named: v.pipe(
    v.optional(v.array(v.string()), ["github"]),
    v.description("Mounts of the chain that anybody may ask with a ref of their own, `/avatar/github/octocat`."),
  ),
  default: v.pipe(v.optional(defaultKind, "mp"), v.description("What is shown where `d` says nothing.")),
  theme: v.pipe(v.optional(v.picklist(themes), "light"), v.description("Of drawn defaults: `light` or `dark`.")),
  rating: v.pipe(v.optional(v.picklist(ratings), "x"), v.description("The highest rating that is ever shown.")),
  deadlineMs: v.pipe(
    v.optional(milliseconds, 3000),
    v.description("Time for the whole chain; then the default is shown for a minute."),
  ),
  missS: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 3600),
    v.description("How long a default is fresh, in seconds; then the chain is asked again."),
  ),
  lookups: v.pipe(v.optional(v.boolean(), true), v.description("`false`: only mounts in `local` are asked.")),
  local: v.pipe(
    v.optional(v.array(v.string()), ["upload"]),
    v.description("Mounts of the chain that ask nobody else, for `lookups: false`."),
  ),
  remote: v.pipe(
    v.optional(v.string(), "remote"),
    v.description("Mount that fetches `d=https://…`, for hosts that it allows without a signature."),
  ),
  allow: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.check(isHostPattern, "takes example.com or *.example.com")))),
    v.description("Hosts of `d=https://…`, of those that `remote` allows. Default: all of those."),
  ),
});

export default source({
  name: "avatar",
  options,
  query: ["s", "size", "d", "default", "forcedefault", "r", "rating", "initials", "name"],
  clientTtlS: 300,
  plainFormat: "png",
  draws: true,
  setup(settings, host) {
    const all = toLinks(settings.chain);
    const links = settings.lookups ? all : all.filter(({ mount }) => settings.local.includes(mount));
    const grammar = {
      ...settings,
      links: new Set(all.map(({ mount }) => mount).filter((each) => settings.named.includes(each))),
    };
    const people = createPeople(host);
    const avatars: Avatars = { settings, host };
    const rests = createRests(host);
    const { deadlineMs } = settings;
    const linkPaths = (ref: string, person: KnownPerson) =>
      links.map((each) => pathOf(each, factsOf(ref, person, "g"))).filter((path) => path !== undefined);
    return {
      read: (url) => readAvatarUrl(url, grammar),
      edition: (_ref, query) => (kindOf(query, settings) === "initials" ? templateHash(host) : ""),
      check: ({ mounts }) => checkLinks(links, mounts),
      endpoints: idsEndpoints({ host, people, linkPaths }),
      async load(ref, context) {
        const person = isHash(ref) || isPrivateId(ref) ? await people.find(ref) : undefined;
        const asked = context.query.forcedefault ? [] : linksFor(ref, links);
        const facts = factsOf(ref, person, context.query.rating ?? "g");
        const found = await askChain(asked, facts, { host, rests, signal: context.signal, deadlineMs });
        host.metrics.count(`by ${found.by ?? "default"}`);
        const { original, by, isDoubtful } = found;
        const shown = original ? answered(original, by ?? "", host) : await defaultOf(ref, person, context, avatars);
        return shown && isDoubtful ? soon(shown) : shown;
      },
    };
  },
});

interface Avatars {
  readonly settings: v.InferOutput<typeof options>;
  readonly host: SourceHost;
}

type Query = LoadContext["query"];

const kindOf = (query: Query, settings: Avatars["settings"]): string => query.default ?? settings.default;

async function defaultOf(
  ref: string,
  person: Person | undefined,
  { query, signal }: LoadContext,
  { settings, host }: Avatars,
): Promise<Original | null> {
  const kind = kindOf(query, settings);
  if (kind === "404") return null;
  const theme = themes.find((each) => each === query.theme) ?? settings.theme;
  const initials = query.initials ?? initialsOf(undefined, person?.name);
  const made = await makeDefault({ kind, seed: ref, theme, initials, signal }, { ...settings, host });
  if (query.forcedefault) return made;
  // A picture may come: no version in the URL keeps the default for ever.
  return { ...made, maxAgeS: Math.min(made.maxAgeS ?? settings.missS, settings.missS), isStopgap: true };
}

const templateHash = (host: SourceHost): string =>
  host.templates().find(({ id, isDisabled }) => id === initialsTemplate && !isDisabled)?.hash ?? "";

function linksFor(ref: string, links: readonly Link[]): readonly Link[] {
  if (isOdd(ref)) return [];
  const slash = ref.indexOf("/");
  return slash < 0 ? links : namedLink(links, ref.slice(0, slash));
}

function factsOf(ref: string, person: KnownPerson | undefined, rating: string): Facts {
  if (ref.includes("/")) return { ref: ref.slice(ref.indexOf("/") + 1), rating, self: ref };
  const { email, id, login, descriptor } = person ?? {};
  return {
    ...{ email, id, login, descriptor, rating, self: ref },
    key: person?.key ?? (isPrivateId(ref) ? ref.slice(1) : undefined),
    hash: isHash(ref) ? ref : email && digest("sha256", email),
    domain: email?.split("@").at(-1),
    idHash: id && digest("sha256", id),
    guid: id && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : undefined,
  };
}

/** A link's picture is in the link's own cache: it is kept there once, whatever was asked for here. */
function answered(original: Original, by: string, host: SourceHost): Original {
  const lastModified = original.lastModified ?? new Date(host.now()).toUTCString();
  return { ...original, by, lastModified, isLocal: true, etag: `${by} ${original.etag}` };
}
