/** One plugin of each kind in a folder, in the compiled binary and from source on both runtimes: each works, and a change of a module inside a card is served. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { colorAt } from "../contract/pictures.ts";
import { see } from "../see.ts";
import { until } from "../until.ts";
import { buildBinary, denoProgram, root, type Served, serve, testOnBun } from "./binary.ts";

const valibot = 'import * as v from "valibot";';

/** What an SVG source draws, for the others to work on: one colour. */
const source = `import { source } from "cameo/plugin"; ${valibot}
const svg = (color: string) => \`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="\${color}"/></svg>\`;
export default source({
  name: "plain",
  options: v.object({ color: v.optional(v.string(), "#c80000") }),
  setup: ({ color }) => ({ load: async () => ({ body: new TextEncoder().encode(svg(color)) }) }),
});`;

const transform = `import { codec, editFrames, transform } from "cameo/plugin";
export default transform({
  name: "swap", order: 72, reads: ["swap"], parameters: { swap: codec.boolean },
  apply: (picture) => editFrames(picture, ({ data }) => {
    for (let at = 0; at < data.length; at += 4) [data[at], data[at + 1]] = [data[at + 1] ?? 0, data[at] ?? 0];
  }),
});`;

const theme = `import { editFrames, theme } from "cameo/plugin";
export default theme({
  name: "night", order: 1,
  apply(picture, wanted) {
    if (wanted !== "dark") return null;
    editFrames(picture, ({ data }) => { for (let at = 0; at < data.length; at += 4) data.set([1, 2, 3], at); });
    return true;
  },
});`;

const jsx = "/** @jsxImportSource cameo */";
const template = `${jsx}
import { template } from "cameo/plugin"; ${valibot}
import { Paint } from "./parts/paint.tsx";
export default template({
  name: "flag", size: { width: 40, height: 20 }, examples: [{}],
  parameters: v.object({ color: v.optional(v.string(), "#0000c8") }),
  render: ({ color }) => <><Paint color={color} /></>,
});`;
const part = (color: string) => `${jsx}
export const Paint = ({ color }: { color: string }) => (
  <div style={{ display: "flex", width: "100%", height: "100%", backgroundColor: ${color} }} />
);`;

const store = `import { store } from "cameo/plugin"; ${valibot}
import { appendFileSync } from "node:fs";
export default store({
  name: "ledger", options: v.object({ file: v.string() }),
  setup({ file }) {
    const items = new Map<string, Uint8Array>();
    return {
      hasItem: (key: string) => items.has(key),
      getItem: () => null,
      getItemRaw: (key: string) => items.get(key) ?? null,
      setItemRaw(key: string, value: Uint8Array) { items.set(key, value); appendFileSync(file, key + "\\n"); },
      removeItem: (key: string) => void items.delete(key),
      getKeys: (base = "") => [...items.keys()].filter((key) => key.startsWith(base)),
    };
  },
});`;

/** An engine that decodes nothing: that the server starts with it shows that it was set up, with a file of its own. */
const engine = `import { engine } from "cameo/plugin"; ${valibot}
export default engine({
  name: "beside", options: v.object({}), decodes: ["bmp"], encodes: [], animates: [],
  async setup(_options, host) {
    const words = new TextDecoder().decode(await host.asset("./words.txt"));
    const cannot = () => { throw host.fail("engine-cannot", words); };
    return { decode: cannot, fromPixels: cannot, encode: cannot };
  },
});`;

const route = `import { route } from "cameo/plugin"; ${valibot}
export default route({
  name: "tools", options: v.object({ greeting: v.optional(v.string(), "none") }),
  setup: ({ greeting }, host) => ({
    endpoints: [{ method: "GET", path: "/tools/hello", handle: async () => Response.json({ greeting, type: (await host.render("/plain/a?f=png")).type }) }],
  }),
});`;

const gate = `import { gate } from "cameo/plugin"; ${valibot}
export default gate({
  name: "door", options: v.object({}),
  setup: (_options, host) => ({ check({ path }) { if (path === "/closed") throw host.fail("busy", "The door is closed."); } }),
});`;

const files = {
  "plugins.d/plain.ts": source,
  "plugins.d/swap.ts": transform,
  "plugins.d/night.ts": theme,
  "plugins.d/flag/flag.tsx": template,
  "plugins.d/flag/parts/paint.tsx": part("color"),
  "plugins.d/ledger.ts": store,
  "plugins.d/beside/beside.ts": engine,
  "plugins.d/beside/words.txt": "words from a file beside it",
  "plugins.d/tools.ts": route,
  "plugins.d/door.ts": gate,
  "cameo.json": JSON.stringify({
    engine: ["beside", "magick"],
    mounts: { plain: { source: "plain" }, cards: { source: "template" } },
    cache: { ledger: { file: "ledger.txt" } },
  }),
};

const programs: Readonly<Record<string, () => readonly string[]>> = {
  "the binary": () => [buildBinary()],
  "Bun from source": () => [process.execPath, join(root, "config/main.ts")],
  "Deno from source": () => [denoProgram(), "run", "-A", "--no-check", join(root, "config/main.ts")],
};

async function colorOf({ url }: Served, path: string): Promise<string> {
  const response = await fetch(url + path);
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) return `${response.status} ${new TextDecoder().decode(body)}`;
  const { r, g, b } = colorAt((await see(body)).pixels, 3, 3);
  return `${r},${g},${b}`;
}

async function assertWorks(served: Served): Promise<void> {
  assert.equal(await colorOf(served, "/plain/a?f=png"), "200,0,0");
  assert.equal(await colorOf(served, "/plain/a?f=png&swap"), "0,200,0");
  assert.equal(await colorOf(served, "/plain/a?f=png&theme=dark"), "1,2,3");
  assert.equal(await colorOf(served, "/cards/flag?f=png"), "0,0,200");
  assert.equal(await colorOf(served, "/cards/flag?f=png&color=%23646464"), "100,100,100");
  const hello = await (await fetch(`${served.url}/tools/hello`)).json();
  assert.deepEqual(hello, { greeting: "from a variable", type: "image/png" });
  assert.match(await (await fetch(`${served.url}/closed`)).text(), /The door is closed/);
}

for (const [name, program] of Object.entries(programs)) {
  testOnBun(`${name} serves with a plugin of each kind from a folder, and a changed part of a card`, {}, async () => {
    const folder = await mkdtemp(join(tmpdir(), "cameo-kinds-"));
    process.env.CAMEO_ROUTES_TOOLS_GREETING = "from a variable";
    try {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      const [command = "", ...args] = program();
      const served = await serve(command, args, folder, ["--config", "cameo.json"]);
      await assertWorks(served);
      await writeFile(join(folder, "plugins.d/flag/parts/paint.tsx"), part('"#0a141e"'));
      await until(async () => (await colorOf(served, "/cards/flag?f=png")) === "10,20,30");
      assert.equal(await served.stop(), 0);
      assert.match(await readFile(join(folder, "ledger.txt"), "utf8"), /^plain:/m);
    } finally {
      delete process.env.CAMEO_ROUTES_TOOLS_GREETING;
      await rm(folder, { recursive: true, force: true });
    }
  });
}
