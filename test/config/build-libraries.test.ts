/** `cameo/client` and `cameo/azure` as others get them: from the packed package, in a folder of their own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before } from "node:test";
import { createClient } from "../../core/client.ts";
import { createGrammar, parseRequest } from "../../core/request/parse.ts";
import { verifyRequest } from "../../core/request/sign.ts";
import { rewriteIdentities } from "../../plugins/sources/azure-devops-identities.ts";
import { denoProgram, root, testOnBun } from "../e2e/binary.ts";

const key = "a key of more than sixteen characters";
const baseUrl = "https://img.example.com";
const slow = { timeout: 240_000 };

/** What an app does with the client. */
const app = `import { createClient } from "cameo/client";
const client = createClient({ baseUrl: "${baseUrl}", key: "${key}" });
console.log(client.url(["remote", "https://example.com/ä b.jpg?size=2"], { width: 320, format: "webp" }));
console.log(await client.signed("/images/a%20b.jpg", { fit: "cover", position: [0.5, 0.25] }, { expires: 4102444800 }));
console.log(client.srcset("/images/a.jpg", { densities: [1, 2], width: 64 }));
`;
const typed = `${app}
import type { Client, ImageParameters } from "cameo/client";
const parameters: ImageParameters = { fit: "cover" };
export const show = (cameo: Client): string => cameo.url("/images/a.jpg", parameters);
`;
const wrong = `import { createClient } from "cameo/client";
createClient({ baseUrl: "" }).url("/images/a.jpg", { fit: "covre" });
`;

/** What a tool does with answers of Azure DevOps: as text, as a value and as a stream. */
const azure = `import { rewriteIdentities } from "cameo/azure";
const options = { organization: "contoso", toUrl: ({ descriptor, id }) => "/azure/" + (descriptor ?? id) };
const link = "https://dev.azure.com/contoso/_apis/GraphProfile/MemberAvatars/aad.YWJj";
const text = JSON.stringify([{ imageUrl: link, displayName: "Ada" }]);
console.log(await rewriteIdentities(text, options));
console.log(JSON.stringify(await rewriteIdentities(JSON.parse(text), options)));
console.log(await new Response(rewriteIdentities(new Blob([text]).stream(), options)).text());
`;
const azureTyped = `import { type AvatarIdentity, type RewriteOptions, rewriteIdentities } from "cameo/azure";
const toUrl = ({ descriptor, id }: AvatarIdentity): string => "/azure/" + (descriptor ?? id);
const options: RewriteOptions = { organization: "contoso", toUrl };
export const text: Promise<string> = rewriteIdentities("{}", options);
`;
const azureWrong = `import type { RewriteOptions } from "cameo/azure";
export const options: RewriteOptions = { organisation: "contoso", toUrl: () => null };
`;

