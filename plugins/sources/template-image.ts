/** A URL that asks for a picture only: the picture as it is, which Cameo brings to the card's shape, or a card that stands in for it. */
import { createHash } from "node:crypto";
import type { Original } from "cameo/plugin";
import { drawCard, type Order, type Studio } from "./template-draw.ts";
import type { Texts } from "./template-parameters.ts";
import { type Asker, isRefusal, remarkOn, vouch, within } from "./template-pictures.ts";
import { kindOf, pathOf } from "./template-reference.ts";

/** `null` if the picture is not there and nothing stands in for it. Throws `signature-required` or `host-not-allowed` for one that this client may not see. */
export async function fitImage(
  own: Texts,
  theme: Order["theme"],
  asker: Asker,
  studio: Studio,
): Promise<Original | null> {
  const { catalog, host, options } = studio;
  const image = own.image ?? "";
  const found = await findImage(image, asker, studio);
  if (typeof found !== "string") return found;
  const chosen = catalog.placeholderFor(own.kind ?? kindOf(image));
  if (!chosen) return null;
  host.metrics.count("missingPictures");
  const card = await drawCard({ chosen, texts: {}, theme }, asker, studio);
  const drawing = card.drawing && { ...card.drawing, remarks: [found] };
  return { ...card, drawing, maxAgeS: options.missingS, isStopgap: true };
}

/** Of a picture that is broken nothing can be shown either: a glance at it tells, and is kept for the next time. */
const glance = "w=16&frames=1&f=png";

/** Or a remark on why it is not there. */
async function findImage(image: string, asker: Asker, { host, options }: Studio): Promise<Original | string> {
  const context = { signal: within(asker.signal, options.pictureMs), as: "stranger" } as const;
  try {
    const load = (path: string) => host.original(path, context);
    const { value, needsSignature } = await vouch(pathOf(image, options), load, asker, host);
    if (!value) return remarkOn("image", host.fail("not-found", "There is no image under this name."));
    if (!value.drawing) await vouch(pathOf(image, options, glance), (path) => host.render(path, context), asker, host);
    return { ...value, ...kept(value), ...(needsSignature ? { needsSignature } : {}) };
  } catch (error) {
    asker.signal.throwIfAborted();
    if (isRefusal(error) && !asker.isSigned) throw error;
    host.log.debug("a picture to fit is not there", { cause: error });
    return remarkOn("image", error);
  }
}

/** The mount that it comes from keeps a copy already. */
function kept({ body, drawing, etag }: Original): Partial<Original> {
  return drawing ? { etag } : { isLocal: true, etag: `"${createHash("sha256").update(body).digest("hex")}"` };
}
