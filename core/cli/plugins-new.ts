/** `cameo plugins new`: a commented starter with its test. */
import { access, mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { reservedMounts } from "../registry/snapshot.ts";
import { parameterTable } from "../request/parameters.ts";
import { type CliParts, exitCodes, type Input, nearest, textOf, UsageError } from "./command.ts";
import { complain, print } from "./output.ts";
import { type StarterKind, starterKinds, starters } from "./plugins-starters.ts";
import { loadFor } from "./settings.ts";

export function newPlugin(input: Input, parts: CliParts): Promise<number> {
  const [, kind = "", name = ""] = input.words;
  return writeStarter(kindOf(kind), name, input, parts);
}

/** Also behind `cameo templates new`. */
export async function writeStarter(kind: StarterKind, name: string, input: Input, parts: CliParts): Promise<number> {
  const starter = starters[kind];
  checkName(kind, name, parts);
  const { settings } = await loadFor(input, parts);
  const folder = textOf(input, "into") ?? settings.plugins[0] ?? "./plugins.d";
  const [code, test] = [join(folder, name + starter.ending), join(folder, `${name}.test.ts`)];
  const existing = await firstThatExists([code, test, join(folder, name), join(folder, `${name}.ts`)]);
  if (existing !== undefined) {
    await complain(`cameo: ${existing} is there already; choose another name or remove it.`);
    return exitCodes.failed;
  }
  await mkdir(folder, { recursive: true });
  await writeFile(code, starter.code(name), { flag: "wx" });
  await writeFile(test, starter.test(name), { flag: "wx" });
  await print(nextSteps(code, test, folder, starter.use(name)));
  return exitCodes.done;
}

function kindOf(text: string): StarterKind {
  const kind = starterKinds.find((each) => each === text);
  if (kind) return kind;
  if (text === "")
    throw new UsageError(
      `Say which kind and name: cameo plugins new <kind> <name>; kinds are ${starterKinds.join(", ")}.`,
    );
  if (text === "engine")
    throw new UsageError(
      "An engine has no starter, being much code; begin with a copy of plugins/engines/imagescript.ts.",
    );
  const near = nearest(text, starterKinds);
  const hint = near ? `Did you mean "${near}"?` : `There are ${starterKinds.join(", ")}.`;
  throw new UsageError(`There is no starter of the kind "${text}". ${hint}`);
}

function checkName(kind: string, name: string, { plugins }: CliParts): void {
  if (name === "") throw new UsageError(`The new ${kind} needs a name: cameo plugins new ${kind} my-${kind}`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 64)
    throw new UsageError(`The name "${name}" will not do; it takes small letters, digits and single dashes.`);
  if (plugins.some((each) => each.kind === kind && each.name === name))
    throw new UsageError(`There is a built-in ${kind} named "${name}"; choose another name.`);
  const isParameter = kind === "transform" && Object.hasOwn(parameterTable, name.replaceAll("-", ""));
  const isRoute = kind === "route" && (reservedMounts as readonly string[]).includes(name);
  if (isParameter || isRoute)
    throw new UsageError(`"${name}" is a ${isRoute ? "path" : "parameter"} of Cameo itself; choose another name.`);
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return relative(".", path);
  }
  return undefined;
}

const nextSteps = (code: string, test: string, folder: string, use: string): string =>
  [
    `Wrote ${relative(".", code)} and ${relative(".", test)}.`,
    "",
    "Next:",
    `  cameo plugins test ${relative(".", code)}`,
    `  bun test ./${relative(".", test)}`,
    `  deno test -A --no-check ${relative(".", test)}`,
    `  cameo serve --plugins ${folder}`,
    "",
    use,
    "Its own test needs the packages valibot and cameo beside it: bun add -d valibot link:<a checkout of Cameo>.",
    "cameo plugins test needs neither.",
    "A running server that watches this folder has it already, and takes each save within a second.",
  ].join("\n");
