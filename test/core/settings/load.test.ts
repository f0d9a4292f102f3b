import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as v from "valibot";
import { CameoError } from "../../../core/error.ts";
import { withoutPassword } from "../../../core/settings/hide.ts";
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

test("readSettingsFile() takes the memory tier away as it does others: it has no room", async () => {
  for (const [memory, wanted] of [
    ["false", { maxBytes: 0 }],
    ["null", { maxBytes: 0 }],
    ['{"maxBytes":5}', { maxBytes: 5 }],
  ] as const) {
    const file = join(folder, "memory.json");
    await writeFile(file, `{"cache": {"memory": ${memory}}}`);
    const { settings } = await load((await readSettingsFile(file)) as object);
    assert.deepEqual(settings.cache.memory, wanted);
  }
});

test("loadSettings() names what is no mount", async () => {
  for (const mount of [null, 5, "file", []])
    await assert.rejects(
      load({ mounts: { gone: mount } }),
      refuses(
        /^mounts\.gone(\.source \(CAMEO_MOUNTS_GONE_SOURCE\))? (got (null|5|"file")|is missing); it takes (an object|text)\.$/,
      ),
    );
});

test("loadSettings() names the variable of a list, not of a place in it", async () => {
  await assert.rejects(
    load({}, { CAMEO_SIGNING_KEYS: "a-key-that-is-long-enough,short" }),
    refuses(/^signingKeys\.1 \(CAMEO_SIGNING_KEYS\) got text of 5 characters; it takes text of at least 16/),
  );
  const mounts = { images: { source: "file", allowPrivate: ["10.0.0.0/8", "10.0.0.0/99"] } };
  await assert.rejects(
    load({ mounts }),
    refuses(
      /^mounts\.images\.allowPrivate\.1 \(CAMEO_MOUNTS_IMAGES_ALLOW_PRIVATE\) got "10\.0\.0\.0\/99"; it takes a range/,
    ),
  );
  const options = v.object({ allow: v.array(v.pipe(v.string(), v.minLength(2))) });
  assert.throws(
    () => parseOptions(options, { allow: ["a"] }, ["mounts", "remote"]),
    refuses(/^mounts\.remote\.allow\.0 \(CAMEO_MOUNTS_REMOTE_ALLOW\) got "a"; it takes text of at least 2/),
  );
});

test("loadSettings() refuses what cannot be the value of a header", async () => {
  for (const name of ["cors", "cacheControl"])
    for (const value of ["a\r\nset-cookie: b", "public → ünï"])
      await assert.rejects(
        load({ mounts: { images: { source: "file", [name]: value } } }),
        refuses(
          new RegExp(`^mounts\\.images\\.${name} \\(CAMEO_MOUNTS_IMAGES_\\w+\\) got ".+"; it takes visible ASCII`),
        ),
      );
});

test("loadSettings() refuses times that end in no date", async () => {
  for (const name of ["ttlS", "staleS", "clientTtlS"])
    for (const value of [Number.POSITIVE_INFINITY, 1e20, -1])
      await assert.rejects(
        load({ mounts: { images: { source: "file", [name]: value } } }),
        refuses(
          new RegExp(`^mounts\\.images\\.${name} \\(CAMEO_MOUNTS_IMAGES_\\w+\\) got .+; it takes a number from 0 to `),
        ),
      );
});

test("loadSettings() refuses times that no timer waits for", async () => {
  for (const name of ["jobMs", "fetchMs", "queueMs"])
    await assert.rejects(
      load({ limits: { [name]: 2 ** 31 } }),
      refuses(new RegExp(`^limits\\.${name} \\(CAMEO_LIMITS_`)),
    );
});

