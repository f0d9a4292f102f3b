/** Azure DevOps through the front door, before a service that is ill in the documented ways. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { plugins } from "../../config/builtin.ts";
import { loadSettings } from "../../core/settings/load.ts";
import type { SettingsInput } from "../../core/settings/schema.ts";
import { draw, png } from "../../core/testing/images.ts";
import { startApp, type TestApp } from "../app.ts";
import { type FakeAzure, startAzure } from "../azure.ts";
import {
  identityRef,
  memberLink,
  person,
  pullRequests,
  teamMembers,
} from "../plugins/sources/azure-devops-payloads.ts";

const adminToken = "an-admin-token-for-tests";
const pat = "pat-the-first-of-contoso-4711";
const orange = png(draw(80, 80, () => ({ r: 230, g: 120, b: 20, a: 255 })));
const { descriptor, id, email } = person(1);
const allowPrivate = ["127.0.0.0/8"];
const operator = { authorization: `Bearer ${adminToken}` };

interface Scene {
  readonly azure: FakeAzure;
  readonly app: TestApp;
  /** File with the token. */
  readonly tokenFile: string;
}

type Options = Readonly<Record<string, unknown>>;

/** A service with thirty people and one token, and an app with the mounts that `make` gives. */
async function withApp(
  make: (base: Options) => Options,
  run: (scene: Scene) => Promise<void>,
  more: Partial<SettingsInput> = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-azure-"));
  const tokenFile = join(folder, "token");
  await writeFile(tokenFile, pat);
  const azure = await startAzure();
  azure.tokens.add(pat);
  for (let n = 1; n <= 30; n++) azure.people.push({ ...person(n), body: orange });
  const mounts = make({ source: "azure-devops", allowPrivate, tokenFile, ...azure.options });
  const app = await startApp({
    settings: { adminToken, ...more, mounts: mounts as NonNullable<SettingsInput["mounts"]> },
  });
  try {
    await run({ azure, app, tokenFile });
  } finally {
    await app.close();
    await azure.close();
    await rm(folder, { recursive: true });
  }
}

interface Shown {
  readonly part: string;
  readonly code: string;
  readonly detail: string;
}

async function troubleOf(app: TestApp, part = "azure-devops contoso"): Promise<Shown | undefined> {
  const { troubles } = (await (await app.get("/health")).json()) as { troubles: Shown[] };
  return troubles.find((each) => each.part === part);
}

/** Waits until it is so. */
async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((done) => setImmediate(done));
}

const post = (app: TestApp, path: string, body: string, headers: Readonly<Record<string, string>> = operator) =>
  app.get(path, { method: "POST", body, headers });

test("an avatar is served by descriptor, GUID, e-mail, and by a link of which only the host was changed", async () => {
  await withApp(
    (base) => ({ azure: base, contoso: base }),
    async ({ app }) => {
      const link = `_apis/GraphProfile/MemberAvatars/${descriptor}`;
      for (const ref of [descriptor, id.toUpperCase(), email, link]) {
        const answer = await app.get(`/azure/${ref}?w=32&format=webp`);
        assert.equal(answer.status, 200, ref);
        assert.equal(answer.headers.get("content-type"), "image/webp");
        assert.ok((await answer.arrayBuffer()).byteLength > 20);
      }
      assert.equal((await app.get("/azure/aad.bm9ib2R5")).status, 404);
      const links = [
        `/_apis/GraphProfile/MemberAvatars/${descriptor}?size=2&overrideDisplayName=Ada`,
        `/_api/_common/identityImage?id=${id}&t=1700000000&w=20`,
        `/_api/_common/IdentityImage?size=2&ID=${id.toUpperCase()}`,
      ];
      for (const link of links) {
        assert.equal((await app.get(`/contoso${link}`)).status, 200, link);
        assert.equal((await app.get(`/azure/contoso${link}`)).status, 200, link);
        assert.equal((await app.get(`/azure/fabrikam${link}`)).status, 400, link);
      }
      assert.equal((await app.get("/azure/_api/_common/identityImage?size=2")).status, 400);
      assert.equal((await app.get(`/azure/${descriptor}?size=2`)).status, 400);
      assert.equal(await troubleOf(app), undefined);
    },
  );
});

const denials = ["redirect", "redirect away", "page", "disguised page", "unauthorized"] as const;

