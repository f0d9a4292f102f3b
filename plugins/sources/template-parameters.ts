/** What a template takes from a URL: its schema is the allow-list. Pure. */
import type { SourceHost, TemplateDefinition } from "cameo/plugin";
import * as v from "valibot";
import { cutText, shorten } from "./template-text.ts";

/** Texts by parameter, cleaned. */
export type Texts = Readonly<Record<string, string>>;

/** Names of all that a template takes: its texts and its pictures. */
export function namesOf({ parameters, pictures = {} }: TemplateDefinition): readonly string[] {
  const entries = "entries" in parameters ? Object.keys(parameters.entries as object) : [];
  return [...new Set([...entries, ...Object.keys(pictures)])];
}

/** Whether a parameter names a picture. */
export const isPicture = ({ pictures = {} }: TemplateDefinition, name: string): boolean =>
  Object.hasOwn(pictures, name);

type Issue = v.BaseIssue<unknown>;
type Parsed = { readonly output: Record<string, unknown> } | { readonly issues: readonly Issue[] };

function parse(definition: TemplateDefinition, texts: Texts): Parsed {
  if (Object.keys(texts).some((name) => !namesOf(definition).includes(name))) return { issues: [] };
  const result = v.safeParse(definition.parameters, texts);
  return result.success ? { output: result.output } : { issues: result.issues };
}

/** The parameters as the template's schema gives them; `undefined` if it does not take these texts. */
export function accepted(definition: TemplateDefinition, texts: Texts): Record<string, unknown> | undefined {
  const parsed = parse(definition, texts);
  return "output" in parsed ? parsed.output : undefined;
}

/** Throws `bad-parameter` with what is wrong first; returns if nothing is. */
export function refuseBad(definition: TemplateDefinition, texts: Texts, host: Pick<SourceHost, "fail">): void {
  const unknown = Object.keys(texts).find((name) => !namesOf(definition).includes(name));
  if (unknown !== undefined) throw unknownParameter(definition, unknown, host);
  const parsed = parse(definition, texts);
  const issue = "issues" in parsed ? parsed.issues[0] : undefined;
  if (!issue) return;
  const name = pathOf(issue);
  const text = texts[name];
  if (text === undefined) throw missingParameter(definition, name, host);
  const [got, takes] = [shorten(text), takesOf(issue)];
  throw host.fail("bad-parameter", `"${name}" got "${got}"; it takes ${takes}.`, {
    fields: { parameter: name, got, takes },
  });
}

/** Names what the template takes in the field `takes`. */
export function unknownParameter(definition: TemplateDefinition, name: string, host: Pick<SourceHost, "fail">): Error {
  const takes = [...namesOf(definition), "theme"].join(", ");
  const shown = shorten(name);
  return host.fail(
    "bad-parameter",
    `The template "${definition.name}" has no parameter "${shown}"; it takes ${takes}, and every transform parameter.`,
    { fields: { parameter: shown, takes } },
  );
}

function missingParameter(definition: TemplateDefinition, name: string, host: Pick<SourceHost, "fail">): Error {
  const takes = namesOf(definition).join(", ");
  return host.fail("bad-parameter", `The template "${definition.name}" needs "${name}"; it takes ${takes}.`, {
    fields: { parameter: name, takes },
  });
}

const pathOf = ({ path }: Issue): string => String(path?.[0]?.key ?? "");

/** The limit in words; else the schema's own message, which its author wrote for this sentence. */
function takesOf(issue: Issue): string {
  const { type, requirement, message, expected } = issue as Issue & { readonly requirement?: unknown };
  if (/^max_(graphemes|length)$/.test(type)) return `at most ${requirement} characters`;
  if (/^min_(graphemes|length)$/.test(type)) return `at least ${requirement} characters`;
  if (type === "picklist" || type === "union")
    return `one of ${expected?.replace(/[()"]/g, "").replaceAll(" | ", ", ")}`;
  return message.replace(/^takes /, "").slice(0, 200);
}

/**
 * Parameters for a template that the texts were not written for: those that it knows, cut or left out where it does not take them, and `title` where it has
 * a title and the texts have none. `undefined` if nothing makes it content.
 */
export function adapted(
  definition: TemplateDefinition,
  texts: Texts,
  title?: string,
): Record<string, unknown> | undefined {
  const names = namesOf(definition);
  const all = title === undefined ? texts : { title, ...texts };
  const known = Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  const parsed = parse(definition, known);
  if ("output" in parsed) return parsed.output;
  return accepted(definition, mended(known, parsed.issues)) ?? accepted(definition, {});
}

/** The first text of a card, in the order of its template's schema: what it is about. */
export const headline = (definition: TemplateDefinition, texts: Texts): string | undefined =>
  namesOf(definition)
    .filter((name) => !isPicture(definition, name))
    .map((name) => texts[name])
    .find((text) => text !== undefined);

function mended(texts: Texts, issues: readonly Issue[]): Texts {
  const rest: Record<string, string> = { ...texts };
  for (const issue of issues) {
    const name = pathOf(issue);
    const limit = limitOf(issue);
    if (limit === undefined) delete rest[name];
    else rest[name] = cutText(rest[name] ?? "", limit);
  }
  return rest;
}

function limitOf({ type, requirement }: Issue & { readonly requirement?: unknown }): number | undefined {
  return /^max_(graphemes|length)$/.test(type) && typeof requirement === "number" ? requirement : undefined;
}
