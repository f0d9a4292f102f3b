import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import { type AvatarIdentity, rewriteIdentities } from "../../../plugins/sources/azure-devops-identities.ts";
import {
  graphUsers,
  identityRef,
  imageLink,
  memberLink,
  organization,
  person,
  pullRequests,
  teamMembers,
  workItem,
} from "./azure-devops-payloads.ts";

test("cameo/azure imports nothing but its own siblings", async () => {
  const folder = new URL("../../../plugins/sources/", import.meta.url);
  const seen = new Set<string>();
  const walk = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(new URL(file, folder), "utf8");
    for (const [, name = ""] of text.matchAll(/^(?:import|export)[^"]*? from "([^"]+)"/gm)) {
      assert.match(name, /^\.\/azure-devops-[a-z]+\.ts$/, file);
      await walk(name);
    }
  };
  await walk("./azure-devops-identities.ts");
  assert.ok(seen.size > 3);
});

const people = [person(1), person(2), person(3)];
const toUrl = ({ descriptor, id }: AvatarIdentity) => `https://img.example/azure/${descriptor ?? id}?w=64`;
const own = (n: number) => `https://img.example/azure/${person(n).descriptor}?w=64`;

/** A stream of the bytes of `text`, cut at random places. */
function streamOf(text: string, sizes: readonly number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes.length > 0 ? (sizes[turn % sizes.length] ?? 1) : bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

const textOf = (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> => new Response(stream).text();

/** The text with each link replaced by hand. */
const replaced = (text: string, numbers: readonly number[]): string =>
  numbers.reduce(
    (result, n) =>
      result
        .replaceAll(JSON.stringify(memberLink(person(n))), JSON.stringify(own(n)))
        .replaceAll(JSON.stringify(imageLink(person(n))), JSON.stringify(own(n))),
    text,
  );

const payloads = {
  "one identity": { json: identityRef(person(1)), links: 2 },
  "a list of identities": { json: people.map(identityRef), links: 6 },
  "a list of pull requests": { json: pullRequests(people), links: 12 },
  "a work item": { json: workItem(person(1), person(2)), links: 4 },
  "members of a team": { json: teamMembers(people), links: 6 },
  "users of the Graph": { json: graphUsers(people), links: 3 },
} as const;

for (const [name, { json, links }] of Object.entries(payloads)) {
  test(`rewriteIdentities() changes the avatar links of ${name}, and nothing else`, async () => {
    const text = JSON.stringify(json, null, 2);
    const expected = replaced(text, [1, 2, 3, 100, 101, 102]);
    assert.equal(expected.split("img.example").length - 1, links);
    assert.equal(await rewriteIdentities(text, { organization, toUrl }), expected);
    assert.deepEqual(await rewriteIdentities(json, { organization, toUrl }), JSON.parse(expected));
  });
}

const spaces = fc.stringMatching(/^[ \n\t\r]{0,3}$/);
const numbers = fc.oneof(
  fc.constantFrom("9007199254740993", "-0", "1e400", "0.10", "12345678901234567890.000", "1E+2"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
const strings = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"\\u00e9\\/\\ud83d\\ude00"',
    '"imageUrl"',
    '"https:\\/\\/dev.azure.com\\/contoso"',
    `"${"x".repeat(5000)}"`,
  ),
);
const keys = fc.oneof(strings, fc.constantFrom('"imageUrl"', '"avatarUrl"', '"_links"', '"avatar"', '"href"', '"id"'));
const { json: anyJson } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(numbers, strings, fc.constantFrom("true", "false", "null")),
    fc
      .tuple(spaces, fc.array(fc.tuple(spaces, tie("json"), spaces), { maxLength: 4 }))
      .map(([space, items]) => `[${items.length === 0 ? space : items.map((each) => each.join("")).join(",")}]`),
    fc
      .tuple(spaces, fc.array(fc.tuple(spaces, keys, spaces, spaces, tie("json"), spaces), { maxLength: 4 }))
      .map(([space, items]) => {
        const members = items.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
        return `{${members.length === 0 ? space : members.join(",")}}`;
      }),
  ),
}));
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });

test("rewriteIdentities() gives JSON without avatar links back byte for byte, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(anyJson, cuts, async (text, sizes) => {
      JSON.parse(text);
      const rewritten = rewriteIdentities(streamOf(text, sizes), { toUrl: () => assert.fail("no link was there") });
      assert.equal(await textOf(rewritten), text);
    }),
    { numRuns: 300 },
  );
});

