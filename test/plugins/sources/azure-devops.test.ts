import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as v from "valibot";
import { CameoError } from "../../../core/error.ts";
import { createGuard } from "../../../core/net/guard.ts";
import type { SourceInstance } from "../../../core/plugin.ts";
import { createHost, type TestHost, type TestHostOptions } from "../../../core/testing/host.ts";
import { png } from "../../../core/testing/images.ts";
import azureDevOps from "../../../plugins/sources/azure-devops.ts";
import { type FakeAzure, type FakePerson, startAzure } from "../../azure.ts";
import { hasCode, loadContext, loadOriginal, setupSource, testSource } from "../../contract/source.ts";
import { person } from "./azure-devops-payloads.ts";

const body = png();
const token = "pat-0123456789abcdef";
const { descriptor, id, email } = person(1);
const ada = (): FakePerson => ({ descriptor, id, email: "Person.1@Contoso.example", body });

function makeHost(options: TestHostOptions = {}): TestHost {
  const guard = { fetchMs: 10_000, maxBytes: 50e6, allowPrivate: ["127.0.0.0/8"], userAgent: "Cameo/test" };
  return { ...createHost({ nowMs: 1e12, mount: "azure", ...options }), fetch: createGuard(guard) };
}

interface Scene {
  readonly azure: FakeAzure;
  readonly host: TestHost;
  /** The source with the fake's options and its token. */
  open(options?: Readonly<Record<string, unknown>>): Promise<SourceInstance>;
}

/** One person is known, one token works. */
async function withAzure(run: (scene: Scene) => Promise<void>): Promise<void> {
  const azure = await startAzure();
  azure.people.push(ada());
  azure.tokens.add(token);
  const host = makeHost();
  try {
    await run({
      azure,
      host,
      open: (more = {}) => setupSource(azureDevOps, { ...azure.options, token, ...more }, host),
    });
  } finally {
    await azure.close();
  }
}

const load = (source: SourceInstance, ref = descriptor) => source.load(source.normalize?.(ref) ?? ref, loadContext());

async function failure(work: Promise<unknown>): Promise<CameoError> {
  const error = await work.catch((caught: unknown) => caught);
  assert.ok(error instanceof CameoError, `it answered ${JSON.stringify(error)}`);
  return error;
}

const trouble = ({ troubles }: TestHost): string => {
  const error = troubles.get("azure-devops contoso");
  return error instanceof CameoError ? error.detail : "none";
};

testSource({
  plugin: azureDevOps,
  async open() {
    const azure = await startAzure();
    azure.people.push(ada());
    azure.tokens.add(token);
    return {
      options: { ...azure.options, token },
      host: makeHost(),
      good: descriptor,
      body,
      spellings: [
        ` ${descriptor.replace("aad", "AAD")} `,
        `${azure.url}/contoso/_apis/GraphProfile/MemberAvatars/${descriptor}`,
        `${azure.url.replace("//", "/")}/Contoso/_apis/GraphProfile/MemberAvatars/${descriptor}?size=2`,
        `_apis/GraphProfile/MemberAvatars/${descriptor}`,
        `contoso/_apis/graph/Subjects/${descriptor}/avatars`,
      ],
      missing: "aad.bm9ib2R5",
      refused: [
        "no.",
        "a b@example.com",
        "@example.com",
        "ada@",
        "aad.",
        "aad.a/b",
        `${azure.url}/fabrikam/_apis/GraphProfile/MemberAvatars/${descriptor}`,
        `https://example.com/contoso/_apis/GraphProfile/MemberAvatars/${descriptor}`,
        `${azure.url}/contoso/_apis/projects`,
        `fabrikam/_apis/GraphProfile/MemberAvatars/${descriptor}`,
      ],
      close: () => azure.close(),
    };
  },
});

test("source.azure-devops asks the Graph for a descriptor, in the size of its option, with Basic and an empty name", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const original = await loadOriginal(await open({ size: "medium" }), descriptor);
    assert.deepEqual(original.body, body);
    assert.equal(original.etag, "time 2026-10-01T08:30:00.123Z");
    assert.deepEqual(azure.asked, [
      `GET /vssps/contoso/_apis/graph/Subjects/${descriptor}/avatars?size=medium&api-version=7.1-preview.1`,
    ]);
    assert.equal(trouble(host), "none");
  });
});

