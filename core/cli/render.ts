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
    await write(response, path, textOf(input, "output"));
    return exitCodes.done;
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

async function write(response: Response, path: string, output: string | undefined): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (output === "-") return printBytes(body);
  const file = output ?? nameOf(path, response.headers.get("content-type") ?? "");
  await writeFile(file, body);
  await complain(`${file}  ${formatBytes(body.byteLength)}`);
}

/** The last part of the ref, with the ending of what came. */
function nameOf(path: string, type: string): string {
  const { rest } = splitPath(path.split("?", 1)[0] ?? "");
  const last = decodeURIComponent(rest).split(/[/\\]/).filter(Boolean).at(-1) ?? "image";
  const stem = last.replace(/\.\w{1,5}$/, "").replace(/[\p{Cc}:*?"<>|]/gu, "_") || "image";
  return `${stem}.${extensions[type.split(";", 1)[0] ?? ""] ?? "bin"}`;
}
