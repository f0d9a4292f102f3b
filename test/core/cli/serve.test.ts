import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fixture } from "../../fixtures/fixture.ts";
import { testOnce } from "../../once.ts";
import { until } from "../../until.ts";
import { cameo, inFolder, serveCameo, slow, startCameo, waitFor } from "./spawn.ts";

test("cameo serve is ready when it says so, and the URLs that it prints show something", slow, async () => {
  await inFolder(async (cwd) => {
    const served = await serveCameo([], { cwd, preparesCards: true });
    const urls = [
      ...served
        .out()
        .toString()
        .matchAll(/^ {4}(http\S+)$/gm),
    ].map(([, url = ""]) => url);
    assert.ok(urls.length >= 1 && urls.length <= 3);
    for (const url of urls) assert.equal((await fetch(url)).status, 200, url);
    const health = (await (await fetch(`${served.url}/health`)).json()) as { ready: boolean };
    assert.equal(health.ready, true);
    assert.equal(await served.end("SIGINT"), 0);
  });
});

testOnce("cameo serve prints no log line on standard output", slow, async () => {
  await inFolder(async (cwd) => {
    const served = await serveCameo([], { cwd });
    await fetch(`${served.url}/images/nothing.jpg`);
    assert.equal(await served.end("SIGTERM"), 0);
    const lines = served
      .err()
      .toString()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    assert.ok(lines.some((line) => (JSON.parse(line) as { status?: number }).status === 404));
    assert.ok(!served.out().includes("{"));
  });
});

