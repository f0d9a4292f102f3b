/** What the settings name and what is not there. Only the plugins know what their options mean, so they are asked. */
import type { CheckContext, Checking } from "../plugin.ts";
import { inTime } from "./setup.ts";
import type { Snapshot } from "./snapshot.ts";

/** Sentences for the operator, each with the place in the settings. Never throws: a check that fails is a sentence too. */
export async function checkPlugins({
  mounts,
  routes,
}: Pick<Snapshot, "mounts" | "routes">): Promise<readonly string[]> {
  const all = [...mounts.values()];
  const sources = new Map(all.map(({ name, settings }) => [name, settings.source]));
  const context: CheckContext = { mounts: new Set(sources.keys()), sources };
  // Endpoints of sources are among the routes; their mounts speak for them.
  const own = routes.filter(({ id }) => id.startsWith("route."));
  const found = await Promise.all([
    ...all.map(({ name, source }) => ask(`mounts.${name}`, source, context)),
    ...own.map(({ id, instance }) => ask(id.replace("route.", "routes."), instance, context)),
  ]);
  return found.flat();
}

async function ask(place: string, plugin: Checking, context: CheckContext): Promise<readonly string[]> {
  try {
    const found = await inTime(() => plugin.check?.(context) ?? []);
    return found.map((sentence) => `${place}: ${sentence}`);
  } catch (error) {
    return [`${place} could not be checked: ${error instanceof Error ? error.message : String(error)}`];
  }
}
