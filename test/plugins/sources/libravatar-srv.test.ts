import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createServerFinder,
  pickRecord,
  type ResolveSrv,
  type ServerFinderParts,
  type SrvRecord,
} from "../../../plugins/sources/libravatar-srv.ts";

const record = (name: string, priority: number, weight: number, port = 443): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});
const none = () => Promise.reject(Object.assign(new Error("none"), { code: "ENODATA" }));

function makeFinder(zone: Readonly<Record<string, readonly SrvRecord[]>>, more: Partial<ServerFinderParts> = {}) {
  const asked: string[] = [];
  const resolveSrv: ResolveSrv = (name) => {
    asked.push(name);
    const found = zone[name];
    return found ? Promise.resolve(found) : none();
  };
  const find = createServerFinder({ resolveSrv, dnsMs: 60_000, now: () => 0, random: () => 0.5, ...more });
  return { find, asked };
}

test("createServerFinder() prefers the secure service, and takes the plain one", async () => {
  const both = {
    "_avatars-sec._tcp.a.org": [record("secure.a.org", 0, 1)],
    "_avatars._tcp.a.org": [record("plain.a.org", 0, 1, 80)],
  };
  assert.equal(await makeFinder(both).find("a.org"), "https://secure.a.org");
  const plain = { "_avatars._tcp.a.org": [record("plain.a.org.", 0, 1, 8080)] };
  assert.equal(await makeFinder(plain).find("a.org"), "http://plain.a.org:8080");
});

test("createServerFinder() finds nothing where there are no records, the target is a dot, or no name of a host", async () => {
  assert.equal(await makeFinder({}).find("a.org"), undefined);
  for (const target of [".", "", "a b", "a/b", "user@a.org", "a.org:1", "[::1]"]) {
    const zone = { "_avatars-sec._tcp.a.org": [record(target, 0, 1)] };
    assert.equal(await makeFinder(zone).find("a.org"), undefined, target);
  }
});

test("createServerFinder() keeps an answer for a day, and silence for ten minutes", async () => {
  let now = 0;
  const quiet = makeFinder({}, { now: () => now });
  await quiet.find("a.org");
  now = 86_399_000;
  await quiet.find("a.org");
  assert.equal(quiet.asked.length, 2);
  now = 86_401_000;
  await quiet.find("a.org");
  assert.equal(quiet.asked.length, 4);
  let asked = 0;
  const refuse: ResolveSrv = () =>
    Promise.reject(Object.assign(new Error(`no answer ${asked++}`), { code: "ESERVFAIL" }));
  const broken = makeFinder({}, { resolveSrv: refuse, now: () => now });
  assert.equal(await broken.find("a.org"), undefined);
  now += 599_000;
  await broken.find("a.org");
  assert.equal(asked, 2);
  now += 2000;
  await broken.find("a.org");
  assert.equal(asked, 4);
});

test("createServerFinder() waits no longer than its time for a name server that is silent", async () => {
  const silent: ResolveSrv = () => new Promise(() => {});
  assert.equal(await makeFinder({}, { resolveSrv: silent, dnsMs: 5 }).find("a.org"), undefined);
});

test("createServerFinder() asks once for many at a time", async () => {
  const { find, asked } = makeFinder({ "_avatars-sec._tcp.a.org": [record("s.a.org", 0, 0)] });
  const all = await Promise.all(Array.from({ length: 20 }, () => find("a.org")));
  assert.deepEqual(new Set(all), new Set(["https://s.a.org"]));
  assert.equal(asked.length, 2);
});

test("pickRecord() takes the lowest priority only, each record as often as its weight says", () => {
  const records = [record("c", 20, 1000), record("a", 10, 30), record("b", 10, 10), record("z", 10, 0)];
  const counts = new Map<string, number>();
  const rounds = 41_000;
  for (let at = 0; at < rounds; at++) {
    const { name = "" } = pickRecord(records, at / rounds) ?? {};
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  assert.deepEqual(Object.fromEntries(counts), { z: 1000, b: 10_000, a: 30_000 });
  assert.equal(pickRecord([], 0.5), undefined);
});
