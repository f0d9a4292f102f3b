/** `cameo purge`: tells a running server to forget a source and everything made from it. */
import { type CliParts, type Command, exitCodes, type Input, textOf, UsageError } from "./command.ts";
import { complain, print } from "./output.ts";
import { toPath } from "./render.ts";
import { addressOf } from "./serve.ts";
import { loadFor, settingsFlags } from "./settings.ts";

/** How long the server may take, in milliseconds. */
const timeoutMs = 60_000;

export const purge: Command = {
  name: "purge",
  about: "Make a running server forget an image, with everything made from it.",
  usage: "purge <url-or-path> [--server <url>]",
  words: [1, 1],
  flags: [
    {
      name: "server",
      also: ["s"],
      takes: "url",
      about: "Address of the server. Default: that of the URL, else host and port of the settings.",
    },
    {
      name: "token",
      also: ["t"],
      takes: "token",
      about: "The admin token. Default: adminToken of the settings, CAMEO_ADMIN_TOKEN.",
    },
    ...settingsFlags,
  ],
  examples: [
    ["cameo purge /images/photo.jpg", "From the server on this machine."],
    ["cameo purge https://img.example.com/images/photo.jpg?w=320", "From another one; parameters do not matter."],
  ],
  run: runPurge,
};

async function runPurge(input: Input, parts: CliParts): Promise<number> {
  const { settings } = await loadFor(input, parts);
  const word = input.words[0] ?? "";
  const server = textOf(input, "server") ?? originOf(word) ?? addressOf({ host: settings.host }, settings.port);
  const token = textOf(input, "token") ?? settings.adminToken;
  if (token === undefined) throw new UsageError("The admin token is missing; give --token or set CAMEO_ADMIN_TOKEN.");
  const response = await ask(readUrl(server.replace(/\/+$/, "") + toPath(word)), token);
  if (typeof response === "string") {
    await complain(`cameo: ${server} does not answer: ${response}`);
    return exitCodes.failed;
  }
  return report(response);
}

function originOf(word: string): string | undefined {
  return /^https?:\/\//i.test(word) ? readUrl(word).origin : undefined;
}

function readUrl(text: string): URL {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return new URL(text);
  throw new UsageError(`"${text}" is no URL; a server is named like http://127.0.0.1:3000.`);
}

/** The answer, or why there is none. This is the operator's own request to their own server, so no guard stands before it. */
async function ask(url: URL, token: string): Promise<Response | string> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    return await fetch(url, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
      signal,
      redirect: "error",
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function report(response: Response): Promise<number> {
  const answer = (await response.json().catch(() => ({}))) as {
    purged?: unknown;
    mount?: string;
    ref?: string;
    code?: string;
    detail?: string;
  };
  if (response.ok) {
    await print(`Purged ${answer.ref} of ${answer.mount}: ${countsOf(answer.purged)}.`);
    return exitCodes.done;
  }
  const reason = answer.code
    ? `${answer.code}: ${answer.detail}`
    : `the server answered ${response.status}; is it Cameo?`;
  await complain(`cameo: ${reason}`);
  return exitCodes.failed;
}

/** `3 entries`, or a count by tier. */
function countsOf(purged: unknown): string {
  const counts = typeof purged === "object" && purged !== null ? Object.entries(purged) : [["", purged]];
  return counts
    .map(([tier, count]) => `${count} ${count === 1 ? "entry" : "entries"}${tier ? ` in ${tier}` : ""}`)
    .join(", ");
}
