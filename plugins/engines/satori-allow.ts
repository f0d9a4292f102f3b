/**
 * What a template may draw with. Threat: a text from a URL that ends up in an attribute or a style by a template's mistake, and makes the library fetch
 * an address, or reads like markup. Layers: a list of elements; addresses are `data:` pictures or `#ids` of the card itself; a custom property, which
 * the library puts together later, is kept out of every property that takes pictures. Residual risk: a template is code, trusted as the operator's own.
 */

const html =
  "div span p h1 h2 h3 h4 h5 h6 strong b em i u s small big mark code kbd pre blockquote ul ol li hr br img header footer main section article aside nav figure figcaption";
const svg =
  "svg g defs path rect circle ellipse line polyline polygon linearGradient radialGradient stop clipPath mask pattern symbol use image title desc filter feBlend feColorMatrix feComponentTransfer feComposite feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset feTurbulence feDropShadow";

const elements: ReadonlySet<string> = new Set(`${html} ${svg}`.split(" "));

export const isElement = (name: string): boolean => elements.has(name);

/** Handled elsewhere, or without meaning on a card. */
const otherAttributes: ReadonlySet<string> = new Set("children style key ref class className tw alt".split(" "));

type Values = Record<string, string | number>;

/** Makes the error from the end of a sentence. */
type Refuse = (why: string) => Error;

/** An element's attributes. Throws what `refuse` makes. */
export function allowedAttributes(props: Readonly<Record<string, unknown>>, refuse: Refuse): Values {
  if ("dangerouslySetInnerHTML" in props) throw refuse("cards show elements and texts, no HTML");
  return allowed(
    Object.entries(props).filter(([name]) => !otherAttributes.has(name) && !/^on/i.test(name)),
    refuse,
  );
}

/** An element's style. Throws what `refuse` makes. */
export function allowedStyle(style: unknown, refuse: Refuse): Values {
  return typeof style === "object" && style !== null ? allowed(Object.entries(style), refuse) : {};
}

function allowed(entries: readonly (readonly [string, unknown])[], refuse: Refuse): Values {
  const kept: Values = {};
  for (const [name, value] of entries) {
    if (!/^(?:--)?[a-z][\w:-]*$/i.test(name)) continue;
    if (typeof value !== "string" && typeof value !== "number") continue;
    const why = typeof value === "string" ? refusal(name, value) : undefined;
    if (why !== undefined) throw refuse(why);
    kept[name] = value;
  }
  return kept;
}

const picture = /^data:image\/(?:png|jpe?g|gif|svg\+xml)[;,]/i;

/** Properties for which the library loads pictures. */
const takesPictures = /background|mask|image|list|content|border|cursor|filter/i;

/** Why a value is refused; `undefined` if it is not. */
function refusal(name: string, value: string): string | undefined {
  const isAddress = /^(?:src|(?:xlink:?)?href)$/i.test(name);
  const addresses = isAddress
    ? [value]
    : Array.from(value.matchAll(/url\(\s*["']?([^)]{0,40})/gi), ([, found]) => found);
  if (addresses.some((address = "") => !picture.test(address) && !/^#[\w-]/.test(address)))
    return `"${name}" must be a data: URI of a PNG, JPEG, GIF or SVG, or an #id: cards load nothing`;
  if (takesPictures.test(name) && /(?:var|env)\(/i.test(value)) return `"${name}" takes no var() or env() on a card`;
  return undefined;
}
