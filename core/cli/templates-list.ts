/** `cameo templates` without more: what there is, what each takes, and a URL of each example. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../log.ts";
import type { PluginKind, TemplateEntry } from "../plugin.ts";
import { Shelf } from "../registry/shelf.ts";
import { listTemplates as entriesOf } from "../registry/snapshot.ts";
import { describeParameters, type ParameterFacts, takesOf } from "../request/describe.ts";
import type { Settings } from "../settings/schema.ts";
import { type CliParts, exitCodes, type Input } from "./command.ts";
import { align, complain, print } from "./output.ts";
import { loadFor } from "./settings.ts";

/** The source of cards is named after what it draws. */
export const cards = "template" satisfies PluginKind;

/** Name of the first mount of cards. */
export const cardMountOf = ({ mounts }: Settings): string | undefined =>
  Object.entries(mounts).find(([, { source, internal }]) => source === cards && !internal)?.[0];

/** Exit code 1 if a template of a folder has failed. */
export async function listTemplates(input: Input, parts: CliParts): Promise<number> {
  const { settings } = await loadFor(input, parts);
  const { entries, failures } = await load(settings, parts);
  const base = `${settings.baseUrl?.replace(/\/+$/, "") ?? ""}/${cardMountOf(settings) ?? "og-image"}`;
  const rows = entries.map((entry) => rowOf(entry, base));
  await print(input.flags.has("json") ? JSON.stringify({ templates: rows }, null, 2) : rows.map(toText).join("\n\n"));
  for (const failure of failures) await complain(`cameo: ${failure}`);
  return failures.length > 0 ? exitCodes.failed : exitCodes.done;
}

interface Loaded {
  readonly entries: readonly TemplateEntry[];
  /** Sentences about plugins that could not be loaded. */
  readonly failures: readonly string[];
}

async function load(settings: Settings, { plugins, version, provided }: CliParts): Promise<Loaded> {
  const staging = await mkdtemp(join(tmpdir(), "cameo-plugins-"));
  const log = createLog({ level: "silent", sink: { write() {} }, now: () => 0 });
  try {
    const shelf = new Shelf({ builtIns: plugins, version, folders: settings.plugins, staging, provided, log });
    await shelf.refresh();
    const entries = entriesOf({ plugins: shelf.plugins(), disabled: shelf.disabled });
    const failures = shelf.list().flatMap(({ lastError }) => lastError ?? []);
    return { entries: entries.toSorted((one, other) => (one.id < other.id ? -1 : 1)), failures };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

interface Row extends Omit<TemplateEntry, "definition" | "isDisabled"> {
  readonly about: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly parameters: readonly (ParameterFacts & { readonly takes: string })[];
  /** URLs. */
  readonly examples: readonly string[];
}

function rowOf({ definition, id, name, version, hash, file }: TemplateEntry, base: string): Row {
  const { about = "", size = { width: 1200, height: 630 }, examples } = definition;
  return {
    ...{ id, name, version, hash, file, about, size },
    parameters: describeParameters(definition).map((facts) => ({ ...facts, takes: takesOf(facts) })),
    examples: examples.map((example) => cardPath(base, id.slice("template.".length), example)),
  };
}

/** `/og-image/card?title=Hello`. */
export function cardPath(base: string, ref: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters).toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return `${base}/${ref}${query ? `?${query}` : ""}`;
}

function toText({ id, version, hash, file, about, parameters, examples }: Row): string {
  const heading = [
    id.slice("template.".length),
    `version ${version}`,
    file ? `${file} ${hash.slice(0, 12)}` : "built-in",
  ];
  const rows = parameters.map((each) => [
    each.isRequired ? `${each.name} (needed)` : each.name,
    takesOf(each),
    each.about ?? "",
  ]);
  return [
    heading.join("  "),
    ...(about ? [`  ${about}`] : []),
    ...(rows.length > 0 ? [align(rows, "    ")] : []),
    ...examples.map((url) => `  ${url}`),
  ].join("\n");
}
