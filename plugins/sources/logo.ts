/**
 * Logos of companies, by domain.
 *
 *     /logo/example.com?w=64&theme=dark
 *     /logo?website=https://www.example.com/about&w=64
 *     /logo?company=acme                      for names that the settings map to domains
 *     /logo/example.com?default=404           `letter` or `404` where there is none
 *
 * Found on the company's own site: icons that its page links to, its manifest, its structured data, the well-known paths; what is made for a dark page
 * goes before, with `theme=dark`. A domain must be on `allow`, unless the URL is signed. Where it was found is in `X-Source`.
 */
import { createHash } from "node:crypto";
import {
  isHostAllowed,
  type LoadContext,
  type Original,
  type RawUrl,
  type ReadUrl,
  type SourceHost,
  source,
} from "cameo/plugin";
import { readDomain } from "./logo-domain.ts";
import { drawLetter } from "./logo-letter.ts";
import { type LogoSettings, options } from "./logo-options.ts";
import { createPending } from "./logo-pending.ts";
import { checkPictures, createPictures } from "./logo-pictures.ts";
import type { Theme } from "./logo-rank.ts";
import { type Found, findLogo, type SearchResult } from "./logo-search.ts";
import { checkServices, toService } from "./logo-services.ts";

/** What a site may shorten a day to. */
const leastFreshS = 3600;
/** Where there was trouble, in seconds; where a search is still under way. */
const soonS = 60;
const lateS = 15;

export default source({
  name: "logo",
  options,
  query: ["default"],
  refParameter: "website",
  sign: "unless-allowed",
  setup(settings, host) {
    const names = new Map(Object.entries(settings.names).map(([name, domain]) => [nameKey(name), domain]));
    const services = settings.services.map((each) => toService(each));
    const pending = createPending(host, settings.deadlineMs);
    const pictures = createPictures(settings, host);
    const normalize = (ref: string): string => names.get(nameKey(ref)) ?? domainOf(ref, host);
    const known = new Set([...names.values(), ...pictures.domains]);
    return {
      normalize,
      read: (url) => readUrl(url, names, settings, host),
      isAllowed: (ref) =>
        known.has(normalize(ref)) || isHostAllowed(new URL(`https://${normalize(ref)}`), settings.allow),
      check: async ({ mounts }) => [
        ...checkAllow(settings),
        ...checkPictures(settings, mounts, host),
        ...(await checkServices(services)),
      ],
      dispose: () => pending.dispose(),
      async load(ref, context) {
        const domain = normalize(ref);
        const ask = { domain, theme: context.query.theme === "dark" ? "dark" : "light", context } as const;
        const own = await pictures.own(domain, ask.theme, context.signal);
        const answer = own ?? (await searched(ask));
        host.metrics.count(`by ${answer === "unchanged" ? answer : (answer?.by ?? "nothing")}`);
        return answer;
      },
    };

    async function searched(ask: Ask): Promise<Original | "unchanged" | null> {
      const { domain, theme, context } = ask;
      const search = (signal: AbortSignal) => findLogo(domain, theme, { ...settings, services }, host, signal);
      // Nobody waits where there is a copy to serve meanwhile.
      const waitMs = settings.deadlineMs * (context.previous ? 3 : 1);
      const result = await pending.find(`${theme} ${domain}`, search, waitMs, context.signal);
      if (!result) host.metrics.count("late");
      return toAnswer(result, context, settings) ?? defaultOf(ask, result);
    }

    async function defaultOf(
      { domain, theme, context }: Ask,
      result: SearchResult | undefined,
    ): Promise<Original | null> {
      const kind = context.query.default ?? settings.default;
      if (kind === "404") return nothing(result, host);
      const maxAgeS = result ? Math.min(settings.missS, result.isDoubtful ? soonS : settings.missS) : lateS;
      const wait = { maxAgeS, isStopgap: true, noStale: result === undefined };
      const shown = kind === "letter" ? undefined : await pictures.load(kind, context.signal);
      if (shown) return { ...shown, ...wait, noStale: wait.noStale || shown.noStale === true, by: "default:picture" };
      const body = new TextEncoder().encode(drawLetter(domain, theme));
      return { body, type: "image/svg+xml", etag: `letter ${digest(body)}`, ...wait, by: "default:letter" };
    }
  },
});

