/** `cameo templates render`: one card through the pipeline of a server, with what is to know of it. */
import { spawn } from "node:child_process";
import { extname, resolve } from "node:path";
import process from "node:process";
import type { App } from "../app.ts";
import type { TemplateDefinition } from "../plugin.ts";
import { describeParameters } from "../request/describe.ts";
import type { Settings } from "../settings/schema.ts";
import { type CliParts, exitCodes, type Input, nearest, numberOf, textOf, UsageError } from "./command.ts";
import { complain, type Problem, printBytes, toSentence } from "./output.ts";
import { save } from "./save.ts";
import { loadFor, withApp } from "./settings.ts";
import { cardMountOf, cardPath, cards } from "./templates-list.ts";

const endings = [".png", ".webp", ".jpg", ".jpeg", ".avif", ".gif"];

/** Flags that are parameters. */
export type Given = readonly (readonly [name: string, value: string])[];

/** `ref` is a name, or a name with `@` and a version. */
export async function renderTemplate(ref: string, given: Given, input: Input, parts: CliParts): Promise<number> {
  if (ref === "")
    throw new UsageError('Say which template: cameo templates render card; "cameo templates" lists them.');
  const output = textOf(input, "output") ?? `${ref}.png`;
  const ending = extname(output).toLowerCase();
  if (ending !== "" && !endings.includes(ending))
    throw new UsageError(`${output} has no ending that Cameo writes; those are ${endings.join(", ")}.`);
  const { settings, mount } = await settingsWithCards(input, parts);
  return withApp(input, parts, { ...settings, workers: 1 }, async (app) => {
    const path = cardPath(`/${mount}`, ref, parametersOf(ref, { given, output, input }, app));
    const ask = (query = "") => app.handle(new Request(`http://localhost${path}${query}`));
    const response = await ask();
    if (!response.ok) return refuse(response);
    const failure = await tellRemarks(await ask(path.includes("?") ? "&explain" : "?explain"), ref, app);
    return failure ?? write(response, output, input);
  });
}

/** Nothing is kept on the disk, so that each run draws anew; who sits at the command line needs no signature. */
async function settingsWithCards(input: Input, parts: CliParts): Promise<{ settings: Settings; mount: string }> {
  const first = (await loadFor(input, parts)).settings;
  const known = cardMountOf(first);
  const name = known ?? "og-image";
  const { settings } = known
    ? { settings: first }
    : await loadFor(input, parts, { mounts: { [name]: { source: cards } } });
  const mount = settings.mounts[name];
  const mounts = mount ? { ...settings.mounts, [name]: { ...mount, sign: "off" as const } } : settings.mounts;
  return { settings: { ...settings, mounts, cache: { memory: settings.cache.memory } }, mount: name };
}

/** Throws `UsageError` for a template that is not there and for what it does not take. */
function parametersOf(
  ref: string,
  { given, output, input }: { readonly given: Given; readonly output: string; readonly input: Input },
  { services }: App,
): Record<string, string> {
  const { templates, grammar } = services.snapshot;
  const known = templates.map(({ id }) => id.slice("template.".length));
  const found = templates.find(({ id, name, version }) => id === `template.${ref}` || `${name}@${version}` === ref);
  if (!found) throw new UsageError(`There is no template "${ref}".${hint(ref, known, "There are")}`);
  const names = describeParameters(found.definition).map(({ name }) => name);
  for (const [name] of given) {
    if (!names.includes(name) && !grammar.spellings.has(name)) throw notTaken(name, found.definition, names);
  }
  const [theme, width] = [textOf(input, "theme"), numberOf(input, "size", 1)];
  const ending = extname(output).toLowerCase();
  return {
    ...(endings.includes(ending) ? { format: ending.slice(1) } : {}),
    ...(theme ? { theme } : {}),
    ...(width ? { width: String(width) } : {}),
    ...Object.fromEntries(given),
  };
}

const notTaken = (name: string, template: TemplateDefinition, names: readonly string[]): UsageError =>
  new UsageError(
    `The template "${template.name}" takes no --${name}.${hint(name, names, "It takes")}${names.length > 0 ? " Every parameter of an image works too." : ""}`,
  );

function hint(word: string, known: readonly string[], lead: string): string {
  const near = nearest(word, known);
  return ` ${near ? `Did you mean "${near}"? ` : ""}${lead} ${known.join(", ") || "nothing"}.`;
}

async function refuse(response: Response): Promise<number> {
  await complain(`cameo: ${toSentence((await response.json()) as Problem)}`);
  return exitCodes.failed;
}

/** Warnings on standard error. A card that is another template's, since its own failed, is a failure. */
async function tellRemarks(response: Response, ref: string, { services }: App): Promise<number | undefined> {
  const { remarks = [] } = (await response.json()) as { remarks?: readonly string[] };
  const trouble = services.troubles.list().find(({ part }) => part === `template.${ref}`);
  if (trouble) {
    await complain(`cameo: ${trouble.code}: ${trouble.detail}`);
    return exitCodes.failed;
  }
  for (const remark of remarks) await complain(`Warning: ${remark}`);
  return undefined;
}

async function write(response: Response, output: string, input: Input): Promise<number> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (output === "-") return printBytes(body).then(() => exitCodes.done);
  const done = await save(output, body, input.flags.has("output"));
  if (done === exitCodes.done && input.flags.has("open")) show(output);
  return done;
}

/** With what the system shows pictures with. The picture is there, whether that works or not. */
function show(file: string): void {
  const openers: Readonly<Record<string, readonly string[]>> = {
    darwin: ["open"],
    win32: ["cmd", "/c", "start", ""],
  };
  const [program = "", ...words] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...words, resolve(file)], { detached: true, stdio: "ignore" });
  child.on("error", () => {});
  child.unref();
}
