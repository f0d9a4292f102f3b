/** The powers that plugins get: everything that they do to the world outside goes through here. */
import { CameoError } from "./error.ts";
import type { Figures } from "./metrics.ts";
import { createGuard } from "./net/guard.ts";
import { toOriginal } from "./net/original.ts";
import { answer, type Services } from "./pipeline.ts";
import type { Log, RenderedImage, SourceHost } from "./plugin.ts";
import { trusting } from "./registry/snapshot.ts";
import type { PluginStorages } from "./registry/storage.ts";
import type { MountSettings, Settings } from "./settings/schema.ts";
import { resolve } from "./stages/resolve.ts";

export interface HostParts {
  readonly settings: Settings;
  readonly version: string;
  readonly log: { child(fields: Readonly<Record<string, unknown>>): Log };
  readonly storages: PluginStorages;
  readonly figures: Figures;
  now(): number;
  /** The services of the world that the plugin is part of; `undefined` during setup. */
  services(): Services | undefined;
}

/** Of a source with its mount, or of a route or gate without one. */
export function createHost(id: string, mount: Pick<MountSettings, "allowPrivate">, parts: HostParts): SourceHost {
  const { fetchMs, sourceBytes } = parts.settings.limits;
  const note = (name: string, value: number) => parts.figures.note(id, name, value);
  return {
    log: parts.log.child({ plugin: id }),
    fail: (code, detail, options) => new CameoError(code, detail, options),
    now: () => parts.now(),
    storage: parts.storages.of(id),
    metrics: { count: (name, by = 1) => note(name, by), observe: note },
    render: (path, signal) => renderInside(path, parts.services(), signal),
    fetch: createGuard({
      fetchMs,
      maxBytes: sourceBytes,
      allowPrivate: mount.allowPrivate,
      userAgent: `Cameo/${parts.version}`,
    }),
    maxBytes: sourceBytes,
    toOriginal,
  };
}

async function renderInside(
  path: string,
  services: Services | undefined,
  signal?: AbortSignal,
): Promise<RenderedImage> {
  if (!services) throw new CameoError("internal", "A plugin rendered during its setup.");
  const [pathname = "", search = ""] = path.split("?", 2);
  const request = resolve({ pathname, search, accept: undefined }, trusting(services.snapshot), services.now());
  const { entry } = await answer(request, services, {}, signal);
  const { type, width, height } = entry.header;
  return { body: entry.body, type, width, height };
}
