/** Small templates and a mount of them, for the tests of the source `template`. */
import * as v from "valibot";
import {
  type Drawing,
  type Original,
  type PluginOf,
  type RenderOptions,
  type SourceInstance,
  type TemplateEntry,
  template,
} from "../../../core/plugin.ts";
import { createGrammar, formatRequest, type ParsedRequest, parseRequest } from "../../../core/request/parse.ts";
import { createHost, type TestHost, type TestHostOptions } from "../../../core/testing/host.ts";
import { loadContext, setupSource } from "../../../core/testing/source.ts";
import source from "../../../plugins/sources/template.ts";

const text = (most: number) => v.optional(v.pipe(v.string(), v.maxGraphemes(most)));
const picture = v.optional(v.string());

/** A template of any name and version with these parameters; it draws nothing, since only a worker draws. */
export const make = (name: string, version: string, entries: v.ObjectEntries, more: object = {}) =>
  template({
    name,
    ...(version === "1" ? {} : { version }),
    parameters: v.object(entries),
    examples: [{}],
    render: () => null,
    ...more,
  }) as PluginOf<"template">;

const title = v.pipe(v.string(), v.minGraphemes(1), v.maxGraphemes(60));
const image = { width: 400, height: 300 };

export const templates = [
  make("card", "1", { title, subtitle: text(100), image: picture }, { pictures: { image } }),
  make("card", "2", { title, subtitle: text(100), badge: text(10), image: picture }, { pictures: { image } }),
  make("quote", "1", { words: text(300), tone: v.optional(v.picklist(["calm", "loud"])) }),
  make("team", "1", Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`face${at}`, picture])), {
    pictures: Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`face${at}`, { width: 100, height: 100 }])),
  }),
  make("release", "1", { version: text(20), title: text(60) }),
  make("square", "1", { h: text(5), title: text(60) }, { size: { width: 500, height: 500 } }),
  make("mark", "1", { title, logo: picture }, { pictures: { logo: { width: 200, height: 100, fit: "inside" } } }),
  make("plain", "1", { title: text(40) }),
  make("placeholder", "1", { kind: v.optional(v.picklist(["person", "company", "card"]), "card") }),
];

export interface Studio {
  readonly source: SourceInstance;
  readonly host: TestHost;
  /** Parses a URL of the mount `og-image` as Cameo does. */
  parse(url: string): ParsedRequest;
  /** The canonical URL. */
  canonical(url: string): string;
  load(url: string, context?: { readonly isSigned?: boolean; readonly etag?: string | undefined }): Promise<Original>;
  draw(url: string, context?: { readonly isSigned?: boolean }): Promise<Drawing>;
  edition(url: string): string;
}

export interface StudioOptions extends TestHostOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  /** IDs that are switched off. */
  readonly off?: readonly string[];
  /** Hashes of code by ID. */
  readonly hashes?: Readonly<Record<string, string>>;
  readonly render?: (path: string, options?: RenderOptions) => ReturnType<TestHost["render"]>;
  readonly original?: (path: string, options?: RenderOptions) => Promise<Original | null>;
}

const grammar = createGrammar();

export async function open({ options = {}, off = [], hashes = {}, ...more }: StudioOptions = {}): Promise<Studio> {
  const plain = createHost({ templates, mount: "og-image", ...more });
  const marked = (entry: TemplateEntry) => ({
    ...entry,
    isDisabled: off.includes(entry.id),
    hash: hashes[entry.id] ?? entry.hash,
  });
  const host: TestHost = {
    ...plain,
    templates: () => plain.templates().map(marked),
    render: more.render ?? plain.render,
    original: more.original ?? plain.original,
  };
  const instance = await setupSource(source, { options, host });
  const own = { read: (url: Parameters<NonNullable<SourceInstance["read"]>>[0]) => instance.read?.(url) ?? never() };
  const parse = (url: string) => {
    const [path = "", search = ""] = url.split(/\?(.*)/s);
    return parseRequest(path, search, grammar, own);
  };
  const load: Studio["load"] = async (url, { isSigned = false, etag } = {}) => {
    const { ref, query } = parse(url);
    const previous = etag === undefined ? {} : { previous: { etag } };
    const loaded = await instance.load(ref, loadContext({ query, isSigned, ...previous }));
    if (loaded === null || loaded === "unchanged") throw new Error(`load answered ${loaded}`);
    return loaded;
  };
  return {
    source: instance,
    host,
    parse,
    load,
    canonical: (url) => formatRequest(parse(url), grammar),
    async draw(url, context) {
      return (await load(url, context)).drawing ?? never();
    },
    edition(url) {
      const { ref, query } = parse(url);
      return instance.edition?.(ref, query) ?? "";
    },
  };
}

function never(): never {
  throw new Error("the source has no such thing");
}
