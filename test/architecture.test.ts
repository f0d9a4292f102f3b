/** The import law and the budgets of the design, held by reading the source. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const list = (pattern: string): string[] =>
  globSync(pattern, { cwd: root })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => !path.includes("node_modules"))
    .sort();
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const coreFiles = list("core/**/*.ts");
const pluginFiles = [...list("plugins/**/*.ts"), ...list("templates/**/*.{ts,tsx}")];

const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");

/** Specifiers of static imports, re-exports and literal dynamic imports. */
function imports(path: string): string[] {
  const source = read(path).replace(/\/\*[\s\S]*?\*\//g, "");
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|import\s*\(?\s*["']([^"']+)["']/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}

const resolved = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier);

/** DESIGN §7, bottom first. A file may import from its own layer and from those below. */
const layers: readonly (readonly RegExp[])[] = [
  [
    /^core\/(plugin|image|picture|error|bytes|jsx-runtime|jsx-style)\.ts$/,
    /^core\/request\/(codec|describe|fit|parameters|url)\.ts$/,
    /^core\/net\/hosts\.ts$/,
  ],
  [
    /^core\/request\//,
    /^core\/cache\/(key|entry|freshness)\.ts$/,
    /^core\/net\/address\.ts$/,
    /^core\/work\/protocol\.ts$/,
    /^core\/client\.ts$/,
  ],
  [/^core\/(net|cache|registry|work|settings)\//, /^core\/(runtime|log|metrics|secret|traffic)\.ts$/],
  [/^core\/stages\//, /^core\/pipeline\.ts$/],
  [/^core\/(http|testing)\//, /^core\/(app|host|testing|world)\.ts$/],
  [/^core\/cli\//],
];

const layerOf = (path: string): number =>
  layers.findIndex((patterns) => patterns.some((pattern) => pattern.test(path)));

test("core: every file has a place in the layers", () => {
  assert.deepEqual(
    coreFiles.filter((path) => layerOf(path) < 0),
    [],
  );
});

test("core: imports point down", () => {
  const wrong = coreFiles.flatMap((path) =>
    imports(path)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => resolved(path, specifier))
      .filter((target) => layerOf(target) > layerOf(path))
      .map((target) => `${path} → ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test("core: imports no plugin, template or config", () => {
  const wrong = coreFiles.filter((path) =>
    imports(path).some((each) => /(^|\/)(plugins|templates|config)\//.test(each)),
  );
  assert.deepEqual(wrong, []);
});

test("core: names no plugin", () => {
  const names = list("plugins/{sources,engines,stores}/*.ts").map((path) => posix.basename(path, ".ts"));
  const wrong = coreFiles.flatMap((path) => {
    const code = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*|about\([\s\S]*?\),\n/g, "");
    const isName = (name: string) => new RegExp(`(source|engine|store)s?\\W{1,4}"${name}"`).test(code);
    return names.filter(isName).map((name) => `${path}: ${name}`);
  });
  assert.deepEqual(wrong, []);
});

test("plugins: import only cameo/plugin, npm packages and node modules", () => {
  const wrong = pluginFiles.flatMap((path) =>
    imports(path)
      .filter(
        (each) =>
          each.startsWith("#") || (each.startsWith("cameo") && each !== "cameo/plugin") || leavesItsFolder(path, each),
      )
      .map((each) => `${path} → ${each}`),
  );
  assert.deepEqual(wrong, []);
});

/** A plugin may have private modules beside it, named after it; templates share the parts in their folder. */
function leavesItsFolder(path: string, specifier: string): boolean {
  if (!specifier.startsWith(".")) return false;
  if (path.startsWith("templates/")) return !resolved(path, specifier).startsWith("templates/parts/");
  const own = posix.basename(path, ".ts").split("-")[0] ?? "";
  const target = resolved(path, specifier);
  return dirname(target) !== dirname(path) || !posix.basename(target).startsWith(own);
}

test("plugins: take their powers from the host", () => {
  const reach = /(?<![.\w])(fetch\(|process\.env|console\.|(?:Deno|Bun)\.[a-z])/;
  const wrong = pluginFiles.filter((path) => reach.test(read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[^`]*`/g, "")));
  assert.deepEqual(wrong, []);
});

test("core: only runtime.ts knows Bun from Deno", () => {
  const wrong = coreFiles.filter(
    (path) => path !== "core/runtime.ts" && /\b(Bun|Deno)\./.test(withoutComments(read(path))),
  );
  assert.deepEqual(wrong, []);
});

test("core and plugins: no any, no suppressed types", () => {
  const wrong = [...coreFiles, ...pluginFiles].filter((path) =>
    /(: any\b|as any\b|@ts-(ignore|nocheck|expect-error))/.test(withoutComments(read(path))),
  );
  assert.deepEqual(wrong, []);
});

test("source: no barrel, no utils, no index.ts but the command line's", () => {
  const wrong = [...coreFiles, ...pluginFiles].filter((path) =>
    /\/(utils?|helpers?|common)(\/|\.ts$)|\/index\.ts$/.test(path),
  );
  assert.deepEqual(wrong, ["core/cli/index.ts"]);
});

/** The contract is read from top to bottom in one place, so it is one file, whatever its length. */
const isContract = (path: string): boolean => path === "core/plugin.ts";

test("source: files stay within 300 lines, with a small median", () => {
  const lengths = [...coreFiles, ...pluginFiles].map((path) => ({ path, lines: read(path).split("\n").length - 1 }));
  assert.deepEqual(
    lengths.filter(({ path, lines }) => lines > 300 && !isContract(path)),
    [],
  );
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  assert.ok(median <= 110, `median ${median}`);
});

test("tree: no path of a machine and no registry host", () => {
  const text = list("{core,plugins,templates,config,test}/**/*.{ts,tsx,md,json,toml}").concat([
    "README.md",
    "package.json",
    "bun.lock",
  ]);
  const machine = /(?<![.\w])\/(?:work|farm)\/|registry\.npm[j]s/;
  const present = text.filter((path) => list(path).length > 0);
  assert.deepEqual(
    present.filter((path) => machine.test(read(path))).map((path) => relative(".", path)),
    [],
  );
});
