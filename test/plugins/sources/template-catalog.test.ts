import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { hasCode } from "../../../core/testing/check.ts";
import { make, open, type Studio, templates } from "./template-cards.ts";

/** URLs that differ in their title, and the template that each gets. */
const choose = (studio: Studio, count: number): string[] =>
  Array.from({ length: count }, (_, at) => studio.edition(`/og-image?title=Page${at}`).split(":")[0] ?? "");

const share = (ids: readonly string[], id: string): number =>
  (ids.filter((each) => each === id).length / ids.length) * 100;

const rolled = (card: Record<string, number>, more: object = {}) => open({ options: { rollout: { card } }, ...more });

test("template draws the first version where no rollout says otherwise, and the one that the URL pins", async () => {
  const studio = await open();
  assert.equal((await studio.draw("/og-image?title=x")).template, "template.card");
  assert.equal((await studio.draw("/og-image/card@1?title=x")).template, "template.card");
  assert.equal((await studio.draw("/og-image/card@2?title=x")).template, "template.card@2");
  const all = await rolled({ "2": 100 });
  assert.equal((await all.draw("/og-image/card@1?title=x")).template, "template.card");
});

test("template gives a version its share of 10,000 URLs", async () => {
  for (const percent of [5, 50, 0, 100]) {
    const ids = choose(await rolled({ "2": percent }), 10_000);
    const found = share(ids, "template.card@2");
    // Four standard deviations of a share among 10,000: √(p(1 − p) / 10,000).
    const tolerance = 4 * Math.sqrt((percent * (100 - percent)) / 10_000);
    assert.ok(Math.abs(found - percent) <= tolerance, `${found} % for ${percent} %`);
  }
});

test("template gives the same URL the same version, also when its share grows, and whatever the order of its parameters", async () => {
  const [five, five2, twenty] = await Promise.all([rolled({ "2": 5 }), rolled({ "2": 5 }), rolled({ "2": 20 })]);
  const before = choose(five, 2000);
  assert.deepEqual(choose(five2, 2000), before);
  const after = choose(twenty, 2000);
  for (const [at, id] of before.entries()) if (id === "template.card@2") assert.equal(after[at], id);
  for (let at = 0; at < 200; at++) {
    const one = await twenty.draw(`/og-image?title=T${at}&subtitle=S`);
    const other = await twenty.draw(`/og-image/card?w=300&subtitle=S&title=T${at}&f=webp`);
    assert.equal(one.template, other.template);
  }
});

test("template rolls several versions out side by side, each template on its own", async () => {
  const more = { templates: [...templates, make("card", "10", { title: v.string() })] };
  const ids = choose(await rolled({ "2": 30, "10": 20 }, more), 4000);
  assert.ok(Math.abs(share(ids, "template.card@2") - 30) < 4);
  assert.ok(Math.abs(share(ids, "template.card@10") - 20) < 4);
  assert.ok(Math.abs(share(ids, "template.card") - 50) < 4);
});

test("template sends a URL to the version that takes its parameters", async () => {
  const studio = await rolled({ "2": 5 });
  for (let at = 0; at < 50; at++)
    assert.equal((await studio.draw(`/og-image?title=${at}&badge=new`)).template, "template.card@2");
  assert.throws(() => studio.parse("/og-image/card@1?title=a&badge=new"), hasCode("bad-parameter"));
  const none = await open();
  assert.throws(() => none.parse("/og-image?title=a&badge=new"), hasCode("bad-parameter"));
});

test("template leaves the share of a version that is not there to the first one", async () => {
  const studio = await rolled({ "7": 100 });
  assert.equal((await studio.draw("/og-image?title=x")).template, "template.card");
  const gone = await open({ options: { rollout: { nothing: { "2": 50 } } } });
  assert.equal((await gone.draw("/og-image?title=x")).template, "template.card");
});

