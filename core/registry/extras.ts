/** Routes and gates of a snapshot: plugins that work as soon as they are loaded. */
import { CameoError } from "../error.ts";
import type { Endpoint, GateInstance, PluginKind, PluginOf, RouteHost, RouteInstance, ServerHost } from "../plugin.ts";
import { parseOptions } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";
import { findPlugin } from "./find.ts";
import type { LoadedPlugin } from "./load.ts";
import { blame, disposeEach, type Running, setUp } from "./setup.ts";

/** As much of a mount as is needed here. */
interface MountLike {
  readonly definition: { readonly name: string };
  readonly source: { readonly endpoints?: readonly Endpoint[] };
  readonly settings: { readonly internal: boolean };
}

export interface ExtraParts {
  readonly settings: Settings;
  readonly plugins: readonly LoadedPlugin[];
  readonly disabled: ReadonlySet<string>;
  readonly mounts: ReadonlyMap<string, MountLike>;
  /** First parts of paths that are Cameo's own. */
  readonly reserved: readonly string[];
  /** Whether the settings may name a plugin that is gone. Default: no. */
  readonly isLenient?: boolean;
  createHost(id: string): RouteHost & ServerHost;
}

export interface Extras {
  readonly routes: readonly Running<RouteInstance>[];
  /** In the order in which they are asked. */
  readonly gates: readonly Running<GateInstance>[];
}

/** Sets routes and gates up. Throws `bad-setting`; what was set up by then is disposed. */
export async function createExtras(parts: ExtraParts): Promise<Extras> {
  const routes: Running<RouteInstance>[] = [];
  const gates: Running<GateInstance>[] = [];
  try {
    refuseUnknown(parts);
    for (const { id, plugin } of active(parts, "route")) {
      const own = parts.settings.routes[plugin.name] ?? {};
      const options = () => parseOptions(plugin.options, own, ["routes", plugin.name]);
      routes.push({ id, instance: await setUp(id, () => plugin.setup(options(), parts.createHost(id))) });
    }
    for (const { id, plugin } of active(parts, "gate")) {
      const own = parts.settings.gates[plugin.name] ?? {};
      const options = () => parseOptions(plugin.options, own, ["gates", plugin.name]);
      gates.push({ id, instance: await setUp(id, () => plugin.setup(options(), parts.createHost(id))) });
    }
    const all = [...endpointsOfMounts(parts.mounts), ...routes];
    refuseClashes(all, parts);
    return { routes: all, gates };
  } catch (error) {
    await disposeEach([...routes, ...gates], parts);
    throw error;
  }
}

/** Options for a route or gate that is not there: a slip of the pen, or a guard that is missing. */
function refuseUnknown({ isLenient, plugins, settings }: ExtraParts): void {
  if (isLenient) return;
  for (const name of Object.keys(settings.routes)) findPlugin(plugins, "route", name, `routes.${name}`);
  for (const name of Object.keys(settings.gates)) findPlugin(plugins, "gate", name, `gates.${name}`);
}

/** Sources may answer more than images. They are disposed with their mounts. */
const endpointsOfMounts = (mounts: ExtraParts["mounts"]): Running<RouteInstance>[] =>
  [...mounts.values()].flatMap(({ definition, source: { endpoints } }) =>
    endpoints ? [{ id: `source.${definition.name}`, instance: { endpoints } }] : [],
  );

function active<K extends PluginKind>({ plugins, disabled }: ExtraParts, kind: K) {
  type Active = LoadedPlugin & { readonly plugin: PluginOf<K> };
  const all = plugins.filter((each): each is Active => each.plugin.kind === kind && !disabled.has(each.id));
  return all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function refuseClashes(routes: readonly Running<RouteInstance>[], parts: ExtraParts): void {
  const seen = new Map<string, string>();
  for (const { id, instance } of routes) {
    for (const endpoint of instance.endpoints) refuseClash(id, endpoint, parts, seen);
  }
}

/** A source may have anything below a mount but the images themselves: `POST /avatar`, `GET /avatar/:hash/info`. A route keeps away from mounts. */
function refuseClash(
  id: string,
  { method, path }: Endpoint,
  { mounts, reserved }: ExtraParts,
  seen: Map<string, string>,
): void {
  const [empty, first = "", ...rest] = path.split("/");
  const mount = mounts.get(first);
  const isImage = mount && (!id.startsWith("source.") || (method === "GET" && (rest.length === 0 || rest[0] === "*")));
  if (empty !== "" || !/^[\w.-]+$/.test(first) || reserved.includes(first) || isImage) {
    const taken = `${id} wants the path ${path}, which is taken or begins with no plain name.`;
    throw blame(id, new CameoError("bad-setting", taken));
  }
  const key = `${method} ${path.replace(/:[^/]+/g, ":")}`;
  const other = seen.get(key);
  if (other) throw blame(id, new CameoError("bad-setting", `${id} and ${other} both want ${method} ${path}.`));
  seen.set(key, id);
}
