/** `cameo render`: one image without a server. */
import { extname } from "node:path";
import { splitUrl } from "../http/image.ts";
import { extensions, inputFormats, mimeTypes, outputFormats } from "../image.ts";
import { expandPresets } from "../registry/presets.ts";
import type { Snapshot } from "../registry/snapshot.ts";
import { parseRequest, splitPath } from "../request/parse.ts";
import { type CliParts, type Command, exitCodes, type Input, textOf, UsageError } from "./command.ts";
import { complain, type Problem, printBytes, toSentence } from "./output.ts";
import { save } from "./save.ts";
import { loadFor, settingsFlags, withApp } from "./settings.ts";

export const render: Command = {
  name: "render",
  about: "Make one image, as the server would answer its URL, and write it to a file.",
  usage: "render <url-path> [-o <file>]",
  words: [1, 1],
  flags: [
    {
      name: "output",
      also: ["o"],
      takes: "file",
      about:
        "Where to write; its ending gives the format if the URL names none. - is standard output. Default: the image's own name, here.",
    },
    { name: "accept", takes: "types", about: 'The Accept header, such as "image/avif,image/webp", for format=auto.' },
    ...settingsFlags,
  ],
  examples: [
    ["cameo render '/images/photo.jpg?w=320' -o small.jpg", "One picture."],
    ["cameo render '/images/photo.jpg?f=webp' -o - > p.webp", "To standard output."],
    ["cameo render /meta/images/photo.jpg -o -", "Its description, as JSON."],
  ],
  run: runRender,
};

async function runRender(input: Input, parts: CliParts): Promise<number> {
  const { settings } = await loadFor(input, parts);
  const path = toPath(input.words[0] ?? "");
  const [accept, output] = [textOf(input, "accept"), textOf(input, "output")];
  const ending = output === undefined || output === "-" ? undefined : endingOf(output);
  return withApp(input, parts, { ...settings, workers: 1 }, async ({ handle, services }) => {
    const asked = ending ? withFormat(path, ending, services.snapshot) : path;
    const response = await handle(new Request(`http://localhost${asked}`, { headers: accept ? { accept } : {} }));
    if (!response.ok) return refuse(response);
    const type = typeOf(response);
    if (ending && mimeTypes[ending] !== type) {
      const got = type.split("/").at(-1);
      throw new UsageError(`${output} ends like ${ending}, but the URL gives ${got}; change one of the two.`);
    }
    return write(response, path, output);
  });
}

const typeOf = (response: Response): string => response.headers.get("content-type")?.split(";", 1)[0] ?? "";

type ImageFormat = (typeof inputFormats)[number];

/** The image format that a file's name ends like, if any. */
function endingOf(file: string): ImageFormat | undefined {
  const ending = extname(file).slice(1).toLowerCase().replace(/^jpg$/, "jpeg").replace(/^tif$/, "tiff");
  return inputFormats.find((each) => each === ending);
}

/** The path that asks for this format too, unless it names one; as it is where nothing may be added, and where the server will say what is wrong. */
function withFormat(path: string, format: ImageFormat, snapshot: Snapshot): string {
  const { pathname, search } = splitUrl(`http://localhost${path}`);
  const mount = snapshot.mounts.get(splitPath(pathname).mount);
  const isWritten = outputFormats.some((each) => each === format);
  if (!mount || !isWritten || mount.settings.presetsOnly || snapshot.settings.presetsOnly) return path;
  try {
    const { output, parameters } = parseRequest(pathname, search, snapshot.grammar, mount.grammar);
    const named = expandPresets(parameters, snapshot.presets).format ?? "auto";
    const isInPath = mount.grammar.read !== undefined && endingOf(pathname) !== undefined;
    if (output === "meta" || named !== "auto" || isInPath || parameters.signature !== undefined) return path;
  } catch {
    return path;
  }
  const others = search.split("&").filter((each) => each !== "" && !/^(f|format)=auto$/i.test(each));
  return `${pathname}?${[...others, `format=${format}`].join("&")}`;
}

/** The path and query of a path or of a whole URL, beginning with `/`. */
export function toPath(word: string): string {
  if (!/^https?:\/\//i.test(word)) return word.startsWith("/") ? word : `/${word}`;
  const { pathname, search } = splitUrl(word);
  return search ? `${pathname}?${search}` : pathname;
}

async function refuse(response: Response): Promise<number> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  await complain(`cameo: ${problem.code ? toSentence(problem) : `This path answers ${response.status} and no image.`}`);
  return exitCodes.failed;
}

/** A name that was not given may be that of the original: what is there already stays. */
async function write(response: Response, path: string, output: string | undefined): Promise<number> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (output === "-") return printBytes(body).then(() => exitCodes.done);
  return save(output ?? nameOf(path, typeOf(response)), body, output !== undefined);
}

/** The last part of the ref, with the ending of what came. */
function nameOf(path: string, type: string): string {
  const { rest } = splitPath(path.split("?", 1)[0] ?? "");
  const last = decodeURIComponent(rest).split(/[/\\]/).filter(Boolean).at(-1) ?? "image";
  const stem = last.replace(/\.\w{1,5}$/, "").replace(/[\p{Cc}:*?"<>|]/gu, "_") || "image";
  return `${stem}.${extensions[type] ?? "bin"}`;
}
