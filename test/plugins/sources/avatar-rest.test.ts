import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import { createHost } from "../../../core/testing/host.ts";
import { createRests, late } from "../../../plugins/sources/avatar-rest.ts";

const down = new CameoError("origin-failed", "The origin answered 500.");
const times = (count: number, run: () => void) => Array.from({ length: count }).forEach(run);

test("createRests() leaves a link alone after five troubles in a row, for half a minute", () => {
  const host = createHost({ mount: "avatar", nowMs: 1000 });
  const rests = createRests(host);
  times(4, () => rests.noteTrouble("gravatar", late));
  assert.equal(rests.isResting("gravatar"), false);
  rests.noteTrouble("gravatar", down);
  assert.equal(rests.isResting("gravatar"), true);
  assert.equal(rests.isResting("libravatar"), false);
  assert.deepEqual([...host.troubles.keys()], ["avatar chain: gravatar"]);
  host.setNow(31_001);
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() begins another rest at the first trouble after one, and ends all with an answer", () => {
  const host = createHost({ mount: "avatar", nowMs: 1000 });
  const rests = createRests(host);
  times(5, () => rests.noteTrouble("gravatar", late));
  host.setNow(40_000);
  rests.noteTrouble("gravatar", late);
  assert.equal(rests.isResting("gravatar"), true);
  host.setNow(80_000);
  rests.noteAnswer("gravatar");
  assert.equal(host.troubles.size, 0);
  times(4, () => rests.noteTrouble("gravatar", late));
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() begins anew with each answer, and does not count what only one picture has", () => {
  const rests = createRests(createHost({ nowMs: 1000 }));
  times(20, () => {
    times(4, () => rests.noteTrouble("gravatar", down));
    rests.noteAnswer("gravatar");
  });
  times(20, () => rests.noteTrouble("gravatar", new CameoError("broken-image", "Broken.")));
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() does not count a failure that is only remembered", () => {
  const rests = createRests(createHost({ nowMs: 1000 }));
  const remembered = new CameoError("origin-failed", "The origin answered 500.", { log: { cached: true } });
  times(20, () => rests.noteTrouble("gravatar", remembered));
  times(4, () => rests.noteTrouble("gravatar", down));
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() leaves a link alone for as long as it asks, ten minutes at most", () => {
  const host = createHost({ nowMs: 1000 });
  const rests = createRests(host);
  rests.noteTrouble("gravatar", new CameoError("origin-failed", "The origin answered 429.", { retryAfterS: 17 }));
  host.setNow(17_999);
  assert.equal(rests.isResting("gravatar"), true);
  host.setNow(18_000);
  assert.equal(rests.isResting("gravatar"), false);
  rests.noteTrouble("gravatar", new CameoError("origin-failed", "The origin answered 429.", { retryAfterS: 1e6 }));
  host.setNow(618_000);
  assert.equal(rests.isResting("gravatar"), false);
});
