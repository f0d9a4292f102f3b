/** Pictures that the settings name: logos that the operator knows better, and what is shown where there is none. */
import type { Original, SourceHost } from "cameo/plugin";
import { readDomain } from "./logo-domain.ts";
import type { LogoSettings } from "./logo-options.ts";
import type { Theme } from "./logo-rank.ts";

export interface Pictures {
  /** Domains with a logo of their own in the settings. */
  readonly domains: ReadonlySet<string>;
  /** The logo of the settings; `undefined` if there is none for this page, or it cannot be had. */
  own(domain: string, theme: Theme, signal: AbortSignal): Promise<Original | undefined>;
  /** Another mount's picture, or a URL's. `undefined` if it cannot be had. */
  load(picture: string, signal: AbortSignal): Promise<Original | undefined>;
}

export function createPictures({ logos }: LogoSettings, host: SourceHost): Pictures {
  const byDomain = new Map(
    Object.entries(logos).map(([domain, each]) => [
      readDomain(domain) ?? "",
      typeof each === "string" ? { light: each, dark: each } : each,
    ]),
  );

  async function load(picture: string, signal: AbortSignal): Promise<Original | undefined> {
    try {
      const found = isUrl(picture) ? await fetchPicture(picture, signal, host) : await readMount(picture, signal, host);
      if (found) return found;
      host.log.warn("A picture of the settings is not there", { picture: shown(picture) });
    } catch (cause) {
      signal.throwIfAborted();
      host.log.warn("A picture of the settings cannot be had", { picture: shown(picture), cause });
    }
    return undefined;
  }

  return {
    domains: new Set(byDomain.keys()),
    load,
    async own(domain, theme, signal) {
      const picture = byDomain.get(domain)?.[theme];
      const found = picture === undefined ? undefined : await load(picture, signal);
      return found && { ...found, by: "logos" };
    },
  };
}

/** For the log: without user name and query, which may hold a secret. */
const shown = (picture: string): string => picture.replace(/[?#].*/s, "").replace(/\/\/[^/]*@/, "//");

const isUrl = (picture: string): boolean => /^https?:\/\//i.test(picture);

async function fetchPicture(url: string, signal: AbortSignal, host: SourceHost): Promise<Original | null> {
  const found = await host.toOriginal(await host.fetch(url, { signal, headers: { accept: "image/*" } }));
  return found === "unchanged" ? null : found;
}

/** One of this mount would wait for itself. */
async function readMount(picture: string, signal: AbortSignal, host: SourceHost): Promise<Original | null> {
  if (mountOf(picture) === host.mount) return null;
  return host.original(`/${picture}`, { signal });
}

const mountOf = (picture: string): string => picture.split("/", 1)[0] ?? "";

/** Pictures of mounts that are not there. */
export function checkPictures(
  { logos, default: kind }: LogoSettings,
  mounts: ReadonlySet<string>,
  host: SourceHost,
): string[] {
  const named = Object.entries(logos).flatMap(([domain, each]) =>
    (typeof each === "string" ? [each] : [each.light, each.dark]).map(
      (picture) => [`\`logos\` of ${domain}`, picture] as const,
    ),
  );
  const all = [...named, ["`default`", kind === "letter" || kind === "404" ? undefined : kind] as const];
  return all.flatMap(([setting, picture]) => {
    if (picture === undefined || isUrl(picture)) return [];
    const mount = mountOf(picture);
    if (mount === host.mount) return [`${setting} names this very mount, "${mount}"; name another one.`];
    return mounts.has(mount)
      ? []
      : [`${setting} names the mount "${mount}", which is not there; there are: ${[...mounts].join(", ")}.`];
  });
}
