/** The links of the chain: other mounts that are asked in order for somebody's picture, under one deadline. */
import type { Original, SourceHost } from "cameo/plugin";
import type { Person } from "./avatar-people.ts";
import { late, type Rests } from "./avatar-rest.ts";
import { isSound } from "./avatar-sound.ts";

/** A mount, and what it is asked with: the first pattern of which every part is known. */
export interface Link {
  readonly mount: string;
  readonly refs: readonly string[];
}

export type LinkSetting = string | { readonly mount: string; readonly ref: string | readonly string[] };

/** What is known of the one whose picture is wanted. */
export interface Facts extends Omit<Person, "name"> {
  /** MD5 or SHA-256 of the e-mail, in hex. */
  readonly hash?: string | undefined;
  /** SHA-256 of the user ID. */
  readonly idHash?: string | undefined;
  /** The user ID, if it is one. */
  readonly guid?: string | undefined;
  /** Of the e-mail. */
  readonly domain?: string | undefined;
  /** Private ID, without `~`. */
  readonly key?: string | undefined;
  /** A link's own ref, where the URL names the link. */
  readonly ref?: string | undefined;
  readonly rating: string;
  /** The ref that was asked for here, so that a link can tell what to purge. */
  readonly self: string;
}

/** How well-known links are asked where the settings only name them. */
const known: Readonly<Record<string, readonly (readonly string[])[]>> = {
  upload: [["{hash}?r={rating}&for={self}", "{idHash}?r={rating}&for={self}"], ["~{key}?r={rating}&for={self}"]],
  gravatar: [["{hash}?r={rating}"]],
  libravatar: [["{hash}@{domain}", "{hash}"]],
  github: [["{login}"]],
  "azure-devops": [["{descriptor}", "{guid}", "{email}"]],
  azure: [["{descriptor}", "{guid}", "{email}"]],
};

export function toLinks(settings: readonly LinkSetting[]): readonly Link[] {
  return settings.flatMap((each) => {
    if (typeof each !== "string") return [{ mount: each.mount, refs: [each.ref].flat() }];
    return (known[each] ?? [["{hash}"]]).map((refs) => ({ mount: each, refs }));
  });
}

/** The link of a URL that names it, `github/octocat`: asked with that ref, and with what its patterns have besides. */
export function namedLink(links: readonly Link[], mount: string): Link[] {
  const link = links.find((each) => each.mount === mount);
  const query = link?.refs[0]?.split("?")[1];
  return link ? [{ mount, refs: [query === undefined ? "{ref}" : `{ref}?${query}`] }] : [];
}

/** Links that lead nowhere, for the operator. */
export function checkLinks(links: readonly Link[], mounts: ReadonlySet<string>): string[] {
  const missing = new Set(links.map(({ mount }) => mount)).difference(mounts);
  const there = [...mounts].join(", ");
  return [...missing].map((each) => `\`chain\` names the mount "${each}", which is not there; there are: ${there}.`);
}

/** The path to ask for; `undefined` if too little is known. */
export function pathOf({ mount, refs }: Link, facts: Facts): string | undefined {
  for (const pattern of refs) {
    let isKnown = true;
    const ref = pattern.replace(/\{(\w+)\}/g, (_all, name: string) => {
      const value = Object.hasOwn(facts, name) ? facts[name as keyof Facts] : undefined;
      isKnown &&= value !== undefined;
      return encodeURIComponent(value ?? "");
    });
    if (isKnown) return `/${mount}/${ref}`;
  }
  return undefined;
}

export interface ChainAnswer {
  readonly original: Original | null;
  /** Name of the link that answered. */
  readonly by: string | undefined;
  /** Whether a link that was asked before had trouble, so that the answer may be another soon. */
  readonly isDoubtful: boolean;
}

export interface ChainParts {
  readonly host: SourceHost;
  readonly rests: Rests;
  readonly signal: AbortSignal;
  /** For all links together. */
  readonly deadlineMs: number;
}

/**
 * Asks one after the other. A link that fails is passed over. When the time is over, the link that is slow is left alone with its work: what
 * it brings is in its cache then. Throws only the reason of `signal`.
 */
export async function askChain(links: readonly Link[], facts: Facts, parts: ChainParts): Promise<ChainAnswer> {
  const deadline = AbortSignal.timeout(parts.deadlineMs);
  let isDoubtful = false;
  for (const link of links) {
    const path = pathOf(link, facts);
    if (path === undefined) continue;
    const answer = deadline.aborted ? "trouble" : await askLink(link.mount, path, deadline, parts);
    if (answer === "trouble") isDoubtful = true;
    else if (answer) return { original: answer, by: link.mount, isDoubtful };
  }
  return { original: null, by: undefined, isDoubtful };
}

async function askLink(
  mount: string,
  path: string,
  deadline: AbortSignal,
  { host, rests, signal, deadlineMs }: ChainParts,
): Promise<Original | null | "trouble"> {
  if (rests.isResting(mount)) return "trouble";
  const startedMs = performance.now();
  try {
    const original = await inTime(host.original(path), AbortSignal.any([signal, deadline]));
    rests.noteAnswer(mount);
    if (!original || (await isSound(original, path, host, signal))) return original;
    host.metrics.count(`${mount} unusable`);
    return "trouble";
  } catch (error) {
    signal.throwIfAborted();
    // One that was given little time, since those before it took it, is not to blame.
    const isToBlame = !deadline.aborted || performance.now() - startedMs > deadlineMs / 2;
    if (isToBlame) rests.noteTrouble(mount, deadline.aborted ? late : error, path);
    const what = deadline.aborted ? "late" : "failed";
    host.metrics.count(`${mount} ${what}`);
    host.log.debug(`A link of the chain ${what}`, { link: mount, cause: error });
    return "trouble";
  }
}

/** Waits no longer than the signal; the work goes on. */
export async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = Promise.withResolvers<never>();
  const leave = () => over.reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([over.promise, work]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
