/** `cameo plugins` without more: what a running server has loaded, or what the settings here would load. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../log.ts";
import { type PluginStatus, Shelf } from "../registry/shelf.ts";
import { hideSecrets } from "../settings/hide.ts";
import { ownOptions } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";
import { type CliParts, exitCodes, type Input, textOf, UsageError } from "./command.ts";
import { align, complain, print } from "./output.ts";
import { loadFor } from "./settings.ts";

/** How long the server may take, in milliseconds. */
const timeoutMs = 30_000;

type Options = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A row of `GET /plugins`, as far as it is shown. */
type Row = PluginStatus & { readonly options?: Options; readonly inFlight?: number };

interface Listing {
  /** Absent without a server. */
  readonly generation?: number;
  readonly inFlight?: number;
  readonly plugins: readonly Row[];
}

/** Exit code 1 if a plugin has failed, so that a script notices. */
export async function listPlugins(input: Input, parts: CliParts): Promise<number> {
  const { settings } = await loadFor(input, parts);
  const server = textOf(input, "server");
  const listing = server === undefined ? await listHere(settings, parts) : await ask(server, input, settings);
  if (typeof listing === "string") {
    await complain(`cameo: ${listing}`);
    return exitCodes.failed;
  }
  await print(input.flags.has("json") ? JSON.stringify(listing, null, 2) : toText(listing, settings));
  return listing.plugins.some(({ lastError }) => lastError) ? exitCodes.failed : exitCodes.done;
}

/** The listing, or why there is none. */
async function ask(server: string, input: Input, settings: Settings): Promise<Listing | string> {
  const token = textOf(input, "token") ?? settings.adminToken;
  if (token === undefined) throw new UsageError("The admin token is missing; give --token or set CAMEO_ADMIN_TOKEN.");
  if (!URL.canParse(server)) throw new UsageError(`--server got "${server}"; it takes a URL.`);
  const headers = { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${server.replace(/\/+$/, "")}/plugins`, { headers, signal, redirect: "error" });
    const answer = (await response.json().catch(() => ({}))) as Partial<Listing> & { code?: string; detail?: string };
    if (response.ok && answer.plugins) return { ...answer, plugins: answer.plugins };
    return answer.code ? `${answer.code}: ${answer.detail}` : `${server} answered ${response.status}; is it Cameo?`;
  } catch (error) {
    return `${server} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Loads the plugins, but sets none of them up. */
async function listHere(settings: Settings, { plugins, version, provided }: CliParts): Promise<Listing> {
  const staging = await mkdtemp(join(tmpdir(), "cameo-plugins-"));
  const log = createLog({ level: "silent", sink: { write() {} }, now: () => 0 });
  try {
    const shelf = new Shelf({ builtIns: plugins, version, folders: settings.plugins, staging, provided, log });
    await shelf.refresh();
    return { plugins: shelf.list().map((row) => ({ ...row, options: optionsOf(row, settings) })) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What the settings say to a plugin, by where they say it. */
function optionsOf({ kind, name }: PluginStatus, settings: Settings): Options {
  const mounts = Object.entries(settings.mounts).filter(([, mount]) => kind === "source" && mount.source === name);
  const places = { engine: settings.engines, store: settings.cache, route: settings.routes, gate: settings.gates };
  const heading = kind === "store" ? "cache" : `${kind}s`;
  const own = (Object.hasOwn(places, kind) ? places[kind as keyof typeof places][name] : undefined) as
    | Record<string, unknown>
    | undefined;
  return Object.fromEntries([
    ...mounts.map(([mount, all]) => [`mounts.${mount}`, hideSecrets(ownOptions(all))]),
    ...(own ? [[`${heading}.${name}`, hideSecrets(own)]] : []),
  ]);
}

function toText({ generation, inFlight, plugins }: Listing, settings: Settings): string {
  const own = plugins.filter(({ file }) => file !== null);
  const heading = generation === undefined ? [] : [`Generation ${generation}, ${inFlight} requests in flight`];
  const folders = settings.plugins.join(", ");
  return [
    ...heading,
    `Built in\n${rows(plugins.filter(({ file }) => file === null))}`,
    own.length > 0 || generation !== undefined
      ? `From folders\n${rows(own) || "  none"}`
      : `From folders\n  none in ${folders}; "cameo plugins new source my-source" writes one`,
  ].join("\n\n");
}

function rows(plugins: readonly Row[]): string {
  const table = plugins.map((row) => [
    row.kind || "?",
    row.name || "?",
    row.version || "-",
    stateOf(row),
    row.file ?? "",
  ]);
  const lines = align(table, "  ").split("\n");
  return plugins.flatMap((row, index) => [lines[index] ?? "", ...detailsOf(row)]).join("\n");
}

function stateOf({ isDisabled, lastError, inFlight = 0 }: Row): string {
  const state = lastError ? "failed" : isDisabled ? "off" : "loaded";
  return inFlight > 0 ? `${state}, ${inFlight} in flight` : state;
}

function detailsOf({ options = {}, lastError }: Row): string[] {
  const places = Object.entries(options).map(([place, own]) => {
    const values = Object.entries(own).map(([name, value]) => `${name}=${shown(value)}`);
    return `      ${place}: ${values.join(" ") || "defaults"}`;
  });
  return [...places, ...(lastError ? [`      ${lastError}`] : [])];
}

const shown = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
