/** The cache tiers that the settings name. */
import { totalmem } from "node:os";
import type { Driver } from "unstorage";
import { CameoError } from "../error.ts";
import type { RootLog } from "../log.ts";
import { parseOptions } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";
import type { LoadedPlugin } from "./load.ts";
import { findPlugin } from "./snapshot.ts";

/** The tiers behind memory: every other key of `cache` is a store plugin with its options. */
export async function createTiers(
  settings: Settings,
  plugins: readonly LoadedPlugin[],
  { log, now }: { readonly log: RootLog; now(): number },
): Promise<{ readonly name: string; readonly driver: Driver }[]> {
  const tiers = Object.entries(settings.cache).filter(([name]) => name !== "memory");
  return Promise.all(
    tiers.map(async ([name, options]) => {
      const { plugin } = findPlugin(plugins, "store", name, `cache.${name}`);
      const parsed = parseOptions(plugin.options, options as Record<string, unknown>, ["cache", name]);
      const fail = (...words: ConstructorParameters<typeof CameoError>) => new CameoError(...words);
      return { name, driver: await plugin.setup(parsed, { log: log.child({ plugin: `store.${name}` }), fail, now }) };
    }),
  );
}

/** 512 MiB or a quarter of the machine's memory, whichever is less. */
export function memoryBudget(settings: Settings): number {
  return settings.cache.memory.maxBytes ?? Math.min(512 * 2 ** 20, Math.floor(totalmem() / 4));
}
