/** In which order pictures are tried, and which of those that were got is the logo. Pure. */
import type { Look } from "./logo-look.ts";
import type { Candidate } from "./logo-page.ts";

export type Theme = "light" | "dark";

/** From here on a picture is sharp enough wherever logos are shown; a larger one costs more for nothing. */
export const enoughPx = 180;
/** Less than this is asked of services too, where there are any. */
export const poorPx = 64;

/** Best first: what is for this page, then drawings, the smallest that is large enough, an organisation's logo, what is smaller. */
export function inOrder(candidates: readonly Candidate[], theme: Theme): readonly Candidate[] {
  const order = (each: Candidate) => [
    forPage(each.scheme, theme),
    place(each),
    each.px >= enoughPx ? each.px : -each.px,
  ];
  return candidates
    .map((candidate) => ({ candidate, keys: order(candidate) }))
    .sort((a, b) => compare(a.keys, b.keys))
    .map(({ candidate }) => candidate);
}

const forPage = (scheme: Candidate["scheme"], theme: Theme): number => {
  if (scheme === theme) return 0;
  return scheme === undefined ? 1 : 2;
};

function place({ by, isVector, px }: Candidate): number {
  if (by === "mask-icon") return 7;
  if (by === "manifest:maskable") return 6;
  if (by === "/favicon.ico") return 5;
  if (by === "organization") return 2;
  if (by === "/apple-touch-icon.png") return 3;
  if (isVector) return 0;
  return px >= enoughPx ? 1 : 4;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

export interface Tried {
  readonly candidate: Candidate;
  readonly look: Look;
}

/** Whether nothing better need be looked for. A silhouette and what is for the other kind of page are only better than nothing. */
export const isGood = ({ candidate, look }: Tried, theme: Theme): boolean =>
  worth({ candidate, look }) >= (candidate.scheme === theme ? poorPx : enoughPx * 0.66) &&
  (candidate.scheme === undefined || candidate.scheme === theme);

/** What its look is worth, in pixels. */
export function worth({ candidate, look }: Tried): number {
  if (candidate.by === "mask-icon") return 24;
  if (look.isVector) return enoughPx;
  const px = look.px || poorPx;
  return candidate.by === "manifest:maskable" ? Math.min(px, 100) : Math.min(px, enoughPx);
}

/** The best of what was got, the earlier of equals. */
export function bestOf<T extends Tried>(tried: readonly T[], theme: Theme): T | undefined {
  const value = (each: T) => worth(each) - (forPage(each.candidate.scheme, theme) === 2 ? 1000 : 0);
  return tried.reduce<T | undefined>((best, each) => (best && value(best) >= value(each) ? best : each), undefined);
}
