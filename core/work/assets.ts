/** Packaged files for workers. A WASM module is compiled once here: a further worker then starts in tens of milliseconds, not hundreds. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FromWorker, ToWorker } from "./protocol.ts";

export interface Assets {
  /** The answer to a worker's `need`; a failure is an answer too. */
  supply(request: Extract<FromWorker, { type: "need" }>): Promise<Extract<ToWorker, { type: "asset" }>>;
}

/** A file of a plugin in a folder. It is not kept: each version of the plugin has another address. */
const isOwnFile = (specifier: string): boolean => specifier.startsWith("file:");

/** `readPackaged` gives the bytes of a packaged file by its specifier, such as `pkg/file.wasm`. */
export function createAssets(readPackaged: (specifier: string) => Promise<Uint8Array>): Assets {
  const modules = new Map<string, Promise<WebAssembly.Module>>();
  const read = async (specifier: string) =>
    isOwnFile(specifier) ? new Uint8Array(await readFile(fileURLToPath(specifier))) : readPackaged(specifier);
  const compile = (specifier: string): Promise<WebAssembly.Module> => {
    const known = modules.get(specifier);
    if (known) return known;
    const compiled = read(specifier).then((bytes) => WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>));
    compiled.catch(() => modules.delete(specifier));
    if (!isOwnFile(specifier)) modules.set(specifier, compiled);
    return compiled;
  };
  return {
    async supply({ kind, specifier }) {
      try {
        const asset = kind === "bytes" ? await read(specifier) : await compile(specifier);
        return { type: "asset", kind, specifier, asset };
      } catch (error) {
        return { type: "asset", kind, specifier, error: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