test("rewriteIdentities() changes only the links of JSON with identities in it, however it is cut", async () => {
  const identity = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 2))
    .map(([n, indent]) => JSON.stringify(identityRef(person(n)), null, indent));
  const mixed = fc.array(fc.oneof(anyJson, identity), { maxLength: 6 }).map((items) => `[${items.join(" ,\n")}]`);
  await fc.assert(
    fc.asyncProperty(mixed, cuts, fc.boolean(), async (text, sizes, isSlow) => {
      const options = {
        organization,
        toUrl: (each: AvatarIdentity) => (isSlow ? Promise.resolve(toUrl(each)) : toUrl(each)),
      };
      assert.equal(await textOf(rewriteIdentities(streamOf(text, sizes), options)), replaced(text, [1, 2, 3, 4, 5]));
    }),
    { numRuns: 200 },
  );
});

/** What JSON.parse refuses is refused; the other way round too. */
test("rewriteIdentities() takes what JSON.parse takes, and refuses the rest", async () => {
  const mutated = fc
    .tuple(
      anyJson,
      fc.nat(),
      fc.constantFrom("", ",", "}", "]", "{", "[", ":", '"', "\\", "0", "-", "e", " ", "x", "\u0001"),
      fc.nat({ max: 2 }),
    )
    .map(([text, place, sign, removed]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + sign + text.slice(at + removed);
    });
  await fc.assert(
    fc.asyncProperty(mutated, cuts, async (text, sizes) => {
      const isValid = await Promise.resolve(text)
        .then(JSON.parse)
        .then(
          () => true,
          () => false,
        );
      // Half a surrogate pair has no bytes of its own.
      fc.pre(text.isWellFormed());
      const rewritten = textOf(rewriteIdentities(streamOf(text, sizes), { toUrl }));
      if (isValid) assert.equal(await rewritten, text);
      else await assert.rejects(rewritten);
    }),
    { numRuns: 500 },
  );
});

test("rewriteIdentities() refuses what is no JSON with a SyntaxError", async () => {
  for (const text of [
    "",
    " ",
    "{",
    '{"a":1,}',
    "[1 2]",
    '"\n"',
    '"\\x"',
    "01",
    "nul",
    "{}{}",
    "[}",
    `${"[".repeat(300)}${"]".repeat(300)}`,
  ])
    await assert.rejects(rewriteIdentities(text, { toUrl }), SyntaxError, text);
  const bytes = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array([0x22, 0xff, 0x22]));
      controller.close();
    },
  });
  await assert.rejects(textOf(rewriteIdentities(bytes, { toUrl })), SyntaxError);
});

test("rewriteIdentities() leaves links of other organisations, hosts and kinds", async () => {
  const links = [
    "https://dev.azure.com/fabrikam/_apis/GraphProfile/MemberAvatars/aad.AAAA",
    "https://fabrikam.visualstudio.com/_api/_common/identityImage?id=6b2f3c9a-1d4e-4f5a-8b6c-000000000001",
    "https://dev.azure.com.evil.example/contoso/_apis/GraphProfile/MemberAvatars/aad.AAAA",
    "https://example.com/me.png",
    "https://dev.azure.com/contoso/_apis/projects",
    "/_api/_common/identityImage?id=6b2f3c9a-1d4e-4f5a-8b6c-000000000001",
    "",
  ];
  const text = JSON.stringify(links.map((imageUrl) => ({ imageUrl, _links: { avatar: { href: imageUrl } } })));
  assert.equal(await rewriteIdentities(text, { organization, toUrl }), text);
});

test("rewriteIdentities() takes every shape of link that the cloud has had", async () => {
  const { descriptor, id } = person(1);
  const table: readonly (readonly [string, string])[] = [
    [memberLink(person(1)), descriptor],
    [`https://dev.azure.com/Contoso/_apis/GraphProfile/MemberAvatars/${descriptor}?size=2`, descriptor],
    [`https://contoso.visualstudio.com/_apis/GraphProfile/MemberAvatars/${descriptor}`, descriptor],
    [`https://contoso.visualstudio.com/DefaultCollection/_api/_common/identityImage?id=${id}&t=1`, id],
    [`https://contoso.visualstudio.com/_api/_common/IdentityImage?t=1&Id=${id.toUpperCase()}`, id],
    [`https://vssps.dev.azure.com/contoso/_apis/graph/Subjects/${descriptor}/avatars?size=large`, descriptor],
    [`https://contoso.vssps.visualstudio.com/_apis/Graph/Subjects/${descriptor}/avatars`, descriptor],
  ];
  for (const [link, ref] of table) {
    const { avatarUrl } = await rewriteIdentities({ avatarUrl: link }, { organization, toUrl });
    assert.equal(avatarUrl, `https://img.example/azure/${ref}?w=64`, link);
  }
});