test("a token that does not work is no image and a trouble with the organisation's name, however it is refused", async () => {
  const services = await Promise.all(denials.map((_, n) => startAzure(`contoso-${n}`)));
  const mounts = services.map(({ options }, n) => [
    `m${n}`,
    { source: "azure-devops", token: pat, allowPrivate, ...options },
  ]);
  const app = await startApp({ settings: { adminToken, mounts: Object.fromEntries(mounts) } });
  try {
    for (const [n, denial] of denials.entries()) {
      const azure = services[n] as FakeAzure;
      Object.assign(azure, { denial, people: [{ ...person(1), body: orange }] });
      const answer = await app.get(`/m${n}/${descriptor}?w=32`);
      assert.equal(answer.status, 502, denial);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.match(answer.headers.get("cache-control") ?? "", /^public, max-age=24$/);
      const part = `azure-devops contoso-${n}`;
      assert.match((await troubleOf(app, part))?.detail ?? "", new RegExp(`token of the organisation contoso-${n}:`));
      const list = await (await app.get("/plugins", { headers: operator })).text();
      assert.match(list, new RegExp(`"authenticationFailures":\\{"count":${n + 1}`));
      azure.tokens.add(pat);
      app.advance(31);
      assert.equal((await app.get(`/m${n}/${descriptor}?w=32`)).status, 200, denial);
      assert.equal(await troubleOf(app, part), undefined);
    }
  } finally {
    await app.close();
    await Promise.all(services.map((each) => each.close()));
  }
});

test("the avatar chain answers with its default, for a short time, while the token does not work", async () => {
  const chain = { source: "avatar", chain: ["azure"], named: ["azure"], default: "identicon" };
  await withApp(
    (base) => ({ azure: { ...base, internal: true }, avatar: chain }),
    async ({ app, azure }) => {
      azure.tokens.clear();
      const standIn = await app.get(`/avatar/azure/${descriptor}?s=40`);
      assert.equal(standIn.status, 200);
      assert.equal(standIn.headers.get("content-type"), "image/png");
      const [, maxAgeS = ""] = /max-age=(\d+)/.exec(standIn.headers.get("cache-control") ?? "") ?? [];
      assert.ok(Number(maxAgeS) <= 60, `max-age=${maxAgeS}`);
      assert.match((await troubleOf(app))?.detail ?? "", /organisation contoso/);
      azure.tokens.add(pat);
      app.advance(61);
      await until(async () => (await app.get(`/avatar/azure/${descriptor}?s=40`)).headers.get("x-source") === "azure");
    },
  );
});

test("the avatar chain draws its default in place of a generated avatar, where that is wanted", async () => {
  const chain = { source: "avatar", chain: ["azure"], named: ["azure"], default: "identicon" };
  await withApp(
    (base) => ({ azure: { ...base, internal: true, initialsForGenerated: true }, avatar: chain }),
    async ({ app, azure }) => {
      Object.assign(azure.people[0] ?? {}, { isAutoGenerated: true });
      const drawn = await app.get(`/avatar/azure/${descriptor}?s=40`);
      assert.equal(drawn.status, 200);
      assert.notEqual(drawn.headers.get("x-source"), "azure");
      const found = await app.get(`/avatar/azure/${person(2).descriptor}?s=40`);
      assert.equal(found.headers.get("x-source"), "azure");
    },
  );
});

test("a copy is served on while the token is revoked, and a new token in the file ends the trouble", async () => {
  await withApp(
    (base) => ({ azure: base }),
    async ({ app, azure, tokenFile }) => {
      const path = `/azure/${descriptor}?w=32`;
      const first = new Uint8Array(await (await app.get(path)).arrayBuffer());
      azure.tokens.clear();
      app.advance(86_500);
      const stale = await app.get(path);
      assert.equal(stale.status, 200);
      assert.deepEqual(new Uint8Array(await stale.arrayBuffer()), first);
      await until(async () => (await troubleOf(app)) !== undefined);
      azure.tokens.add("pat-the-second-of-contoso");
      await writeFile(tokenFile, "pat-the-second-of-contoso");
      app.advance(60);
      assert.equal((await app.get(path)).status, 200);
      await until(async () => (await troubleOf(app)) === undefined);
    },
  );
});