test("template draws the first version where another is switched off, then the fallback, then nothing", async () => {
  const two = "template.card@2";
  const studio = await rolled({ "2": 100 }, { off: [two] });
  assert.equal((await studio.draw("/og-image?title=x")).template, "template.card");
  assert.equal((await studio.draw("/og-image/card@2?title=x")).template, "template.card");
  const lenient = await studio.draw("/og-image/card@2?title=x&badge=new");
  assert.deepEqual([lenient.template, lenient.parameters], ["template.card", { title: "x" }]);
  const off = [two, "template.card"];
  const plain = await open({ off });
  const { template, parameters } = await plain.draw("/og-image?title=x&subtitle=y");
  assert.deepEqual([template, parameters], ["template.plain", { title: "x" }]);
  assert.equal(plain.host.figures.get("fallbacks"), 1);
  for (const options of [{ fallback: "none" }, { fallback: "gone" }]) {
    const none = await open({ off, options });
    await assert.rejects(none.load("/og-image?title=x"), hasCode("plugin-disabled"));
    assert.throws(() => none.edition("/og-image?title=x"), hasCode("plugin-disabled"));
  }
});

test("template lets nobody keep for long what stands in for a template that is switched off", async () => {
  const lasts = async (studio: Studio, url: string) => {
    const { isStopgap = false, maxAgeS } = await studio.load(url);
    return [isStopgap, maxAgeS];
  };
  const [always, shortly] = [
    [false, undefined],
    [true, 60],
  ];
  const second = await rolled({ "2": 100 }, { off: ["template.card@2"] });
  assert.deepEqual(await lasts(second, "/og-image/card@2?title=x"), shortly);
  assert.deepEqual(await lasts(second, "/og-image/card@2?title=x&badge=new"), shortly);
  assert.deepEqual(await lasts(second, "/og-image/card?title=x"), shortly);
  assert.deepEqual(await lasts(second, "/og-image/card@1?title=x"), always);
  const first = await rolled({ "2": 50 }, { off: ["template.card"] });
  assert.deepEqual(await lasts(first, "/og-image/card@1?title=x"), shortly);
  assert.deepEqual(await lasts(first, "/og-image/card?title=x&badge=new"), always);
  assert.deepEqual(await lasts(first, "/og-image/card@2?title=x"), always);
});

test("template takes the lowest version that there is for the first one", async () => {
  const title = v.string();
  const versions = ["10", "2"].map((version) => make("late", version, { title }));
  const studio = await open({ templates: [...templates, ...versions] });
  assert.equal((await studio.draw("/og-image/late?title=x")).template, "template.late@2");
  assert.throws(() => studio.parse("/og-image/late@1?title=x"), hasCode("not-found"));
});

test("template is switched off by the settings of one mount too", async () => {
  const two = await open({ options: { disabled: ["card@2"] } });
  assert.equal((await two.draw("/og-image/card@2?title=x")).template, "template.card");
  const all = await open({ options: { disabled: ["card", "card@2"] } });
  assert.equal((await all.draw("/og-image/card@2?title=x")).template, "template.plain");
});

test("template still refuses a bad value where the template is switched off", async () => {
  const studio = await open({ off: ["template.card"] });
  assert.throws(() => studio.parse("/og-image?titel=x"), hasCode("bad-parameter"));
});

test("template edition() changes with the code that a URL is drawn by, and with no other", async () => {
  const url = "/og-image?title=x";
  const edition = async (hashes: Record<string, string>, off: string[] = []) =>
    (await open({ hashes, off })).edition(url);
  const before = await edition({});
  assert.equal(await edition({}), before);
  assert.equal(await edition({ "template.card@2": "new", "template.quote": "new" }), before);
  assert.equal(await edition({}, ["template.card@2"]), before);
  const changed = [
    await edition({ "template.card": "new" }),
    await edition({ "template.plain": "new" }),
    await edition({}, ["template.card"]),
    await edition({}, ["template.plain"]),
  ];
  assert.equal(new Set([before, ...changed]).size, 5);
});

test("template edition() of a picture alone is that of what would stand in for it", async () => {
  const url = "/og-image?image=images/a.jpg";
  const edition = async (hashes: Record<string, string>) => (await open({ hashes })).edition(url);
  assert.equal(await edition({ "template.card": "new" }), await edition({}));
  assert.notEqual(await edition({ "template.placeholder": "new" }), await edition({}));
});
