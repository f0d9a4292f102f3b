/** Settings with their defaults, as the registry hands them to an engine. */
import * as v from "valibot";
import type { PluginOf } from "../../../core/plugin.ts";

export const parsed = (engine: PluginOf<"engine">, settings: Readonly<Record<string, unknown>>) =>
  v.parse(engine.options, settings);