test("a copy is served on while a token of Entra is revoked, and its successor is asked for at once", async () => {
  await withApp(
    (base) => {
      const entra = {
        tenant: "contoso.example",
        clientId: "app",
        clientSecret: "entra-client-secret",
        base: `${base.base}/login`,
      };
      return { azure: { ...base, tokenFile: undefined, entra } };
    },
    async ({ app, azure }) => {
      assert.equal((await app.get(`/azure/${descriptor}?w=32`)).status, 200);
      azure.tokens.clear();
      app.advance(120);
      assert.equal((await app.get(`/azure/${person(2).descriptor}?w=32`)).status, 200);
      assert.equal(azure.entra.given, 2);
      assert.equal(await troubleOf(app), undefined);
    },
  );
});

test("a 429 tells the client when to come again, and the service is left alone until then", async () => {
  await withApp(
    (base) => ({ azure: base }),
    async ({ app, azure }) => {
      azure.illness = "limited";
      azure.retryAfter = "90";
      const answer = await app.get(`/azure/${descriptor}`);
      assert.equal(answer.status, 502);
      assert.equal(answer.headers.get("retry-after"), "90");
      azure.illness = undefined;
      app.advance(45);
      assert.equal((await app.get(`/azure/${descriptor}`)).status, 502);
      assert.equal(azure.asked.length, 1);
      app.advance(46);
      assert.equal((await app.get(`/azure/${descriptor}`)).status, 200);
    },
  );
});

test("half a body, other errors and a huge image are errors with short memories, never images", async () => {
  await withApp(
    (base) => ({ azure: base }),
    async ({ app, azure }) => {
      for (const [illness, n] of [
        ["half", 1],
        ["down", 2],
        ["broken JSON", 3],
        ["forbidden", 4],
      ] as const) {
        azure.illness = illness;
        assert.equal((await app.get(`/azure/${person(n).descriptor}`)).status, 502, illness);
      }
      azure.illness = undefined;
      Object.assign(azure.people[4] ?? {}, { body: new Uint8Array(6 * 2 ** 20) });
      assert.equal((await app.get(`/azure/${person(5).descriptor}`)).status, 413);
      Object.assign(azure.people[5] ?? {}, { body: new TextEncoder().encode("not an image at all") });
      assert.equal((await app.get(`/azure/${person(6).descriptor}`)).status, 415);
      app.advance(301);
      assert.equal((await app.get(`/azure/${descriptor}`)).status, 200);
    },
  );
});

test("at most ten avatars are downloaded at one time, and each once", async () => {
  await withApp(
    (base) => ({ azure: base }),
    async ({ app, azure }) => {
      const all = Array.from({ length: 90 }, (_, n) => app.get(`/azure/${person((n % 30) + 1).descriptor}?w=16`));
      for (const answer of await Promise.all(all)) assert.equal(answer.status, 200);
      assert.equal(azure.asked.length, 30);
      assert.ok(azure.most <= 10, `${azure.most} at one time`);
    },
  );
});

/** A temporary file may be gone by now. */
const readOrNothing = (path: string): Promise<Buffer> => readFile(path).catch(() => Buffer.alloc(0));

/** All that is in a folder, as bytes. */
async function bytesOf(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile()).map((each) => readOrNothing(join(each.parentPath, each.name)));
  return Buffer.concat(await Promise.all(files));
}

test("no secret and no e-mail is in the log, the answers, /plugins, /health or on the disk", async () => {
  const secrets = ["pat-secret-one-0815", "bearer-secret-two-0815", "entra-secret-three-0815"];
  await withApp(
    (base) => ({
      one: { ...base, tokenFile: undefined, token: secrets[0] },
      two: { ...base, tokenFile: undefined, bearerToken: secrets[1] },
      three: {
        ...base,
        tokenFile: undefined,
        entra: { tenant: "contoso.example", clientId: "app", clientSecret: secrets[2], base: `${base.base}/login` },
      },
    }),
    async ({ app, azure }) => {
      const seen: string[] = [];
      azure.entra.secret = secrets[2] ?? "";
      const ask = async () => {
        for (const mount of ["one", "two", "three"]) {
          for (const ref of [descriptor, id, email]) {
            const answer = await app.get(`/${mount}/${ref}?w=16`);
            // The name of a file to save is the client's own word.
            answer.headers.delete("content-disposition");
            seen.push(JSON.stringify([...answer.headers]), Buffer.from(await answer.arrayBuffer()).toString("latin1"));
          }
        }
      };
      for (const each of secrets) azure.tokens.add(each);
      await ask();
      azure.tokens.clear();
      azure.entra.illness = "refused";
      app.advance(800_000);
      await ask();
      seen.push(
        await (await app.get("/plugins", { headers: operator })).text(),
        await (await app.get("/health")).text(),
      );
      seen.push(app.lines.join("\n"), (await bytesOf(app.folder)).toString("latin1"));
      const all = seen.join("\n");
      assert.ok(all.includes("azure-devops") && all.includes("organisation contoso"));
      const hidden = [...secrets, ...secrets.map((each) => btoa(`:${each}`)), "entra-token-1", email];
      for (const text of hidden) assert.ok(!all.includes(text), text);
    },
  );
});

