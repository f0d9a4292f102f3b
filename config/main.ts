#!/usr/bin/env bun
/** The composition root: the only place, with `builtin.ts`, that knows core and plugins. */
import process from "node:process";
import { runCli } from "../core/cli/index.ts";
import packageFile from "../package.json" with { type: "json" };
import { readAsset, samplesFolder } from "./assets.ts";
import { plugins } from "./builtin.ts";
import { defaults, tryPaths } from "./default.ts";
import { provided, provideModules } from "./modules.ts";

provideModules();
const args = process.argv.slice(2);
const isHelp = args.some((each) => ["--help", "-h", "--version"].includes(each));
const code = await runCli(args, {
  plugins,
  version: packageFile.version,
  defaults: defaults(isHelp ? "./images" : await samplesFolder()),
  tryPaths,
  provided,
  readAsset,
  createWorker: () => new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module" }),
});
process.exit(code);