test("a wrong setting is named with its variable, what it got and what it takes", async () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ port: 1.5 }, "port (CAMEO_PORT) got 1.5; it takes a whole number from 0 to 65535."],
    [{ workers: 0 }, "workers (CAMEO_WORKERS) got 0; it takes a whole number from 1."],
    [
      { log: { level: "loud" } },
      'log.level (CAMEO_LOG_LEVEL) got "loud"; it takes one of debug, info, warn, error, silent.',
    ],
    [{ presetsOnly: "yes" }, 'presetsOnly (CAMEO_PRESETS_ONLY) got "yes"; it takes true or false.'],
    [{ engine: [] }, "engine (CAMEO_ENGINE) got a list; it takes text or a list that is not empty."],
    [{ engine: ["magick", 5] }, "engine.1 (CAMEO_ENGINE) got 5; it takes text."],
    [
      { limits: { sourceBytes: "5 XB" } },
      'limits.sourceBytes (CAMEO_LIMITS_SOURCE_BYTES) got "5 XB"; it takes bytes, as a number or as text such as 512MB.',
    ],
    [{ limits: { pixelz: 3 }, prot: 1 }, "There is no setting limits.pixelz; limits takes sourceBytes, pixels, "],
    // Objects have no variable, and what is no object has no settings of its own.
    [{ limits: 5 }, "limits got 5; it takes an object."],
    [{ cache: 5 }, "cache got 5; it takes an object."],
    [{ mounts: [{ source: "file" }] }, "mounts got a list; it takes an object, each part under its name."],
  ];
  for (const [settings, sentence] of wrong) {
    await assert.rejects(load(settings), (error: CameoError) => {
      assert.ok(error.detail.startsWith(sentence), `${error.detail} ≠ ${sentence}`);
      return true;
    });
  }
});

test("a wrong option of a plugin is named as other settings are", () => {
  const options = v.object({
    token: v.string(),
    chain: v.optional(v.array(v.union([v.string(), v.object({ mount: v.string() })]))),
    login: v.optional(v.strictObject({ id: v.string() })),
    even: v.optional(
      v.pipe(
        v.number(),
        v.check((n) => n % 2 === 0, "it must be even"),
      ),
    ),
  });
  const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{}, /^mounts\.a\.token \(CAMEO_MOUNTS_A_TOKEN\) is missing; it takes text\.$/],
    [
      { token: "t", chain: [{ mount: 5 }] },
      /^mounts\.a\.chain\.0\.mount \(CAMEO_MOUNTS_A_CHAIN\) got 5; it takes text\.$/,
    ],
    [{ token: "t", login: {} }, /^mounts\.a\.login\.id \(CAMEO_MOUNTS_A_LOGIN_ID\) is missing; it takes text\.$/],
    [
      { token: "t", login: { id: "x", name: "y" } },
      /^There is no setting mounts\.a\.login\.name; mounts\.a\.login takes id\.$/,
    ],
    [{ token: "t", even: 3 }, /^mounts\.a\.even \(CAMEO_MOUNTS_A_EVEN\): it must be even\.$/],
    [
      { token: "t", ttl: 3 },
      /^There is no setting mounts\.a\.ttl; mounts\.a takes token, chain, login, even, source, ttlS, /,
    ],
  ];
  for (const [input, sentence] of wrong)
    assert.throws(() => parseOptions(options, input, ["mounts", "a"]), refuses(sentence));
});

test("an error shows no secret", async () => {
  const secret = "hunter2";
  const wrong: readonly object[] = [
    { secret },
    { adminToken: secret },
    { adminToken: 7722345 },
    { signingKeys: `${secret} and much more of it` },
    { signingKeys: [secret] },
    { baseUrl: `//user:${secret}@host` },
    { baseUrl: `//user:p@${secret}@host` },
    { baseUrl: `https://user:p/${secret}@host` },
  ];
  const isClean = ({ detail }: CameoError) => !/hunter2|7722345/.test(detail);
  for (const settings of wrong) await assert.rejects(load(settings), isClean);
  const options = v.object({
    headers: v.optional(v.record(v.string(), v.number())),
    endpoint: v.optional(v.pipe(v.string(), v.regex(/^https:/))),
  });
  for (const input of [{ headers: { authorization: secret } }, { endpoint: `user:${secret}@host/x` }])
    assert.throws(() => parseOptions(options, input, ["mounts", "a"]), isClean);
  assert.equal(withoutPassword(`https://a:p@${secret}@b, //c:${secret}@d/@2x`), "https://(hidden)@b, //(hidden)@d/@2x");
});
