/** @jsxImportSource cameo */
/** Stands in for a picture that is not there: a person, a company, or a landscape. `/og-image/placeholder?kind=person` */
import { type Card, type Child, template } from "cameo/plugin";
import * as v from "valibot";
import { mix } from "./parts/color.ts";
import { Company, Person, Photo } from "./parts/pictures.tsx";

const kinds = ["person", "company", "card"] as const;

export default template({
  name: "placeholder",
  about: "Stands in for a picture that is not there.",
  parameters: v.object({
    kind: v.pipe(v.optional(v.picklist(kinds), "card"), v.description("What the picture was to show.")),
  }),
  examples: kinds.map((kind) => ({ kind })),
  render({ kind }, card) {
    const { width, height } = card.size;
    const ground = mix(card.colors.background, card.colors.accent, 0.14);
    if (kind === "card")
      return <Photo card={card} picture={undefined} widthPx={width} heightPx={height} cornerPx={0} />;
    return (
      <div
        style={{
          ...middle,
          alignItems: kind === "person" ? "flex-end" : "center",
          width,
          height,
          backgroundColor: ground,
        }}
      >
        <Figure card={card} kind={kind} ground={ground} />
      </div>
    );
  },
});

const middle = { display: "flex", justifyContent: "center" } as const;

/** Large enough that a square cut from the middle, as some readers show it, has all of it. */
function Figure({
  card,
  kind,
  ground,
}: {
  readonly card: Card;
  readonly kind: string;
  readonly ground: string;
}): Child {
  const ink = mix(card.colors.background, card.colors.accent, 0.62);
  const size = Math.min(card.size.width, card.size.height) * 0.86;
  return kind === "person" ? (
    <Person size={size} ground={ground} ink={ink} />
  ) : (
    <Company size={size} ground={ground} ink={ink} />
  );
}
