/**
 * Every spelling of a URL has one canonical form, which caches and signatures go by: `test/golden/urls.json` has them. A URL that is refused has its
 * status, its code and the parameter; where presets or the mount add to what is drawn, that follows the canonical form behind an arrow.
 */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { after, before, test } from "node:test";
import { CameoError, codes } from "../../core/error.ts";
import { readUrl } from "../../core/http/image.ts";
import type { Codec } from "../../core/request/codec.ts";
import { parameterTable } from "../../core/request/parameters.ts";
import { createGrammar, formatParameters } from "../../core/request/parse.ts";
import { signPath } from "../../core/request/sign.ts";
import { resolve } from "../../core/stages/resolve.ts";
import { startApp, type TestApp } from "../app.ts";
import { openGolden } from "../golden/golden.ts";

type Section = Readonly<Record<string, string>>;

/** The clock of all URLs that expire. */
const now = Date.UTC(2026, 0, 1);
const key = "a-signing-key-for-golden-urls";
/** Longest path and query. */
const longest = 200;
const golden = await openGolden<Section>("urls.json");
let app: TestApp;

before(async () => {
  const images = { source: "file", base: tmpdir() };
  app = await startApp({
    settings: {
      signingKeys: [key],
      presets: { thumb: "w=32&h=32&fit=cover&f=png", gray: "grayscale", wide: "w=640" },
      mounts: {
        images,
        signed: { ...images, sign: "required" },
        named: { ...images, presetsOnly: true },
        remote: { source: "http", allow: ["*.example.com"] },
        base: { source: "http", base: "https://img.example.com/pictures/" },
        avatar: { source: "avatar", chain: [], named: [] },
        "og-image": { source: "template", sign: "off" },
        azure: { source: "azure-devops", organization: "contoso", token: "a-token", sign: "off" },
        hidden: { ...images, internal: true },
      },
    },
  });
});
after(() => app.close());

function formOf(url: string, most = longest): string {
  const { snapshot } = app.app.services;
  try {
    const asked = readUrl(new Request(`http://localhost${url}`).url, most);
    const { canonical, parameters } = resolve({ ...asked, accept: undefined }, snapshot, now);
    const look = formatParameters(parameters, snapshot.grammar, ["signature"]);
    const own = canonical.split("?", 2)[1] ?? "";
    return own.startsWith(look) ? canonical : `${canonical} → ${look}`;
  } catch (error) {
    assert.ok(error instanceof CameoError, String(error));
    const { parameter } = error.options.fields ?? {};
    return [codes[error.code].status, error.code, parameter]
      .filter((each) => each !== undefined && each !== "")
      .join(" ");
  }
}

for (const [name, section] of Object.entries(golden.kept)) {
  test(`URLs keep their canonical form: ${name}`, async () => {
    const forms = Object.fromEntries(Object.keys(section).map((url) => [url, formOf(url)]));
    await golden.hold({ [name]: forms });
  });
}

test("a canonical URL is its own canonical form, and can be signed as it is", () => {
  for (const form of Object.values(golden.kept).flatMap((section) => Object.values(section))) {
    const [canonical = ""] = form.split(" → ");
    if (!canonical.startsWith("/")) continue;
    const signature = `sig=${signPath(canonical, key)}`;
    assert.equal(formOf(`${canonical}${canonical.includes("?") ? "&" : "?"}${signature}`, longest * 2), form);
  }
});

test("urls.json has every parameter in every spelling, each of its words, and a value that it refuses", () => {
  const all = Object.values(golden.kept).flatMap((section) => Object.entries(section));
  const pairs = new Set(
    all.flatMap(([url]) => [...new URLSearchParams(url.split("?")[1])].map((pair) => pair.join("="))),
  );
  const names = new Set([...pairs].map((pair) => pair.split("=", 1)[0]));
  for (const spelling of createGrammar().spellings.keys()) assert.ok(names.has(spelling), spelling);
  const refused = new Set(all.map(([, form]) => form));
  for (const [name, { schema }] of Object.entries(parameterTable as Readonly<Record<string, Codec<unknown>>>)) {
    assert.ok(refused.has(`400 bad-parameter ${name}`), `a refused ${name}`);
    for (const word of schema?.enum ?? []) assert.ok(pairs.has(`${name}=${word}`), `${name}=${word}`);
  }
});
