/** Golden files: what was answered when they were written is answered still. `CAMEO_GOLDEN=update` writes them anew: read the difference before it is committed. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** A golden file of `test/golden`: its keys are the cases, so that a case is added by a key with anything behind it. */
export interface Golden<T> {
  readonly kept: Readonly<Record<string, T>>;
  /** Compares, or writes what there is now. */
  hold(now: Readonly<Record<string, T>>): Promise<void>;
}

export async function openGolden<T>(name: string): Promise<Golden<T>> {
  const file = fileURLToPath(new URL(name, import.meta.url).href);
  const isUpdate = process.env.CAMEO_GOLDEN === "update";
  if (isUpdate && process.env.CI) throw new Error("CAMEO_GOLDEN=update is for people: in CI golden files only hold.");
  const kept = JSON.parse(await readFile(file, "utf8")) as Record<string, T>;
  return {
    kept,
    async hold(now) {
      if (!isUpdate) assert.deepEqual(now, Object.fromEntries(Object.keys(now).map((key) => [key, kept[key]])));
      else await writeFile(file, `${JSON.stringify(Object.assign(kept, now), null, 2)}\n`);
    },
  };
}
