/**
 * The status and all headers of answers, by request: `test/golden/headers.json` has them. A key is a method, a path, and headers of the request behind bars.
 * Left out is `Server-Timing`, and what a runtime adds to the type of JSON. A picture has its own ETag, since every runtime makes the same bytes; pages have
 * its shape. A picture's seconds are rounded up to a minute, since the clock goes on.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CameoError } from "../../core/error.ts";
import type { Original } from "../../core/image.ts";
import { startApp, type TestApp } from "../app.ts";
import { type FixtureName, fixture } from "../fixtures/fixture.ts";
import { openGolden } from "../golden/golden.ts";
import { createOrigin } from "../origin.ts";

type Headers = Readonly<Record<string, string | number>>;

const golden = await openGolden<Headers>("headers.json");
const files: Readonly<Record<string, FixtureName>> = {
  "card.png": "png-rgba",
  "photo.jpg": "jpeg-420",
  "moving.gif": "gif-animated",
  "naïve “name”.png": "png-rgb",
  "half.png": "truncated-png-half",
  "large.jpg": "photo-2725",
};
/** What another server answers, by ref. */
async function farAnswers(): Promise<Readonly<Record<string, Original | CameoError>>> {
  const body = await fixture("png-rgba");
  return {
    "card.png": { body },
    "hour.png": { body, maxAgeS: 3600, lastModified: modified.toUTCString(), by: "somebody" },
    "private.png": { body, isPrivate: true, noStale: true },
    "stopgap.png": { body, isStopgap: true },
    "down.png": new CameoError("origin-failed", "The origin is down."),
    "late.png": new CameoError("origin-timeout", "The origin is slow."),
    "full.png": new CameoError("busy", "There is no room."),
  };
}

/** When all files were changed. */
const modified = new Date(Date.UTC(2026, 0, 1));
let app: TestApp;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cameo-headers-"));
  for (const [name, from] of Object.entries(files)) await writeFile(join(folder, name), await fixture(from));
  await writeFile(join(folder, "note.txt"), "not an image");
  await writeFile(join(folder, "heavy.jpg"), new Uint8Array(2_000_001));
  for (const name of [...Object.keys(files), "note.txt"]) await utimes(join(folder, name), modified, modified);
  const answers = await farAnswers();
  const origin = createOrigin();
  origin.fail = async (ref) => {
    const answer = answers[ref] ?? null;
    if (answer instanceof CameoError) throw answer;
    return answer;
  };
  const images = { source: "file", base: folder };
  app = await startApp({
    plugins: [origin.plugin],
    settings: {
      signingKeys: ["a-signing-key-for-golden-headers"],
      adminToken: "an-admin-token-for-golden-headers",
      presets: { thumb: "w=32&h=32&fit=cover&f=png" },
      mounts: {
        images,
        signed: { ...images, sign: "required" },
        named: { ...images, presetsOnly: true },
        own: { ...images, cacheControl: "public, max-age=5", cors: "", corp: "same-origin" },
        far: { source: "origin" },
        near: { source: "origin", ttlS: 3600, staleS: 600, clientTtlS: 300 },
        lenient: { ...images, truncated: "allow" },
        remote: { source: "http", allow: ["*.example.com"] },
        avatar: { source: "avatar", chain: [], deadlineMs: 60_000 },
        "og-image": { source: "template", sign: "off" },
      },
      limits: { urlLength: 600, sourceBytes: 2_000_000, pixels: 1_000_000 },
    },
  });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** Pages and documents change with every word that is written in them. */
const isOpen = (path: string): boolean => /^\/(docs|openapi|health|plugins|templates)/.test(path);

/** To the next minute; the few seconds that a mount names itself are told as they are. */
const minutes = (text: string): string => (Number(text) < 10 ? text : String(Math.ceil(Number(text) / 60) * 60));

function told(name: string, value: string, path: string, isPicture: boolean): string {
  if (name === "cache-control" && isPicture) return value.replace(/\d+/g, minutes);
  if (name === "content-type") return value.replace(/^(application\/json);.*/, "$1");
  if (isOpen(path) && name === "etag") return value.replace(/[\w-]{8,}/, "…");
  return isOpen(path) && name === "content-length" ? "…" : value;
}

function headersOf({ status, headers }: Response, path: string): Headers {
  const kept = [...headers].filter(([name]) => name !== "server-timing" && name !== "date");
  const isPicture = headers.has("x-cache");
  return {
    status,
    ...Object.fromEntries(kept.map(([name, value]) => [name, told(name, value, path, isPicture)])),
  };
}

async function ask(key: string): Promise<Headers> {
  const [line = "", ...lines] = key.split(" | ");
  const [method = "", path = ""] = line.split(" ");
  const headers = lines.map((each) => each.split(": ", 2) as [string, string]);
  const response = await app.get(path, { method, headers });
  const body = await response.bytes();
  const length = response.headers.get("content-length");
  if (length !== null && method === "GET") assert.equal(length, String(body.length));
  return headersOf(response, path);
}

for (const key of Object.keys(golden.kept)) {
  test(`headers of ${key}`, async () => golden.hold({ [key]: await ask(key) }));
}
