/** Starters of templates and themes: of plugins that make pictures. */

export const templateCode = `/** @jsxImportSource cameo */
/**
 * A template: a card from parameters, as JSX.
 *
 *     /og-image/NAME?title=Hello&note=World&theme=dark
 *
 * Style is CSS in camel case, numbers are pixels. An element with several children is a flex box: it says \`display: "flex"\`.
 */
import { type Card, type FittedText, template } from "cameo/plugin";
import * as v from "valibot";

const marginPx = 80;
const heading = { weight: 800, letterSpacingPx: -1 };

export default template({
  name: "NAME", // Equal to the file's name.
  about: "A title with a note below it.",
  // What the URL may say: an allow-list. Lengths count what a reader takes for one character.
  parameters: v.object({
    title: v.pipe(v.string(), v.maxGraphemes(200), v.description("What the page is about.")),
    note: v.pipe(v.optional(v.pipe(v.string(), v.maxGraphemes(120))), v.description("A line below the title.")),
    mood: v.pipe(v.optional(v.picklist(["calm", "bold"]), "calm"), v.description("How much colour there is.")),
  }),
  // The page /templates shows the card with these, and its test draws them all.
  examples: [
    { title: "Small cards, made with care", note: "Edit this file and see it change" },
    { title: "Bold", mood: "bold" },
  ],
  // Runs in a worker, without network or files. \`card\` has size, theme, colours, brand and pictures.
  render({ title, note, mood }, card) {
    const { size, brand } = card;
    const isBold = mood === "bold";
    const ink = isBold ? card.colors.onAccent : card.colors.text;
    const words = fit(card, title, note ? 290 : 380);
    const side = words.isRightToLeft ? "flex-end" : "flex-start"; // Hebrew and Arabic begin at the right.
    return (
      <div
        style={{
          display: "flex",
          flexDirection: "column",
          justifyContent: "space-between",
          alignItems: side,
          width: size.width,
          height: size.height,
          padding: marginPx,
          boxSizing: "border-box",
          color: ink,
          backgroundColor: isBold ? card.colors.accent : card.colors.background,
          fontFamily: brand.fonts.body,
        }}
      >
        <Mark color={isBold ? card.colors.onAccent : card.colors.accent} />
        <div style={{ display: "flex", flexDirection: "column", alignItems: side, gap: 28 }}>
          <Lines text={words} family={brand.fonts.heading} />
          {note && <Note card={card} text={note} color={isBold ? ink : card.colors.muted} />}
        </div>
      </div>
    );
  },
});

/** The largest size at which the title fits. Whatever its length, nothing runs out of the card. */
function fit(card: Card, title: string, maxHeightPx: number): FittedText {
  return card.fit(title, {
    ...heading,
    maxWidthPx: card.size.width - 2 * marginPx,
    maxHeightPx,
    maxLines: 4,
    sizesPx: [120, 104, 88, 76, 64, 54],
    lineHeight: 1.08,
  });
}

/** Each line in an element of its own, since it was measured as one. */
function Lines({ text, family }: { readonly text: FittedText; readonly family: string }) {
  const height = text.lineHeightPx;
  const direction = text.isRightToLeft ? "rtl" : "ltr";
  const style = { display: "flex", direction, height, lineHeight: \`\${height}px\`, whiteSpace: "nowrap" };
  const font = { fontFamily: family, fontSize: text.sizePx, fontWeight: heading.weight, letterSpacing: -1 };
  const alignItems = text.isRightToLeft ? "flex-end" : "flex-start";
  return (
    <div style={{ display: "flex", flexDirection: "column", alignItems }}>
      {text.lines.map((line) => (
        <div style={{ ...style, ...font }}>{line}</div>
      ))}
    </div>
  );
}

/** One line, smaller where it is long, with an ellipsis where nothing helps. */
function Note({ card, text, color }: { readonly card: Card; readonly text: string; readonly color: string }) {
  const family = card.brand.fonts.body;
  const maxWidthPx = card.size.width - 2 * marginPx;
  const { lines, sizePx } = card.fit(text, { family, weight: 400, maxWidthPx, maxLines: 1, sizesPx: [36, 32, 28] });
  return <div style={{ display: "flex", color, fontSize: sizePx, whiteSpace: "nowrap" }}>{lines[0]}</div>;
}

/** Two overlapping circles; any SVG works. */
function Mark({ color }: { readonly color: string }) {
  return (
    <svg width="108" height="72" viewBox="0 0 108 72">
      <circle cx="36" cy="36" r="36" fill={color} />
      <circle cx="72" cy="36" r="34" fill="none" stroke={color} stroke-width="4" />
    </svg>
  );
}
`;

export const templateTest = `import assert from "node:assert/strict";
import { test } from "node:test";
import { renderTree, testTemplate } from "cameo/testing";
import plugin from "./NAME.tsx";

// Its examples in light and dark: elements, style properties, pictures. Nothing is drawn; "cameo templates render" does that.
testTemplate(plugin);

test("template.NAME shows its note only where there is one", async () => {
  const count = async (parameters: Record<string, string>) => (await renderTree(plugin, parameters)).length;
  assert.equal(await count({ title: "Hello", note: "World" }), (await count({ title: "Hello" })) + 1);
});
`;

export const themeCode = `/**
 * A theme: a strategy that makes a picture fit a light or a dark page, asked in its order for every \`?theme=\`.
 * This one dims pictures that would glare on a dark page.
 */
import { editFrames, theme } from "cameo/plugin";

export default theme({
  name: "NAME", // Equal to the file's name.
  order: 40, // The first that does not answer null has done it; Cameo's own stands at 50.
  // Runs in a worker, after the resize.
  apply(picture, page) {
    const { data } = picture.pixels(); // RGBA, row by row, of the first frame.
    if (page !== "dark" || !glares(data)) return null; // Not mine: the picture is as it was; ask the next.
    editFrames(picture, (frame) => {
      for (let at = 0; at < frame.data.length; at += 4) {
        for (const channel of [at, at + 1, at + 2]) frame.data[channel] = (frame.data[channel] ?? 0) * 0.85;
      }
    });
    return true;
  },
});

/** Whether nearly every pixel is opaque and near white. */
function glares(data: Uint8ClampedArray): boolean {
  let white = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data.subarray(at, at + 4).every((channel) => channel > 235)) white += 1;
  }
  return white * 4 > data.length * 0.95;
}
`;

export const themeTest = `import assert from "node:assert/strict";
import { images, testTheme } from "cameo/testing";
import plugin from "./NAME.ts";

testTheme(plugin, {
  changes: { pixels: images.draw(8, 8, () => ({ r: 255, g: 255, b: 255, a: 255 })), page: "dark" },
  look: (after) => assert.equal(images.colorAt(after, 3, 4).r, 217),
});
`;
