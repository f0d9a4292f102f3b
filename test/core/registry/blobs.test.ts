import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createPluginBlobs } from "../../../core/registry/blobs.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-blobs-"));
  await run(folder).finally(() => rm(folder, { recursive: true }));
}

test("blobs: the same bytes are kept once, and come back until they are removed", async () => {
  await inFolder(async (folder) => {
    const blobs = createPluginBlobs(folder).of("source.a");
    const name = await blobs.put(text("one"));
    assert.equal(await blobs.put(text("one")), name);
    assert.deepEqual([await blobs.keys(), await blobs.get(name)], [[name], text("one")]);
    await blobs.remove(name);
    await blobs.remove(name);
    assert.deepEqual([await blobs.keys(), await blobs.get(name)], [[], null]);
  });
});

test("blobs: each plugin has its own, for nobody else to read", async () => {
  await inFolder(async (folder) => {
    const stores = createPluginBlobs(folder);
    const name = await stores.of("source.a").put(text("one"));
    assert.equal(await stores.of("source.b").get(name), null);
    const [file = ""] = (await readdir(folder, { recursive: true })).filter((each) => each.endsWith(name));
    assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);
  });
});

test("blobs: damaged bytes, and names that are none, are not there", async () => {
  await inFolder(async (folder) => {
    const blobs = createPluginBlobs(folder).of("source.a");
    const name = await blobs.put(text("one"));
    await writeFile(join(folder, "source.a", name.slice(0, 2), name), "two");
    assert.equal(await blobs.get(name), null);
    for (const odd of ["", "..", "../secret", name.toUpperCase()]) assert.equal(await blobs.get(odd), null, odd);
    await blobs.put(text("another"));
    assert.equal(await blobs.put(text("one")), name);
    assert.deepEqual(await blobs.get(name), text("one"));
  });
});

test("blobs: what a killed process left half-written goes, what is being written stays", async () => {
  await inFolder(async (folder) => {
    const blobs = createPluginBlobs(folder).of("source.a");
    const name = await blobs.put(text("one"));
    const beside = (ending: string) => join(folder, "source.a", name.slice(0, 2), `${name}.${ending}`);
    for (const ending of ["old", "new"]) await writeFile(beside(ending), "half");
    await utimes(beside("old"), 1, 1);
    assert.deepEqual(await blobs.keys(), [name]);
    assert.equal(await stat(beside("old")).catch(() => null), null);
    assert.ok(await stat(beside("new")));
  });
});
