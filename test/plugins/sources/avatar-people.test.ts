import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost } from "../../../core/testing/host.ts";
import { createPeople, digest } from "../../../plugins/sources/avatar-people.ts";

const ada = { email: "ada@example.com", login: "ada" };

test("createPeople() finds a person by private ID, by MD5 and by SHA-256", async () => {
  const people = createPeople(createHost());
  const [key = ""] = await people.keep([ada]);
  assert.match(key, /^[0-9a-f]{32}$/);
  for (const ref of [`~${key}`, digest("md5", ada.email), digest("sha256", " ADA@example.com ")])
    assert.deepEqual(await people.find(ref), { ...ada, key });
  assert.equal(await people.find(`~${"0".repeat(32)}`), undefined);
  assert.equal(await people.find("0".repeat(32)), undefined);
});

test("createPeople() gives one ID for every spelling, another for another instance, in the order asked", async () => {
  const people = createPeople(createHost());
  const [first, second, third] = await people.keep([
    { email: "ada@example.com" },
    { id: " ADA@Example.com" },
    { id: "42" },
  ]);
  assert.equal(first, second);
  assert.notEqual(first, third);
  const host = createHost();
  const other = createPeople({ ...host, hmac: (text) => host.hmac(`other ${text}`) });
  assert.notEqual((await other.keep([ada]))[0], first);
});

test("createPeople() adds what it hears later to what it knows", async () => {
  const people = createPeople(createHost());
  const [key = ""] = await people.keep([ada]);
  await people.keep([{ email: ada.email, descriptor: "aad.x" }]);
  await people.keep([{ email: ada.email }]);
  assert.deepEqual(await people.find(`~${key}`), { ...ada, descriptor: "aad.x", key });
});

test("createPeople() loses nothing of somebody who comes more than once in one request", async () => {
  const people = createPeople(createHost());
  const [key = "", ...others] = await people.keep([
    { email: "ada@example.com", login: "ada" },
    { id: "42" },
    { email: "ada@example.com", descriptor: "aad.x" },
    { email: "ada@example.com" },
  ]);
  assert.deepEqual(others.slice(1), [key, key]);
  assert.deepEqual(await people.find(`~${key}`), { ...ada, descriptor: "aad.x", key });
});

test("createPeople() takes a login for nobody else's user ID, and a descriptor as it is written", async () => {
  const people = createPeople(createHost());
  const keys = await people.keep([
    { id: "ada" },
    { login: "ada" },
    { login: "ADA" },
    { descriptor: "aad.YWRh" },
    { descriptor: "aad.ywrh" },
  ]);
  assert.equal(new Set(keys).size, 4);
  assert.equal(keys[1], keys[2]);
  assert.deepEqual(await people.find(`~${keys[0]}`), { id: "ada", key: keys[0] });
  assert.deepEqual(await people.find(`~${keys[3]}`), { descriptor: "aad.YWRh", key: keys[3] });
});

test("createPeople() writes what was cut off by a crash when it is told again", async () => {
  const host = createHost();
  let left = 1;
  const setItem: typeof host.storage.setItem = async (key, value) => {
    if (left-- === 0) throw new Error("the process is gone");
    await host.storage.setItem(key, value);
  };
  await assert.rejects(createPeople({ ...host, storage: { ...host.storage, setItem } }).keep([ada]), /gone/);
  const people = createPeople(host);
  await people.keep([ada]);
  for (const algorithm of ["md5", "sha256"] as const)
    assert.equal((await people.find(digest(algorithm, ada.email)))?.login, "ada");
});

test("createPeople() keeps nothing that tells an address, its hashes, or a login", async () => {
  const host = createHost();
  await createPeople(host).keep([ada]);
  const kept: unknown[] = [];
  for (const key of await host.storage.getKeys()) kept.push(key, await host.storage.getItem(key));
  const text = JSON.stringify(kept);
  assert.equal(kept.length, 6);
  for (const secret of ["ada", "example", digest("md5", ada.email), digest("sha256", ada.email)])
    assert.ok(!text.includes(secret), secret);
  const [raw] = kept.filter((each) => typeof each === "string" && each.length > 60) as string[];
  assert.ok(
    !Buffer.from(raw ?? "", "base64")
      .toString("latin1")
      .includes("ada"),
  );
});

test("createPeople() knows nobody whose facts were sealed under another secret", async () => {
  const host = createHost();
  const [key = ""] = await createPeople(host).keep([ada]);
  const hmac = (text: string) => host.hmac(text === "people" ? "another" : text);
  assert.equal(await createPeople({ ...host, hmac }).find(`~${key}`), undefined);
});

test("createPeople() forgets somebody under every name, in the storage too, once all that was made from it is gone", async () => {
  const host = createHost({ mount: "avatar" });
  const people = createPeople(host);
  const [key = "", other = ""] = await people.keep([ada, { id: "42" }]);
  const refs = [`~${key}`, digest("md5", ada.email), digest("sha256", ada.email)];
  for (const ref of refs) assert.ok(await people.find(ref));
  const ended = new Error("the server ended");
  await assert.rejects(
    people.forget(key, () => Promise.reject(ended)),
    ended,
  );
  for (const ref of refs) assert.equal(await people.find(ref), undefined);
  const cleared: unknown[] = [];
  const clear = async (person: unknown) => void cleared.push(person);
  assert.equal(await people.forget(key, clear), true);
  assert.equal(await people.forget(key, clear), false);
  assert.deepEqual(cleared, [{ ...ada, key }]);
  assert.deepEqual((await host.storage.getKeys()).sort(), [`id:${other}`, "mount:avatar"]);
  assert.deepEqual(await people.mounts(), ["avatar"]);
});
