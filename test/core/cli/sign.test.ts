import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../../../core/cli/command.ts";
import { expiryOf } from "../../../core/cli/sign.ts";
import { createClient } from "../../../core/client.ts";
import { signingKeysOf } from "../../../core/secret.ts";
import { cameo, inFolder, serveCameo, slow } from "./spawn.ts";

const now = Date.UTC(2026, 0, 1);
const key = "a key of more than sixteen characters";

test("expiryOf() takes lengths, dates and Unix seconds", () => {
  const at = now / 1000;
  assert.equal(expiryOf(undefined, now), undefined);
  assert.equal(expiryOf("90s", now), at + 90);
  assert.equal(expiryOf("30m", now), at + 1800);
  assert.equal(expiryOf("12h", now), at + 43_200);
  assert.equal(expiryOf("7d", now), at + 604_800);
  assert.equal(expiryOf("2026-12-31", now), Date.UTC(2026, 11, 31) / 1000);
  assert.equal(expiryOf("2026-12-31T18:00Z", now), Date.UTC(2026, 11, 31, 18) / 1000);
  assert.equal(expiryOf("1800000000", now), 1_800_000_000);
});

test("expiryOf() refuses the past, what is no time, and what no server takes", () => {
  for (const text of ["tomorrow", "1y", "", "h", "12", "2025-01-01", "1700000000", "0d", "9999-12-31", "999999w"]) {
    assert.throws(() => expiryOf(text, now), UsageError, text);
  }
});

test("cameo sign prints what cameo/client signs", slow, async () => {
  await inFolder(async (cwd) => {
    const words = ["sign", "/images/a b.jpg?height=9&width=320", "--expires", "1900000000", "--key", key];
    const { out, err, code } = await cameo([...words, "--base", "https://img.example.com/"], { cwd });
    assert.deepEqual([code, err], [0, ""]);
    const client = createClient({ baseUrl: "https://img.example.com", key });
    const expected = await client.signed(["images", "a b.jpg"], { width: 320, height: 9 }, { expires: 1_900_000_000 });
    assert.equal(out, `${expected}\n`);
  });
});

test("cameo sign uses the secret that it keeps, and the settings' address", slow, async () => {
  await inFolder(async (cwd) => {
    const env = { CAMEO_PORT: "4321" };
    const { out } = await cameo(["sign", "/images/a.jpg"], { cwd, env });
    const file = join(cwd, ".cameo/secret");
    const [kept = ""] = signingKeysOf({ signingKeys: [] }, (await readFile(file, "utf8")).trim());
    assert.equal(
      out,
      `${await createClient({ baseUrl: "http://127.0.0.1:4321", key: kept }).signed("/images/a.jpg")}\n`,
    );
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await cameo(["sign", "/images/a.jpg"], { cwd, env })).out, out);
  });
});

test("cameo sign says what is wrong", slow, async () => {
  await inFolder(async (cwd) => {
    const mount = await cameo(["sign", "/imges/a.jpg"], { cwd });
    assert.deepEqual([mount.code, mount.out], [1, ""]);
    assert.match(mount.err, /^cameo: no-such-route: There is no mount "imges"; there are images, remote\b.*\.\n$/);
    const expiry = await cameo(["sign", "/images/a.jpg", "--expires", "soon"], { cwd });
    assert.equal(expiry.code, 2);
    assert.match(expiry.err, /--expires got "soon"/);
    const base = await cameo(["sign", "/images/a.jpg", "--base", "img.example.com"], { cwd });
    assert.deepEqual(
      [base.code, base.out, /--base got "img\.example\.com"; it takes a URL/.test(base.err)],
      [2, "", true],
    );
    const short = await cameo(["sign", "/images/a.jpg", "--key", "hunter2"], { cwd });
    assert.deepEqual([short.code, short.out], [2, ""]);
    assert.equal(short.err, "cameo: --key got text of 7 characters; it takes at least 16, as signingKeys does.\n");
  });
});

test("cameo sign makes URLs that a server with the same settings takes", slow, async () => {
  await inFolder(async (cwd) => {
    const env = { CAMEO_MOUNTS_IMAGES_SIGN: "required", CAMEO_SIGNING_KEYS: `${key},an older key of the same kind` };
    const served = await serveCameo([], { cwd, env });
    const { out } = await cameo(["sign", "/images/landscape.jpg?w=8", "--base", served.url], { cwd, env });
    assert.equal((await fetch(out.trim())).status, 200);
    assert.equal((await fetch(`${served.url}/images/landscape.jpg?w=8`)).status, 403);
    await served.end("SIGTERM");
  });
});

test("cameo sign signs what a mount reads its own way", slow, async () => {
  await inFolder(async (cwd) => {
    const config = join(cwd, "cards.json");
    await writeFile(config, JSON.stringify({ mounts: { cards: { source: "template", sign: "required" } } }));
    const env = { CAMEO_SIGNING_KEYS: key };
    const served = await serveCameo(["--config", config], { cwd, env });
    const words = ["sign", "/cards?title=it's&theme=dark&w=60", "--config", config, "--base", served.url];
    const { out } = await cameo(words, { cwd, env });
    assert.equal((await fetch(out.trim())).status, 200);
    assert.equal((await fetch(out.trim().replace("dark", "light"))).status, 403);
    await served.end("SIGTERM");
  });
});
