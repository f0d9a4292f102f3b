/** What plugins keep, in a file. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createPluginStorages } from "../../../core/registry/storage.ts";
import { createHost } from "../../../core/testing/host.ts";

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

test("a value comes back as what it was, under the key as it was written, as from the host for tests", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-storage-"));
  const storages = createPluginStorages(join(folder, "plugins.sqlite"));
  for (const storage of [storages.of("source.up"), createHost().storage]) {
    const values = ["42", "1e5", "true", "null", '{"a":1}', "", " x ", 42, true, null, [1, "1"], { a: "1" }];
    for (const value of values) {
      await storage.setItem("value", value);
      assert.deepEqual(await storage.getItem("value"), value);
    }
    await storage.removeItem("value");
    const keys = ["", "a", "a/b?c=1", "a/b?c=2", "a:", "a::b", "a:b"];
    for (const key of keys) await storage.setItem(key, `of ${key}`);
    for (const key of keys) assert.equal(await storage.getItem(key), `of ${key}`);
    assert.deepEqual((await storage.getKeys()).sort(), keys);
    assert.deepEqual((await storage.getKeys("a/b")).sort(), ["a/b?c=1", "a/b?c=2"]);
  }
  await storages.dispose();
  await rm(folder, { recursive: true });
});

test("only the owner can read the file, its log and its index, also those that others could read before", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-storage-"));
  const names = ["plugins.sqlite", "plugins.sqlite-shm", "plugins.sqlite-wal"];
  const [file = ""] = names.map((name) => join(folder, name));
  const checkOpened = async (): Promise<void> => {
    const storages = createPluginStorages(file);
    await storages.of("source.up").setItem("key", 1);
    assert.deepEqual((await readdir(folder)).sort(), names);
    for (const name of names) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    await storages.dispose();
  };
  await checkOpened();
  for (const name of names.slice(1)) await writeFile(join(folder, name), "");
  for (const name of names) await chmod(join(folder, name), 0o644);
  await checkOpened();
  await rm(folder, { recursive: true });
});

test("a file that is damaged is named, and one that was put right is used without a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-storage-"));
  const file = join(folder, "plugins.sqlite");
  await writeFile(file, "no database ".repeat(1000));
  const storages = createPluginStorages(file);
  const own = storages.of("source.up");
  for (const _again of [1, 2])
    await assert.rejects(async () => own.setItem("key", 1), /plugins\.sqlite, where plugins keep .* not a database/);
  await rm(file);
  await own.setItem("key", 1);
  assert.equal(await own.getItem("key"), 1);
  await storages.dispose();
  await rm(folder, { recursive: true });
});

test("reading makes no file, so that it works where none can be made; writing says why it cannot", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-storage-"));
  await writeFile(join(folder, "data"), "no folder");
  for (const place of ["new", "data"]) {
    const storages = createPluginStorages(join(folder, place, "plugins.sqlite"));
    const own = storages.of("source.up");
    assert.equal(await own.getItem("key"), null);
    assert.deepEqual(await own.getKeys(), []);
    await own.removeItem("key");
    if (place === "data")
      await assert.rejects(async () => own.setItem("key", 1), /plugins\.sqlite, .* cannot be opened/);
    await storages.dispose();
  }
  assert.deepEqual(await readdir(folder), ["data"]);
  await rm(folder, { recursive: true });
});

test("what was kept can be read where nothing can be written, but for what another process has not yet put into the file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-storage-"));
  const file = join(folder, "plugins.sqlite");
  const before = createPluginStorages(file);
  await before.of("source.up").setItem("key", 1);
  await before.dispose();
  // As on a read-only disk: SQLite cannot make its files.
  await mkdir(`${file}-journal`);
  const storages = createPluginStorages(file);
  const own = storages.of("source.up");
  assert.equal(await own.getItem("key"), 1);
  assert.deepEqual(await own.getKeys(), ["key"]);
  await assert.rejects(async () => own.setItem("key", 2), /cannot be opened/);
  await assert.rejects(async () => own.removeItem("key"), /cannot be opened/);
  await writeFile(`${file}-wal`, "");
  assert.equal(await own.getItem("key"), 1);
  await writeFile(`${file}-wal`, "not yet in the file");
  await assert.rejects(async () => own.getItem("key"), /cannot be opened/);
  for (const name of ["-wal", "-journal"]) await rm(file + name, { recursive: true });
  await own.setItem("key", 3);
  assert.equal(await own.getItem("key"), 3);
  await storages.dispose();
  await rm(folder, { recursive: true });
});

test("nothing is written to a file that was deleted or replaced; the one in its place is left as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-storage-"));
  const file = join(folder, "data", "plugins.sqlite");
  const storages = createPluginStorages(file);
  const own = storages.of("source.up");
  await own.setItem("key", 1);
  await rename(join(folder, "data"), join(folder, "old"));
  for (const isReplaced of [false, true]) {
    if (isReplaced) {
      await mkdir(join(folder, "data"));
      for (const suffix of ["", "-wal"]) await writeFile(file + suffix, "another's");
    }
    await assert.rejects(async () => own.setItem("key", 2), /was deleted or replaced .* restart/);
    await assert.rejects(async () => own.removeItem("key"), /was deleted or replaced .* restart/);
    assert.equal(await own.getItem("key"), 1);
  }
  await storages.dispose();
  assert.deepEqual((await readdir(join(folder, "data"))).sort(), ["plugins.sqlite", "plugins.sqlite-wal"]);
  await rm(folder, { recursive: true });
});
