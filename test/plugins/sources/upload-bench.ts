/** An upload source on a host in memory, with a disk that can die at any write. */
import {
  CameoError,
  type PluginBlobs,
  type PluginStorage,
  type SourceInstance,
  type Verdict,
} from "../../../core/plugin.ts";
import { createHost, type TestHost } from "../../../core/testing/host.ts";
import { loadContext, setupSource } from "../../../core/testing/source.ts";
import upload from "../../../plugins/sources/upload.ts";

export const token = "an-upload-token-for-tests";

/** What outlives the process. */
export interface Disk {
  readonly storage: PluginStorage;
  readonly blobs: PluginBlobs;
}

export const newDisk = (): Disk => {
  const { storage, blobs } = createHost();
  return { storage, blobs };
};

/** The disk as a process sees it that dies at its write number `at`, before or after that is done. */
export function dyingDisk(disk: Disk, at: number, isAfter: boolean): Disk & { writes(): number } {
  let writes = 0;
  const write =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      writes += 1;
      if (writes > at || (writes === at && !isAfter)) throw new Error("the process is gone");
      const done = await work(...given);
      if (writes === at) throw new Error("the process is gone");
      return done;
    };
  const { storage, blobs } = disk;
  return {
    writes: () => writes,
    storage: { ...storage, setItem: write(storage.setItem), removeItem: write(storage.removeItem) },
    blobs: { ...blobs, put: write(blobs.put), remove: write(blobs.remove) },
  };
}

export interface Bench {
  readonly host: TestHost;
  readonly source: SourceInstance;
  call(
    method: string,
    path: string,
    request?: RequestInit & { readonly isOperator?: boolean; readonly ends?: AbortSignal },
  ): Promise<Response>;
  /** The picture that the chain gets; `null` without one. */
  show(ref: string, query?: Readonly<Record<string, string>>): Promise<string | null>;
}

export interface BenchOptions {
  readonly disk?: Disk;
  readonly nowMs?: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly verdict?: () => Verdict;
}

/** Rendering only marks the bytes: pictures are the pipeline's business. */
export async function startBench({
  disk = newDisk(),
  nowMs = 1e12,
  options,
  verdict,
}: BenchOptions = {}): Promise<Bench> {
  const host: TestHost = {
    ...createHost({ mount: "upload", nowMs }),
    ...disk,
    async render(path) {
      const found = await source.load(path.slice("/upload/".length).split("?")[0] ?? "", loadContext());
      if (found === null || found === "unchanged") throw new CameoError("not-found", "Nothing is pending.");
      return { body: Buffer.concat([Buffer.from("master of "), found.body]), type: "image/webp", width: 8, height: 8 };
    },
    moderate: async () => verdict?.() ?? "accept",
  };
  const source = await setupSource(upload, { options: { tokens: [token], ...options }, host });
  return {
    host,
    source,
    async show(ref, query = {}) {
      const found = await source.load(ref, loadContext({ query, isInside: true }));
      return found === null || found === "unchanged" ? found : Buffer.from(found.body).toString();
    },
    async call(method, path, { isOperator = false, ends = new AbortController().signal, ...init } = {}) {
      const request = new Request(`http://localhost${path}`, { method, ...init });
      const pathname = new URL(request.url).pathname.split("/");
      for (const endpoint of source.endpoints ?? []) {
        const parts = endpoint.path.split("/");
        const isMine =
          parts.length === pathname.length && parts.every((part, at) => part.startsWith(":") || part === pathname[at]);
        if (endpoint.method !== method || !isMine) continue;
        const params = { hash: decodeURIComponent(pathname[2] ?? "") };
        return endpoint.handle(request, { params, signal: ends, isOperator });
      }
      throw new Error(`there is no ${method} ${path}`);
    },
  };
}

export const bearer = (given = token): { readonly authorization: string } => ({ authorization: `Bearer ${given}` });

/** Uploads text as if it were a picture. */
export const put = (bench: Bench, text: string, query = "email=ada@example.com"): Promise<Response> =>
  bench.call("POST", `/avatar?${query}`, { body: text, headers: { ...bearer(), "content-type": "image/png" } });
