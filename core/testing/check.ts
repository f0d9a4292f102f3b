/** What the suites share: a check is a claim with a proof. The same checks run under a test runner and without one. */
import assert from "node:assert/strict";
import { CameoError, codes } from "../error.ts";
import type { Plugin } from "../plugin.ts";
import { checkPlugin, stemOf } from "../registry/load.ts";
import { parseOptions } from "../settings/load.ts";

/** One thing that a plugin must do. `run` throws if it does not. */
export interface Check {
  /** Completes "source.gitlab …". */
  readonly claim: string;
  run(): void | Promise<void>;
}

/** For `assert.rejects` and `assert.throws`: an error of `host.fail` with this code. */
export const hasCode =
  (code: string) =>
  (error: unknown): true => {
    assert.ok(error instanceof CameoError, `expected a failure made by host.fail, got ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  };

/** Whether an error was made by `host.fail`: only those tell a client what to change. */
export function assertFailure(error: unknown): asserts error is CameoError {
  assert.ok(error instanceof CameoError, `it threw ${String(error)}; throw host.fail(code, sentence)`);
  assert.ok(error.code in codes, `there is no error code "${error.code}"`);
  assert.ok(error.detail.trim() !== "", "its sentence is empty");
}

/** What holds for every kind. */
export function commonChecks(plugin: Plugin): Check[] {
  return [
    {
      claim: "keeps the plugin contract",
      run() {
        checkPlugin(plugin, stemOf(plugin), plugin.name);
        assert.match(plugin.name, /^[a-z0-9]+(-[a-z0-9]+)*$/, "its name takes small letters, digits and dashes");
      },
    },
  ];
}

/** Options as `setup` gets them. Throws `bad-setting` with a sentence that names the option. */
export function optionsOf(
  plugin: Exclude<Plugin, { kind: "transform" | "theme" | "template" }>,
  options: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return parseOptions(plugin.options, options, ["options"]);
}