test("source.azure-devops turns a GUID into a descriptor, and remembers it for a day", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const source = await open();
    assert.deepEqual((await loadOriginal(source, id.toUpperCase())).body, body);
    await loadOriginal(source, id);
    const lookups = () => azure.asked.filter((each) => each.includes("/descriptors/")).length;
    assert.equal(lookups(), 1);
    host.setNow(1e12 + 86_400_001);
    await loadOriginal(source, id);
    assert.equal(lookups(), 2);
  });
});

test("source.azure-devops finds an e-mail by itself, not by its beginning, and stores no e-mail", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const longer = { ...ada(), descriptor: "aad.bG9uZ2Vy", email: `${email}.au`, body: png().slice() };
    azure.people.unshift(longer);
    const source = await open();
    assert.equal(source.normalize?.(" PERSON.1@contoso.EXAMPLE"), email);
    assert.deepEqual((await loadOriginal(source, email)).body, body);
    assert.ok(azure.asked.at(-1)?.includes(descriptor));
    assert.equal(await load(source, "person.1@contoso.exampl"), null);
    assert.equal(await load(source, "nobody@contoso.example"), null);
    const stored = await host.storage.getKeys();
    assert.equal(stored.length, 1);
    assert.ok(!JSON.stringify([stored, await host.storage.getItem(stored[0] ?? "")]).includes("contoso.example"));
  });
});

test("source.azure-devops asks nobody about another service's names", async () => {
  await withAzure(async ({ azure, open }) => {
    const source = await open();
    for (const ref of ["0bc83cb571cd1c50ba6f3e8a78ef1346", "ab".repeat(32), "~4f2a_-Z", "octocat", id.slice(1)])
      assert.equal(await load(source, ref), null);
    assert.deepEqual(azure.asked, []);
  });
});

test("source.azure-devops takes a picture to be unchanged while its time is the same, and a generated one by its bytes", async () => {
  await withAzure(async ({ azure, open }) => {
    const source = await open();
    const [found] = azure.people;
    assert.ok(found);
    const again = async (etag: string | undefined) => source.load(descriptor, loadContext({ previous: { etag } }));
    const { etag } = await loadOriginal(source, descriptor);
    assert.equal(await again(etag), "unchanged");
    found.timeStamp = "2026-11-11T00:00:00Z";
    assert.notEqual(await again(etag), "unchanged");
    Object.assign(found, { isAutoGenerated: true, timeStamp: "0001-01-01T00:00:00" });
    const generated = await loadOriginal(source, descriptor);
    assert.equal(await again(generated.etag), "unchanged");
    found.body = png({ width: 1, height: 1, data: new Uint8ClampedArray(4) });
    assert.notEqual(await again(generated.etag), "unchanged");
  });
});

test("source.azure-devops has no avatar where it is generated and initials are wanted", async () => {
  await withAzure(async ({ azure, open }) => {
    Object.assign(azure.people[0] ?? {}, { isAutoGenerated: true });
    assert.deepEqual((await loadOriginal(await open(), descriptor)).body, body);
    assert.equal(await load(await open({ initialsForGenerated: true })), null);
    azure.illness = "nothing";
    assert.equal(await load(await open()), null);
  });
});

test("source.azure-devops goes by older links where the token may not read the Graph, and leaves that alone for a while", async () => {
  await withAzure(async ({ azure, host, open }) => {
    azure.illness = "forbidden graph";
    const source = await open();
    assert.deepEqual((await loadOriginal(source, descriptor)).body, body);
    assert.deepEqual((await loadOriginal(source, descriptor)).body, body);
    assert.deepEqual(
      azure.asked.map((each) => each.split("?")[0]),
      [
        `GET /vssps/contoso/_apis/graph/Subjects/${descriptor}/avatars`,
        `GET /contoso/_apis/GraphProfile/MemberAvatars/${descriptor}`,
        `GET /contoso/_apis/GraphProfile/MemberAvatars/${descriptor}`,
      ],
    );
    assert.deepEqual((await loadOriginal(source, id)).body, body);
    assert.deepEqual(azure.asked.slice(3), [`GET /contoso/_api/_common/identityImage?id=${id}`]);
    assert.equal(trouble(host), "none");
    assert.equal(host.figures.get("graphRefused"), 1);
    assert.ok(host.lines.some((line) => line.startsWith("warn: the token may not read the Graph")));
  });
});

