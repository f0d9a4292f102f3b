/**
 * Open Graph cards from templates, and every other picture that a link shows.
 *
 *     /og-image?title=Hello&subtitle=World&theme=dark
 *     /og-image/article@2.webp?title=…&avatar=avatar/0bc83c…&w=600
 *     /og-image?image=images/photo.gif                       the picture itself, in a card's shape
 *
 * Threat: words that become structure, texts and pictures without end, a card that shows what its reader may not see or that draws itself.
 * Layers: parameters are an allow-list, the template's schema, checked before anything is fetched; texts are cleaned and counted; pictures come from other
 * mounts as the client could ask for them himself, counted and timed; drawing happens in a worker under its limits; a mount may demand signed URLs.
 * Residual risk: an open mount draws anybody's words; `sign: "required"` ends that.
 */
import { type Original, source, type TemplateEntry } from "cameo/plugin";
import { createBranding } from "./template-brand.ts";
import { createCatalog } from "./template-catalog.ts";
import { checkNames, nameOf } from "./template-check.ts";
import { drawCard } from "./template-draw.ts";
import { fitImage } from "./template-image.ts";
import { options } from "./template-options.ts";
import { namesOf, type Texts } from "./template-parameters.ts";
import { isOnlyImage, readUrl } from "./template-read.ts";

export default source({
  name: "template",
  options,
  draws: true,
  setup(settings, host) {
    const isOff = ({ id, isDisabled }: TemplateEntry) => isDisabled || settings.disabled.includes(nameOf(id));
    const entries = host.templates().map((each) => ({ ...each, isDisabled: isOff(each) }));
    const catalog = createCatalog({ ...settings, entries, host });
    const branding = createBranding(settings, host);
    const studio = { catalog, branding, options: settings, host };
    const isImage = (ref: string, own: Texts) => isOnlyImage(Object.keys(own), namesOfAll(catalog.versions(ref)));
    return {
      read: (url) => readUrl(url, { catalog, options: settings, host }),
      check: () => checkNames(settings, entries),
      edition(ref, own) {
        const texts = textsOf(own);
        const chosen = isImage(ref, own) ? catalog.placeholderFor("") : catalog.choose(ref, texts);
        return [chosen?.entry, chosen && catalog.fallbackFor(texts, chosen.entry)?.entry].map(editionOf).join();
      },
      async load(ref, { query: own, previous, isSigned, signal }) {
        const asker = { isSigned, signal };
        const theme = own.theme === "dark" ? "dark" : "light";
        const texts = textsOf(own);
        const original = isImage(ref, own)
          ? await fitImage(own, theme, asker, studio)
          : await drawCard({ chosen: catalog.choose(ref, texts), texts, theme }, asker, studio);
        return isSame(original, previous) ? "unchanged" : original;
      },
    };
  },
});

const namesOfAll = (entries: readonly TemplateEntry[]): ReadonlySet<string> =>
  new Set(entries.flatMap(({ definition }) => namesOf(definition)));

/** The template's own parameters. */
function textsOf({ theme: _theme, format: _format, ...texts }: Texts): Texts {
  return texts;
}

const editionOf = (entry: TemplateEntry | undefined): string => (entry ? `${entry.id}:${entry.hash}` : "");

const isSame = (original: Original | null, previous: Pick<Original, "etag"> | undefined): boolean =>
  original?.etag !== undefined && original.etag === previous?.etag;
