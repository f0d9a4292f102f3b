/**
 * Bytes that plugins keep: one file each under its SHA-256, in a folder per plugin. Written to a temporary name, synced, then renamed, so that a crash leaves
 * whole files only. Files 0600, folders 0700.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { PluginBlobs } from "../plugin.ts";

/** The blobs of each plugin, by its ID. */
export interface PluginBlobStores {
  of(id: string): PluginBlobs;
}

const sha256Of = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex");
const isName = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

export function createPluginBlobs(folder: string): PluginBlobStores {
  return { of: (id) => blobsIn(join(folder, id.replace(/[^\w.@-]/g, "_"))) };
}

function blobsIn(folder: string): PluginBlobs {
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    async put(body) {
      const sha256 = sha256Of(body);
      const path = pathOf(sha256);
      const known = await readFile(path).catch(() => undefined);
      if (known && sha256Of(known) === sha256) await utimes(path, new Date(), new Date()).catch(() => {});
      else await write(path, body);
      return sha256;
    },
    async get(sha256) {
      if (!isName(sha256)) return null;
      const body = await readFile(pathOf(sha256)).catch(() => undefined);
      return body && sha256Of(body) === sha256 ? new Uint8Array(body) : null;
    },
    async remove(sha256) {
      if (isName(sha256)) await rm(pathOf(sha256), { force: true });
    },
    async keys() {
      const entries = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
      await sweep(entries.filter((each) => each.includes(".")).map((each) => join(folder, each)));
      return entries.map((each) => each.split(/[\\/]/).at(-1) ?? "").filter(isName);
    },
  };
}

async function write(path: string, body: Uint8Array): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${crypto.randomUUID()}`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(body);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A file that is still being written is younger than this, in milliseconds. */
const abandonedMs = 3_600_000;

/** Takes away what a process left that was killed while it wrote. */
async function sweep(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && Date.now() - found.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
