/** The cache tiers that the settings name. A reload keeps those that are as they were, and opens the others anew. */
import { totalmem } from "node:os";
import type { Driver } from "unstorage";
import { CameoError } from "../error.ts";
import type { RootLog } from "../log.ts";
import { parseOptions } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";
import { findPlugin } from "./find.ts";
import type { LoadedPlugin } from "./load.ts";
import { setUp } from "./setup.ts";

/** How long a store may take to set up, in milliseconds: a disk with many files is read meanwhile. */
const setupMs = 60_000;

/** A store at work. */
export interface OpenTier {
  readonly name: string;
  /** Changes with its code and options. */
  readonly key: string;
  readonly driver: Driver;
}

export interface TierParts {
  readonly settings: Settings;
  readonly plugins: readonly LoadedPlugin[];
  /** IDs that an operator has switched off: such a tier is closed, and opened again afterwards. */
  readonly disabled: ReadonlySet<string>;
  readonly log: RootLog;
  now(): number;
  /** Those that are open now. */
  readonly old: readonly OpenTier[];
  /** Whether a store's plugin may be gone: it works on if it is open. */
  readonly isLenient: boolean;
}

/** The tiers behind memory: every other key of `cache` is a store plugin with its options. Throws `bad-setting`; what was opened by then is closed. */
export async function openTiers(parts: TierParts): Promise<readonly OpenTier[]> {
  const opened: OpenTier[] = [];
  try {
    for (const [name, options] of Object.entries(parts.settings.cache)) {
      if (name === "memory" || parts.disabled.has(`store.${name}`)) continue;
      const tier = await openTier(name, options as Record<string, unknown>, parts);
      if (tier) opened.push(tier);
    }
    return opened;
  } catch (error) {
    await closeTiers(opened, parts.old);
    throw error;
  }
}

/** Closes those that are not among `kept`. */
export async function closeTiers(tiers: readonly OpenTier[], kept: readonly OpenTier[]): Promise<void> {
  for (const tier of tiers) if (!kept.includes(tier)) await tier.driver.dispose?.();
}

/** `undefined` for one whose plugin is gone, where that is allowed and it was not open before. */
async function openTier(
  name: string,
  options: Record<string, unknown>,
  parts: TierParts,
): Promise<OpenTier | undefined> {
  const { plugins, old, isLenient, log, now } = parts;
  const isThere = plugins.some(({ id }) => id === `store.${name}`);
  const before = old.find((each) => each.name === name);
  if (!isThere && isLenient) return before;
  const { plugin, version } = findPlugin(plugins, "store", name, `cache.${name}`);
  const parsed = parseOptions(plugin.options, options, ["cache", name]);
  const key = JSON.stringify([version, parsed]);
  if (before?.key === key) return before;
  const fail = (...words: ConstructorParameters<typeof CameoError>) => new CameoError(...words);
  const id = `store.${name}`;
  const host = { log: log.child({ plugin: id }), fail, now };
  return { name, key, driver: await setUp(id, () => plugin.setup(parsed, host), setupMs) };
}

/** 512 MiB or a quarter of the machine's memory, whichever is less. */
export function memoryBudget(settings: Settings): number {
  return settings.cache.memory.maxBytes ?? Math.min(512 * 2 ** 20, Math.floor(totalmem() / 4));
}
