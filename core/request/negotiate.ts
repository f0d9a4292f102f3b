/** `Accept` of images, cut down to what a cache key needs to know. */

/** Modern formats a client may name, best first. Only an explicit name counts: `image/*` says nothing about AVIF. */
export const negotiable = ["avif", "webp"] as const;
export type Negotiable = (typeof negotiable)[number];

/** The modern formats that an `Accept` header names with a quality above 0 (RFC 9110 §12.5.1), in our order. */
export function acceptedFormats(accept: string | null | undefined): readonly Negotiable[] {
  if (!accept) return [];
  const named = accept
    .toLowerCase()
    .split(",")
    .map((part) => part.trim());
  return negotiable.filter((format) => named.some((part) => names(part, `image/${format}`)));
}

function names(part: string, type: string): boolean {
  const [name, ...attributes] = part.split(";").map((each) => each.trim());
  return name === type && !attributes.some((each) => /^q=0(\.0*)?$/.test(each));
}
