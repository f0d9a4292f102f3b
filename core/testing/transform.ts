/** What every transform must do. It works on a plain picture in memory, without an engine. */
import assert from "node:assert/strict";
import type { Pixels } from "../image.ts";
import type { Codec, Parameters, PluginOf } from "../plugin.ts";
import { createGrammar, formatParameters, type Grammar, parseRequest } from "../request/parse.ts";
import { type Check, commonChecks } from "./check.ts";
import { draw, gradient } from "./images.ts";
import { createPicture } from "./picture.ts";

export interface TransformSubject {
  /** A query that asks for it, such as `duotone=ff0000,0000ff`. Default: a value that its parameters take. */
  readonly query?: string;
  /** Looks at what it did to `before`. */
  look?(after: Pixels, before: Pixels): void;
}

const white = { r: 255, g: 255, b: 255, a: 255 };

/** Large and tiny, wide and high, with and without transparency. */
const samples: readonly Pixels[] = [gradient(), gradient(5, 23), draw(24, 9, () => white), draw(1, 1, () => white)];

/** The parameters that a query asks for. Throws `bad-parameter`. */
export function parametersOf(plugin: PluginOf<"transform">, query: string): Parameters {
  return parseRequest("/test/image", query, createGrammar(plugin.parameters)).parameters;
}

/** The pixels after the transform. */
export async function applyTo(
  plugin: PluginOf<"transform">,
  query: string,
  ...frames: readonly Pixels[]
): Promise<readonly Pixels[]> {
  const picture = createPicture(...frames);
  await plugin.apply(picture, parametersOf(plugin, query));
  return Array.from({ length: picture.frames }, (_, frame) => picture.pixels(frame));
}

/** The checks for a transform. */
export function transformChecks(plugin: PluginOf<"transform">, subject: TransformSubject = {}): Check[] {
  const { look } = subject;
  const query = () => subject.query ?? guessQuery(plugin);
  return [
    ...commonChecks(plugin),
    { claim: "adds parameters that it reads, under free names", run: () => checkParameters(plugin) },
    { claim: "parses its query to values that are written back the same", run: () => checkQuery(plugin, query()) },
    { claim: "has something to do when asked, and nothing when not", run: () => checkNeed(plugin, query()) },
    { claim: "announces the size that it makes", run: () => checkSizes(plugin, query()) },
    { claim: "treats every frame, and the same each time", run: () => checkFrames(plugin, query()) },
    ...(look ? [{ claim: "does what its test expects", run: () => checkLook(plugin, query(), look) }] : []),
  ];
}

async function checkLook(
  plugin: PluginOf<"transform">,
  query: string,
  look: NonNullable<TransformSubject["look"]>,
): Promise<void> {
  const before = gradient();
  const [after = before] = await applyTo(plugin, query, before);
  look(after, before);
}

function checkParameters(plugin: PluginOf<"transform">): void {
  assert.ok(Number.isFinite(plugin.order), "its order is no number");
  assert.ok(plugin.reads.length > 0, "it reads no parameter, so nothing can ask for it");
  createGrammar(plugin.parameters);
  for (const name of Object.keys(plugin.parameters ?? {})) {
    assert.ok(plugin.reads.includes(name), `it adds "${name}", which is not among "reads"`);
  }
  const { codecs } = createGrammar(plugin.parameters);
  for (const name of plugin.reads) assert.ok(codecs[name], `it reads "${name}", which is no parameter`);
}

function checkQuery(plugin: PluginOf<"transform">, query: string): void {
  const grammar: Grammar = createGrammar(plugin.parameters);
  const parameters = parametersOf(plugin, query);
  assert.deepEqual(parametersOf(plugin, formatParameters(parameters, grammar)), parameters);
}

function checkNeed(plugin: PluginOf<"transform">, query: string): void {
  const parameters = parametersOf(plugin, query);
  const asked = plugin.isNeeded?.(parameters) ?? plugin.reads.some((name) => parameters[name] !== undefined);
  assert.equal(asked, true, `"${query}" does not ask for it`);
  assert.equal(plugin.isNeeded?.({}) ?? false, false, "it works on requests that do not ask for it");
}

async function checkSizes(plugin: PluginOf<"transform">, query: string): Promise<void> {
  const parameters = parametersOf(plugin, query);
  for (const { width, height, data } of samples) {
    const shrink = plugin.shrink?.({ width, height }, parameters) ?? 1;
    assert.ok(shrink > 0 && Number.isFinite(shrink), `shrink() gave ${shrink}`);
    const announced = plugin.size ? plugin.size({ width, height }, parameters) : { width, height };
    const [after] = await applyTo(plugin, query, { width, height, data });
    assert.equal(after?.data.length, (after?.width ?? 0) * (after?.height ?? 0) * 4);
    if (announced) assert.deepEqual([after?.width, after?.height], [announced.width, announced.height], "another size");
  }
}

async function checkFrames(plugin: PluginOf<"transform">, query: string): Promise<void> {
  const frames = [gradient(), draw(16, 12, () => white), gradient()].map((frame, index) => ({
    ...frame,
    delayMs: 40 * (index + 1),
  }));
  const after = await applyTo(plugin, query, ...frames);
  assert.equal(after.length, frames.length, "it changed the number of frames");
  const sizes = new Set(after.map(({ width, height }) => `${width} × ${height}`));
  assert.equal(sizes.size, 1, `its frames have several sizes: ${[...sizes].join(", ")}`);
  assert.deepEqual(
    after.map(({ delayMs }) => delayMs),
    [40, 80, 120],
    "it changed how long frames are shown",
  );
  assert.deepEqual(after[2]?.data, after[0]?.data, "it treats equal frames differently");
}

const guesses = ["1", "true", "10", "0.5", "90", "ff0000", "max", "center", "0,0,1,1", "1,1", "a"] as const;

/** A query that gives each of its parameters a value that it takes. Throws if none can be found. */
export function guessQuery({ parameters, reads }: PluginOf<"transform">): string {
  const { codecs } = createGrammar(parameters);
  const own = parameters ? Object.keys(parameters) : reads.slice(0, 1);
  return own.map((name) => guess(name, codecs[name])).join("&");
}

/** From the schema, from the examples in `takes`, or from what parameters usually take. */
function guess(name: string, codec: Codec<unknown> | undefined): string {
  const known = codec?.schema?.enum ?? [];
  const examples = codec?.takes.match(/[^\s"'`;]+[^\s"'`;,.]/g) ?? [];
  const value = [...known, ...guesses, ...examples].find((each) => codec?.parse(each) !== undefined);
  assert.ok(value !== undefined, `"${name}" takes ${codec?.takes}: give a query that asks for it`);
  return `${name}=${encodeURIComponent(value)}`;
}
