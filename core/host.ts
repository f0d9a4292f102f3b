/** The powers that plugins get: everything that they do to the world outside goes through here. */
import { createHmac } from "node:crypto";
import { noteLineage, noteUse, type Use } from "./cache/lineage.ts";
import { CameoError, toCameoError } from "./error.ts";
import { moderate } from "./http/gates.ts";
import type { Original } from "./image.ts";
import type { Figures, Troubles } from "./metrics.ts";
import { createGuard } from "./net/guard.ts";
import { toOriginal } from "./net/original.ts";
import { answer, refuseUnsigned, type Services } from "./pipeline.ts";
import type { Log, RenderedImage, RenderOptions, SourceHost, TemplateEntry } from "./plugin.ts";
import type { PluginBlobStores } from "./registry/blobs.ts";
import { trusting } from "./registry/snapshot.ts";
import type { PluginStorages } from "./registry/storage.ts";
import type { Settings } from "./settings/schema.ts";
import { fetch, type Origin } from "./stages/fetch.ts";
import { type ImageRequest, resolve } from "./stages/resolve.ts";
import { signUrl } from "./stages/sign.ts";

export interface HostParts {
  readonly settings: Settings;
  readonly version: string;
  readonly secret: string;
  readonly log: { child(fields: Readonly<Record<string, unknown>>): Log };
  readonly storages: PluginStorages;
  readonly blobs: PluginBlobStores;
  readonly figures: Figures;
  readonly troubles: Troubles;
  readonly templates: readonly TemplateEntry[];
  now(): number;
  /** The services of the world that the plugin is part of; `undefined` during setup. */
  services(): Services | undefined;
}

/** Whom a host is for: a source with its mount, or a route or gate without one. */
export interface HostOwner {
  readonly id: string;
  /** Empty without one. */
  readonly mount: string;
  readonly allowPrivate: readonly string[];
}

export function createHost({ id, mount, allowPrivate }: HostOwner, parts: HostParts): SourceHost {
  const { fetchMs, sourceBytes } = parts.settings.limits;
  const note = (name: string, value: number) => parts.figures.note(id, name, value);
  const running = () => runningOf(parts);
  return {
    mount,
    log: parts.log.child({ plugin: id }),
    fail: (code, detail, options) => new CameoError(code, detail, options),
    now: () => parts.now(),
    storage: parts.storages.of(id),
    blobs: parts.blobs.of(id),
    metrics: { count: (name, by = 1) => note(name, by), observe: note },
    baseUrl: parts.settings.baseUrl?.replace(/\/+$/, ""),
    render: async (path, options = {}) => renderInside(path, running(), options),
    original: async (path, options = {}) => originalInside(path, running(), options),
    sign(path, { expiresS } = {}) {
      const expires = expiresS === undefined ? undefined : Math.floor(parts.now() / 1000) + expiresS;
      return signUrl(path, running().snapshot, { expires });
    },
    purge: async (path) => running().cache.purge(inside(path, running(), {}).keys.prefix),
    moderate: async (upload) => moderate(upload, running()),
    hmac: (text) => createHmac("sha256", parts.secret).update(`${id}\0${text}`).digest("hex"),
    trouble: (part, error) => parts.troubles.note(part, error),
    templates: () => parts.templates,
    fetch: createGuard({ fetchMs, maxBytes: sourceBytes, allowPrivate, userAgent: `Cameo/${parts.version}` }),
    maxBytes: sourceBytes,
    toOriginal,
  };
}

function runningOf(parts: HostParts): Services {
  const services = parts.services();
  if (services) return services;
  throw new CameoError("internal", "A plugin asked for an image during its setup.");
}

/** A request from inside: as a plugin's own, or as if the stranger whose words they are had asked. */
function inside(path: string, services: Services, { as = "plugin" }: RenderOptions): ImageRequest {
  const [pathname = "", search = ""] = splitOnce(path, "?");
  const raw = { pathname, search, accept: undefined };
  if (as === "stranger") return resolve(raw, services.snapshot, services.now());
  return resolve({ ...raw, isInside: true }, trusting(services.snapshot), services.now());
}

function splitOnce(text: string, at: string): readonly string[] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

async function renderInside(path: string, services: Services, options: RenderOptions): Promise<RenderedImage> {
  const request = inside(path, services, options);
  const asked = noting("part", request, services, async () => {
    const { entry } = await answer(request, services, {}, options.signal);
    return { entry, origin: entry.header.origin };
  });
  const { entry, origin } = await asked;
  const { type, width, height, freshUntil } = entry.header;
  const maxAgeS = Math.max(0, Math.floor((freshUntil - services.now()) / 1000));
  const isPrivate = origin?.isPrivate === true || origin?.needsSignature === true;
  return { body: entry.body, type, width, height, maxAgeS, isPrivate };
}

/** Notes for who is loading what it uses; of a failure, what is remembered of that. */
async function noting<T extends { readonly origin: Origin | undefined }>(
  use: Use,
  { keys }: ImageRequest,
  { cache }: Services,
  work: () => Promise<T>,
): Promise<T> {
  noteUse(use, keys.prefix);
  try {
    const found = await work();
    noteLineage(use, found.origin?.madeOf);
    return found;
  } catch (error) {
    noteLineage(use, cache.peek(keys.original)?.entry.header.origin?.madeOf);
    throw error;
  }
}

/** What a missing image is to one who asks several sources. */
const absent: ReadonlySet<string> = new Set(["not-found", "no-such-route", "plugin-disabled"]);

async function originalInside(path: string, services: Services, options: RenderOptions): Promise<Original | null> {
  const signal = options.signal ?? new AbortController().signal;
  try {
    const request = inside(path, services, options);
    const found = await noting("copy", request, services, async () => {
      const found = await fetch(request, services, { variant: undefined, signal });
      return "unchanged" in found ? { origin: undefined } : found;
    });
    if (!found.origin) return null;
    refuseUnsigned(request, found.origin);
    const { body, drawing, origin, times } = found;
    const { sha256, madeOf: _madeOf, ...known } = origin;
    const leftS = Math.max(0, Math.floor((times.freshUntil - services.now()) / 1000));
    return { ...known, body, drawing, etag: origin.etag ?? sha256, maxAgeS: leftS };
  } catch (error) {
    if (absent.has(toCameoError(error).code)) return null;
    throw error;
  }
}
