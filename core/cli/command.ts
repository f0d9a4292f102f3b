/** What a command is, and how its words and flags are read. `node:util` splits them; unknown ones are refused with a suggestion. */
import { parseArgs } from "node:util";
import type { Plugin } from "../plugin.ts";
import type { ProvidedModules } from "../registry/stage.ts";
import type { SettingsInput } from "../settings/schema.ts";
import type { WorkerThread } from "../work/pool.ts";

/** What the composition root gives the command line. */
export interface CliParts {
  readonly plugins: readonly Plugin[];
  readonly version: string;
  readonly defaults: SettingsInput;
  /** Paths that show something with the defaults, for those who start the server; left out where their mount is not there. Default none. */
  readonly tryPaths?: readonly string[];
  /** URLs of the modules that plugins in folders may import, by name. */
  readonly provided: ProvidedModules;
  /** Bytes of a packaged file by its specifier. */
  readAsset(specifier: string): Promise<Uint8Array>;
  createWorker(): WorkerThread;
}

/** Codes that a script can use: done, something failed, wrong use or wrong settings, ended by a second Ctrl-C. */
export const exitCodes = { done: 0, failed: 1, misused: 2, interrupted: 130 } as const;

export interface Flag {
  /** Long spelling, without dashes. */
  readonly name: string;
  /** Other spellings, without dashes. */
  readonly also?: readonly string[];
  /** Name of its value for the help; absent for a switch. */
  readonly takes?: string;
  /** Whether the value may be left out; then only a number that follows is taken as the value. */
  readonly isOptional?: boolean;
  /** Stands for every long flag that no other one names; each is kept under the name that it was given by. */
  readonly isOpen?: boolean;
  /** Heading in the help. Default `Options`. */
  readonly group?: string;
  readonly about: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly about: string;
  /** What follows `cameo`, such as `render <url-path> [-o <file>]`. */
  readonly usage: string;
  /** Least and most words besides the flags. */
  readonly words: readonly [number, number];
  readonly flags: readonly Flag[];
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [string, string])[];
  /** Further lines of help. */
  readonly notes?: readonly string[];
  /** The exit code. */
  run(input: Input, parts: CliParts): Promise<number>;
}

/** A command line, checked. Values by the flag's long name, in the order given; a switch has the value `""`. */
export interface Input {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** Wrong use of the command line; the message says what to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The last value of a flag. */
export const textOf = (input: Input, flag: string): string | undefined => input.flags.get(flag)?.at(-1);

/** A flag's value as a whole number from `min`. Throws `UsageError`. */
export function numberOf(input: Input, flag: string, min: number): number | undefined {
  const text = textOf(input, flag);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text);
  throw new UsageError(`--${flag} got "${text}"; it takes a whole number from ${min}.`);
}

export const helpFlag: Flag = { name: "help", also: ["h"], about: "Show this help." };

/** The flags of a command, with `--help`; `-h` is left to a command that gives it another meaning. */
export function flagsOf({ flags }: Command): readonly Flag[] {
  const isTaken = flags.some(({ also }) => also?.includes("h"));
  return [...flags, isTaken ? { name: helpFlag.name, about: helpFlag.about } : helpFlag];
}

/** Throws `UsageError` for an unknown flag, a missing value or a wrong number of words. */
export function readInput(args: readonly string[], command: Command): Input {
  const spellings = spellingsOf(command, args);
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  const tokens = split(args, spellings);
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "positional" && !isValueOf(tokens[index - 1], token.value, spellings)) words.push(token.value);
    if (token.kind !== "option") continue;
    const flag = spellings.get(token.name);
    if (!flag) throw unknownFlag(token.rawName, [...spellings.keys()], command);
    if (asksForHelp(token, flag)) flags.set("help", [""]);
    else flags.set(flag.name, [...(flags.get(flag.name) ?? []), valueAt(token, tokens[index + 1], flag)]);
  }
  if (!flags.has("help")) checkWords(words, command);
  return { words, flags };
}

function spellingsOf(command: Command, args: readonly string[]): ReadonlyMap<string, Flag> {
  const flags = flagsOf(command);
  const known = flags.flatMap((flag) => [flag.name, ...(flag.also ?? [])].map((each) => [each, flag] as const));
  const open = flags.find(({ isOpen }) => isOpen);
  const given = open ? args.flatMap((each) => /^--([a-z][\w-]*)/i.exec(each)?.slice(1) ?? []) : [];
  return new Map([...given.map((name) => [name, { ...open, name, about: "" }] as const), ...known]);
}

/** `-h` means help unless the command has another use for it and a number follows. */
const asksForHelp = ({ rawName, value }: Extract<Token, { kind: "option" }>, { name }: Flag): boolean =>
  rawName === "-h" && name !== "help" && !/^\d/.test(value ?? "");

type Token = ReturnType<typeof split>[number];

function split(args: readonly string[], spellings: ReadonlyMap<string, Flag>) {
  const options = Object.fromEntries(
    [...spellings].map(([spelling, { takes, isOptional }]) => {
      const type: "string" | "boolean" = takes && !isOptional ? "string" : "boolean";
      return [spelling, { type, ...(spelling.length === 1 ? { short: spelling } : {}) }];
    }),
  );
  return parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true }).tokens;
}

/** Whether a word is the optional number of the flag before it. */
function isValueOf(before: Token | undefined, word: string, spellings: ReadonlyMap<string, Flag>): boolean {
  if (before?.kind !== "option" || before.value !== undefined) return false;
  return spellings.get(before.name)?.isOptional === true && /^-?\d+(\.\d+)?$/.test(word);
}

function valueAt(token: Extract<Token, { kind: "option" }>, next: Token | undefined, flag: Flag): string {
  const { value, inlineValue, rawName } = token;
  if (flag.takes === undefined && value !== undefined) throw new UsageError(`${rawName} takes no value.`);
  if (flag.isOptional && value === undefined && next?.kind === "positional" && /^-?\d+(\.\d+)?$/.test(next.value))
    return next.value;
  if (flag.takes === undefined || flag.isOptional) return value ?? "";
  if (value !== undefined && (inlineValue || !value.startsWith("--"))) return value;
  throw new UsageError(`${rawName} needs a value: ${rawName} <${flag.takes}>.`);
}

function checkWords(words: readonly string[], { words: [least, most], usage, name }: Command): void {
  if (words.length < least) throw new UsageError(`"cameo ${name}" needs more: cameo ${usage}`);
  if (words.length > most) throw new UsageError(`"${words[most]}" is one word too many: cameo ${usage}`);
}

function unknownFlag(raw: string, known: readonly string[], { name }: Command): UsageError {
  const near = nearest(raw.replace(/^-+/, ""), known);
  const hint = near ? ` Did you mean ${near.length === 1 ? "-" : "--"}${near}?` : ` See "cameo ${name} --help".`;
  return new UsageError(`"cameo ${name}" has no flag ${raw}.${hint}`);
}

/** The known word that a mistyped one is closest to, at most two edits and half its length away. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((each) => ({ each, edits: distance(word, each) })).sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= 2 && best.edits * 2 <= Math.max(word.length, best.each.length) ? best.each : undefined;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