const isolated = { query: "w=48&f=webp", onTrouble: "keep" };

test("POST identities answers the same JSON with signed URLs that work", async () => {
  await withApp(
    (base) => ({ azure: { ...base, sign: "required", identities: isolated } }),
    async ({ app, azure }) => {
      const own = (text: string) => text.replaceAll("https://dev.azure.com/contoso", `${azure.url}/contoso`);
      for (const json of [identityRef(person(1)), pullRequests([person(1), person(2)]), teamMembers([person(3)])]) {
        const text = own(JSON.stringify(json, null, 1));
        const answer = await post(app, "/azure/identities", text);
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get("content-type"), "application/json");
        assert.equal(answer.headers.get("cache-control"), "no-store");
        const rewritten = await answer.text();
        const links = rewritten.match(/"http:\/\/localhost\/azure\/[^"]+"/g) ?? [];
        assert.equal(links.length, text.match(/MemberAvatars|identityImage/g)?.length);
        assert.equal(
          rewritten.replace(/"http:\/\/localhost\/azure\/[^"]+"/g, "x"),
          text.replace(/"[^"]*(MemberAvatars|identityImage)[^"]*"/g, "x"),
        );
      }
      const { imageUrl } = (await (
        await post(app, "/azure/identities", own(JSON.stringify(identityRef(person(1)))))
      ).json()) as { imageUrl: string };
      const image = await app.get(imageUrl.slice("http://localhost".length));
      assert.equal(image.status, 200);
      assert.equal(image.headers.get("content-type"), "image/webp");
      assert.equal((await app.get(`/azure/${descriptor}?w=48&f=webp`)).status, 403);
      const others = JSON.stringify({
        imageUrl: memberLink(person(1)),
        avatarUrl: "https://www.gravatar.com/avatar/0",
      });
      assert.equal(await (await post(app, "/azure/identities", others)).text(), others);
    },
  );
});

test("POST identities is for operators unless it is open, and says what is wrong with a body", async () => {
  await withApp(
    (base) => ({
      azure: { ...base, identities: { maxBytes: 2000 } },
      open: { ...base, identities: { isOpen: true, expiresS: 60, path: "/avatar/azure" } },
      avatar: { source: "avatar", chain: ["azure"], named: ["azure"] },
    }),
    async ({ app, azure }) => {
      assert.equal((await post(app, "/azure/identities", "{}", {})).status, 401);
      const bad = await post(app, "/azure/identities", '{"imageUrl": ');
      assert.equal(bad.status, 400);
      assert.match(await bad.text(), /The JSON ends early/);
      assert.equal((await post(app, "/azure/identities", "")).status, 400);
      assert.equal((await post(app, "/azure/identities", JSON.stringify(["x".repeat(2000)]))).status, 413);
      const link = `${azure.url}/contoso/_apis/GraphProfile/MemberAvatars/${descriptor}`;
      const open = await post(app, "/open/identities", JSON.stringify({ imageUrl: link }), {});
      const { imageUrl } = (await open.json()) as { imageUrl: string };
      assert.match(imageUrl, /^https:\/\/img\.example\.com\/avatar\/azure\/aad\.[\w-]+\?.*exp=\d+&sig=[\w-]+$/);
      const path = imageUrl.slice("https://img.example.com".length);
      assert.equal((await app.get(path)).headers.get("x-source"), "azure");
      app.advance(61);
      assert.equal((await app.get(path)).status, 403);
    },
    { baseUrl: "https://img.example.com/" },
  );
});