test("source.azure-devops asks the Graph nothing more for GUIDs either, until the token may have the scope", async () => {
  await withAzure(async ({ azure, host, open }) => {
    azure.illness = "forbidden graph";
    const source = await open();
    await loadOriginal(source, id);
    await loadOriginal(source, id);
    assert.equal(azure.asked.filter((each) => each.includes("/vssps/")).length, 1);
    azure.illness = undefined;
    host.setNow(1e12 + 300_000);
    await loadOriginal(source, id);
    assert.ok(azure.asked.at(-1)?.startsWith(`GET /vssps/contoso/_apis/graph/Subjects/${descriptor}/avatars`));
  });
});

test("source.azure-devops asks a server by its older links alone, with an ETag of its own where there is none", async () => {
  await withAzure(async ({ azure, host }) => {
    const options = { organization: "contoso", base: `${azure.url}/`, token };
    const source = await setupSource(azureDevOps, options, host);
    const { etag } = await loadOriginal(source, descriptor);
    assert.equal(await source.load(descriptor, loadContext({ previous: { etag } })), "unchanged");
    azure.people.push({ ...ada(), id: person(2).id, email: "two@contoso.example" });
    for (const ref of [id, "two@contoso.example"]) assert.deepEqual((await loadOriginal(source, ref)).body, body);
    assert.equal(await load(source, "three@contoso.example"), null);
    assert.ok(azure.asked.every((each) => !each.includes("/vssps/")));
  });
});

for (const denial of ["redirect", "redirect away", "page", "disguised page", "unauthorized"] as const) {
  test(`source.azure-devops takes no sign-in page for an avatar: ${denial}`, async () => {
    await withAzure(async ({ azure, host, open }) => {
      azure.denial = denial;
      const source = await open({ token: "pat-that-has-expired" });
      for (const ref of [descriptor, id, email]) {
        const error = await failure(load(source, ref));
        assert.equal(error.code, "origin-failed");
        assert.match(error.detail, /does not accept the token of the organisation contoso/);
      }
      assert.match(trouble(host), /organisation contoso/);
      assert.equal(host.figures.get("authenticationFailures"), 1);
      assert.equal(azure.asked.length, 1, "the same token was tried again at once");
      host.setNow(1e12 + 11_000);
      await failure(load(source));
      assert.equal(host.figures.get("authenticationFailures"), 2);
      azure.tokens.add("pat-that-has-expired");
      host.setNow(1e12 + 22_000);
      await loadOriginal(source, descriptor);
      assert.equal(trouble(host), "none");
    });
  });
}

test("source.azure-devops takes 403 everywhere for a token without scope", async () => {
  await withAzure(async ({ azure, host, open }) => {
    azure.illness = "forbidden";
    const source = await open();
    for (const ref of [descriptor, id, email]) assert.equal((await failure(load(source, ref))).code, "origin-failed");
    assert.match(trouble(host), /lacks the scope vso\.graph/);
    azure.illness = undefined;
    host.setNow(1e12 + 301_000);
    await loadOriginal(source, descriptor);
    assert.equal(trouble(host), "none");
  });
});

test("source.azure-devops asks nothing before Retry-After is over", async () => {
  await withAzure(async ({ azure, host, open }) => {
    azure.illness = "limited";
    azure.retryAfter = "120";
    const source = await open();
    assert.equal((await failure(load(source))).options.retryAfterS, 120);
    azure.illness = undefined;
    host.setNow(1e12 + 60_000);
    const error = await failure(load(source, id));
    assert.equal(error.code, "origin-failed");
    assert.equal(error.options.retryAfterS, 60);
    assert.equal(azure.asked.length, 1);
    host.setNow(1e12 + 120_000);
    assert.deepEqual((await loadOriginal(source, descriptor)).body, body);
    assert.equal(trouble(host), "none");
  });
});