/** What one request is about. */
interface Ask {
  readonly domain: string;
  readonly theme: Theme;
  readonly context: LoadContext;
}

/** `null` only where it is sure. */
function nothing(result: SearchResult | undefined, host: SourceHost): null {
  if (result && !result.isDoubtful) return null;
  const code = result ? "origin-failed" : "origin-timeout";
  throw host.fail(code, "The company's site is in trouble, or slow; try again later.");
}

/** `null` where nothing is found. A logo that was found before outlives its site's troubles. */
function toAnswer(
  result: SearchResult | undefined,
  { previous }: LoadContext,
  { freshS }: LogoSettings,
): Original | "unchanged" | null {
  const isKnown = previous?.etag?.startsWith("logo ") ?? false;
  if (isKnown && (!result || (!result.found && result.isDoubtful))) return "unchanged";
  return result?.found ? toOriginal(result.found, result.isDoubtful, previous?.etag, freshS) : null;
}

function toOriginal(
  { body, candidate, maxAgeS }: Found,
  isDoubtful: boolean,
  previous: string | undefined,
  freshS: number,
): Original | "unchanged" {
  const etag = `logo ${digest(body)}`;
  if (etag === previous) return "unchanged";
  const wishedS = isDoubtful ? leastFreshS : Math.max(leastFreshS, maxAgeS ?? freshS);
  const by = candidate.scheme === undefined ? candidate.by : `${candidate.by}:${candidate.scheme}`;
  return { body, etag, maxAgeS: Math.min(freshS, wishedS), by };
}

const digest = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex").slice(0, 32);

const nameKey = (name: string): string => name.trim().toLowerCase().normalize("NFC");

function domainOf(ref: string, host: SourceHost): string {
  const domain = readDomain(ref);
  if (domain !== undefined) return domain;
  throw host.fail(
    "bad-request",
    "The path must be a domain such as example.com, or the URL of a website: no address, port or user name, and no company's name unless the settings map it to a domain.",
  );
}

/** The theme is the source's, which has a choice by it, and Cameo's, which adapts what was chosen. */
function readUrl(
  { ref, query, parameter }: RawUrl,
  names: ReadonlyMap<string, string>,
  settings: LogoSettings,
  host: SourceHost,
): ReadUrl {
  const company = query.find(([name]) => name === "company")?.[1];
  const wish = query.findLast(([name]) => name === "default")?.[1];
  const theme = query.findLast(([name]) => parameter(name) === "theme")?.[1]?.toLowerCase();
  const taken = new Set(["default", ...(ref === "" ? ["company"] : [])]);
  return {
    ref: ref === "" && company !== undefined ? domainOfName(company, names, host) : ref,
    own: {
      ...(wish === undefined ? {} : readWish(wish, settings, host)),
      ...(theme === "dark" || theme === "auto" ? { theme } : {}),
    },
    query: query.filter(([name]) => !taken.has(name)),
  };
}

function readWish(wish: string, settings: LogoSettings, host: SourceHost): Readonly<Record<string, string>> {
  if (wish === settings.default) return {};
  if (wish === "letter" || wish === "404") return { default: wish };
  const got = wish.slice(0, 40);
  const fields = { parameter: "default", got, takes: "letter or 404" };
  throw host.fail("bad-parameter", `"default" got "${got}"; it takes letter or 404.`, { fields });
}

function domainOfName(company: string, names: ReadonlyMap<string, string>, host: SourceHost): string {
  const domain = names.get(nameKey(company));
  if (domain !== undefined) return domain;
  const fields = { parameter: "company", got: company.slice(0, 40), takes: "a name from the mount's `names`" };
  throw host.fail(
    "bad-parameter",
    "A company's name does not tell its domain, and this one is not among the mount's `names`; ask with the domain, or with `website`.",
    { fields },
  );
}

/** Domains are asked for without `www.`, so that a pattern with it takes none. */
const checkAllow = ({ allow }: LogoSettings): string[] =>
  allow
    .filter((each) => each.startsWith("www."))
    .map((each) => `\`allow\` has "${each}", but domains are asked for without \`www.\`; write "${each.slice(4)}".`);
