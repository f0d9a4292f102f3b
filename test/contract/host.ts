/** A worker's host for tests: packaged files come from `node_modules`, log lines are kept, WASM is compiled once per process. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CameoError } from "../../core/error.ts";
import type { Log, WorkerHost } from "../../core/plugin.ts";

export interface TestHost extends WorkerHost {
  /** What was logged so far, as `level: message`. */
  readonly lines: readonly string[];
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

const bytesOf = async (specifier: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(specifier))));

/** `now` sets the clock; by default it is the real one. */
export function makeHost(now: () => number = Date.now): TestHost {
  const lines: string[] = [];
  const write =
    (level: keyof Log) =>
    (message: string): void =>
      void lines.push(`${level}: ${message}`);
  return {
    lines,
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    fail: (code, detail, options) => new CameoError(code, detail, options),
    now,
    asset: bytesOf,
    wasm(specifier) {
      const known = compiled.get(specifier) ?? bytesOf(specifier).then((bytes) => WebAssembly.compile(bytes));
      compiled.set(specifier, known);
      return known;
    },
  };
}
