/** `cameo templates`: lists templates of cards, starts a new one, draws one. */
import { type CliParts, type Command, type Flag, type Input, UsageError } from "./command.ts";
import { writeStarter } from "./plugins-new.ts";
import { settingsFlags } from "./settings.ts";
import { listTemplates } from "./templates-list.ts";
import { type Given, renderTemplate } from "./templates-render.ts";

const toDraw = "To draw a card";

const flags: readonly Flag[] = [
  { name: "json", about: "The list as JSON." },
  {
    name: "into",
    takes: "folder",
    group: "To start a new one",
    about: "Folder to write to. Default: the first plugin folder of the settings, ./plugins.d.",
  },
  {
    name: "<parameter>",
    takes: "value",
    isOpen: true,
    group: toDraw,
    about: "What the template takes, such as --title Hello, and every parameter of an image, such as --format webp.",
  },
  { name: "theme", takes: "theme", group: toDraw, about: "light or dark. Default light." },
  { name: "size", takes: "px", group: toDraw, about: "Width of the picture. Default: the card's own, 1200." },
  {
    name: "output",
    also: ["o"],
    takes: "file",
    group: toDraw,
    about: "Where to write; - is standard output. Its ending is the format. Default: <name>.png, here.",
  },
  { name: "open", group: toDraw, about: "Show the picture with the system's viewer." },
  ...settingsFlags,
];

export const templates: Command = {
  name: "templates",
  about: "List the templates of cards, write a starter for a new one, or draw a card.",
  usage: "templates [new <name> | render <name>[@<version>]] [options]",
  words: [0, 2],
  flags,
  examples: [
    ["cameo templates", "What there is, with parameters and example URLs."],
    ["cameo templates new my-card", "Writes plugins.d/my-card.tsx and its test."],
    ["cameo templates render card --title Hello --theme dark -o card.png --open", "One card, without a server."],
  ],
  notes: ["A running server shows them all at /templates, and each save of a template at once."],
  run: runTemplates,
};

function runTemplates(input: Input, parts: CliParts): Promise<number> {
  const [word, name = ""] = input.words;
  if (word === "render") return renderTemplate(name, ownFlags(input), input, parts);
  refuseOthers(input);
  if (word === "new") return writeStarter("template", name, input, parts);
  if (word === undefined) return listTemplates(input, parts);
  throw new UsageError(`"cameo templates" got "${word}"; it takes new, render or nothing.`);
}

/** Only a card has parameters. */
function refuseOthers(input: Input): void {
  const other = ownFlags(input)[0];
  if (other) throw new UsageError(`"cameo templates" has no flag --${other[0]}. See "cameo templates --help".`);
}

/** Flags that are parameters: those that the command does not name. */
const ownFlags = (input: Input): Given =>
  [...input.flags]
    .filter(([name]) => !flags.some((flag) => flag.name === name) && name !== "help")
    .map(([name, values]) => [name, values.at(-1) ?? ""]);
