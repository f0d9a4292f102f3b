/**
 * Which font draws what: the same choice as satori makes, so that a text is measured with what it is drawn with, and what cannot be drawn is known before.
 * Satori takes, for each grapheme, the first font that has its first character: of the families asked for, then of all in their order. Pure.
 */
import { isInvisible } from "./satori-text.ts";

export interface Weighted {
  readonly weight: number;
  readonly style: "normal" | "italic";
}

export interface Covering {
  readonly coverage: { has(codePoint: number): boolean };
}

/** A family as satori knows it: one font per weight and style. */
export interface Family<F extends Weighted & Covering> {
  readonly name: string;
  readonly faces: readonly F[];
}

/** The face of a family for a weight and style: https://www.w3.org/TR/css-fonts-4/#font-style-matching, weight before style as satori does. */
export function nearest<F extends Weighted>(faces: readonly F[], weight: number, style: F["style"]): F | undefined {
  let best: F | undefined;
  for (const face of faces) if (!best || distance(face, weight, style) < distance(best, weight, style)) best = face;
  return best;
}

/** Heavier ones first for the heavy, lighter ones first for the light; 400 and 500 stand for each other. */
function distance(face: Weighted, weight: number, style: string): number {
  const off = face.style === style ? 0 : 0.5;
  if (face.weight === weight) return off;
  const isTwin = (weight === 400 && face.weight === 500) || (weight === 500 && face.weight === 400);
  if (isTwin) return 1 + off;
  const isWrongWay = weight > 500 ? face.weight < weight : face.weight > weight;
  return Math.abs(face.weight - weight) + (isWrongWay ? 1000 : 10) + off;
}

/** Families in the order in which satori asks them for a text in these families. */
export function chain<F extends Weighted & Covering>(families: readonly Family<F>[], asked: readonly string[]) {
  const first = asked.flatMap((name) => families.filter((each) => each.name.toLowerCase() === name.toLowerCase()));
  return [...first, ...families.filter((each) => !first.includes(each))];
}

/** Whether a font has all that a grapheme shows. */
export function covers(font: Covering, grapheme: string): boolean {
  return Array.from(grapheme, (each) => each.codePointAt(0) ?? 0).every(
    (codePoint) => font.coverage.has(codePoint) || isInvisible(codePoint),
  );
}

/** The face that satori takes for each grapheme of one text style; `undefined` where no face has its first character. */
export function createPicker<F extends Weighted & Covering>(faces: readonly F[]): (grapheme: string) => F | undefined {
  // Satori remembers its choice by the first UTF-16 unit, which whole blocks of rare characters share.
  const chosen = new Map<number, F | undefined>();
  return (grapheme) => {
    const unit = grapheme.charCodeAt(0);
    if (!chosen.has(unit)) {
      const codePoint = grapheme.codePointAt(0) ?? 0;
      chosen.set(
        unit,
        faces.find((face) => face.coverage.has(codePoint)),
      );
    }
    return chosen.get(unit);
  };
}
