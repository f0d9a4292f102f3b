import assert from "node:assert/strict";
import { test } from "node:test";
import { CameoError } from "../../../core/error.ts";
import { createHost } from "../../../core/testing/host.ts";
import { createRests, late } from "../../../plugins/sources/avatar-rest.ts";

const down = new CameoError("origin-failed", "The origin answered 500.");
const times = (count: number, run: () => void) => Array.from({ length: count }).forEach(run);

let pictures = 0;
/** Another one each time. */
const another = (): string => `/gravatar/${pictures++}`;

test("createRests() leaves a link alone after five troubles in a row, for half a minute", () => {
  const host = createHost({ mount: "avatar", nowMs: 1000 });
  const rests = createRests(host);
  times(4, () => rests.noteTrouble("gravatar", late, another()));
  assert.equal(rests.isResting("gravatar"), false);
  rests.noteTrouble("gravatar", down, another());
  assert.equal(rests.isResting("gravatar"), true);
  assert.equal(rests.isResting("libravatar"), false);
  assert.deepEqual([...host.troubles.keys()], ["avatar chain: gravatar"]);
  host.setNow(31_001);
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() begins another rest at the first trouble after one, and ends all with an answer", () => {
  const host = createHost({ mount: "avatar", nowMs: 1000 });
  const rests = createRests(host);
  times(5, () => rests.noteTrouble("gravatar", late, another()));
  host.setNow(40_000);
  rests.noteTrouble("gravatar", late, another());
  assert.equal(rests.isResting("gravatar"), true);
  host.setNow(80_000);
  rests.noteAnswer("gravatar");
  assert.equal(host.troubles.size, 0);
  times(4, () => rests.noteTrouble("gravatar", late, another()));
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() begins anew with each answer, and does not count what only one picture has", () => {
  const rests = createRests(createHost({ nowMs: 1000 }));
  times(20, () => {
    times(4, () => rests.noteTrouble("gravatar", down, another()));
    rests.noteAnswer("gravatar");
  });
  times(20, () => rests.noteTrouble("gravatar", new CameoError("broken-image", "Broken."), another()));
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() counts each picture once, so that one person's slow server is not everybody's", () => {
  const rests = createRests(createHost({ nowMs: 1000 }));
  times(20, () => rests.noteTrouble("libravatar", late, "/libravatar/ada"));
  assert.equal(rests.isResting("libravatar"), false);
  times(3, () => rests.noteTrouble("libravatar", late, another()));
  assert.equal(rests.isResting("libravatar"), false);
  rests.noteTrouble("libravatar", late, another());
  assert.equal(rests.isResting("libravatar"), true);
});

test("createRests() does not count a failure that is only remembered", () => {
  const rests = createRests(createHost({ nowMs: 1000 }));
  const remembered = new CameoError("origin-failed", "The origin answered 500.", { log: { cached: true } });
  times(20, () => rests.noteTrouble("gravatar", remembered, another()));
  times(4, () => rests.noteTrouble("gravatar", down, another()));
  assert.equal(rests.isResting("gravatar"), false);
});

test("createRests() leaves a link alone for as long as it asks, ten minutes at most", () => {
  const host = createHost({ nowMs: 1000 });
  const rests = createRests(host);
  const limited = (retryAfterS: number) => new CameoError("origin-failed", "The origin answered 429.", { retryAfterS });
  rests.noteTrouble("gravatar", limited(17), another());
  host.setNow(17_999);
  assert.equal(rests.isResting("gravatar"), true);
  host.setNow(18_000);
  assert.equal(rests.isResting("gravatar"), false);
  rests.noteTrouble("gravatar", limited(1e6), another());
  host.setNow(618_000);
  assert.equal(rests.isResting("gravatar"), false);
});
