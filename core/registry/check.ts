/** What the settings name and what is not there. Only the sources know what their options mean, so they are asked. */
import { inTime } from "./setup.ts";
import type { Mount, Snapshot } from "./snapshot.ts";

/** Sentences for the operator, each with its mount. Never throws: a check that fails is a sentence too. */
export async function checkMounts({ mounts }: Pick<Snapshot, "mounts">): Promise<readonly string[]> {
  const names = new Set(mounts.keys());
  const found = await Promise.all([...mounts.values()].map((mount) => checkMount(mount, names)));
  return found.flat();
}

async function checkMount({ name, source }: Mount, mounts: ReadonlySet<string>): Promise<readonly string[]> {
  try {
    const found = await inTime(() => source.check?.({ mounts }) ?? []);
    return found.map((sentence) => `mounts.${name}: ${sentence}`);
  } catch (error) {
    return [`mounts.${name} could not be checked: ${error instanceof Error ? error.message : String(error)}`];
  }
}
