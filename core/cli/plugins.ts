/** `cameo plugins`: lists plugins, starts a new one, tests one. */
import { type CliParts, type Command, type Input, UsageError } from "./command.ts";
import { listPlugins } from "./plugins-list.ts";
import { newPlugin } from "./plugins-new.ts";
import { starterKinds } from "./plugins-starters.ts";
import { testPlugins } from "./plugins-test.ts";
import { settingsFlags } from "./settings.ts";

export const plugins: Command = {
  name: "plugins",
  about: "List plugins, write a starter for a new one, or test one against its contract.",
  usage: "plugins [new <kind> <name> | test <file-or-folder>] [options]",
  words: [0, 3],
  flags: [
    { name: "json", about: "The list as JSON, as GET /plugins answers it." },
    {
      name: "server",
      also: ["s"],
      takes: "url",
      group: "To list",
      about: "Ask this running server. Default: look at the settings and the plugin folders.",
    },
    {
      name: "token",
      also: ["t"],
      takes: "token",
      group: "To list",
      about: "The server's admin token. Default: adminToken of the settings, CAMEO_ADMIN_TOKEN.",
    },
    {
      name: "into",
      takes: "folder",
      group: "To start a new one",
      about: "Folder to write to. Default: the first plugin folder of the settings, ./plugins.d.",
    },
    {
      name: "option",
      takes: "name=value",
      group: "To test",
      about: "An option for the plugin; may be given several times. Default: what the settings say to it.",
    },
    {
      name: "ref",
      takes: "ref",
      group: "To test",
      about:
        "A ref that is there: the source loads it, over the real network. Default: nothing is asked of the network.",
    },
    {
      name: "query",
      takes: "query",
      group: "To test",
      about: 'Parameters for a transform, such as "duotone=ff0000". Default: values that they take.',
    },
    ...settingsFlags,
  ],
  examples: [
    ["cameo plugins", "What is loaded from the settings of this folder."],
    ["cameo plugins --server http://127.0.0.1:3000 --json", "What a running server has loaded, for programs."],
    ["cameo plugins new source my-source", "Writes plugins.d/my-source.ts and its test."],
    ["cameo plugins test plugins.d", "Every plugin in the folder; exit code 1 if one fails."],
  ],
  notes: [`Kinds with a starter: ${starterKinds.join(", ")}. Plugins are trusted code: listing and testing runs them.`],
  run: runPlugins,
};

const actions: Readonly<Record<string, (input: Input, parts: CliParts) => Promise<number>>> = {
  new: newPlugin,
  test: testPlugins,
};

function runPlugins(input: Input, parts: CliParts): Promise<number> {
  const [word] = input.words;
  if (word === undefined) return listPlugins(input, parts);
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (action) return action(input, parts);
  throw new UsageError(`"cameo plugins" got "${word}"; it takes new, test or nothing.`);
}
