/** @jsxImportSource cameo */
/** A square with up to three letters or emoji, for people without a picture. `/og-image/initials?name=Ada%20Lovelace` */
import { type Card, type Child, template } from "cameo/plugin";
import * as v from "valibot";
import { colorOf, inkOn, mix } from "./parts/color.ts";
import { color, text } from "./parts/parameters.ts";
import { Person } from "./parts/pictures.tsx";
import { fitBlock, Text } from "./parts/text.tsx";

const parameters = v.object({
  initials: text(20, "Shown as they are: up to three letters or emoji."),
  name: text(200, "A name, of whose first and last word the first letters are taken."),
  hash: text(128, "What the colour is chosen by, so that equal initials may differ. Default: name or initials."),
  background: color("Instead of the chosen colour."),
  foreground: color("Of the letters. Default: white or black, whichever is easier to read."),
});

export default template({
  name: "initials",
  about: "A square avatar with initials or an emoji on a colour of their own.",
  parameters,
  size: { width: 512, height: 512 },
  examples: [
    { name: "Ada Lovelace" },
    { name: "山田 太郎" },
    { name: "Zoë", hash: "205e460b479e2e5b48aec07710c08d50" },
    { initials: "🦊" },
    { initials: "QA", background: "1f2937", foreground: "fbbf24" },
    { hash: "c160f8cc69a4f0bf2b0362752353d060" },
  ],
  render({ initials, name, hash, background, foreground }, card) {
    const letters = initials ? graphemes(initials).slice(0, 3).join("") : initialsOf(name ?? "");
    const ground = background ?? colorOf(hash || name || initials || "");
    const ink = foreground ?? inkOn(ground);
    const { width, height } = card.size;
    return (
      <div style={{ ...middle, width, height, backgroundColor: ground }}>
        {letters === "" ? (
          <Person size={width} ground={ground} ink={foreground ?? mix(ground, ink, 0.72)} />
        ) : (
          <Letters card={card} letters={letters} ink={ink} />
        )}
      </div>
    );
  },
});

const middle = { display: "flex", alignItems: "center", justifyContent: "center" } as const;

function Letters({
  card,
  letters,
  ink,
}: {
  readonly card: Card;
  readonly letters: string;
  readonly ink: string;
}): Child {
  const { width } = card.size;
  const isPicture = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(letters);
  const share =
    { 1: isPicture ? 0.58 : 0.5, 2: 0.42, 3: 0.33 }[graphemes(letters.replace(nonJoiner, "")).length] ?? 0.33;
  const block = fitBlock(
    card,
    letters,
    { family: card.brand.fonts.heading, weight: 600, color: ink, lineHeight: 1.2, tracking: -0.01 },
    {
      maxWidthPx: width * 0.8,
      maxLines: 1,
      sizesPx: [1, 0.86, 0.72, 0.6, 0.5, 0.4].map((step) => Math.round(width * share * step)),
    },
  );
  return <Text block={block} align="center" />;
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

const graphemes = (text: string): string[] => Array.from(segmenter.segment(text.trim()), ({ segment }) => segment);

/** Of the first and the last word that has a letter or a digit; a name in Chinese or Japanese gives the family's, which is one. */
function initialsOf(name: string): string {
  const words = name.split(/[\s._+-]+/).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const first = initialOf(words[0]);
  if (words.length < 2 || /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(first))
    return first;
  return first + (isJoining(first) ? nonJoiner : "") + initialOf(words.at(-1));
}

/** Arabic letters side by side would read as a word. */
const nonJoiner = "\u200c";

const isJoining = (text: string): boolean => /\p{Script=Arabic}/u.test(text);

const initialOf = (word = ""): string =>
  graphemes(word.replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, "").toLocaleUpperCase("en"))[0] ?? "";
