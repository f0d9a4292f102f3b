/** Help as text: aligned, at most 100 columns. */
import { type Command, type Flag, flagsOf } from "./command.ts";

const columns = 100;
const indent = "  ";
/** Widest left side of flags and of examples; a longer one stands on a line of its own. */
const widest = { flags: 34, examples: 60 } as const;

/** The help of one command. */
export function commandHelp(command: Command): string {
  const groups = Map.groupBy(flagsOf(command), ({ group }) => group ?? "Options");
  const sections = [...groups].map(([heading, flags]) =>
    section(
      heading,
      flags.map((flag) => [spell(flag), flag.about] as const),
    ),
  );
  const notes = (command.notes ?? []).map((note) => `${wrap(note, 0).join("\n")}\n`);
  return [
    `${command.about}\n`,
    section("Usage", [[`cameo ${command.usage}`, ""]]),
    ...sections,
    section("Examples", command.examples),
    ...notes,
  ].join("\n");
}

/** The help of `cameo` itself. */
export function mainHelp(commands: readonly Command[], version: string): string {
  const names = commands.map(({ name, about }) => [name, about] as const);
  return [
    `Cameo ${version}: a self-hosted image proxy.\n`,
    section("Usage", [["cameo [command] [options]", ""]]),
    section("Commands", names),
    section("Options", [
      ["-h, --help", "Show this help, or that of a command."],
      ["--version", "Show the version."],
    ]),
    section(
      "Examples",
      commands.flatMap(({ examples }) => examples.slice(0, 1)),
    ),
    "Exit codes: 0 done, 1 something failed, 2 wrong use or wrong settings.\n",
  ].join("\n");
}

/** `-w, --width, --w <px>`: one letter first, then the long name. */
function spell({ name, also = [], takes, isOptional }: Flag): string {
  const short = also.filter((each) => each.length === 1).map((each) => `-${each}`);
  const long = [name, ...also.filter((each) => each.length > 1)].map((each) => `--${each}`);
  const value = takes === undefined ? "" : isOptional ? `[=<${takes}>]` : ` <${takes}>`;
  return [...short, ...long].join(", ") + value;
}

/** A heading and rows of two columns. */
function section(heading: string, rows: readonly (readonly [string, string])[]): string {
  const most = heading === "Examples" ? widest.examples : widest.flags;
  const width = Math.max(...rows.map(([left]) => left.length).filter((length) => length <= most), 0);
  const lines = rows.flatMap(([left, right]) => row(left, right, indent.length + width + 2));
  return `${heading}:\n${lines.join("\n")}\n`;
}

function row(left: string, right: string, start: number): string[] {
  const [first = "", ...rest] = wrap(right, start);
  const margin = " ".repeat(start);
  const label = `${indent}${left}`;
  if (first === "") return [label];
  if (label.length + 2 > start) return [label, ...[first, ...rest].map((line) => margin + line)];
  return [label.padEnd(start) + first, ...rest.map((line) => margin + line)];
}

/** Breaks text at spaces, for a column that begins at `start`. */
function wrap(text: string, start: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && start + line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
