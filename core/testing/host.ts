/** A host for tests: answers from a table in place of the network, a clock that stands still, and everything kept that a plugin does. */
import { createHash, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { CameoError } from "../error.ts";
import { isHostAllowed } from "../net/hosts.ts";
import { toOriginal } from "../net/original.ts";
import type {
  FetchOptions,
  Log,
  Original,
  PluginBlobs,
  PluginStorage,
  RenderedImage,
  RouteHost,
  SourceHost,
  StoreHost,
  TemplateDefinition,
  TemplateEntry,
  Verdict,
  WorkerHost,
} from "../plugin.ts";

/** One use of `host.fetch`. */
export interface Call extends FetchOptions {
  readonly url: string;
}

/** What stands behind a URL: an answer, or what to make one with. */
export type Answer = Response | ((call: Call) => Response | Promise<Response>);

export interface TestHostOptions {
  /** Answers by absolute URL; `*` stands for every other one. Default: none, so that `fetch` throws `origin-failed`. */
  readonly answers?: Readonly<Record<string, Answer>>;
  /** What `render` gives, by path. Default: none, so that it throws `not-found`. */
  readonly images?: Readonly<Record<string, RenderedImage>>;
  /** What `original` gives, by path. Default: none, so that it answers `null`. */
  readonly originals?: Readonly<Record<string, Original>>;
  /** What `templates` lists. Default: none. */
  readonly templates?: readonly TemplateDefinition[];
  /** What `moderate` answers. Default `accept`. */
  readonly verdict?: Verdict;
  /** Name of the mount. Default `test`. */
  readonly mount?: string;
  /** `baseUrl` of the settings. Default: none. */
  readonly baseUrl?: string;
  /** The clock, in milliseconds since 1970. Default 0. */
  readonly nowMs?: number | (() => number);
  /** `limits.sourceBytes`. Default 50 MiB. */
  readonly maxBytes?: number;
  /** Bytes of a packaged file. Default: from `node_modules` of the current folder. */
  asset?(specifier: string): Promise<Uint8Array>;
}

export interface TestHost extends SourceHost, RouteHost, WorkerHost, StoreHost {
  /** What was fetched so far. */
  readonly calls: readonly Call[];
  /** What was logged so far, as `level: message`. */
  readonly lines: readonly string[];
  /** What was measured so far, by name: the sum. */
  readonly figures: ReadonlyMap<string, number>;
  /** What was purged so far. */
  readonly purged: readonly string[];
  /** The troubles that `/health` would show, by part. */
  readonly troubles: ReadonlyMap<string, unknown>;
  /** Sets the clock. */
  setNow(ms: number): void;
}

/** Fits every kind of plugin. */
export function createHost(options: TestHostOptions = {}): TestHost {
  const {
    answers = {},
    images = {},
    originals = {},
    templates = [],
    maxBytes = 50 * 2 ** 20,
    verdict = "accept",
    asset = readAsset,
  } = options;
  const start = options.nowMs ?? 0;
  let now = typeof start === "function" ? start : () => start;
  const lines: string[] = [];
  const calls: Call[] = [];
  const figures = new Map<string, number>();
  const purged: string[] = [];
  const troubles = new Map<string, unknown>();
  const add = (name: string, by: number) => void figures.set(name, (figures.get(name) ?? 0) + by);
  return {
    calls,
    lines,
    figures,
    purged,
    troubles,
    mount: options.mount ?? "test",
    baseUrl: options.baseUrl,
    blobs: createMemoryBlobs(),
    original: async (path) => originals[path] ?? null,
    sign: (path, { expiresS } = {}) =>
      `${path}${path.includes("?") ? "&" : "?"}${expiresS === undefined ? "" : `exp=${Math.floor(now() / 1000) + expiresS}&`}sig=test-signature-${path.length}`,
    purge: async (path) => {
      purged.push(path);
      return 0;
    },
    moderate: async () => verdict,
    hmac: (text) => createHmac("sha256", "a secret for tests").update(text).digest("hex"),
    trouble: (part, error) => void (error === null ? troubles.delete(part) : troubles.set(part, error)),
    templates: () => templates.map(toEntry),
    template: (id) => templates.find((each) => toEntry(each).id === id),
    setNow(ms) {
      now = () => ms;
    },
    log: keepLines(lines),
    fail: (code, detail, more) => new CameoError(code, detail, more),
    now: () => now(),
    storage: createMemoryStorage(),
    metrics: { count: (name, by = 1) => add(name, by), observe: add },
    render: async (path) => found(images[path], "not-found", `The test's host has no image for ${path}.`),
    maxBytes,
    toOriginal: (response) => toOriginal(response, now()),
    async fetch(url, own = {}) {
      const call = { ...own, url: new URL(url).href };
      calls.push(call);
      return answerTo(call, answers, own.maxBytes ?? maxBytes);
    },
    asset,
    wasm: async (specifier) => WebAssembly.compile(Uint8Array.from(await asset(specifier))),
  };
}

function keepLines(lines: string[]): Log {
  const write = (level: keyof Log) => (message: string) => void lines.push(`${level}: ${message}`);
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function found<T>(value: T | undefined, code: "not-found" | "origin-failed", detail: string): T {
  if (value !== undefined) return value;
  throw new CameoError(code, detail);
}

/** As the guard answers: allowed hosts only, bodies within the cap, 304 for a validator that still holds. */
async function answerTo(call: Call, answers: Readonly<Record<string, Answer>>, maxBytes: number): Promise<Response> {
  call.signal?.throwIfAborted();
  const { host } = new URL(call.url);
  if (call.allow && !isHostAllowed(new URL(call.url), call.allow))
    throw new CameoError("host-not-allowed", `The host ${host} is not allowed here.`);
  const answer = found(
    answers[call.url] ?? answers["*"],
    "origin-failed",
    `The test's host has no answer for ${call.url}.`,
  );
  const response = typeof answer === "function" ? await answer(call) : answer.clone();
  const { etag: wanted } = lowerCased(call.headers);
  if (wanted !== undefined && wanted === response.headers.get("etag")) return new Response(null, { status: 304 });
  const size = (await response.clone().arrayBuffer()).byteLength;
  if (size > maxBytes) throw new CameoError("source-too-large", `The image has more than ${maxBytes} bytes.`);
  return response;
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): { readonly etag: string | undefined } {
  return { etag: Object.entries(headers).find(([name]) => name.toLowerCase() === "if-none-match")?.[1] };
}

function createMemoryStorage(): PluginStorage {
  const items = new Map<string, string>();
  return {
    getItem: async <T>(key: string) => JSON.parse(items.get(key) ?? "null") as T | null,
    setItem: async (key, value) => void items.set(key, JSON.stringify(value)),
    removeItem: async (key) => void items.delete(key),
    getKeys: async (base = "") => [...items.keys()].filter((key) => key.startsWith(base)),
  };
}

const toEntry = (definition: TemplateDefinition): TemplateEntry => {
  const { name, version = "1" } = definition;
  const id = version === "1" ? `template.${name}` : `template.${name}@${version}`;
  return { id, name, version, hash: "0", isDisabled: false, file: null, definition };
};

function createMemoryBlobs(): PluginBlobs {
  const items = new Map<string, Uint8Array>();
  return {
    async put(body) {
      const sha256 = createHash("sha256").update(body).digest("hex");
      items.set(sha256, body.slice());
      return sha256;
    },
    get: async (sha256) => items.get(sha256)?.slice() ?? null,
    remove: async (sha256) => void items.delete(sha256),
    keys: async () => [...items.keys()],
  };
}

const readAsset = async (specifier: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(createRequire(join(process.cwd(), "plugin.js")).resolve(specifier)));
