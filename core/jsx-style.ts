/**
 * The style properties that a card draws: what satori 0.63 lists as supported, less what needs a page (counters, scrolling, animation). A template that uses another
 * one is drawn without it, and says so. Source: the table "CSS" in satori's README.
 */
const groups = {
  box: "display position float clear top right bottom left inset zIndex visibility boxSizing overflow overflowX overflowY isolation",
  size: "width height minWidth minHeight maxWidth maxHeight aspectRatio",
  space:
    "margin marginTop marginRight marginBottom marginLeft padding paddingTop paddingRight paddingBottom paddingLeft",
  flex: "flex flexDirection flexWrap flexFlow flexGrow flexShrink flexBasis alignItems alignContent alignSelf justifyContent gap rowGap columnGap order",
  grid: "grid gridTemplate gridTemplateColumns gridTemplateRows gridTemplateAreas gridAutoColumns gridAutoRows gridAutoFlow gridRow gridRowStart gridRowEnd gridColumn gridColumnStart gridColumnEnd gridArea justifyItems justifySelf placeItems placeContent placeSelf",
  border:
    "border borderTop borderRight borderBottom borderLeft borderWidth borderTopWidth borderRightWidth borderBottomWidth borderLeftWidth borderStyle borderTopStyle borderRightStyle borderBottomStyle borderLeftStyle borderColor borderTopColor borderRightColor borderBottomColor borderLeftColor borderRadius borderTopLeftRadius borderTopRightRadius borderBottomRightRadius borderBottomLeftRadius cornerShape outline outlineWidth outlineStyle outlineColor outlineOffset",
  font: "font fontFamily fontSize fontWeight fontStyle fontKerning fontFeatureSettings fontVariant fontVariantCaps fontVariantNumeric fontVariantLigatures fontSynthesis",
  text: "color direction textAlign textIndent textTransform textOverflow textDecoration textDecorationLine textDecorationColor textDecorationStyle textShadow lineHeight letterSpacing wordSpacing whiteSpace wordBreak overflowWrap wordWrap textWrap lineClamp verticalAlign tabSize WebkitTextStroke WebkitTextStrokeWidth WebkitTextStrokeColor WebkitTextFillColor",
  background:
    "background backgroundColor backgroundImage backgroundPosition backgroundSize backgroundClip backgroundRepeat backgroundOrigin backgroundBlendMode",
  paint:
    "opacity transform transformOrigin translate rotate scale objectFit objectPosition boxShadow filter clipPath mask maskImage maskPosition maskSize maskRepeat maskClip mixBlendMode paintOrder",
  list: "listStyle listStyleType listStylePosition",
  svg: "fill stroke strokeWidth strokeLinecap strokeLinejoin strokeDasharray",
} as const;

type Words<T extends string> = T extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : T;

/** Name of a style property, in camel case. */
export type StyleProperty = Words<(typeof groups)[keyof typeof groups]>;

/** All of them. */
export const styleProperties: ReadonlySet<string> = new Set(Object.values(groups).flatMap((group) => group.split(" ")));

/** Names by group, for the documentation. */
export const styleGroups: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(groups).map(([name, group]) => [name, group.split(" ")]),
);

/** Numbers are pixels where a property has a unit. */
export type Style = { readonly [Name in StyleProperty]?: string | number | undefined };