testOnce(
  "cameo serve warns of what cannot work when it starts and when its settings change, once each",
  slow,
  async () => {
    await inFolder(async (cwd) => {
      const file = join(cwd, "c.json");
      const mounts = { images: { source: "file", base: "./pictures" } };
      await writeFile(file, JSON.stringify({ mounts }));
      const served = await serveCameo(["--config", "c.json"], { cwd });
      const warned = () =>
        served
          .err()
          .toString()
          .match(/mounts\.\w+: `\w+` names[^"\\;]*/g) ?? [];
      assert.equal(warned().length, 1);
      assert.match(warned()[0] ?? "", /^mounts\.images: `base` names the folder \.\/pictures/);
      await writeFile(file, JSON.stringify({ mounts: { ...mounts, avatar: { source: "avatar", chain: ["nobody"] } } }));
      await until(() => served.err().includes("nobody"));
      assert.deepEqual(
        warned().map((each) => each.split(":")[0]),
        ["mounts.images", "mounts.avatar"],
      );
      assert.equal(await served.end("SIGTERM"), 0);
    });
  },
);

test("cameo serve offers /health when there is nothing to show", slow, async () => {
  await inFolder(async (cwd) => {
    await mkdir(join(cwd, "empty"));
    const mounts = { images: { base: "empty" }, avatar: null, "og-image": null };
    await writeFile(join(cwd, "few.json"), JSON.stringify({ mounts }));
    const served = await serveCameo(["--config", "few.json"], { cwd });
    assert.ok(served.out().includes(`${served.url}/health`));
    await served.end("SIGTERM");
  });
});

test("cameo serve says which port is taken", slow, async () => {
  await inFolder(async (cwd) => {
    const served = await serveCameo([], { cwd });
    const { port } = new URL(served.url);
    const second = await cameo(["serve", "--port", port], { cwd });
    assert.deepEqual([second.code, second.out], [1, ""]);
    assert.equal(second.err, `cameo: Port ${port} on 127.0.0.1 is taken; choose another one with --port.\n`);
    await served.end("SIGTERM");
  });
});

/** A server whose remote mount waits for an origin that answers when it is told to, with a request on its way. */
async function serveWaiting(cwd: string) {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<Uint8Array>();
  const origin = createServer(async (_request, response) => {
    asked.resolve();
    response.end(await told.promise);
  });
  await once(origin.listen(0, "127.0.0.1"), "listening");
  const { port } = origin.address() as AddressInfo;
  const env = { CAMEO_MOUNTS_REMOTE_ALLOW: `127.0.0.1:${port}`, CAMEO_MOUNTS_REMOTE_ALLOW_PRIVATE: "127.0.0.0/8" };
  const served = await serveCameo([], { cwd, env });
  const answer = fetch(`${served.url}/remote/http://127.0.0.1:${port}/a.jpg?w=20&f=png`);
  answer.catch(() => {});
  await asked.promise;
  const close = () => {
    told.resolve(new Uint8Array());
    origin.closeAllConnections();
    origin.close();
  };
  return { served, answer, reply: told.resolve, close };
}

/** Until no new connection is taken. */
async function untilClosed(url: string): Promise<void> {
  const { port } = new URL(url);
  await until(async () => !(await isOpen(Number(port))));
}

function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

test("cameo serve lets a request under way finish, and takes no other", slow, async () => {
  await inFolder(async (cwd) => {
    const { served, answer, reply, close } = await serveWaiting(cwd);
    const ended = served.end("SIGTERM");
    await untilClosed(served.url);
    reply(await fixture("jpeg-progressive"));
    const response = await answer;
    assert.deepEqual([response.status, response.headers.get("content-type")], [200, "image/png"]);
    assert.ok((await response.arrayBuffer()).byteLength > 100);
    assert.equal(await ended, 0);
    close();
  });
});

test("cameo serve ends at once at the second signal", slow, async () => {
  await inFolder(async (cwd) => {
    const { served, answer, close } = await serveWaiting(cwd);
    served.signal("SIGINT");
    await untilClosed(served.url);
    assert.equal(await served.end("SIGINT"), 130);
    await assert.rejects(answer);
    close();
  });
});

test(
  "cameo serve ends of itself where it is told to while it starts, as a container's first process has to",
  slow,
  async () => {
    await inFolder(async (cwd) => {
      const child = startCameo(["serve", "--port", "0"], { cwd });
      const ended = once(child, "close") as Promise<[number | null, string | null]>;
      await until(() => existsSync(join(cwd, ".cameo", "secret")));
      process.kill(child.pid ?? 0, "SIGTERM");
      const [code, signal] = await ended;
      assert.equal(signal, null);
      assert.ok(code === 130 || code === 0, `${code}`);
    });
  },
);

// Deno itself writes to standard error once, and aborts where it cannot.
testOnce("cameo serve goes on where its log cannot be written", slow, async () => {
  if (!existsSync("/dev/full")) return;
  await inFolder(async (cwd) => {
    const served = await serveCameo([], { cwd, isLogFull: true });
    for (const width of [10, 11, 12]) {
      const answer = await fetch(`${served.url}/images/badge.svg?f=png&w=${width}`);
      assert.equal(answer.status, 200);
      await answer.arrayBuffer();
      // The log is written behind the answers.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(await served.end("SIGTERM"), 0);
  });
});

test("cameo serve does not wait for a connection that only stands open", slow, async () => {
  await inFolder(async (cwd) => {
    const served = await serveCameo([], { cwd });
    const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await waitFor(socket, /\r\n\r\n\{.*\}/s);
    assert.equal(await served.end("SIGINT"), 0);
    socket.destroy();
  });
});

testOnce("cameo serve refuses bad settings with a sentence and no stack trace", slow, async () => {
  await inFolder(async (cwd) => {
    await writeFile(join(cwd, "bad.json"), '{ "port": "many", "prot": 1 }');
    const bad = await cameo(["--config", "bad.json"], { cwd });
    assert.deepEqual([bad.code, bad.out], [2, ""]);
    assert.match(
      bad.err,
      /^cameo: port \(CAMEO_PORT\) got "many"; .*There is no setting prot; there are port, host, .+\.\n$/,
    );
    const missing = await cameo(["serve"], { cwd, env: { CAMEO_CONFIG: "none.toml" } });
    assert.deepEqual([missing.code, missing.err.includes("none.toml")], [2, true]);
    const flag = await cameo(["--port", "many"], { cwd });
    assert.deepEqual([flag.code, flag.err], [2, 'cameo: --port got "many"; it takes a whole number from 0.\n']);
  });
});

testOnce("cameo takes flags over variables over the file", slow, async () => {
  await inFolder(async (cwd) => {
    await writeFile(
      join(cwd, "own.toml"),
      'host = "localhost"\n[log]\nlevel = "info"\n[mounts.extra]\nsource = "file"\nbase = "."\n',
    );
    const env = { CAMEO_CONFIG: "own.toml", CAMEO_LOG_LEVEL: "debug", CAMEO_HOST: "0.0.0.0" };
    const served = await serveCameo(["--log-level", "warn", "--host", "127.0.0.1"], { cwd, env });
    assert.match(served.url, /^http:\/\/127\.0\.0\.1:/);
    const health = (await (await fetch(`${served.url}/health`)).json()) as { mounts: string[] };
    assert.ok(health.mounts.includes("extra"));
    await served.end("SIGTERM");
    assert.equal(served.err().toString(), "");
  });
});

test("cameo prints help and version, and refuses what it does not know", slow, async () => {
  await inFolder(async (cwd) => {
    const help = await cameo(["--help"], { cwd });
    assert.deepEqual([help.code, help.err], [0, ""]);
    assert.match(help.out, /Commands:\n {2}serve /);
    assert.match((await cameo(["convert", "--help"], { cwd })).out, /Usage:\n {2}cameo convert <in…> <out>/);
    assert.match((await cameo(["--version"], { cwd })).out, /^\d+\.\d+\.\d+\n$/);
    const unknown = await cameo(["srve"], { cwd });
    assert.deepEqual([unknown.code, unknown.err], [2, 'cameo: There is no command "srve". Did you mean "serve"?\n']);
  });
});

test("cameo serve takes settings that name a plugin which is saved after them", slow, async () => {
  await inFolder(async (cwd) => {
    await writeFile(join(cwd, "cameo.json"), "{}");
    await mkdir(join(cwd, "plugins.d"));
    const served = await serveCameo(["--config", "cameo.json"], { cwd });
    const troubles = async () => (await (await fetch(`${served.url}/health`)).json()).troubles as { detail: string }[];
    await writeFile(join(cwd, "cameo.json"), '{ "adminToken": "a-secret-word, ');
    await until(async () => (await troubles()).some(({ detail }) => detail.includes("cannot be read")));
    assert.ok(!JSON.stringify(await troubles()).includes("a-secret-word"));
    await writeFile(join(cwd, "cameo.json"), JSON.stringify({ mounts: { late: { source: "late" } } }));
    await until(async () => (await troubles()).some(({ detail }) => detail.includes('"late", which is not there')));
    const code = `import { source } from "cameo/plugin";
import * as v from "valibot";
export default source({
  name: "late", options: v.object({}),
  setup: () => ({ load: async () => ({ body: new TextEncoder().encode(svg) }) }),
});
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';`;
    await writeFile(join(cwd, "plugins.d/late.ts"), code);
    await until(async () => (await fetch(`${served.url}/late/a?f=png`)).status === 200);
    assert.deepEqual(await troubles(), []);
    assert.ok(!served.err().toString().includes("a-secret-word"));
    assert.equal(await served.end("SIGTERM"), 0);
  });
});

test("cameo serve outlives what a plugin throws in a timer and in a promise that nobody waits for", slow, async () => {
  await inFolder(async (cwd) => {
    await mkdir(join(cwd, "plugins.d"));
    const code = `import { route } from "cameo/plugin";
import * as v from "valibot";
export default route({
  name: "stray", options: v.object({}),
  setup: () => ({
    endpoints: [{ method: "GET", path: "/stray", handle() {
      void Promise.reject(new Error("a stray promise"));
      setTimeout(() => { throw new Error("a stray timer"); }, 1);
      return new Response("still here");
    } }],
  }),
});`;
    await writeFile(join(cwd, "plugins.d/stray.ts"), code);
    const served = await serveCameo([], { cwd });
    const ask = async () => (await fetch(`${served.url}/stray`)).text();
    const said = (words: string) => served.err().includes(words);
    await until(async () => (await ask()) === "still here" && said("a stray promise") && said("a stray timer"));
    assert.equal(await ask(), "still here");
    assert.equal(await served.end("SIGTERM"), 0);
  });
});
