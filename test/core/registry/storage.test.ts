/** What plugins keep, in a file. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createPluginStorages } from "../../../core/registry/storage.ts";

test("getKeys() lists what begins with a base, of one plugin alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-storage-"));
  const storages = createPluginStorages(join(folder, "plugins.sqlite"));
  const own = storages.of("source.up");
  for (const key of ["ref:ab:1", "ref:abc:1", "é:~x", "ref"]) await own.setItem(key, 1);
  await storages.of("source.upload").setItem("ref:z", 1);
  assert.deepEqual((await own.getKeys()).sort(), ["ref", "ref:ab:1", "ref:abc:1", "é:~x"]);
  assert.deepEqual((await own.getKeys("ref:")).sort(), ["ref:ab:1", "ref:abc:1"]);
  assert.deepEqual(await own.getKeys("ref:ab:"), ["ref:ab:1"]);
  assert.deepEqual(await own.getKeys("é"), ["é:~x"]);
  await storages.dispose();
  await rm(folder, { recursive: true });
});
