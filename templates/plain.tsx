/** @jsxImportSource cameo */
/** Drawn when another template fails: a title upon a background, of nothing that could fail. `/og-image/plain?title=Hello` */
import { type Card, type Child, type FittedText, template } from "cameo/plugin";
import * as v from "valibot";

export default template({
  name: "plain",
  about: "A title upon a plain background: what is drawn when another template fails.",
  parameters: v.object({
    title: v.pipe(v.optional(v.pipe(v.string(), v.maxGraphemes(300))), v.description("The only text.")),
  }),
  examples: [{ title: "A title upon a plain background" }, {}],
  render({ title }, card) {
    const { size, colors } = card;
    const fitted = fit(card, title || card.brand.name || "");
    return (
      <div
        style={{
          display: "flex",
          flexDirection: "column",
          justifyContent: "center",
          alignItems: fitted?.isRightToLeft ? "flex-end" : "flex-start",
          width: size.width,
          height: size.height,
          padding: marginPx,
          boxSizing: "border-box",
          color: colors.text,
          backgroundColor: colors.background,
        }}
      >
        {fitted ? lines(fitted, card.brand.fonts.heading) : null}
      </div>
    );
  },
});

const marginPx = 72;
const weight = 600;

function lines(fitted: FittedText, fontFamily: string): readonly Child[] {
  const direction = fitted.isRightToLeft ? "rtl" : "ltr";
  const line = {
    display: "flex",
    whiteSpace: "nowrap",
    height: fitted.lineHeightPx,
    direction,
    fontFamily,
    fontWeight: weight,
  };
  return fitted.lines.map((text) => (
    <div style={{ ...line, fontSize: fitted.sizePx, lineHeight: `${fitted.lineHeightPx}px` }}>{text}</div>
  ));
}

/** Whatever made the first template fail may be the text or its font: without them, the background is left. */
function fit(card: Card, title: string): FittedText | undefined {
  try {
    const { width, height } = card.size;
    const [maxWidthPx, maxHeightPx] = [width - 2 * marginPx, height - 2 * marginPx];
    return card.fit(title, {
      maxWidthPx,
      maxHeightPx,
      maxLines: 6,
      sizesPx: [80, 64, 52, 42],
      lineHeight: 1.2,
      weight,
    });
  } catch {
    return undefined;
  }
}