test("source.azure-devops understands Retry-After as a date, as nothing, and never for longer than an hour", async () => {
  await withAzure(async ({ azure, open }) => {
    azure.illness = "limited";
    const table = [
      [new Date(1e12 + 90_000).toUTCString(), 90],
      [undefined, 30],
      ["soon", 30],
      ["999999", 3600],
      ["0.5", 1],
    ] as const;
    for (const [text, seconds] of table) {
      azure.retryAfter = text;
      assert.equal((await failure(load(await open()))).options.retryAfterS, seconds, String(text));
    }
  });
});

test("source.azure-devops refuses broken answers, and goes by the bytes where the type is wrong", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const source = await open();
    for (const illness of ["down", "half", "broken JSON", "not base64"] as const) {
      azure.illness = illness;
      for (const ref of [descriptor, id])
        assert.equal((await failure(load(source, ref))).code, "origin-failed", illness);
    }
    assert.equal(trouble(host), "none");
    azure.illness = "wrong type";
    assert.deepEqual((await loadOriginal(source, descriptor)).body, body);
  });
});

test("source.azure-devops refuses an avatar over maxBytes, in the Graph and by link", async () => {
  await withAzure(async ({ azure, host, open }) => {
    Object.assign(azure.people[0] ?? {}, { body: new Uint8Array(5 * 2 ** 20 + 1) });
    assert.equal((await failure(load(await open()))).code, "source-too-large");
    Object.assign(azure.people[0] ?? {}, { body: new Uint8Array(9 * 2 ** 20) });
    assert.equal((await failure(load(await open()))).code, "source-too-large");
    const onServer = await setupSource(
      azureDevOps,
      { organization: "contoso", base: azure.url, token, maxBytes: "1KB" },
      host,
    );
    assert.equal((await failure(load(onServer))).code, "source-too-large");
  });
});

test("source.azure-devops gives a slow service up after timeoutMs, also those who wait for their turn", async () => {
  await withAzure(async ({ azure, open }) => {
    const held = Promise.withResolvers<void>();
    azure.wait = held.promise;
    const source = await open({ timeoutMs: 50, maxConcurrent: 1 });
    const errors = await Promise.all([failure(load(source)), failure(load(source, id))]);
    for (const error of errors) assert.equal(error.code, "origin-timeout");
    held.resolve();
  });
});

test("source.azure-devops asks for at most ten things at one time; one who leaves the queue makes room", async () => {
  await withAzure(async ({ azure, open }) => {
    const held = Promise.withResolvers<void>();
    const full = Promise.withResolvers<void>();
    azure.wait = held.promise;
    azure.onAsk = () => {
      if (azure.asked.length === 10) full.resolve();
    };
    const source = await open();
    const many = Array.from({ length: 40 }, () => load(source));
    const leaver = new AbortController();
    const left = source.load(descriptor, loadContext({ signal: leaver.signal }));
    await full.promise;
    leaver.abort(new Error("the client left"));
    await assert.rejects(left, /the client left/);
    assert.equal(azure.asked.length, 10);
    held.resolve();
    for (const answer of await Promise.all(many)) assert.ok(answer !== null && answer !== "unchanged");
    assert.equal(azure.asked.length, 40);
    assert.equal(azure.most, 10);
  });
});

test("source.azure-devops reads a token's file anew, so that a new token works at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-azure-"));
  const file = join(folder, "token");
  await withAzure(async ({ azure, host, open }) => {
    const source = await open({ token: undefined, tokenFile: file });
    assert.match((await failure(load(source))).detail, /file with the secret of the organisation contoso/);
    assert.match(trouble(host), /organisation contoso/);
    await writeFile(file, `${token}\n`);
    await loadOriginal(source, descriptor);
    assert.equal(trouble(host), "none");
    azure.tokens.clear();
    await failure(load(source));
    assert.match(trouble(host), /does not accept the token/);
    azure.tokens.add("pat-the-next-one");
    await writeFile(file, "pat-the-next-one");
    await loadOriginal(source, descriptor);
    assert.equal(trouble(host), "none");
  });
  await rm(folder, { recursive: true });
});

