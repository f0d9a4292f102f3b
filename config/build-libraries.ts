/**
 * What other programs import, `cameo/client` and `cameo/azure`, as plain JavaScript with types in `dist/libraries`: Node, Deno and bundlers
 * read no TypeScript of a package. The list is in `libraries.tsconfig.json`. Part of `bun run build`, and run before the package is packed.
 * Bun itself takes the source.
 */
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import config from "./libraries.tsconfig.json" with { type: "json" };

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { outDir, rootDir } = config.compilerOptions;

await rm(here(outDir), { recursive: true, force: true });
const { success, logs, outputs } = await Bun.build({
  entrypoints: config.files.map(here),
  root: here(rootDir),
  outdir: here(outDir),
  target: "browser",
  format: "esm",
});
if (!success) throw new AggregateError(logs, "the libraries could not be built");
const tsc = here("../node_modules/.bin/tsc");
const types = spawnSync(tsc, ["-p", here("./libraries.tsconfig.json")], { stdio: "inherit" });
if (types.status !== 0) throw new Error("the types of the libraries could not be written");
process.stdout.write(outputs.map(({ path, size }) => `${path} ${Math.round(size / 102.4) / 10} kB\n`).join(""));
