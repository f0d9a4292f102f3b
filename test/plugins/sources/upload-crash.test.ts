/** A process that dies at any write leaves the old picture or the new one, whole, and what it left behind is tidied up. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Bench, bearer, type Disk, dyingDisk, newDisk, put, startBench } from "./upload-bench.ts";

const ada = createHash("sha256").update("ada@example.com").digest("hex");
const md5 = createHash("md5").update("ada@example.com").digest("hex");
const privateId = `~${"3c".repeat(16)}`;
const startMs = 1e12;
const hour = 3_600_000;

interface Scene {
  readonly before: (bench: Bench) => Promise<unknown>;
  readonly change: (bench: Bench) => Promise<unknown>;
  readonly old: string | null;
  readonly next: string | null;
  /** Other pictures that must stay. */
  readonly others?: Readonly<Record<string, string>>;
}

const remove = (bench: Bench) => bench.call("DELETE", `/avatar/${ada}`, { headers: bearer() });
const nothing = async () => {};
const [one, two] = ["master of one", "master of two"];
const grace = createHash("sha256").update("grace@example.com").digest("hex");
const both = async (bench: Bench) => {
  await put(bench, "one");
  await put(bench, "one", "email=grace@example.com");
};

const scenes: Readonly<Record<string, Scene>> = {
  "a first upload": { before: nothing, change: (bench) => put(bench, "two"), old: null, next: two },
  "a second upload": {
    before: (bench) => put(bench, "one"),
    change: (bench) => put(bench, "two"),
    old: one,
    next: two,
  },
  "the same upload again": {
    before: (bench) => put(bench, "one"),
    change: (bench) => put(bench, "one"),
    old: one,
    next: one,
  },
  "a deletion": { before: (bench) => put(bench, "one"), change: remove, old: one, next: null },
  "an upload of what another had": {
    before: both,
    change: (bench) => put(bench, "two"),
    old: one,
    next: two,
    others: { [grace]: one },
  },
  "a deletion of what another has": { before: both, change: remove, old: one, next: null, others: { [grace]: one } },
  "an upload that learns whose private ID it is": {
    before: (bench) => put(bench, "one", `id=${privateId}`),
    change: (bench) => put(bench, "two", `email=ada@example.com&id=${privateId}`),
    old: null,
    next: two,
  },
};

interface Crash {
  /** Whether it came that far. */
  readonly isCutOff: boolean;
  /** What was purged before. */
  readonly purged: readonly string[];
}

/** Dies at the given write. */
async function crash(disk: Disk, { change }: Scene, at: number, isAfter: boolean): Promise<Crash> {
  const dying = dyingDisk(disk, at, isAfter);
  const bench = await startBench({ disk: dying, nowMs: startMs });
  await change(bench).catch(() => {});
  await bench.source.dispose?.();
  return { isCutOff: dying.writes() >= at, purged: bench.host.purged };
}

const assetOf = (text: string): string => createHash("sha256").update(text).digest("hex");

async function check(disk: Disk, scene: Scene, { purged }: Crash, place: string): Promise<void> {
  const { old, next, others = {} } = scene;
  const bench = await startBench({ disk, nowMs: startMs + hour });
  const shown = await bench.show(ada);
  assert.ok(shown === old || shown === next, `${place}: ${shown}`);
  for (const [ref, text] of Object.entries(others)) assert.equal(await bench.show(ref), text, place);
  await bench.source.dispose?.();
  if (shown !== old) {
    const all = [...purged, ...bench.host.purged];
    for (const path of [`/avatar/${ada}`, `/avatar/${md5}`, `/upload/${ada}`]) assert.ok(all.includes(path), place);
  }
  const held = [shown, await bench.show(privateId), ...Object.values(others)].filter((text) => text !== null);
  const expected = [...new Set(held.map(assetOf))].sort();
  assert.deepEqual((await disk.blobs.keys()).sort(), expected, `${place}: bytes`);
  assert.equal((await put(bench, "three")).status, 201, `${place}: the next upload`);
  for (const ref of [ada, md5]) assert.equal(await bench.show(ref), "master of three", place);
  await remove(bench);
  assert.equal(await bench.show(ada), null);
  const left = [await bench.show(privateId), ...Object.values(others)].filter((text) => text !== null).map(assetOf);
  assert.deepEqual((await disk.blobs.keys()).sort(), [...new Set(left)].sort(), `${place}: bytes at the end`);
}

for (const [name, scene] of Object.entries(scenes)) {
  test(`${name}, cut off at any write, leaves one of the two whole`, async () => {
    for (const isAfter of [false, true]) {
      let isCutOff = true;
      for (let at = 1; isCutOff; at++) {
        const disk = newDisk();
        const first = await startBench({ disk, nowMs: startMs });
        await scene.before(first);
        await first.source.dispose?.();
        const crashed = await crash(disk, scene, at, isAfter);
        isCutOff = crashed.isCutOff;
        await check(disk, scene, crashed, `${name}, ${isAfter ? "after" : "before"} write ${at}`);
        assert.ok(at < 100);
      }
    }
  });
}
