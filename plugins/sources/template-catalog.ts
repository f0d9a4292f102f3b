/** Which template a URL gets: versions, shares of a rollout, what is drawn where one is switched off. Pure. */
import { createHash } from "node:crypto";
import type { SourceHost, TemplateEntry } from "cameo/plugin";
import { accepted, adapted, headline, type Texts } from "./template-parameters.ts";

/** Percent of URLs by version, by template. */
export type Rollout = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface CatalogParts {
  readonly entries: readonly TemplateEntry[];
  readonly rollout: Rollout;
  /** Name of the template for failures, or `none`. */
  readonly fallback: string;
  /** Name of the template for pictures that are not there. */
  readonly placeholder: string;
  readonly host: Pick<SourceHost, "fail">;
}

/** A template with the parameters that it is drawn with. */
export interface Chosen {
  readonly entry: TemplateEntry;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Whether it stands in for the one that the URL names. */
  readonly isFallback: boolean;
  /** Whether what would be drawn is switched off: it may be back at any time. */
  readonly isStopgap: boolean;
}

export interface Catalog {
  /** The versions that a ref may be drawn with, the likeliest first. Throws `not-found` that lists what there is. */
  versions(ref: string): readonly TemplateEntry[];
  /** What is drawn for these texts. Throws `plugin-disabled` if all that could be is switched off. */
  choose(ref: string, texts: Texts): Chosen;
  /** What is drawn where another template fails; `undefined`: an error. */
  fallbackFor(texts: Texts, failed?: TemplateEntry): Chosen | undefined;
  /** What is drawn where a picture is asked for alone and is not there; `undefined`: nothing. */
  placeholderFor(kind: string): Chosen | undefined;
}

/** A version with its share of all URLs, in percent. */
interface Share {
  readonly entry: TemplateEntry;
  readonly percent: number;
}

export function createCatalog({ entries, rollout, fallback, placeholder, host }: CatalogParts): Catalog {
  const groups = Map.groupBy(entries.toSorted(byVersion), ({ name }) => name);
  const named = (name: string): readonly TemplateEntry[] => groups.get(name) ?? [];
  const versions = (ref: string) => {
    const [name = "", version] = split(ref);
    const all = named(name);
    if (all.length === 0) throw noTemplate(name, entries, host);
    const pinned = all.find((each) => each.version === version);
    if (pinned) return [pinned];
    if (version !== undefined) throw noVersion(name, version, all, host);
    return shares(all, rollout[name] ?? {})
      .toSorted((one, other) => other.percent - one.percent)
      .map(({ entry }) => entry);
  };
  const enabled = (name: string, failed?: TemplateEntry) =>
    named(name).find((each) => !each.isDisabled && each !== failed);
  const fallbackFor = (texts: Texts, failed?: TemplateEntry): Chosen | undefined => {
    const title = failed && headline(failed.definition, texts);
    return standIn(enabled(fallback, failed), texts, title);
  };
  /** The version of a URL, then what can stand in for it. */
  const candidates = (ref: string, texts: Texts): readonly TemplateEntry[] => {
    const [name = "", version] = split(ref);
    const inPlay = versions(ref);
    const first = version === undefined ? pick(shares(named(name), rollout[name] ?? {}), ref, texts) : undefined;
    return [...new Set([...(first ? [first] : []), ...inPlay, ...named(name).slice(0, 1)])];
  };
  return {
    versions,
    fallbackFor,
    placeholderFor: (kind) =>
      fallback === "none" ? undefined : (standIn(enabled(placeholder), { kind }) ?? fallbackFor({})),
    choose(ref, texts) {
      const all = candidates(ref, texts);
      const able = all.filter((each) => !each.isDisabled);
      let isStopgap = false;
      for (const entry of all) {
        const parameters = accepted(entry.definition, texts);
        if (parameters && !entry.isDisabled) return { entry, parameters, isFallback: false, isStopgap };
        isStopgap ||= parameters !== undefined;
      }
      const chosen = standIn(able.at(-1), texts) ?? fallbackFor(texts, all[0]);
      if (chosen) return chosen;
      throw host.fail("plugin-disabled", "This template is switched off; try again later.", { log: { template: ref } });
    },
  };
}

/** A template that takes a part of the texts. */
function standIn(entry: TemplateEntry | undefined, texts: Texts, title?: string): Chosen | undefined {
  const parameters = entry && adapted(entry.definition, texts, title);
  return entry && parameters && { entry, parameters, isFallback: true, isStopgap: true };
}

/** `card@2` → `card` and `2`. */
function split(ref: string): readonly string[] {
  const at = ref.indexOf("@");
  return at < 0 ? [ref] : [ref.slice(0, at), ref.slice(at + 1)];
}

/** `2` before `10`. */
const byVersion = (one: TemplateEntry, other: TemplateEntry): number =>
  one.version.localeCompare(other.version, "en", { numeric: true });

/** The versions of one template that take part, in their order. A version that is not there leaves its share to the first one. */
function shares(all: readonly TemplateEntry[], percents: Readonly<Record<string, number>>): Share[] {
  const [base, ...others] = all;
  if (!base) return [];
  const rolled = others.flatMap((entry) => {
    const percent = percents[entry.version] ?? 0;
    return percent > 0 ? [{ entry, percent }] : [];
  });
  const left = 100 - rolled.reduce((sum, { percent }) => sum + percent, 0);
  return left > 0 ? [{ entry: base, percent: left }, ...rolled] : rolled;
}

/** The same URL falls to the same version as long as that one's share, and those of the versions after it, do not shrink. */
function pick(all: readonly Share[], ref: string, texts: Texts): TemplateEntry | undefined {
  const place = placeOf(ref, texts);
  let until = 0;
  for (const { entry, percent } of all.toReversed()) {
    until += percent;
    if (place < until) return entry;
  }
  return all[0]?.entry;
}

/** Where a URL lies, 0 ≤ place < 100: by its hash, so that it is the same on every server. */
function placeOf(ref: string, texts: Texts): number {
  const names = Object.keys(texts).sort();
  const url = JSON.stringify([ref, ...names.map((name) => [name, texts[name]])]);
  return (createHash("sha256").update(url).digest().readUInt32BE() / 2 ** 32) * 100;
}

function noTemplate(name: string, entries: readonly TemplateEntry[], host: CatalogParts["host"]): Error {
  const takes = [...new Set(entries.map((each) => each.name))].sort().join(", ") || "none";
  return host.fail("not-found", `There is no template "${name.slice(0, 40).toWellFormed()}"; there are: ${takes}.`, {
    fields: { takes },
  });
}

function noVersion(name: string, version: string, all: readonly TemplateEntry[], host: CatalogParts["host"]): Error {
  const takes = all.map((each) => each.version).join(", ");
  const shown = version.slice(0, 40).toWellFormed();
  return host.fail("not-found", `There is no version "${shown}" of the template "${name}"; there are: ${takes}.`, {
    fields: { takes },
  });
}