test("POST identities says that its settings make no links, in place of leaving all as they were", async () => {
  await withApp(
    (base) => ({
      lost: { ...base, identities: { path: "/nowhere/azure" } },
      wrong: { ...base, identities: { query: "w=0" } },
      nameless: { ...base, identities: { path: "/avatar/nameless" } },
      direct: { ...base, identities: { path: "/avatar" } },
      avatar: { source: "avatar", chain: ["nameless", "direct"] },
    }),
    async ({ app }) => {
      const json = JSON.stringify({ imageUrl: memberLink(person(1)) });
      const lost = await post(app, "/lost/identities", json);
      assert.deepEqual(
        [lost.status, /mounts\.lost\.identities: There is no mount \\"nowhere\\"/.test(await lost.text())],
        [500, true],
      );
      const wrong = await post(app, "/wrong/identities", json);
      assert.deepEqual([wrong.status, /mounts\.wrong\.identities: .*width/.test(await wrong.text())], [500, true]);
      for (const mount of ["nameless", "direct"]) {
        const unknown = await post(app, `/${mount}/identities`, json);
        assert.deepEqual([unknown.status, /takes no descriptors.*named/.test(await unknown.text())], [500, true]);
      }
    },
  );
});

test("POST identities gives links with names, from which initials are drawn for those without a picture", async () => {
  const identities = { path: "/avatar/azure", query: "w=48&d=initials&name={name}" };
  await withApp(
    (base) => ({
      azure: { ...base, internal: true, identities },
      avatar: { source: "avatar", chain: ["azure"], named: ["azure"] },
    }),
    async ({ app, azure }) => {
      const pathOf = async (n: number, displayName: string) => {
        const link = `${azure.url}/contoso/_apis/GraphProfile/MemberAvatars/${person(n).descriptor}`;
        const answer = await post(app, "/azure/identities", JSON.stringify({ displayName, avatarUrl: link }));
        return ((await answer.json()) as { avatarUrl: string }).avatarUrl.slice("http://localhost".length);
      };
      assert.match(await pathOf(1, "Ada Lovelace"), /default=initials&initials=AL$/);
      const [ada, bob, both] = [await pathOf(90, "Ada Lovelace"), await pathOf(91, "Bob"), await pathOf(1, "Bob")];
      const bytes = async (path: string) => {
        const answer = await app.get(path);
        assert.equal(answer.status, 200);
        return Buffer.from(await answer.arrayBuffer()).toString("base64");
      };
      const pictures = new Set([await bytes(ada), await bytes(bob), await bytes(both)]);
      assert.equal(pictures.size, 3);
    },
  );
});

test("POST identities?warm=1 loads avatars beforehand for operators, at most as many as its option says", async () => {
  await withApp(
    (base) => ({ azure: { ...base, identities: { warm: 4, isOpen: true } } }),
    async ({ app, azure }) => {
      const people = Array.from({ length: 6 }, (_, n) => person(n + 1));
      const text = JSON.stringify(people.map(identityRef)).replaceAll("https://dev.azure.com", azure.url);
      assert.equal((await post(app, "/azure/identities", text)).status, 200);
      assert.equal((await post(app, "/azure/identities?warm=1", text, {})).status, 200);
      assert.equal(azure.asked.length, 0);
      const answer = await post(app, "/azure/identities?warm=1", text);
      assert.equal((await answer.text()).match(/localhost\/azure/g)?.length, 12);
      assert.equal(azure.asked.length, 4);
      assert.equal((await app.get(`/azure/${descriptor}?w=16`)).status, 200);
      assert.equal(azure.asked.length, 4);
    },
  );
});

test("POST identities keeps the old links while the token does not work, or gives those of the default", async () => {
  await withApp(
    (base) => ({
      azure: base,
      other: { ...base, identities: { onTrouble: "default" } },
      none: { ...base, tokenFile: undefined },
    }),
    async ({ app, azure }) => {
      azure.tokens.clear();
      const text = JSON.stringify([identityRef(person(1))]).replaceAll("https://dev.azure.com", azure.url);
      assert.equal(await (await post(app, "/azure/identities?warm=true", text)).text(), text);
      assert.equal(await (await post(app, "/azure/identities", text)).text(), text);
      assert.equal(await (await post(app, "/none/identities", text)).text(), text);
      const other = await (await post(app, "/other/identities?warm=true", text)).text();
      assert.equal(other.match(/localhost\/other/g)?.length, 2);
      // Nobody follows a link that was not made: after a while they are made again, so that somebody tries.
      app.advance(61);
      const later = await (await post(app, "/azure/identities", text)).text();
      assert.equal(later.match(/localhost\/azure/g)?.length, 2);
    },
  );
});