test("source.azure-devops tries again at once when its token's file was changed meanwhile", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cameo-azure-"));
  const file = join(folder, "token");
  await writeFile(file, "pat-the-old-one");
  await withAzure(async ({ azure, host, open }) => {
    const written = Promise.withResolvers<void>();
    azure.wait = written.promise;
    azure.onAsk = () => {
      azure.onAsk = undefined;
      void writeFile(file, token).then(() => written.resolve());
    };
    await loadOriginal(await open({ token: undefined, tokenFile: file }), descriptor);
    assert.equal(host.figures.get("authenticationFailures"), undefined);
  });
  await rm(folder, { recursive: true });
});

const entra = { tenant: "contoso.example", clientId: "app", clientSecret: "entra-client-secret" };

test("source.azure-devops gets a token of Entra once, and a new one before it expires", async () => {
  await withAzure(async ({ azure, host, open }) => {
    azure.tokens.clear();
    const source = await open({ token: undefined, entra: { ...entra, base: `${azure.url}/login/` } });
    await Promise.all([descriptor, id, email].map((ref) => loadOriginal(source, ref)));
    assert.equal(azure.entra.given, 1);
    host.setNow(1e12 + 3_299_000);
    await loadOriginal(source, descriptor);
    assert.equal(azure.entra.given, 1);
    host.setNow(1e12 + 3_301_000);
    await loadOriginal(source, descriptor);
    assert.equal(azure.entra.given, 2);
  });
});

test("source.azure-devops uses a token of Entra to its end while Entra is down", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const source = await open({ token: undefined, entra: { ...entra, base: `${azure.url}/login` } });
    await loadOriginal(source, descriptor);
    azure.entra.illness = "down";
    host.setNow(1e12 + 3_400_000);
    await loadOriginal(source, descriptor);
    host.setNow(1e12 + 3_600_001);
    assert.match(
      (await failure(load(source))).detail,
      /Entra gives no token for the organisation contoso \(no answer\)/,
    );
    azure.entra.illness = undefined;
    host.setNow(1e12 + 3_611_000);
    await loadOriginal(source, descriptor);
    assert.equal(trouble(host), "none");
  });
});

test("source.azure-devops gets a new token of Entra when the old one is revoked while serving", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const source = await open({ token: undefined, entra: { ...entra, base: `${azure.url}/login` } });
    await loadOriginal(source, descriptor);
    azure.tokens.clear();
    host.setNow(1e12 + 60_000);
    await loadOriginal(source, descriptor);
    assert.equal(azure.entra.given, 2);
    assert.equal(host.figures.get("authenticationFailures"), undefined);
  });
});

test("source.azure-devops says with OAuth's word why Entra gives no token, and leaves it alone for a while", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const options = {
      token: undefined,
      entra: { ...entra, clientSecret: "entra-wrong-secret", base: `${azure.url}/login` },
    };
    const source = await open(options);
    const error = await failure(load(source));
    assert.match(error.detail, /\(invalid_client\); check tenant, client and secret/);
    assert.match(trouble(host), /Entra/);
    await failure(load(source));
    assert.equal(host.figures.get("tokens"), 1);
    assert.deepEqual(azure.asked, []);
  });
});

test("source.azure-devops takes tokens with a line break at their end, and none that no header can hold", async () => {
  const parse = (more: object) => v.safeParse(azureDevOps.options, { organization: "contoso", ...more });
  const entra = { tenant: "contoso.example", clientId: "app" };
  const { success, output } = parse({
    token: " a-b~1\n",
    bearerToken: "c\r\n",
    entra: { ...entra, clientSecret: "d\n" },
  });
  assert.ok(success);
  assert.deepEqual([output.token, output.bearerToken], ["a-b~1", "c"]);
  assert.partialDeepStrictEqual(output.entra, { clientSecret: "d" });
  const bad = "hunter–2";
  for (const more of [{ token: bad }, { bearerToken: "a\nb: c" }, { entra: { ...entra, clientSecret: bad } }]) {
    const { issues = [] } = parse(more);
    assert.match(issues[0]?.message ?? "", /^takes visible ASCII/);
  }
});

