import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as v from "valibot";
import { CameoError } from "../../../core/error.ts";
import { loadSettings, parseOptions, readSettingsFile } from "../../../core/settings/load.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-settings-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const refuses = (part: RegExp) => (error: unknown) =>
  error instanceof CameoError && error.code === "bad-setting" && part.test(error.detail);
const load = (defaults: object, environment: Record<string, string> = {}) =>
  loadSettings({ defaults, environment, findOptions: () => undefined });

test("readSettingsFile() says why a file cannot be read, without the place where it was looked for", async () => {
  const message = /^The settings file nowhere\.(json|ts) cannot be read: ENOENT: no such file or directory$/;
  for (const name of ["nowhere.json", "nowhere.ts"]) await assert.rejects(readSettingsFile(name), refuses(message));
});

test("readSettingsFile() refuses a file that holds no object", async () => {
  const files = { "list.json": "[]", "number.json": "5", "null.json": "null", "number.ts": "export default 5;" };
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    await writeFile(file, text);
    await assert.rejects(readSettingsFile(file), refuses(/^The settings file .* cannot be read: it holds no settings/));
  }
});

test("loadSettings() names what is no mount", async () => {
  for (const mount of [null, 5, "file", []])
    await assert.rejects(load({ mounts: { gone: mount } }), refuses(/^mounts\.gone(\.source)? \(CAMEO_MOUNTS_GONE/));
});

test("loadSettings() names the variable of a list, not of a place in it", async () => {
  await assert.rejects(
    load({}, { CAMEO_SIGNING_KEYS: "a-key-that-is-long-enough,short" }),
    refuses(/^signingKeys\.1 \(CAMEO_SIGNING_KEYS\): /),
  );
  const mounts = { images: { source: "file", allowPrivate: ["10.0.0.0/8", "10.0.0.0/99"] } };
  await assert.rejects(
    load({ mounts }),
    refuses(/^mounts\.images\.allowPrivate\.1 \(CAMEO_MOUNTS_IMAGES_ALLOW_PRIVATE\): /),
  );
  const options = v.object({ allow: v.array(v.pipe(v.string(), v.minLength(2))) });
  assert.throws(
    () => parseOptions(options, { allow: ["a"] }, ["mounts", "remote"]),
    refuses(/^mounts\.remote\.allow\.0 \(CAMEO_MOUNTS_REMOTE_ALLOW\): /),
  );
});

test("loadSettings() refuses what cannot be the value of a header", async () => {
  for (const name of ["cors", "cacheControl"])
    for (const value of ["a\r\nset-cookie: b", "public → ünï"])
      await assert.rejects(
        load({ mounts: { images: { source: "file", [name]: value } } }),
        refuses(new RegExp(`^mounts\\.images\\.${name} \\(CAMEO_MOUNTS_IMAGES_\\w+\\): takes visible ASCII`)),
      );
});

test("loadSettings() refuses times that end in no date", async () => {
  for (const name of ["ttlS", "staleS", "clientTtlS"])
    for (const value of [Number.POSITIVE_INFINITY, 1e20, -1])
      await assert.rejects(
        load({ mounts: { images: { source: "file", [name]: value } } }),
        refuses(new RegExp(`^mounts\\.images\\.${name} \\(CAMEO_MOUNTS_IMAGES_\\w+\\): `)),
      );
});

test("loadSettings() refuses times that no timer waits for", async () => {
  for (const name of ["jobMs", "fetchMs", "queueMs"])
    await assert.rejects(
      load({ limits: { [name]: 2 ** 31 } }),
      refuses(new RegExp(`^limits\\.${name} \\(CAMEO_LIMITS_`)),
    );
});
