/** `cameo sign`: the signed canonical URL of a request. */
import process from "node:process";
import { createApp } from "../app.ts";
import { parameterTable } from "../request/parameters.ts";
import { signUrl } from "../stages/sign.ts";
import { type CliParts, type Command, exitCodes, type Input, textOf, UsageError } from "./command.ts";
import { print } from "./output.ts";
import { toPath } from "./render.ts";
import { addressOf } from "./serve.ts";
import { loadFor, openLog, settingsFlags } from "./settings.ts";

export const sign: Command = {
  name: "sign",
  about: "Print the signed URL of an image.",
  usage: "sign <url-path> [--expires <when>]",
  words: [1, 1],
  flags: [
    {
      name: "expires",
      also: ["e"],
      takes: "when",
      about: "When it ends: 30m, 12h or 7d from now, 2026-12-31, or Unix seconds. Default: never.",
    },
    {
      name: "key",
      also: ["k"],
      takes: "key",
      about: "The key. Default: the first of signingKeys, else the one derived from secret.",
    },
    {
      name: "base",
      takes: "url",
      about: "Address of the server. Default: baseUrl, else host and port of the settings.",
    },
    ...settingsFlags,
  ],
  examples: [
    ["cameo sign '/remote/https://example.com/a.jpg?w=320' --expires 1h", "Good for an hour."],
    ["cameo sign /images/a.jpg --base https://img.example.com", "For a public address."],
  ],
  run: runSign,
};

/** Fewest characters of a key, by the settings' schema. */
const leastKey = 16;

async function runSign(input: Input, parts: CliParts): Promise<number> {
  const key = textOf(input, "key");
  if (key !== undefined && key.length < leastKey)
    throw new UsageError(
      `--key got text of ${key.length} characters; it takes at least ${leastKey}, as signingKeys does.`,
    );
  const own = textOf(input, "base");
  if (own !== undefined && !(/^https?:\/\//i.test(own) && URL.canParse(own)))
    throw new UsageError(`--base got "${own}"; it takes a URL such as https://img.example.com.`);
  const expires = expiryOf(textOf(input, "expires"), Date.now());
  const { settings } = await loadFor(input, parts);
  const log = openLog("warn");
  const facts = { settings: { ...settings, workers: 1 }, log, environment: process.env };
  const app = await createApp({ ...parts, ...facts, leavesOut: "any" });
  try {
    const path = toPath(input.words[0] ?? "");
    const signed = signUrl(path, app.services.snapshot, { expires, key });
    const base = own?.replace(/\/+$/, "") ?? addressOf(settings, settings.port);
    await print(`${base}${signed}`);
    return exitCodes.done;
  } finally {
    await app.dispose();
    log.flush();
  }
}

const unitS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Unix seconds of `1h`, `2026-12-31`, `2026-12-31T18:00Z` or Unix seconds. `now` in milliseconds. Throws `UsageError`. */
export function expiryOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = secondsOf(text, now);
  if (seconds === undefined)
    throw new UsageError(`--expires got "${text}"; it takes 30m, 12h, 7d, a date such as 2026-12-31, or Unix seconds.`);
  if (seconds * 1000 <= now) throw new UsageError(`--expires got "${text}", which is over already.`);
  if (parameterTable.expires.parse(String(seconds)) === undefined)
    throw new UsageError(`--expires got "${text}", which is too far away; leave it out for a URL that never ends.`);
  return seconds;
}

function secondsOf(text: string, now: number): number | undefined {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (amount && unit) return Math.floor(now / 1000) + Number(amount) * (unitS[unit] ?? 0);
  const time = /^\d{9,11}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(time) || !/^\d{4,}/.test(text) ? undefined : Math.floor(time / 1000);
}