test("rewriteIdentities() takes links of a server by its address and collection", async () => {
  const { id } = person(1);
  const place = { base: "https://tfs.example.com/tfs/", organization: "DefaultCollection" };
  const link = `https://tfs.example.com/tfs/DefaultCollection/_api/_common/identityImage?id=${id}`;
  const { imageUrl, other } = await rewriteIdentities(
    { imageUrl: link, other: { imageUrl: memberLink(person(2)) } },
    { ...place, toUrl },
  );
  assert.equal(imageUrl, `https://img.example/azure/${id}?w=64`);
  assert.equal(other.imageUrl, memberLink(person(2)));
});

test("rewriteIdentities() knows an identity by what stands beside its link, before or after", async () => {
  const { id, descriptor } = person(1);
  const bare = "https://dev.azure.com/contoso/_api/_common/identityImage";
  const seen: AvatarIdentity[] = [];
  const options = {
    toUrl(identity: AvatarIdentity) {
      seen.push(identity);
      return null;
    },
  };
  const json = [
    { imageUrl: bare, id },
    { descriptor, displayName: "Ada", _links: { avatar: { href: bare } } },
    { imageUrl: bare },
    { imageUrl: imageLink(person(2)), descriptor: person(2).descriptor, displayName: 'Łukasz "Ł"' },
  ];
  assert.deepEqual(await rewriteIdentities(json, options), json);
  assert.deepEqual(seen, [
    { link: bare, id },
    { link: bare, descriptor, name: "Ada" },
    { link: imageLink(person(2)), descriptor: person(2).descriptor, id: person(2).id, name: 'Łukasz "Ł"' },
  ]);
});

test("rewriteIdentities() asks once for each identity, never more than `concurrency` at one time", async () => {
  let [running, most, asked] = [0, 0, 0];
  const options = {
    concurrency: 3,
    async toUrl(each: AvatarIdentity) {
      asked += 1;
      most = Math.max(most, ++running);
      await new Promise((done) => setImmediate(done));
      running -= 1;
      return toUrl(each);
    },
  };
  const json = teamMembers([...people, ...Array.from({ length: 30 }, (_, n) => person(n)), ...people]);
  await rewriteIdentities(json, options);
  assert.equal(asked, 30);
  assert.equal(most, 3);
});

test("rewriteIdentities() keeps a link whose `toUrl` throws", async () => {
  const options = {
    toUrl(each: AvatarIdentity) {
      if (each.descriptor === person(2).descriptor) throw new Error("not this one");
      return toUrl(each);
    },
  };
  const text = JSON.stringify(people.map(identityRef));
  assert.equal(await rewriteIdentities(text, options), replaced(text, [1, 3]));
});

test("rewriteIdentities() hands text on before all of it is here, and stops reading when nobody listens", async () => {
  let isCancelled = false;
  let count = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = JSON.stringify(identityRef(person(count++)));
      controller.enqueue(new TextEncoder().encode(count === 1 ? `[${text}` : `,${text}`));
    },
    cancel() {
      isCancelled = true;
    },
  });
  const reader = rewriteIdentities(endless, { toUrl }).getReader();
  const { value } = await reader.read();
  assert.ok(new TextDecoder().decode(value).startsWith('[{"displayName":"Person 0"'));
  await reader.cancel();
  assert.ok(isCancelled);
  assert.ok(count < 50, `${count} chunks were read ahead`);
});

test("rewriteIdentities() knows every identity of a long list as a whole, wherever its chunks end", async () => {
  const numbers = Array.from({ length: 600 }, (_, n) => n);
  const text = JSON.stringify(numbers.map((n) => identityRef(person(n))));
  const expected = replaced(text, numbers);
  assert.equal(await rewriteIdentities(text, { toUrl }), expected);
  for (const size of [65_536, 100_003]) {
    assert.equal(await textOf(rewriteIdentities(streamOf(text, [size]), { toUrl })), expected);
  }
});

test("rewriteIdentities() does not hold a long object back for what may stand at its end", async () => {
  const bare =
    '{"imageUrl":"https://dev.azure.com/contoso/_api/_common/identityImage","id":"6b2f3c9a-1d4e-4f5a-8b6c-000000000001","more":"';
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(sent++ === 0 ? bare : "x".repeat(10_000)));
    },
  });
  const reader = rewriteIdentities(endless, { toUrl }).getReader();
  let text = "";
  while (!text.includes("xxx")) text += new TextDecoder().decode((await reader.read()).value);
  assert.match(text, /img\.example\/azure\/6b2f3c9a/);
  await reader.cancel();
});