test("POST identities streams: a large answer begins before its end is known, and breaks off where the JSON does", async () => {
  await withApp(
    (base) => ({ azure: { ...base, base: "https://dev.azure.com" } }),
    async ({ app }) => {
      const encoder = new TextEncoder();
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          const text = JSON.stringify(identityRef(person(sent)));
          controller.enqueue(encoder.encode(sent++ === 0 ? `[${text}` : sent < 2000 ? `,${text}` : "]]"));
        },
      });
      const init: RequestInit & { readonly duplex: "half" } = {
        method: "POST",
        body,
        headers: operator,
        duplex: "half",
      };
      const answer = await app.get("/azure/identities", init);
      assert.equal(answer.status, 200);
      assert.ok(sent < 2000, "all of it was read before the answer began");
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      const { value } = await reader.read();
      assert.ok(new TextDecoder().decode(value).startsWith('[{"displayName":"Person 0"'));
      await assert.rejects(async () => {
        while (!(await reader.read()).done);
      }, SyntaxError);
    },
  );
});

const findOptions: Parameters<typeof loadSettings>[0]["findOptions"] = (kind, name) => {
  const found = plugins.find((each) => each.kind === kind && each.name === name);
  return found && "options" in found ? found.options : undefined;
};

test("config/examples/azure-devops.toml runs as it stands once a token is set", async () => {
  const azure = await startAzure();
  azure.tokens.add(pat);
  azure.people.push({ ...person(1), body: orange }, { ...person(2), body: orange, isAutoGenerated: true });
  const { settings } = await loadSettings({
    defaults: {},
    file: fileURLToPath(new URL("../../config/examples/azure-devops.toml", import.meta.url)),
    environment: {
      CAMEO_MOUNTS_AZURE_TOKEN: pat,
      CAMEO_MOUNTS_AZURE_BASE: azure.url,
      CAMEO_MOUNTS_AZURE_GRAPH_BASE: `${azure.url}/vssps`,
      CAMEO_MOUNTS_AZURE_ALLOW_PRIVATE: "127.0.0.0/8",
      CAMEO_ADMIN_TOKEN: adminToken,
    },
    findOptions,
  });
  const app = await startApp({ settings: { adminToken, mounts: settings.mounts } });
  try {
    const json = JSON.stringify([1, 2, 3].map((n) => identityRef(person(n))));
    const answer = await post(app, "/azure/identities", json.replaceAll("https://dev.azure.com", azure.url));
    const sources: (string | null)[] = [];
    for (const { imageUrl } of (await answer.json()) as { imageUrl: string }[]) {
      const image = await app.get(imageUrl.slice("http://localhost".length));
      assert.equal(image.status, 200);
      sources.push(image.headers.get("x-source"));
    }
    assert.deepEqual(sources, ["azure", "default:initials", "default:initials"]);
    assert.equal((await app.get(`/avatar/azure/${descriptor}`)).status, 403);
    assert.equal((await app.get(`/azure/${descriptor}`)).status, 404);
  } finally {
    await app.close();
    await azure.close();
  }
});

test("every setting of a token can come from the environment", async () => {
  const { settings } = await loadSettings({
    defaults: { mounts: { azure: { source: "azure-devops" } } },
    environment: {
      CAMEO_MOUNTS_AZURE_ORGANIZATION: "contoso",
      CAMEO_MOUNTS_AZURE_TOKEN: "t",
      CAMEO_MOUNTS_AZURE_TOKEN_FILE: "/run/secrets/azure",
      CAMEO_MOUNTS_AZURE_BEARER_TOKEN: "b",
      CAMEO_MOUNTS_AZURE_ENTRA_TENANT: "contoso.example",
      CAMEO_MOUNTS_AZURE_ENTRA_CLIENT_ID: "app",
      CAMEO_MOUNTS_AZURE_ENTRA_CLIENT_SECRET: "s",
      CAMEO_MOUNTS_AZURE_MAX_BYTES: "1MB",
      CAMEO_MOUNTS_AZURE_IDENTITIES_IS_OPEN: "yes",
      CAMEO_MOUNTS_AZURE_INITIALS_FOR_GENERATED: "true",
    },
    findOptions,
  });
  assert.deepEqual(
    { ...settings.mounts.azure },
    {
      ...settings.mounts.azure,
      organization: "contoso",
      token: "t",
      tokenFile: "/run/secrets/azure",
      bearerToken: "b",
      entra: { tenant: "contoso.example", clientId: "app", clientSecret: "s" },
      maxBytes: "1MB",
      identities: { isOpen: true },
      initialsForGenerated: true,
    },
  );
});
