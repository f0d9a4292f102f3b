/** What is wrong with a setting, in sentences: its path, its variable where it has one, what it got and what it takes. Pure. */
import type * as v from "valibot";
import { type Scalar, scalars, variableName } from "./environment.ts";
import { isSecret, withoutPassword } from "./hide.ts";

/** As much of a Valibot schema or action as is needed here. */
interface Shape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly wrapped?: Shape;
  readonly options?: readonly unknown[];
  readonly value?: Shape;
  readonly item?: Shape;
  readonly rest?: Shape;
  readonly pipe?: readonly Shape[];
  readonly requirement?: unknown;
}

/** What a check was made of. */
export interface Checked {
  readonly schema: unknown;
  readonly input: unknown;
  /** Where the input stands in the settings. */
  readonly base: readonly string[];
}

export function sentencesOf(issues: readonly v.BaseIssue<unknown>[], checked: Checked): string[] {
  const known = scalars(checked.schema, checked.input, checked.base);
  return issues.map((issue) => sentenceOf(issue, checked, known));
}

function sentenceOf(whole: v.BaseIssue<unknown>, { schema, base }: Checked, known: readonly Scalar[]): string {
  // Of several shapes, the one that it comes nearest to is what was meant.
  const nearer = whole.type === "union" ? whole.issues?.find(({ path }) => path) : undefined;
  const issue = nearer ?? whole;
  const keys = [...(whole.path ?? []), ...(nearer?.path ?? [])].map(({ key }) => String(key));
  const path = [...base, ...keys];
  if (issue.expected === "never") return unknownSetting(path, entriesAt(schema as Shape, keys.slice(0, -1)));
  const name = nameOf(path, known);
  const own = issue.message.startsWith("Invalid ") ? undefined : issue.message;
  if (own !== undefined && !own.startsWith("takes ")) return `${name}: ${own}.`;
  const takes = own ?? `takes ${takesOf(shapeAt(schema as Shape, keys)) ?? issue.expected}`;
  if (issue.input === undefined) return `${name} is missing; it ${takes}.`;
  return own !== undefined && typeof issue.input === "object"
    ? `${name} ${takes}.`
    : `${name} got ${shown(issue.input, path)}; it ${takes}.`;
}

/** A setting that is none; `takes` are the names that there are in its place. */
export function unknownSetting(path: readonly string[], takes: readonly string[]): string {
  const names = takes.join(", ") || "no settings";
  const place = path.length > 1 ? `${path.slice(0, -1).join(".")} takes` : "there are";
  return `There is no setting ${path.join(".")}; ${place} ${names}.`;
}

/** `limits.jobMs (CAMEO_LIMITS_JOB_MS)`. A list has one variable for all of it; objects have none. */
function nameOf(path: readonly string[], known: readonly Scalar[]): string {
  const reached = known.find((each) => {
    const isIt = each.path.every((key, index) => key === path[index]);
    return isIt && (each.path.length === path.length || each.type === "list");
  });
  return reached ? settingName(path, reached.path) : path.join(".");
}

/** A setting with its variable. */
export const settingName = (path: readonly string[], reached = path): string =>
  `${path.join(".")} (${variableName(reached)})`;

/** Most characters of a value that are shown. */
const maxShown = 80;

/** What a setting got, as far as it may be told. */
function shown(value: unknown, path: readonly string[]): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (path.some(isSecret))
    return typeof value === "string" ? `text of ${value.length} characters` : `a ${typeof value}`;
  if (typeof value !== "string") return String(value);
  const open = withoutPassword(value)
    .replace(/^([a-z][\w+.-]*:\/\/)?[^@]*:.*@/is, "$1(hidden)@")
    .replace(/(:\/\/[^?#]*)[?#].*/s, "$1…");
  return JSON.stringify(open.length > maxShown ? `${open.slice(0, maxShown)}…` : open);
}

const unwrap = (shape: Shape | undefined): Shape | undefined => (shape?.wrapped ? unwrap(shape.wrapped) : shape);

/** A schema with all that it wraps, pipes and may be. */
const parts = (shape: Shape): Shape[] => [
  shape,
  ...[
    ...(shape.wrapped ? [shape.wrapped] : []),
    ...(shape.pipe ?? []).filter((each) => each !== shape),
    ...(shape.type === "union" ? ((shape.options ?? []) as Shape[]) : []),
  ].flatMap((each) => (each.type === shape.type && !each.pipe && !each.wrapped ? [each] : parts(each))),
];

function shapeAt(schema: Shape, keys: readonly string[]): Shape | undefined {
  return keys.reduce<Shape | undefined>((place, key) => {
    if (!place) return undefined;
    const all = parts(place);
    const entry = all.find(({ entries }) => entries && Object.hasOwn(entries, key))?.entries?.[key];
    const inner = all.find(({ value, item, rest }) => value ?? item ?? rest);
    return entry ?? inner?.value ?? inner?.item ?? inner?.rest;
  }, schema);
}

const entriesAt = (schema: Shape, keys: readonly string[]): string[] => {
  const place = shapeAt(schema, keys);
  return Object.keys((place && parts(place).find(({ entries }) => entries)?.entries) ?? {});
};

/** `a whole number from 0 to 65535`; `undefined` where a schema is not known. */
function takesOf(schema: Shape | undefined): string | undefined {
  const inner = unwrap(schema);
  if (!schema || !inner) return undefined;
  const all = parts(schema);
  const rule = (type: string) => all.find((each) => each.type === type);
  if (rule("union")) return unionOf((rule("union")?.options ?? []) as Shape[]);
  if (inner.type === "picklist") return `one of ${(inner.options ?? []).join(", ")}`;
  if (inner.type === "literal") return undefined;
  if (inner.type === "boolean") return "true or false";
  if (inner.type === "array")
    return Number(rule("min_length")?.requirement) > 0 ? "a list that is not empty" : "a list";
  if (inner.type === "string") return textOf(rule);
  if (inner.type === "number") return numberOf(rule);
  return inner.entries || inner.value || inner.rest ? "an object" : undefined;
}

function unionOf(options: readonly Shape[]): string | undefined {
  const types = options.map((each) => unwrap(each)?.type);
  // What `bytes` of the contract is made of.
  if (types.includes("number") && types.includes("string")) return "bytes, as a number or as text such as 512MB";
  const all = options.map(takesOf);
  return all.includes(undefined) ? undefined : [...new Set(all)].join(" or ");
}

type FindRule = (type: string) => Shape | undefined;

function textOf(rule: FindRule): string {
  const [least, most] = [rule("min_length"), rule("max_length")].map((each) => each && Number(each.requirement));
  if (rule("url")) return "a URL";
  if (most !== undefined) return `text of ${least ?? 0} to ${most} characters`;
  if (least === undefined) return "text";
  return least === 1 ? "text that is not empty" : `text of at least ${least} characters`;
}

function numberOf(rule: FindRule): string {
  const [least, most] = [rule("min_value"), rule("max_value")].map((each) => each && String(each.requirement));
  const range = [least && `from ${least}`, most && `${least ? "" : "up "}to ${most}`].filter(Boolean);
  return [rule("integer") ? "a whole number" : "a number", ...range].join(" ");
}
