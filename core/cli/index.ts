/** The command line: picks the command, shows help, turns failures into one sentence and an exit code. */
import { CameoError } from "../error.ts";
import { check } from "./check.ts";
import { type CliParts, type Command, exitCodes, nearest, readInput, UsageError } from "./command.ts";
import { convert } from "./convert.ts";
import { commandHelp, mainHelp } from "./help.ts";
import { complain, print, toSentence, WriteError } from "./output.ts";
import { plugins } from "./plugins.ts";
import { purge } from "./purge.ts";
import { render } from "./render.ts";
import { serve } from "./serve.ts";
import { sign } from "./sign.ts";
import { templates } from "./templates.ts";

export type { CliParts } from "./command.ts";

export const commands: readonly Command[] = [serve, render, convert, check, plugins, templates, sign, purge];

/** Runs a command line without its program name. Resolves to the exit code (`exitCodes`); never ends the process itself. */
export async function runCli(args: string[], parts: CliParts): Promise<number> {
  try {
    return await dispatch(args, parts);
  } catch (error) {
    return explain(error);
  }
}

/** Without a command it serves. */
async function dispatch(args: readonly string[], parts: CliParts): Promise<number> {
  const [first = "", ...rest] = args;
  if (first === "--version") return shown(parts.version);
  if (first === "--help" || first === "-h") return shown(mainHelp(commands, parts.version));
  if (first === "help")
    return shown(rest[0] === undefined ? mainHelp(commands, parts.version) : commandHelp(findCommand(rest[0])));
  const isNamed = first !== "" && !first.startsWith("-");
  return runCommand(isNamed ? findCommand(first) : serve, isNamed ? rest : args, parts);
}

async function runCommand(command: Command, args: readonly string[], parts: CliParts): Promise<number> {
  const input = readInput(args, command);
  if (input.flags.has("help")) return shown(commandHelp(command));
  return command.run(input, parts);
}

async function shown(text: string): Promise<number> {
  await print(text.trimEnd());
  return exitCodes.done;
}

function findCommand(name: string): Command {
  const found = commands.find((each) => each.name === name);
  if (found) return found;
  const names = commands.map((each) => each.name);
  const near = nearest(name, names);
  throw new UsageError(
    `There is no command "${name}". ${near ? `Did you mean "${near}"?` : `There are ${names.join(", ")}.`}`,
  );
}

/** One sentence, no stack trace: except for what should never happen. */
async function explain(error: unknown): Promise<number> {
  const isWrong = error instanceof UsageError || (error instanceof CameoError && error.code === "bad-setting");
  // Where nothing can be written to standard error, the exit code alone says it.
  await complain(`cameo: ${sentenceOf(error)}`).catch(() => {});
  return isWrong ? exitCodes.misused : exitCodes.failed;
}

function sentenceOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof WriteError) return error.message;
  if (!(error instanceof CameoError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return toSentence({ code: error.code, detail: error.detail, takes: error.options.fields?.takes });
}
