/** One row of `GET /plugins`. */
import type { Figures } from "../metrics.ts";
import { hideSecrets } from "../settings/hide.ts";
import { ownOptions } from "../settings/load.ts";
import type { PluginStatus } from "./shelf.ts";
import type { Snapshot } from "./snapshot.ts";

type OptionsByName = Readonly<Record<string, unknown>>;

/** A plugin with the options that it runs with, without secrets, and with its own figures. */
export function rowOf(status: PluginStatus, { settings, mounts }: Snapshot, figures: Figures): object {
  const own = [...mounts.values()].filter(({ definition }) => `source.${definition.name}` === status.id);
  const byMount = own.map((mount) => [`mounts.${mount.name}`, hideSecrets(ownOptions(mount.settings))]);
  const places: Readonly<Record<string, readonly [place: string, all: OptionsByName]>> = {
    route: ["routes", settings.routes],
    gate: ["gates", settings.gates],
    engine: ["engines", settings.engines],
    store: ["cache", settings.cache],
  };
  const [place = "", all = {}] = places[status.kind] ?? [];
  const at = Object.hasOwn(all, status.name) ? all[status.name] : undefined;
  const options = at ? [[`${place}.${status.name}`, hideSecrets(at as Record<string, unknown>)]] : [];
  return {
    ...status,
    inFlight: figures.inFlight(status.id),
    options: Object.fromEntries([...byMount, ...options]),
    figures: figures.of(status.id),
  };
}
