/**
 * What plugins outside the tree may import from Cameo. From source each name stands for a file; in the binary there are no files, so the
 * runtime is told to answer these names itself.
 */
import * as valibot from "valibot";
import * as jsx from "../core/jsx-runtime.ts";
import * as plugin from "../core/plugin.ts";
import { embedded } from "./embedded.ts";

const isBinary = Object.keys(embedded).length > 0;
const modules: Readonly<Record<string, object>> = {
  "cameo/plugin": plugin,
  "cameo/jsx-runtime": jsx,
  "cameo/jsx-dev-runtime": jsx,
  valibot,
};

/** URL by name. Empty in the binary. */
export const provided: Readonly<Record<string, string>> = isBinary
  ? {}
  : {
      "cameo/plugin": new URL("../core/plugin.ts", import.meta.url).href,
      "cameo/testing": new URL("../core/testing.ts", import.meta.url).href,
      "cameo/jsx-runtime": new URL("../core/jsx-runtime.ts", import.meta.url).href,
      valibot: import.meta.resolve("valibot"),
    };

interface ModuleBuilder {
  module(name: string, load: () => { exports: object; loader: "object" }): void;
}

/** Called once per thread, before a plugin is loaded. */
export function provideModules(): void {
  if (!isBinary) return;
  const runtime = (
    globalThis as { Bun?: { plugin(definition: { name: string; setup(build: ModuleBuilder): void }): void } }
  ).Bun;
  runtime?.plugin({
    name: "cameo",
    setup(build) {
      for (const [name, exports] of Object.entries(modules)) build.module(name, () => ({ exports, loader: "object" }));
    },
  });
}
