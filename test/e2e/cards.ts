/** Plugins for the tests of cards: a source whose refs are templates, and templates that behave and misbehave. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const source = `import { source } from "cameo/plugin";
import * as v from "valibot";

const colors = { background: "#ffffff", surface: "#f1f5f9", text: "#0f172a", muted: "#64748b", accent: "#2563eb", onAccent: "#ffffff" };
const brand = { name: "Cameo", colors: { light: colors, dark: { ...colors, background: "#0f172a", text: "#f8fafc" } }, fonts: { heading: "Inter Display", body: "Inter" }, cornerPx: 24, pattern: "none" };

export default source({
  name: "cards",
  options: v.object({}),
  query: ["title", "spare"],
  setup: () => ({
    async load(ref, { query: { title = "", spare } }) {
      const card = { template: "template.test-" + ref, parameters: { title }, size: { width: 1200, height: 630 }, theme: "light", brand, pictures: {} } as const;
      const drawing = spare === undefined ? card : { ...card, fallback: { ...card, template: "template.test-" + spare } };
      return { body: new Uint8Array(), etag: JSON.stringify([ref, title, spare]), drawing };
    },
  }),
});
`;

const template = (name: string, body: string): string => `/** @jsxImportSource cameo */
import { template } from "cameo/plugin";
import * as v from "valibot";

export default template({
  name: "test-${name}",
  parameters: v.object({ title: v.string() }),
  examples: [{ title: "Hello" }],
  render({ title }, card) {
    ${body}
  },
});
`;

const rich = `const { lines, sizePx } = card.fit(title, { maxWidthPx: 900, maxLines: 3, sizesPx: [84, 64, 48], weight: 800 });
    return (
      <div style={{ display: "flex", flexDirection: "column", width: "100%", height: "100%", padding: 72, gap: 24, backgroundImage: "linear-gradient(125deg, #f8fafc, #c7d2fe)" }}>
        {lines.map((line) => (
          <div style={{ fontFamily: card.brand.fonts.heading, fontWeight: 800, fontSize: sizePx, whiteSpace: "nowrap" }}>{line}</div>
        ))}
        <div style={{ display: "flex", padding: 32, borderRadius: 24, fontSize: 32, color: card.colors.muted, backgroundColor: "#ffffff", boxShadow: "0 12px 48px rgba(15,23,42,0.25)" }}>
          {card.brand.name}
        </div>
        <div style={{ width: 120, height: 12, borderRadius: 6, backgroundImage: "radial-gradient(circle at 20% 50%, #2563eb, #7c3aed)", transform: "rotate(3deg)" }} />
      </div>
    );`;

const templates: Readonly<Record<string, string>> = {
  rich,
  plain: `return <div style={{ display: "flex", width: "100%", height: "100%", backgroundColor: "#00ff00" }}>{title}</div>;`,
  throws: `throw new TypeError("no " + title);`,
  // Longer than any job may take, and not for ever: Deno cannot stop it.
  loops: `const end = Date.now() + 9000; while (Date.now() < end) {} return null;`,
  odd: `return <div style={{ display: "flex", cursor: "pointer" }}>{title} ᚠ</div>;`,
};

/** Writes them into a folder. */
export async function writeCards(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "cards.ts"), source);
  for (const [name, body] of Object.entries(templates))
    await writeFile(join(folder, `test-${name}.tsx`), template(name, body));
}

/** Titles in several scripts. */
export const titles: readonly string[] = [
  "Cards from templates, drawn in a few tens of milliseconds",
  "Τα πάντα ρεῖ — всё течёт — Đường thẳng",
  "مرحبا بالعالم",
  "שלום עולם, 2026",
  "नमस्ते दुनिया",
  "สวัสดีชาวโลก",
  "Ship it 🚀 👩‍👩‍👧‍👦 🇨🇭",
];
