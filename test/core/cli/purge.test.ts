import assert from "node:assert/strict";
import { test } from "node:test";
import { cameo, inFolder, serveCameo, slow } from "./spawn.ts";

const token = "an-operators-token-of-some-length";

test("cameo purge makes a server forget a picture with everything made from it", slow, async () => {
  await inFolder(async (cwd) => {
    const env = { CAMEO_ADMIN_TOKEN: token };
    const served = await serveCameo([], { cwd, env });
    const url = `${served.url}/images/landscape.jpg?w=16`;
    const cached = async () => (await fetch(url)).headers.get("x-cache");
    assert.deepEqual([await cached(), await cached()], ["MISS origin", "HIT memory"]);
    const { code, out, err } = await cameo(["purge", url], { cwd, env });
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^Purged landscape\.jpg of images: 1 entry\.\n$/);
    assert.equal(await cached(), "MISS origin");
    const { port } = new URL(served.url);
    const again = await cameo(["purge", "/images/landscape.jpg", "--token", token], { cwd, env: { CAMEO_PORT: port } });
    assert.deepEqual([again.code, again.out.includes("1 entry")], [0, true]);
    const wrong = await cameo(["purge", "/images/landscape.jpg", "-s", served.url, "-t", "not the token"], { cwd });
    assert.deepEqual([wrong.code, wrong.out], [1, ""]);
    assert.match(wrong.err, /^cameo: unauthorized: /);
    await served.end("SIGTERM");
  });
});

test("cameo purge says what it lacks", slow, async () => {
  await inFolder(async (cwd) => {
    const tokenless = await cameo(["purge", "/images/a.jpg"], { cwd });
    assert.deepEqual(
      [tokenless.code, tokenless.err],
      [2, "cameo: The admin token is missing; give --token or set CAMEO_ADMIN_TOKEN.\n"],
    );
    for (const named of [["/images/a.jpg", "--server", "img.example.com"], ["http://[/images/a.jpg"]]) {
      const wrong = await cameo(["purge", ...named, "--token", token], { cwd });
      assert.equal(wrong.code, 2);
      assert.match(wrong.err, /^cameo: "\S+" is no URL; .*\n$/);
    }
    const words = ["purge", "/images/a.jpg", "--token", token, "--server", "http://127.0.0.1:1"];
    const { code, err } = await cameo(words, { cwd });
    assert.equal(code, 1);
    assert.match(err, /^cameo: http:\/\/127\.0\.0\.1:1 does not answer: /);
  });
});
