/** Settings of a mount of cards, and the look that cards have without any. */
import type { Brand, BrandColors } from "cameo/plugin";
import * as v from "valibot";

const hex = v.pipe(v.string(), v.regex(/^#[\da-f]{6}([\da-f]{2})?$/i, "takes a colour such as #1a73e8"));
const about = v.description;
const count = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const color = (where: string, plain: string) => v.pipe(v.optional(hex, plain), about(`Colour ${where}.`));

/** Text has a contrast of at least 4.5 to what lies under it (WCAG 2.2, 1.4.3); a test holds that. */
const plainColors = {
  light: {
    background: "#faf8f4",
    surface: "#ffffff",
    text: "#1a1917",
    muted: "#666159",
    accent: "#b5442a",
    onAccent: "#ffffff",
  },
  dark: {
    background: "#141312",
    surface: "#201f1d",
    text: "#f6f3ee",
    muted: "#a8a298",
    accent: "#f08a66",
    onAccent: "#1a1917",
  },
} as const satisfies Record<"light" | "dark", BrandColors>;

const palette = (plain: BrandColors) =>
  v.optional(
    v.strictObject({
      background: color("of the card", plain.background),
      surface: color("of panels upon the background", plain.surface),
      text: color("of text", plain.text),
      muted: color("of secondary text", plain.muted),
      accent: color("of what stands out", plain.accent),
      onAccent: color("of text upon the accent", plain.onAccent),
    }),
    {},
  );

const patterns = ["none", "glow", "grid", "dots", "waves"] as const satisfies readonly Brand["pattern"][];

const picture = v.pipe(v.string(), v.minLength(1));

const brand = v.strictObject({
  name: v.pipe(v.optional(v.string()), about("Name of the team or product, shown on its cards.")),
  logo: v.pipe(
    v.optional(picture),
    about("The logo: another mount's image such as `images/logo.svg`, or a URL. Default none."),
  ),
  logoDark: v.pipe(v.optional(picture), about("The logo on dark cards. Default: `logo`.")),
  cornerPx: v.pipe(v.optional(count(0, 200), 24), about("Radius of corners, in pixels of the card.")),
  pattern: v.pipe(v.optional(v.picklist(patterns), "glow"), about("What the background shows.")),
  fonts: v.optional(
    v.strictObject({
      heading: v.pipe(v.optional(v.string(), "Inter Display"), about("Font family of headings.")),
      body: v.pipe(v.optional(v.string(), "Inter"), about("Font family of all other text.")),
    }),
    {},
  ),
  colors: v.optional(v.strictObject({ light: palette(plainColors.light), dark: palette(plainColors.dark) }), {}),
});

const query = v.pipe(v.string(), v.regex(/^[^?#\s]+$/, "takes a query such as d=404"));

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

export const options = v.object({
  default: v.pipe(v.optional(v.string(), "card"), about("Template of a URL that names none.")),
  fallback: v.pipe(
    v.optional(v.string(), "plain"),
    about("Template that is drawn where another fails or is switched off; `none` answers with an error instead."),
  ),
  placeholder: v.pipe(
    v.optional(v.string(), "placeholder"),
    about("Template that stands in where a picture is asked for alone and is not there. It is told the `kind`."),
  ),
  disabled: v.pipe(
    v.optional(v.array(v.string()), []),
    about("Templates that this mount does not draw: `card`, `card@2`. Another version or the fallback stands in."),
  ),
  rollout: v.pipe(
    v.optional(v.record(v.string(), v.record(v.string(), percent)), {}),
    about(
      'Share of URLs that a version gets, in percent: `{ "card": { "2": 5 } }`. The same URL gets the same version; what is left stays with the first one. A URL that names a version gets that one.',
    ),
  ),
  remote: v.pipe(
    v.optional(v.string(), "remote"),
    about("Mount that pictures given as a URL come through: its allow-list holds."),
  ),
  pictureQuery: v.pipe(
    v.optional(v.record(v.string(), query), { avatar: "d=404" }),
    about(
      "Query that pictures are asked for with, by mount. Default: `d=404` for `avatar`, so that the card itself stands in for people without a picture.",
    ),
  ),
  brand: v.optional(brand, {}),
  maxTextGraphemes: v.pipe(
    v.optional(count(1, 10_000), 1000),
    about("Most characters of all texts of a card together, as a reader counts them."),
  ),
  maxPictures: v.pipe(v.optional(count(0, 32), 8), about("Most pictures of one card, without the logo.")),
  maxPicturePx: v.pipe(v.optional(count(16, 8192), 2400), about("Longest side that a picture is fetched with.")),
  pictureDensity: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0.5), v.maxValue(3)), 1),
    about(
      "Pixels that a picture is fetched with for one of its card. 1 is enough for cards of 1200 px; 2 is for `dpr=2`, and slower.",
    ),
  ),
  pictureMs: v.pipe(
    v.optional(count(1, 60_000), 5000),
    about("Time for the pictures of a card together, in milliseconds; what is late is left out."),
  ),
  missingS: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 60),
    about("How long a card is fresh that lacks a picture, or stands in for one that is switched off, in seconds."),
  ),
});

export type Options = v.InferOutput<typeof options>;
