/** `cameo sign`: the signed canonical URL of a request. */
import { CameoError } from "../error.ts";
import { splitUrl } from "../http/image.ts";
import { builtIn } from "../registry/load.ts";
import { findPlugin } from "../registry/snapshot.ts";
import {
  createGrammar,
  formatRequest,
  type Grammar,
  type MountGrammar,
  type ParsedRequest,
  parseRequest,
  splitPath,
} from "../request/parse.ts";
import { signPath } from "../request/sign.ts";
import { findSecret, signingKeysOf } from "../secret.ts";
import type { Settings } from "../settings/schema.ts";
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

async function runSign(input: Input, parts: CliParts): Promise<number> {
  const expires = expiryOf(textOf(input, "expires"), Date.now());
  const { settings } = await loadFor(input, parts);
  const grammar = createGrammar(
    Object.assign({}, ...parts.plugins.map((each) => (each.kind === "transform" ? each.parameters : {}))),
  );
  const request = parsePath(toPath(input.words[0] ?? ""), settings, parts, grammar);
  const log = openLog("warn");
  const key = textOf(input, "key") ?? signingKeysOf(settings, await findSecret(settings, log))[0] ?? "";
  log.flush();
  const ending = expires === undefined ? request : { ...request, parameters: { ...request.parameters, expires } };
  const signature = signPath(formatRequest(ending, grammar, ["signature"]), key);
  const signed = formatRequest({ ...ending, parameters: { ...ending.parameters, signature } }, grammar);
  const base = textOf(input, "base")?.replace(/\/+$/, "") ?? addressOf(settings, settings.port);
  await print(`${base}${signed}`);
  return exitCodes.done;
}

/** Parsed as the mount would: its source may have query parameters of its own. */
function parsePath(path: string, settings: Settings, { plugins, version }: CliParts, grammar: Grammar): ParsedRequest {
  const { pathname, search } = splitUrl(`http://localhost${path}`);
  const { mount: name } = splitPath(pathname);
  const mount = Object.hasOwn(settings.mounts, name) ? settings.mounts[name] : undefined;
  if (!mount)
    throw new CameoError(
      "no-such-route",
      `There is no mount "${name}"; there are ${Object.keys(settings.mounts).join(", ")}.`,
    );
  const loaded = plugins.map((plugin) => builtIn(plugin, version));
  const { plugin } = findPlugin(loaded, "source", mount.source, `mounts.${name}.source`);
  return parseRequest(pathname, search, grammar, plugin.readsUrls ? ownNames(search, grammar) : plugin);
}

/** All that is not Cameo's belongs to a source that reads its URLs itself: it says what is wrong when it is asked. */
function ownNames(search: string, { spellings }: Grammar): MountGrammar {
  return { query: [...new URLSearchParams(search).keys()].filter((name) => !spellings.has(name)) };
}

const unitS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Unix seconds of `1h`, `2026-12-31`, `2026-12-31T18:00Z` or Unix seconds. `now` in milliseconds. Throws `UsageError`. */
export function expiryOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (amount && unit) return Math.floor(now / 1000) + Number(amount) * (unitS[unit] ?? 0);
  const time = /^\d{9,11}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(time) || !/^\d{4,}/.test(text))
    throw new UsageError(`--expires got "${text}"; it takes 30m, 12h, 7d, a date such as 2026-12-31, or Unix seconds.`);
  if (time <= now) throw new UsageError(`--expires got "${text}", which is over already.`);
  return Math.floor(time / 1000);
}
