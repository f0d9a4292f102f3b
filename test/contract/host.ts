/** A worker's host for tests: packaged files come from `node_modules`, log lines are kept, WASM is compiled once per process. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createHost, type TestHost } from "../../core/testing/host.ts";

const compiled = new Map<string, Promise<WebAssembly.Module>>();

const bytesOf = async (specifier: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(specifier))));

/** `now` sets the clock; by default it is the real one. */
export function makeHost(now: () => number = Date.now): TestHost {
  return {
    ...createHost({ nowMs: now, asset: bytesOf }),
    wasm(specifier) {
      const known = compiled.get(specifier) ?? bytesOf(specifier).then((bytes) => WebAssembly.compile(bytes));
      compiled.set(specifier, known);
      return known;
    },
  };
}
