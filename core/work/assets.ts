/** Packaged files for workers. A WASM module is compiled once here: a further worker then starts in tens of milliseconds, not hundreds. */
import type { FromWorker, ToWorker } from "./protocol.ts";

export interface Assets {
  /** The answer to a worker's `need`; a failure is an answer too. */
  supply(request: Extract<FromWorker, { type: "need" }>): Promise<Extract<ToWorker, { type: "asset" }>>;
}

/** `read` gives the bytes of a packaged file by its specifier, such as `pkg/file.wasm`. */
export function createAssets(read: (specifier: string) => Promise<Uint8Array>): Assets {
  const modules = new Map<string, Promise<WebAssembly.Module>>();
  const compile = (specifier: string): Promise<WebAssembly.Module> => {
    const known = modules.get(specifier);
    if (known) return known;
    const compiled = read(specifier).then((bytes) => WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>));
    compiled.catch(() => modules.delete(specifier));
    modules.set(specifier, compiled);
    return compiled;
  };
  return {
    async supply({ kind, specifier }) {
      try {
        const asset = kind === "bytes" ? await read(specifier) : await compile(specifier);
        return { type: "asset", specifier, asset };
      } catch (error) {
        return { type: "asset", specifier, error: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
