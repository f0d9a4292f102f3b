/** `cameo render`: one image without a server. */
import { writeFile } from "node:fs/promises";
import { splitUrl } from "../http/image.ts";
import { extensions } from "../image.ts";
import { splitPath } from "../request/parse.ts";
import { type CliParts, type Command, exitCodes, type Input, textOf } from "./command.ts";
import { complain, formatBytes, printBytes } from "./output.ts";
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
      about: "Where to write; - is standard output. Default: the image's own name, here.",
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
  const accept = textOf(input, "accept");
  const request = new Request(`http://localhost${path}`, { headers: accept ? { accept } : {} });
  return withApp(input, parts, { ...settings, workers: 1 }, async ({ handle }) => {
    const response = await handle(request);
    if (!response.ok) return refuse(response);
    return write(response, path, textOf(input, "output"));
  });
}

/** The path and query of a path or of a whole URL, beginning with `/`. */
export function toPath(word: string): string {
  if (!/^https?:\/\//i.test(word)) return word.startsWith("/") ? word : `/${word}`;
  const { pathname, search } = splitUrl(word);
  return search ? `${pathname}?${search}` : pathname;
}

async function refuse(response: Response): Promise<number> {
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  await complain(`cameo: ${code}: ${detail}`);
  return exitCodes.failed;
}

/** A name that was not given may be that of the original: what is there already stays. */
async function write(response: Response, path: string, output: string | undefined): Promise<number> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (output === "-") return printBytes(body).then(() => exitCodes.done);
  const file = output ?? nameOf(path, response.headers.get("content-type") ?? "");
  try {
    await writeFile(file, body, { flag: output === undefined ? "wx" : "w" });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    await complain(`cameo: ${file} is there already; name the result with -o.`);
    return exitCodes.failed;
  }
  await complain(`${file}  ${formatBytes(body.byteLength)}`);
  return exitCodes.done;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/** The last part of the ref, with the ending of what came. */
function nameOf(path: string, type: string): string {
  const { rest } = splitPath(path.split("?", 1)[0] ?? "");
  const last = decodeURIComponent(rest).split(/[/\\]/).filter(Boolean).at(-1) ?? "image";
  const stem = last.replace(/\.\w{1,5}$/, "").replace(/[\p{Cc}:*?"<>|]/gu, "_") || "image";
  return `${stem}.${extensions[type.split(";", 1)[0] ?? ""] ?? "bin"}`;
}