test("source.azure-devops sends a bearer token as it is", async () => {
  await withAzure(async ({ open }) => {
    assert.deepEqual((await loadOriginal(await open({ token: "", bearerToken: token }), descriptor)).body, body);
  });
});

test("source.azure-devops without a token is a trouble from the start; with two of them it is not set up", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const source = await open({ token: undefined });
    assert.match(trouble(host), /There is no token for the organisation contoso/);
    assert.match((await failure(load(source))).detail, /There is no token/);
    assert.deepEqual(azure.asked, []);
    await assert.rejects(open({ bearerToken: "another" }), hasCode("bad-setting"));
  });
});

test("source.azure-devops puts no secret, e-mail or address into errors, figures and logs", async () => {
  await withAzure(async ({ azure, host, open }) => {
    const secret = "pat-secret-0815";
    const errors: unknown[] = [];
    for (const denial of ["redirect", "redirect away", "unauthorized"] as const) {
      azure.denial = denial;
      const source = await open({ token: secret });
      for (const ref of [email, id]) errors.push(await failure(load(source, ref)));
    }
    const shown = JSON.stringify([
      errors.map((error) => error instanceof CameoError && [error.message, error.detail, error.options]),
      host.lines,
      [...host.figures],
      [...host.troubles].map(([part, error]) => [part, String(error)]),
    ]);
    for (const text of [secret, btoa(`:${secret}`), email, "127.0.0.1"]) assert.ok(!shown.includes(text), text);
  });
});

test("source.azure-devops follows a redirect within the service, to no other origin and not for ever", async () => {
  const link = (name: string) => `https://tfs.example.com/tfs/contoso/_apis/GraphProfile/MemberAvatars/${name}?size=2`;
  const moved = (location: string) => new Response(null, { status: 302, headers: { location } });
  const host = createHost({
    answers: {
      [link("aad.moved")]: moved("/tfs/pictures/1.png"),
      "https://tfs.example.com/tfs/pictures/1.png": new Response(body),
      [link("aad.away")]: moved("https://evil.example/1.png"),
      [link("aad.round")]: moved(link("aad.round")),
    },
  });
  const source = await setupSource(
    azureDevOps,
    { organization: "contoso", base: "https://tfs.example.com/tfs", bearerToken: token },
    host,
  );
  assert.deepEqual((await loadOriginal(source, "aad.moved")).body, body);
  assert.equal((await failure(load(source, "aad.round"))).code, "origin-failed");
  host.setNow(20_000);
  assert.equal((await failure(load(source, "aad.away"))).code, "origin-failed");
  assert.ok(host.calls.every(({ url }) => url.startsWith("https://tfs.example.com/")));
  assert.equal(host.calls.length, 2 + 4 + 1);
});

test("azure-devops tells of a path to a mount that is not there", async () => {
  const check = async (path?: string) => {
    const identities = path === undefined ? {} : { path };
    const source = await setupSource(azureDevOps, { organization: "contoso", token, identities }, makeHost());
    return source.check?.({ mounts: new Set(["azure", "avatar"]) });
  };
  for (const path of [undefined, "/azure", "/avatar/azure"]) assert.deepEqual(await check(path), []);
  assert.match((await check("/faces/azure"))?.[0] ?? "", /"faces", which is not there; there are: azure, avatar\./);
});

test("azure-devops signs no ref of another mount for everybody", async () => {
  const open = (path: string | undefined, isOpen = true) => {
    const identities = { isOpen, ...(path === undefined ? {} : { path }) };
    return setupSource(azureDevOps, { organization: "contoso", token, identities }, makeHost());
  };
  await assert.rejects(open("/avatar"), hasCode("bad-setting"));
  for (const path of [undefined, "/azure", "/avatar/azure"]) await (await open(path)).dispose?.();
  await (await open("/avatar", false)).dispose?.();
});
