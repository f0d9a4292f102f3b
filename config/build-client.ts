/**
 * `cameo/client` as plain JavaScript with its types, in `dist/client`: Node and bundlers read no TypeScript of a package.
 * Part of `bun run build`, and run before the package is packed. Bun itself takes the source.
 */
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const outdir = here("../dist/client");

await rm(outdir, { recursive: true, force: true });
const { success, logs, outputs } = await Bun.build({
  entrypoints: [here("../core/client.ts")],
  outdir,
  target: "browser",
  format: "esm",
});
if (!success) throw new AggregateError(logs, "the client could not be built");
const types = spawnSync(here("../node_modules/.bin/tsc"), ["-p", here("./client.tsconfig.json")], { stdio: "inherit" });
if (types.status !== 0) throw new Error("the types of the client could not be written");
process.stdout.write(outputs.map(({ path, size }) => `${path} ${Math.round(size / 102.4) / 10} kB\n`).join(""));
