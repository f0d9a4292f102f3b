/** `CAMEO_…` variables over a settings object: `CAMEO_CACHE_MEMORY_MAX_BYTES` is `cache.memory.maxBytes`. Pure. */
import { CameoError } from "../error.ts";

/** Variables that steer the command, not a setting. */
const commandVariables = ["CAMEO_CONFIG"];

/** `["cache", "memory", "maxBytes"]` → `CAMEO_CACHE_MEMORY_MAX_BYTES`. */
export function variableName(path: readonly string[]): string {
  const words = path.map((part) =>
    part
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .replace(/[^A-Za-z0-9]+/g, "_")
      .toUpperCase(),
  );
  return `CAMEO_${words.join("_")}`;
}

/** What a setting takes from text. */
export type ScalarType = "number" | "boolean" | "string" | "list" | "bytes";

/** A setting that a variable can reach. */
export interface Scalar {
  readonly path: readonly string[];
  readonly type: ScalarType;
}

interface SchemaShape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, SchemaShape>>;
  readonly wrapped?: SchemaShape;
  readonly options?: readonly unknown[];
  readonly value?: SchemaShape;
  readonly pipe?: readonly SchemaShape[];
}

/** Every scalar below a Valibot schema. Keys of a record come from `value`, the settings so far. */
export function scalars(schema: unknown, value: unknown, path: readonly string[] = []): Scalar[] {
  const shape = unwrap(schema as SchemaShape);
  const known = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  if (shape.entries)
    return Object.entries(shape.entries).flatMap(([key, child]) => scalars(child, known[key], [...path, key]));
  if (shape.type === "record" && shape.value) {
    return Object.keys(known).flatMap((key) => scalars(shape.value, known[key], [...path, key]));
  }
  const type = scalarType(shape);
  return type ? [{ path, type }] : [];
}

function unwrap(schema: SchemaShape): SchemaShape {
  if (schema.wrapped) return unwrap(schema.wrapped);
  const first = schema.pipe?.[0];
  return first && first !== schema && (first.wrapped || first.pipe) ? unwrap(first) : schema;
}

function scalarType(shape: SchemaShape): ScalarType | undefined {
  if (shape.type === "number" || shape.type === "boolean" || shape.type === "string") return shape.type;
  if (shape.type === "picklist") return "string";
  if (shape.type === "array") return "list";
  if (shape.type !== "union") return undefined;
  const types = (shape.options ?? []).map((option) => unwrap(option as SchemaShape).type);
  return types.includes("number") ? "bytes" : types.includes("array") ? "list" : "string";
}

/** The value that a variable's text means. Throws `bad-setting` naming the variable. */
export function readScalar(text: string, { path, type }: Scalar): unknown {
  if (type === "string" || type === "bytes") return text;
  if (type === "list")
    return text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean);
  if (type === "boolean" && /^(1|true|yes|on)$/i.test(text)) return true;
  if (type === "boolean" && /^(0|false|no|off)$/i.test(text)) return false;
  if (type === "number" && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const takes = type === "number" ? "a number" : "true or false";
  throw new CameoError(
    "bad-setting",
    `${variableName(path)} (setting ${path.join(".")}) got "${text}"; it takes ${takes}.`,
  );
}

export interface Overlay {
  readonly settings: Record<string, unknown>;
  /** Variables that begin with `CAMEO_` but are no setting. */
  readonly unknown: readonly string[];
}

/** `settings` with the variables laid over it; the input is not changed. */
export function overlayEnvironment(
  settings: Readonly<Record<string, unknown>>,
  known: readonly Scalar[],
  environment: Readonly<Record<string, string | undefined>>,
): Overlay {
  const result = structuredClone(settings) as Record<string, unknown>;
  const names = new Map(known.map((scalar) => [variableName(scalar.path), scalar]));
  const unknown: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith("CAMEO_") || text === undefined || commandVariables.includes(name)) continue;
    const scalar = names.get(name);
    if (scalar) assign(result, scalar.path, readScalar(text, scalar));
    else unknown.push(name);
  }
  return { settings: result, unknown };
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let place = target;
  for (const key of path.slice(0, -1)) {
    if (typeof place[key] !== "object" || place[key] === null) place[key] = {};
    place = place[key] as Record<string, unknown>;
  }
  place[path.at(-1) as string] = value;
}
