import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { placeRemarks } from "../../../core/http/remarks.ts";

const odd = (place: string, property: string) => `${place}: cards do not draw the style property "${property}"`;

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-remarks-"));
  await writeFile(
    join(folder, "card.tsx"),
    "const style = {\n  userSelect: 1,\n};\nconst cursor = 3;\nuse({ cursor });\n",
  );
  await writeFile(join(folder, "part.ts"), 'export const style = { "userSelect": 2, noUserSelect: 3 };\n');
});
after(() => rm(folder, { recursive: true, force: true }));

test("placeRemarks() finds the line of a property that has none", async () => {
  const file = join(folder, "card.tsx");
  const remarks = [
    odd("<div>", "userSelect"),
    odd("<Mark>", "cursor"),
    odd("x.tsx:9", "userSelect"),
    "no font has: “ⴰ”",
  ];
  assert.deepEqual(await placeRemarks(remarks, file), [
    odd("card.tsx:2", "userSelect"),
    odd("card.tsx:5", "cursor"),
    odd("x.tsx:9", "userSelect"),
    "no font has: “ⴰ”",
  ]);
});

test("placeRemarks() looks through a folder", async () => {
  assert.deepEqual(await placeRemarks([odd("<div>", "userSelect")], folder), [
    odd("card.tsx:2 or part.ts:1", "userSelect"),
  ]);
});

test("placeRemarks() leaves what it does not find", async () => {
  const remarks = [odd("<div>", "float-left")];
  assert.deepEqual(await placeRemarks(remarks, join(folder, "card.tsx")), remarks);
  assert.deepEqual(await placeRemarks(remarks, join(folder, "gone.tsx")), remarks);
  assert.deepEqual(await placeRemarks(remarks, null), remarks);
});
