/** Parameters that templates share. Length is counted in graphemes: what a reader takes for one character. */
import * as v from "valibot";

/** A text that may be absent. An empty one is as good as absent. */
export const text = (most: number, about: string) =>
  v.pipe(v.optional(v.pipe(v.string(), v.maxGraphemes(most))), v.description(about));

/** The name of a picture: `images/photo.jpg`, `avatar/0bc83c…` or an address that the settings allow. */
export const picture = (about: string) =>
  v.pipe(v.optional(v.pipe(v.string(), v.maxLength(2048))), v.description(about));

/** `#rgb` or `#rrggbb`; the `#` may be left out, since it has to be escaped in a URL. */
export const color = (about: string) =>
  v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i, "takes a colour such as 0f766e"),
        v.transform((hex) => `#${hex.replace("#", "")}`),
      ),
    ),
    v.description(about),
  );
