/** Plugins by kind and name, among those that are loaded. Pure. */
import { CameoError } from "../error.ts";
import type { PluginKind, PluginOf } from "../plugin.ts";
import type { LoadedPlugin } from "./load.ts";

/** A loaded plugin of one kind. */
export type LoadedOf<K extends PluginKind> = LoadedPlugin & { readonly plugin: PluginOf<K> };

export function loadedOf<K extends PluginKind>(plugins: readonly LoadedPlugin[], kind: K): LoadedOf<K>[] {
  return plugins.filter((each): each is LoadedOf<K> => each.plugin.kind === kind);
}

/** The plugin of a kind and name. Throws `bad-setting` that lists what there is. */
export function findPlugin<K extends PluginKind>(
  plugins: readonly LoadedPlugin[],
  kind: K,
  name: string,
  setting: string,
): LoadedOf<K> {
  const all = loadedOf(plugins, kind);
  const found = all.find((each) => each.plugin.name === name);
  if (found) return found;
  const names = all.map((each) => each.plugin.name).join(", ") || "none";
  throw new CameoError(
    "bad-setting",
    `${setting} names the ${kind} "${name}", which is not there; there are: ${names}.`,
  );
}
