/** `cameo convert`: files, globs and folders through the pipeline, without server or cache. */
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Codec } from "../request/codec.ts";
import { parameterTable } from "../request/parameters.ts";
import { merge, parseSettings } from "../settings/load.ts";
import type { Settings, SettingsInput } from "../settings/schema.ts";
import {
  type CliParts,
  type Command,
  exitCodes,
  type Flag,
  type Input,
  numberOf,
  textOf,
  UsageError,
} from "./command.ts";
import { findInputs, planTarget, type Target } from "./convert-files.ts";
import { convertAll, filesSource } from "./convert-run.ts";
import { createReport } from "./progress.ts";
import { loadFor, settingsFlags, withApp } from "./settings.ts";

/** Parameters that belong to a URL, not to a picture. */
const urlParameters: readonly string[] = ["version", "expires", "signature"];

const codecs = Object.entries(parameterTable as Readonly<Record<string, Codec<unknown>>>).filter(
  ([name]) => !urlParameters.includes(name),
);

/** Names of values in the help; others are called `value`. */
const hints: Readonly<Record<string, string>> = {
  width: "px",
  height: "px",
  crop: "x,y,w,h",
  rotate: "degrees",
  hue: "degrees",
  background: "colour",
  tint: "colour",
  format: "format",
  quality: "1-100",
};

/** Every transform parameter as a flag, in its long and short spelling. */
const parameterFlags: readonly Flag[] = codecs.map(([name, { parse, short, takes, about = "" }]) => {
  const isSwitch = takes === "1 or 0";
  return {
    name,
    ...(short ? { also: [short] } : {}),
    ...(isSwitch ? {} : { takes: hints[name] ?? "value" }),
    isOptional: !isSwitch && parse("") !== undefined,
    group: "Image",
    about: about.replaceAll("`", ""),
  };
});

export const convert: Command = {
  name: "convert",
  about: "Convert image files, all files of a folder, or what a pattern matches.",
  usage: "convert <in…> <out> [options]",
  words: [2, Number.POSITIVE_INFINITY],
  flags: [
    ...parameterFlags,
    { name: "concurrency", also: ["j"], takes: "count", about: "Files at work at one time. Default: one per core." },
    { name: "overwrite", about: "Replace results that are there already; without it they are skipped." },
    { name: "dry-run", also: ["n"], about: "Say what would be done; write nothing." },
    { name: "quiet", about: "Only say what failed." },
    ...settingsFlags,
  ],
  examples: [
    ["cameo convert photo.jpg photo.webp --w 320", "One file; its ending gives the format."],
    ["cameo convert photos/ small/ -w 800 -f avif", "A folder with all below it."],
    ["cameo convert 'in/**/*.png' 'out/{name}-{w}.{ext}' -w 64 --radius max", "A pattern on each side."],
  ],
  notes: [
    "<out> is a file, a folder, or a pattern of {dir}, {name}, {from} (the old ending), {ext} (the new one), {w} and {h}. " +
      "A folder keeps the tree of what is below <in>. The input is never overwritten; what is no image is skipped.",
    "-h with a number is --height, else this help.",
  ],
  run: runConvert,
};

async function runConvert(input: Input, parts: CliParts): Promise<number> {
  const started = performance.now();
  const [words, out] = [input.words.slice(0, -1), input.words.at(-1) ?? ""];
  if (input.words.includes("-"))
    throw new UsageError("cameo convert takes files; - is none. cameo render … -o - writes to standard output.");
  const inputs = await findInputs(words, out);
  const target = await planTarget(out, inputs, textOf(input, "format"));
  const concurrency = Math.min(numberOf(input, "concurrency", 1) ?? availableParallelism(), inputs.length);
  const settings = await convertSettings(input, parts, concurrency);
  const plugins = [...parts.plugins, filesSource(settings.limits.sourceBytes)];
  const job = {
    inputs,
    target,
    search: searchOf(input, target),
    concurrency,
    isDry: input.flags.has("dry-run"),
    mayReplace: input.flags.has("overwrite"),
  };
  const report = createReport(inputs.length, input.flags.has("quiet"));
  await withApp(input, { ...parts, plugins }, settings, ({ services }) => convertAll(job, services, report));
  const { done, skipped, failed } = await report.finish(performance.now() - started, job.isDry);
  return failed > 0 || done + skipped.exists === 0 ? exitCodes.failed : exitCodes.done;
}

/** A batch may take longer over one picture than a client would wait, in milliseconds. */
const jobMs = 60_000;

/** The settings with one mount, all files, and nothing that outlives the command. */
async function convertSettings(input: Input, parts: CliParts, workers: number): Promise<Settings> {
  const defaults = merge({ limits: { jobMs } }, parts.defaults as Record<string, unknown>) as SettingsInput;
  const { settings } = await loadFor(input, { ...parts, defaults });
  return parseSettings({
    ...settings,
    workers: Math.min(settings.workers ?? workers, workers),
    mounts: { files: { source: "files" } },
    cache: { memory: { maxBytes: 0 } },
    secret: randomUUID(),
    presetsOnly: false,
  });
}

/** The image flags as a query; the ending of a single result gives its format. */
function searchOf(input: Input, target: Target): string {
  const query = new URLSearchParams();
  for (const [name, { parse, takes }] of codecs) {
    const text = textOf(input, name);
    if (text === undefined) continue;
    if (parse(text) === undefined) throw new UsageError(`--${name} got "${text}"; it takes ${takes}.`);
    query.set(name, text);
  }
  if (target.format && !query.has("format")) query.set("format", target.format);
  return query.toString();
}
