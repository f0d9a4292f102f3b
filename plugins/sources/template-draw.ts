/** A card's URL → the drawing that a worker makes of it: template, parameters, pictures, brand. */
import { createHash } from "node:crypto";
import type { CardPicture, Drawing, Original, SourceHost, TemplateEntry } from "cameo/plugin";
import type { Branding } from "./template-brand.ts";
import type { Catalog, Chosen } from "./template-catalog.ts";
import type { Options } from "./template-options.ts";
import type { Texts } from "./template-parameters.ts";
import { type Asker, isRefusal, type LoadedPicture, loadPicture, remarkOn, within } from "./template-pictures.ts";
import { cardSize } from "./template-read.ts";

export interface Studio {
  readonly catalog: Catalog;
  readonly branding: Branding;
  readonly options: Options;
  readonly host: SourceHost;
}

export interface Order {
  readonly chosen: Chosen;
  readonly texts: Texts;
  readonly theme: "light" | "dark";
}

/** The drawing as an original. Throws `signature-required` or `host-not-allowed` for a picture that this client may not see. */
export async function drawCard({ chosen, texts, theme }: Order, asker: Asker, studio: Studio): Promise<Original> {
  const { catalog, branding, options, host } = studio;
  const [found, { brand, lacksLogo }] = await Promise.all([
    loadPictures(chosen.entry, texts, asker, studio),
    branding.load(theme, asker.signal),
  ]);
  asker.signal.throwIfAborted();
  const pictures = Object.fromEntries([...found.loaded].map(([name, { value }]) => [name, value]));
  const size = chosen.entry.definition.size ?? cardSize;
  const draw = ({ entry, parameters }: Chosen): Drawing => ({
    template: entry.id,
    parameters,
    size,
    theme,
    brand,
    pictures: ownPictures(entry, pictures),
  });
  const fallback = catalog.fallbackFor(texts, chosen.entry);
  const drawing = { ...draw(chosen), ...(fallback ? { fallback: draw(fallback) } : {}) };
  if (chosen.isFallback) host.metrics.count("fallbacks");
  if (found.missing > 0) host.metrics.count("missingPictures", found.missing);
  const isStopgap = chosen.isStopgap || lacksLogo || found.missing > 0;
  const code = [chosen.entry.hash, fallback?.entry.hash ?? ""];
  return asOriginal(drawing, { ...found, isStopgap }, code, options.missingS);
}

interface Found {
  readonly loaded: ReadonlyMap<string, LoadedPicture>;
  readonly missing: number;
  /** Which are missing, and why. */
  readonly remarks: readonly string[];
}

/** All at once; what is missing, late, huge or no picture at all is left out, for the template to stand in for it. */
async function loadPictures(
  entry: TemplateEntry,
  texts: Texts,
  { isSigned, signal }: Asker,
  { host, options }: Studio,
): Promise<Found> {
  const parts = { host, asking: options, density: options.pictureDensity, maxPx: options.maxPicturePx };
  const asked = Object.entries(entry.definition.pictures ?? {}).flatMap(([name, slot]) => {
    const ref = texts[name];
    return ref === undefined ? [] : [{ name, slot, ref }];
  });
  if (asked.length === 0) return { loaded: new Map(), missing: 0, remarks: [] };
  const asker = { isSigned, signal: within(signal, options.pictureMs) };
  const remarks: string[] = [];
  const loads = asked.map(async ({ name, slot, ref }) => {
    try {
      return [[name, await loadPicture(ref, slot, asker, parts)]] as const;
    } catch (error) {
      if (isRefusal(error) && !isSigned)
        throw host.fail(error.code, `"${name}": ${error.detail}`, { fields: { parameter: name } });
      host.log.debug("a card goes without a picture", { template: entry.id, parameter: name, cause: error });
      remarks.push(remarkOn(name, error));
      return [];
    }
  });
  const loaded = new Map((await Promise.all(loads)).flat());
  return { loaded, missing: asked.length - loaded.size, remarks: remarks.sort() };
}

function ownPictures(
  { definition }: TemplateEntry,
  pictures: Readonly<Record<string, CardPicture>>,
): Drawing["pictures"] {
  const slots = definition.pictures ?? {};
  return Object.fromEntries(Object.entries(pictures).filter(([name]) => Object.hasOwn(slots, name)));
}

/** Fresh as long as its pictures are, but no less than a card without one, or than one in place of another. */
function asOriginal(
  drawing: Drawing,
  { loaded, remarks, isStopgap }: Pick<Found, "loaded" | "remarks"> & { readonly isStopgap: boolean },
  code: readonly string[],
  missingS: number,
): Original {
  const all = [...loaded.values()];
  const ages = all.flatMap(({ maxAgeS }) => (maxAgeS === undefined ? [] : [Math.max(maxAgeS, missingS)]));
  const needsSignature = all.some((each) => each.needsSignature);
  const isPrivate = all.some((each) => each.isPrivate);
  const made = JSON.stringify([drawing, code, needsSignature, isPrivate]);
  const least = Math.min(...ages, ...(isStopgap ? [missingS] : []));
  return {
    body: new Uint8Array(),
    drawing: { ...drawing, ...(remarks.length > 0 ? { remarks } : {}) },
    etag: `"${createHash("sha256").update(made).digest("hex")}"`,
    by: drawing.template,
    needsSignature,
    isPrivate,
    ...(Number.isFinite(least) ? { maxAgeS: least } : {}),
    ...(isStopgap ? { isStopgap: true } : {}),
  };
}
