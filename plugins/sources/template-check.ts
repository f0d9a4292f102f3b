/** Names in the settings of a mount that no template has: sentences for the operator. */
import type { TemplateEntry } from "cameo/plugin";
import type { Options } from "./template-options.ts";

export function checkNames(
  { default: first, fallback, placeholder, disabled, rollout }: Options,
  entries: readonly TemplateEntry[],
): string[] {
  const names = [...new Set(entries.map(({ name }) => name))].sort();
  const versions = (name: string) => entries.filter((each) => each.name === name).map(({ version }) => version);
  const among = (setting: string, name: string, known: readonly string[]) =>
    known.includes(name) ? [] : [missing(setting, `the template "${name}"`, known)];
  const version = (setting: string, name: string, wanted: string) => {
    const known = versions(name);
    if (known.length === 0) return among(setting, name, names);
    return known.includes(wanted) ? [] : [missing(setting, `version ${wanted} of the template "${name}"`, known)];
  };
  const [name = "", pinned] = first.split("@");
  return [
    ...(pinned === undefined ? among("default", name, names) : version("default", name, pinned)),
    ...(fallback === "none" ? [] : among("fallback", fallback, names)),
    ...among("placeholder", placeholder, names),
    ...disabled.flatMap((each) => among("disabled", each, idsOf(entries))),
    ...Object.entries(rollout).flatMap(([each, shares]) =>
      Object.keys(shares).flatMap((wanted) => version("rollout", each, wanted)),
    ),
  ];
}

/** `card`, `card@2`: what `disabled` takes. */
const idsOf = (entries: readonly TemplateEntry[]): string[] => entries.map(({ id }) => nameOf(id)).sort();

/** `template.card@2` → `card@2`. */
export const nameOf = (id: string): string => id.slice(id.indexOf(".") + 1);

const missing = (setting: string, what: string, known: readonly string[]): string =>
  `\`${setting}\` names ${what}, which is not there; there are: ${known.join(", ") || "none"}.`;