/** What the source says to the same. */
async function expected(): Promise<string> {
  const client = createClient({ baseUrl, key });
  const lines = [
    client.url(["remote", "https://example.com/ä b.jpg?size=2"], { width: 320, format: "webp" }),
    await client.signed("/images/a%20b.jpg", { fit: "cover", position: [0.5, 0.25] }, { expires: 4102444800 }),
    client.srcset("/images/a.jpg", { densities: [1, 2], width: 64 }),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

let folder: string;
const run = (command: string, args: readonly string[], cwd = folder) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${error ?? ""}${stderr}${stdout}`);
  return stdout;
};

if ("Bun" in globalThis) {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cameo-package-"));
    run(process.execPath, ["pm", "pack", "--destination", folder], root);
    const [packed = ""] = await readdir(folder);
    await mkdir(join(folder, "node_modules/cameo"), { recursive: true });
    run("tar", ["-xzf", packed, "--strip-components=1", "-C", "node_modules/cameo"]);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "app", type: "module", private: true }));
    await writeFile(join(folder, "app.js"), app);
    await writeFile(join(folder, "app.ts"), typed);
    await writeFile(join(folder, "wrong.ts"), wrong);
    await writeFile(join(folder, "azure.js"), azure);
    await writeFile(join(folder, "azure.ts"), azureTyped);
    await writeFile(join(folder, "azure-wrong.ts"), azureWrong);
  }, slow);
  after(() => rm(folder, { recursive: true, force: true }));
}

testOnBun(
  "cameo/client: the package makes the same URLs on Node, Deno and Bun as the source, which the server accepts",
  slow,
  async () => {
    const urls = await expected();
    assert.equal(run("node", ["app.js"]), urls);
    assert.equal(run(denoProgram(), ["run", "--quiet", "app.js"]), urls);
    assert.equal(run(process.execPath, ["app.js"]), urls);
    const [path = "", search = ""] = (urls.split("\n")[1] ?? "").replace(baseUrl, "").split("?");
    const grammar = createGrammar();
    assert.equal(verifyRequest(parseRequest(path, search, grammar), grammar, [key], 0), true);
  },
);

testOnBun(
  "cameo/azure: the package puts the same links into JSON on Node, Deno and Bun as the source",
  slow,
  async () => {
    const link = "https://dev.azure.com/contoso/_apis/GraphProfile/MemberAvatars/aad.YWJj";
    const json = JSON.stringify([{ imageUrl: link, displayName: "Ada" }]);
    const toUrl = ({ descriptor = "" }) => `/azure/${descriptor}`;
    const rewritten = await rewriteIdentities(json, { organization: "contoso", toUrl });
    assert.equal(rewritten, json.replace(link, "/azure/aad.YWJj"));
    const lines = `${rewritten}\n`.repeat(3);
    assert.equal(run("node", ["azure.js"]), lines);
    assert.equal(run(denoProgram(), ["run", "--quiet", "azure.js"]), lines);
    assert.equal(run(process.execPath, ["azure.js"]), lines);
  },
);

testOnBun("libraries: a bundler for browsers takes the JavaScript, which imports nothing", slow, async () => {
  for (const path of ["core/client.js", "plugins/sources/azure-devops-identities.js"]) {
    const script = await readFile(join(folder, "node_modules/cameo/dist/libraries", path), "utf8");
    assert.doesNotMatch(script, /^\s*import\b|\bimport\(|\brequire\(/m, path);
  }
  run(process.execPath, ["build", "app.ts", "--target", "browser", "--outfile", "bundle.js"]);
  assert.equal(run("node", ["bundle.js"]), await expected());
});

for (const [module, resolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
] as const) {
  testOnBun(`libraries: their types are right with "moduleResolution": "${resolution}"`, slow, () => {
    const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--types", ""];
    const check = ["--module", module, "--moduleResolution", resolution, ...options];
    const tsc = join(root, "node_modules/.bin/tsc");
    run(tsc, [...check, "app.ts", "azure.ts"]);
    const { stdout } = spawnSync(tsc, [...check, "wrong.ts", "azure-wrong.ts"], { cwd: folder, encoding: "utf8" });
    assert.match(stdout, /^wrong\.ts\(2,\d+\): .*"covre"/m);
    assert.match(stdout, /^azure-wrong\.ts\(2,\d+\): .*'organisation'/m);
  });
}

testOnBun("libraries: Deno finds their types", slow, () => {
  run(denoProgram(), ["check", "--quiet", "app.ts", "azure.ts"]);
});

testOnBun("the package has what is needed to run, and no test", slow, async () => {
  const own = join(folder, "node_modules/cameo");
  const files = await readdir(own, { recursive: true });
  assert.deepEqual(
    files.filter((path) => /^test\b|^dist\/(?!libraries\b)|^config\/(art|build)/.test(path)),
    [],
  );
  await symlink(join(root, "node_modules"), join(own, "node_modules"));
  assert.match(run(process.execPath, [join(own, "config/main.ts"), "check"]), /All is well\.\n$/);
});
