/** What a template takes, in plain data: for lists, forms and usage errors. Read off its Valibot schema. Pure. */
import * as v from "valibot";

/** One parameter of a template. */
export interface ParameterFacts {
  readonly name: string;
  readonly kind: "text" | "choice" | "color" | "picture";
  /** What it is for; from `v.description`. */
  readonly about?: string;
  readonly isRequired: boolean;
  readonly default?: string;
  /** Most characters, as a reader counts them. */
  readonly maxLength?: number;
  /** Of a choice. */
  readonly values?: readonly string[];
}

/** As much of a template as is needed here. */
export interface Described {
  readonly parameters: v.GenericSchema;
  readonly pictures?: Readonly<Record<string, unknown>>;
}

/** A schema or an action of a pipe, as Valibot keeps it. */
interface Node {
  readonly type: string;
  readonly pipe?: readonly Node[];
  readonly wrapped?: Node;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly options?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly requirement?: unknown;
}

/** In the order of the schema; pictures that the schema does not name come last. */
export function describeParameters({ parameters, pictures = {} }: Described): readonly ParameterFacts[] {
  const { entries = {} } = parameters as unknown as Node;
  const others = Object.keys(pictures).filter((name) => !Object.hasOwn(entries, name));
  return [
    ...Object.entries(entries).map(([name, node]) => factsOf(name, node, Object.hasOwn(pictures, name))),
    ...others.map((name): ParameterFacts => ({ name, kind: "picture", isRequired: false })),
  ];
}

function factsOf(name: string, node: Node, isPicture: boolean): ParameterFacts {
  const nodes = walk(node);
  const about = nodes.find(({ description }) => description !== undefined)?.description;
  const preset = nodes.map((each) => each.default).find((value) => typeof value === "string" && value !== "");
  const limits = nodes.filter(({ type }) => /^max_(graphemes|length)$/.test(type));
  const maxLength = Math.min(...limits.map(({ requirement }) => Number(requirement)));
  const choice = nodes.find(({ type }) => type === "picklist")?.options;
  return {
    name,
    kind: isPicture ? "picture" : choice ? "choice" : isColor(node) ? "color" : "text",
    ...(about === undefined ? {} : { about }),
    isRequired: !takes(node, undefined),
    ...(typeof preset === "string" ? { default: preset } : {}),
    ...(Number.isFinite(maxLength) && !isPicture ? { maxLength } : {}),
    ...(choice ? { values: choice.map(String) } : {}),
  };
}

/** A node with all that it wraps and pipes, the outermost first. */
const walk = (node: Node): Node[] => [
  node,
  ...[...(node.pipe ?? []), ...(node.wrapped ? [node.wrapped] : [])].flatMap(walk),
];

const takes = (node: Node, value: unknown): boolean => v.safeParse(node as unknown as v.GenericSchema, value).success;

/** It takes a colour, and nothing that is none. */
const isColor = (node: Node): boolean =>
  takes(node, "0f766e") && !takes(node, "plain words") && !takes(node, "a".repeat(7));

/** One line: `at most 300 characters`, `one of a, b; default a`. */
export function takesOf({ kind, values, maxLength, default: preset }: ParameterFacts): string {
  const what = {
    choice: `one of ${values?.join(", ")}`,
    color: "a colour such as 0f766e",
    picture: "a picture such as images/landscape.jpg",
    text: maxLength === undefined ? "a text" : `at most ${maxLength} characters`,
  }[kind];
  return preset === undefined ? what : `${what}; default ${preset}`;
}
