/** The fonts that ship with Cameo: npm packages, all under the SIL Open Font License. Emoji are Twemoji's, CC-BY 4.0. */

export interface PackagedFont {
  /** For `host.asset`. */
  readonly specifier: string;
  readonly family: string;
  /** Of a font in parts: `latin-ext`. The part without a name is the one that the family's name stands for. */
  readonly part?: string;
  readonly weight: number;
  readonly style: "normal" | "italic";
  /** `core`: Latin, Greek, Cyrillic, Vietnamese, and always there; other scripts are loaded for the first text that needs them. */
  readonly script: "core" | "arabic" | "hebrew" | "devanagari" | "thai";
}

/** Web fonts come in parts; the first is the one that the family's name stands for. */
const parts = ["latin", "latin-ext", "greek", "cyrillic", "cyrillic-ext", "vietnamese"] as const;

const inter = (family: string, file: string, weight: number): PackagedFont => ({
  specifier: `inter-ui/${file}.woff2`,
  family,
  weight,
  style: "normal",
  script: "core",
});

const fontsource = (
  name: string,
  family: string,
  subset: string,
  weight: number,
  style: "normal" | "italic" = "normal",
): PackagedFont => ({
  specifier: `@fontsource/${name}/files/${name}-${subset}-${weight}-${style}.woff`,
  family,
  ...(subset === parts[0] ? {} : { part: subset }),
  weight,
  style,
  script: "core",
});

const ofScript = (script: Exclude<PackagedFont["script"], "core">, family: string): PackagedFont[] =>
  [400, 700].map((weight) => ({
    specifier: `@fontsource/noto-sans-${script}/files/noto-sans-${script}-${script}-${weight}-normal.woff`,
    family,
    weight,
    style: "normal",
    script,
  }));

export const packagedFonts: readonly PackagedFont[] = [
  inter("Inter", "web/Inter-Regular", 400),
  inter("Inter", "web/Inter-SemiBold", 600),
  inter("Inter Display", "display/InterDisplay-SemiBold", 600),
  inter("Inter Display", "display/InterDisplay-ExtraBold", 800),
  ...parts.flatMap((part) => [
    fontsource("source-serif-4", "Source Serif 4", part, 400),
    fontsource("source-serif-4", "Source Serif 4", part, 600),
  ]),
  ...parts.map((part) => fontsource("source-serif-4", "Source Serif 4", part, 400, "italic")),
  ...parts.map((part) => fontsource("jetbrains-mono", "JetBrains Mono", part, 500)),
  ...ofScript("arabic", "Noto Sans Arabic"),
  ...ofScript("hebrew", "Noto Sans Hebrew"),
  ...ofScript("devanagari", "Noto Sans Devanagari"),
  ...ofScript("thai", "Noto Sans Thai"),
];

/** Families that are always at hand: what one lacks is drawn in the first of the others that has it. */
export const coreFamilies: readonly string[] = [
  ...new Set(packagedFonts.filter(({ script }) => script === "core").map(({ family }) => family)),
];

/** Twemoji as a font with coloured layers. */
export const emojiFont = "twemoji-colr-font/twemoji.woff2";

/** Chinese, Japanese and Korean, where these optional packages are installed: variable fonts in slices of about a hundred characters. */
export const slicedFonts: readonly string[] = ["noto-sans-jp", "noto-sans-kr", "noto-sans-sc"];

/** Everything that workers ask their host for, without slices: what an executable has to hold. */
export const packagedAssets: readonly string[] = [
  ...packagedFonts.map(({ specifier }) => specifier),
  emojiFont,
  "harfbuzzjs/hb.wasm",
  "harfbuzzjs/hb-subset.wasm",
];
