/**
 * The plugin contract, whole: read it from top to bottom. A plugin is one module whose default export is made by one of the helpers below.
 *
 * Rules that hold for every kind:
 * - `null` means *not mine, ask the next*; a throw means *broken*.
 * - `options` is a Valibot object schema, parsed before `setup`; `setup` gets the typed result.
 * - All powers come from `host`. A plugin uses no global `fetch`, environment or console.
 * - `name` equals the file name; the ID is `kind.name`.
 */

import type { Driver } from "unstorage";
import type * as v from "valibot";
import type { ErrorCode, ErrorOptions } from "./error.ts";
import type {
  Card,
  DecodeOptions,
  Drawing,
  EncodeOptions,
  Header,
  InputFormat,
  Original,
  OutputFormat,
  Picture,
  Pixels,
  Plan,
  Size,
} from "./image.ts";

export { bytes } from "./bytes.ts";
export type { ErrorCode, ErrorOptions } from "./error.ts";
export { CameoError } from "./error.ts";
export type * from "./image.ts";
export type { Child, Element } from "./jsx-runtime.ts";
export { isHostAllowed, isHostPattern } from "./net/hosts.ts";
export { editFrames } from "./picture.ts";
export type { Codec } from "./request/codec.ts";
export * as codec from "./request/codec.ts";
export { describeParameters, type ParameterFacts } from "./request/describe.ts";
export { type FitRequest, type Fitted, fitSize, placeArea } from "./request/fit.ts";
export type { Parameters } from "./request/parameters.ts";
export type { RawUrl, ReadUrl } from "./request/url.ts";

import type { Child } from "./jsx-runtime.ts";
import type { Codec } from "./request/codec.ts";
import type { Parameters } from "./request/parameters.ts";
import type { RawUrl, ReadUrl } from "./request/url.ts";

/** Version of this contract. A plugin built for another major version is refused. */
export const contractVersion = 1;

/** Schema of a plugin's options: always an object. */
export type OptionsSchema = v.GenericSchema<Record<string, unknown>, Record<string, unknown>>;

/** One log line. `fields` must hold no secret and no full URL of a private source. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface FetchOptions {
  method?: "GET" | "HEAD" | "POST";
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** Ends the request. Default: the guard's own deadline (`limits.fetchMs`, 30 s). */
  signal?: AbortSignal;
  /** Hosts that may be contacted, also after a redirect: `example.com`, `*.example.com`, `host:8080`. Default: every public host. */
  allow?: readonly string[];
  /** Cap on the body after decompression, in bytes. Default `limits.sourceBytes`. */
  maxBytes?: number;
  /** `manual` answers a redirect as it is, with its `Location`. Default `follow`. */
  redirect?: "follow" | "manual";
}

/** What every plugin is given. */
export interface Host {
  /** Lines carry the plugin's ID. */
  readonly log: Log;
  /** Makes the error to throw: `throw host.fail("not-found", "No such avatar.")`. */
  fail(code: ErrorCode, detail: string, options?: ErrorOptions): Error;
  /** Milliseconds since 1970. Use it in place of `Date.now()`, so that tests can set the clock. */
  now(): number;
}

/** Small JSON values that outlive a restart. Each plugin has keys of its own; another's are out of its reach. */
export interface PluginStorage {
  getItem<T>(key: string): Promise<T | null>;
  /** Written whole or not at all. */
  setItem(key: string, value: string | number | boolean | null | object): Promise<void>;
  removeItem(key: string): Promise<void>;
  /** Keys that begin with `base`. Default: all. */
  getKeys(base?: string): Promise<string[]>;
}

/** Bytes that outlive a restart, each a file of its own under its SHA-256. Each plugin has its own; they are no cache: nothing is thrown away. */
export interface PluginBlobs {
  /** Keeps bytes and answers their SHA-256 in hex. Written whole or not at all; the same bytes are kept once. */
  put(body: Uint8Array): Promise<string>;
  /** `null` if they are not there, or no longer what was put. */
  get(sha256: string): Promise<Uint8Array | null>;
  remove(sha256: string): Promise<void>;
  /** All that are kept. */
  keys(): Promise<string[]>;
}

/** Figures that `GET /plugins` shows beside the plugin. */
export interface Metrics {
  /** Adds to a counter. `by` is 1 by default. */
  count(name: string, by?: number): void;
  /** Notes one measurement, such as milliseconds; count, sum, maximum, median and 95th percentile are shown. */
  observe(name: string, value: number): void;
}

/** A picture as `render` gives it. */
export interface RenderedImage {
  readonly body: Uint8Array;
  /** MIME type. */
  readonly type: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** How long it stays fresh, in seconds. */
  readonly maxAgeS?: number | undefined;
  /** No shared cache may keep it, by its origin's word or since only signed URLs show it: what is made from it is `private` too. Default `false`. */
  readonly isPrivate?: boolean | undefined;
}

export interface RenderOptions {
  /** Ends the wait. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * Who asks. `plugin`: no signature is needed, since a plugin is trusted. `stranger`: the path came from a client, so that the mount's allow-list and
   * signature policy hold, as if it had asked itself. Default `plugin`.
   */
  readonly as?: "plugin" | "stranger";
}

/** A picture that somebody wants to be shown, for gates that moderate. */
export interface Upload {
  /** What would be shown: decoded, cut and encoded anew. */
  readonly body: Uint8Array;
  /** MIME type. */
  readonly type: string;
  readonly width: number;
  readonly height: number;
  /** Whose it is: a hash or private id, never an e-mail. */
  readonly user: string;
  /** What its owner says: `g`, `pg`, `r` or `x`. */
  readonly rating: string;
}

/** `hold`: not shown until an operator accepts it. `reject` is the reason, public: one plain sentence. */
export type Verdict = "accept" | "hold" | { readonly reject: string };

/** A template as `templates` lists it. */
export interface TemplateEntry {
  /** `template.card`, `template.card@2`. */
  readonly id: string;
  readonly name: string;
  /** What follows `@` in a URL. */
  readonly version: string;
  /** Changes with its code. */
  readonly hash: string;
  /** Whether an operator has switched it off. */
  readonly isDisabled: boolean;
  /** Path of its file; `null` for a built-in. */
  readonly file: string | null;
  readonly definition: TemplateDefinition;
}

/** What plugins that work beside requests are given: sources, routes and gates. */
export interface ServerHost extends Host {
  /** Values of its own that outlive a restart. */
  readonly storage: PluginStorage;
  /** Bytes of its own that outlive a restart. */
  readonly blobs: PluginBlobs;
  readonly metrics: Metrics;
  /** Public address of this server, if the settings have one (`baseUrl`). Without a slash at its end. */
  readonly baseUrl: string | undefined;
  /**
   * Another mount's image without an HTTP hop, `render("/images/photo.jpg?w=100&f=png")`. Cached as every request. Not during `setup`.
   * Throws what the request would.
   */
  render(path: string, options?: RenderOptions): Promise<RenderedImage>;
  /**
   * Another mount's original as its source gives it, also of an internal mount: `original("/gravatar/0bc83c…")`. From the cache as for a request, with its negative
   * entries; `null` if it is not there. Not during `setup`. Throws what the request would.
   */
  original(path: string, options?: RenderOptions): Promise<Original | null>;
  /** A path of this server with its signature: `sign("/avatar/~4f2a?w=64")`. `expiresS`: seconds from now until it ends. Throws `bad-parameter`. Not during `setup`. */
  sign(path: string, options?: { readonly expiresS?: number }): string;
  /**
   * Throws everything away that was made from an image, on every tier, at once: `purge("/avatar/0bc83c…")`. With it goes what other sources made of it through `original`
   * and `render`, and the originals that it is a copy of (`original`). Not during `setup`.
   * Answers how many entries went.
   */
  purge(path: string): Promise<number>;
  /** Asks the gates that moderate: the first that does not answer `null` decides. `accept` if there is none; throws if one is broken. Not during `setup`. */
  moderate(upload: Upload): Promise<Verdict>;
  /** HMAC-SHA256 of a text under the instance's secret, in hex; another plugin gets another one. */
  hmac(text: string): string;
  /** Shows a trouble in `/health` under `part`, such as `azure-devops contoso`; `null` takes it away again. */
  trouble(part: string, error: unknown): void;
  /** The templates that are loaded, also during `setup`. */
  templates(): readonly TemplateEntry[];
}

/** What a source is given besides. */
export interface SourceHost extends ServerHost {
  /** Name of the mount that it serves. */
  readonly mount: string;
  /**
   * `fetch` behind the SSRF guard: http(s) only, public addresses only (or the mount's `allowPrivate`), at most 3 redirects, each checked again;
   * credentials never follow to another host. The body is already capped, so `arrayBuffer()` is safe.
   * Throws `host-not-allowed`, `origin-failed`, `origin-timeout` or `source-too-large`; an HTTP error status is returned, not thrown.
   */
  fetch(url: string | URL, options?: FetchOptions): Promise<Response>;
  /** `response` as an original: body, type, `ETag`, `Last-Modified`, `Cache-Control`. `null` for 404 and 410, `"unchanged"` for 304, a throw for other statuses. */
  toOriginal(response: Response): Promise<Original | "unchanged" | null>;
  /** `limits.sourceBytes`: a source that reads without `fetch` refuses more than this with `source-too-large`. Default 50 MiB. */
  readonly maxBytes?: number;
}

/** What an engine or a transform is given besides. Both run in a worker. */
export interface WorkerHost extends Host {
  /**
   * Bytes of a file: `./file.wasm` stands beside a plugin that is a folder, `pkg/file.wasm` is in an npm package that Cameo has, also inside the compiled binary.
   * A file of another package: `./node_modules/pkg/file.wasm`. Throws if it is not there.
   */
  asset(specifier: string): Promise<Uint8Array>;
  /** A WebAssembly module from the same specifier. One of Cameo's own packages is compiled once for all workers. */
  wasm(specifier: string): Promise<WebAssembly.Module>;
  /** A template by its ID; `undefined` if it is not there. */
  template(id: string): TemplateDefinition | undefined;
}

export interface StoreHost extends Host {}

// ---------------------------------------------------------------------------------------------------------------- source

/** What `load` may look at. */
export interface LoadContext {
  /** Aborts when the request's deadline has passed. */
  readonly signal: AbortSignal;
  /** Validators of the copy in the cache, if there is one. Answer `"unchanged"` if they still hold. */
  readonly previous?: Pick<Original, "etag" | "lastModified"> | undefined;
  /** Whether the URL carried a valid signature. An allow-list need not bind such a request. */
  readonly isSigned: boolean;
  /** Whether another mount or a plugin asks, not a client. Default `false`. */
  readonly isInside?: boolean;
  /** The source's own query parameters, parsed by `query`. */
  readonly query: Readonly<Record<string, string>>;
}

/** What `check` may look at. */
export interface CheckContext {
  /** Names of all mounts. */
  readonly mounts: ReadonlySet<string>;
  /** Name of each mount's source plugin. Default: nothing is known of them. */
  readonly sources?: ReadonlyMap<string, string>;
}

/** What plugins with settings of their own may say of them. */
export interface Checking {
  /**
   * What its options name and what is not there, such as a folder or another mount: a sentence each, for the operator. They become warnings of `cameo check` and
   * of the log and refuse nothing, since it may still come. No network here. Default none.
   */
  check?(context: CheckContext): readonly string[] | Promise<readonly string[]>;
}

export interface SourceInstance extends Checking {
  /**
   * Reads a URL its own way, where its grammar is another's: Gravatar's `?s=80`, a template's own parameters, an ending that is a format. Pure, and idempotent: the canonical URL
   * made from its answer is read as the same. Throws `bad-parameter` for what it does not take. Default: `query` of the definition.
   */
  read?(url: RawUrl): ReadUrl;
  /** What the result depends on besides ref, query, code and options, such as a template's code: part of the cache key. Pure. Default nothing. */
  edition?(ref: string, query: Readonly<Record<string, string>>): string;
  /** Endpoints besides its images, such as uploads. Their paths may lie under a mount's own. */
  readonly endpoints?: readonly Endpoint[];
  /** Called once per miss or revalidation. `null`: not mine, or not there. */
  load(ref: string, context: LoadContext): Promise<Original | "unchanged" | null>;
  /** The one spelling of a ref, so that equal refs share a cache entry. Pure. Default: as it came. Throws `bad-request` for a ref that can never be valid. */
  normalize?(ref: string): string;
  /** Whether a ref may be served without a signature where the mount says `sign: "unless-allowed"`. Pure. Default: yes. */
  isAllowed?(ref: string): boolean;
  /** Called after the last request of its snapshot has its answer, also after a failed setup. Streams and background work may still go on. */
  dispose?(): void | Promise<void>;
}

export interface SourceDefinition<S extends OptionsSchema = OptionsSchema> {
  readonly name: string;
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  readonly options: S;
  /** Names of the query parameters that belong to the source. They become part of the cache key. Default none. */
  readonly query?: readonly string[];
  /** Query parameter that may stand for an empty ref (`/remote?url=…`). */
  readonly refParameter?: string;
  /** Default of the mount's `sign` setting. Default `off`. */
  readonly sign?: "required" | "unless-allowed" | "off";
  /** Default of the mount's `clientTtlS` setting. */
  readonly clientTtlS?: number;
  /** What `format=auto` gives a client that names no modern format in `Accept`. Default: the original's own family. */
  readonly plainFormat?: OutputFormat;
  /** Whether it may answer with a drawing: one worker is then ready for cards from the start. Without it the first card takes half a second longer. */
  readonly draws?: boolean;
  /** Once per mount and snapshot; no network here. */
  setup(options: v.InferOutput<S>, host: SourceHost): SourceInstance | Promise<SourceInstance>;
}

// ------------------------------------------------------------------------------------------------------------- transform

export interface TransformDefinition {
  readonly name: string;
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  /** Place in the chain, ascending. Built-in: crop 10, trim 20, rotate 30, flip 40, flop 41, resize 50, effects 60–79, pad 80, background 85, radius 90. */
  readonly order: number;
  /** Names of the request parameters that it reads; `apply` gets these. */
  readonly reads: readonly string[];
  /** Request parameters that it adds to the grammar. Default none. */
  readonly parameters?: Readonly<Record<string, Codec<unknown>>>;
  /** Whether there is anything to do. Default: one of `reads` is given. */
  isNeeded?(parameters: Parameters): boolean;
  /** The size afterwards; `undefined` when it depends on the pixels. Pure. Default: unchanged. */
  size?(size: Size, parameters: Parameters): Size | undefined;
  /** How far the decoder may shrink the image beforehand without loss to this step: a factor in 0..1. Pure. Default: not at all is asked for. */
  shrink?(size: Size, parameters: Parameters): number;
  /**
   * Does it, in a worker. `full` is the size that the picture would have here had the decoder not shrunk it: what `size` was asked with.
   * Absent when it depends on the pixels.
   */
  apply(picture: Picture, parameters: Parameters, full?: Size): void | Promise<void>;
}

// ----------------------------------------------------------------------------------------------------------------- theme

/** A strategy for `theme=dark|light`: how a picture is made to fit such a page. */
export interface ThemeDefinition {
  readonly name: string;
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  /** Place among the strategies, ascending: the first that answers `true` has done it. */
  readonly order: number;
  /** Does it, in a worker, after the resize. `null`: not mine, the picture is as it was; ask the next. */
  apply(picture: Picture, theme: "light" | "dark"): true | null | Promise<true | null>;
}

// ---------------------------------------------------------------------------------------------------------------- engine

/** An engine at work in one worker. */
export interface EngineInstance {
  /** Decodes, orients, converts to sRGB and 8 bits, coalesces frames. Throws `broken-image`, `unsupported-type` or `too-many-pixels`. */
  decode(body: Uint8Array, options: DecodeOptions): Picture | Promise<Picture>;
  /** A picture of this engine from raw frames, which are its own from now on; how another engine's picture is handed over. */
  fromPixels(frames: readonly Pixels[]): Picture;
  /** Throws `engine-cannot` if the format is not in `encodes`. */
  encode(picture: Picture, options: EncodeOptions): Uint8Array | Promise<Uint8Array>;
  /**
   * The whole plan at once, exactly as the steps would do it; or all of it but the encoding, whose pixels go to the first engine that
   * writes the format; `null` if it cannot. Tried before `decode`.
   */
  run?(
    body: Uint8Array,
    header: Header,
    plan: Plan,
  ): Promise<{ body: Uint8Array; size: Size } | { pixels: Pixels } | null>;
  /** Draws a card from a template at least as large as `options.atLeast`. Throws `template-failed`. An engine that has it is asked for every drawing. */
  draw?(drawing: Drawing, options: DecodeOptions): Picture | Promise<Picture>;
  /** Bytes of WASM memory held. A worker over its limit is recycled. Default 0. */
  heapBytes?(): number;
}

export interface EngineDefinition<S extends OptionsSchema = OptionsSchema> {
  readonly name: string;
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  readonly options: S;
  readonly decodes: readonly InputFormat[];
  /** Empty for an engine that only decodes: its pictures are handed to the main engine through `pixels()`. */
  readonly encodes: readonly OutputFormat[];
  /** Formats in which it can write several frames. */
  readonly animates: readonly OutputFormat[];
  /** Formats in which it writes a card that it has drawn, where nothing else is to be done with it: no other engine sees that. Default none. */
  readonly finishes?: readonly OutputFormat[];
  /**
   * It only draws and weighs much: one worker sets it up before it takes jobs, the others at their first card. Default `false`.
   */
  readonly isLazy?: boolean;
  /** Always at hand, whatever `engine` names, for formats that the chosen engines do not decode. Default `false`. */
  readonly isHelper?: boolean;
  /** Once per worker, before it takes jobs; warm up here. */
  setup(options: v.InferOutput<S>, host: WorkerHost): EngineInstance | Promise<EngineInstance>;
}

// -------------------------------------------------------------------------------------------------------------- template

/** A parameter of a template that names a picture: `images/photo.jpg`, `avatar/0bc83c…` or an allow-listed URL. */
export interface PictureSlot extends Size {
  /** How it is brought to `width` × `height` (pixels of the card; fetched at twice that). Default `cover`. */
  readonly fit?: "cover" | "inside";
  /** What `cover` keeps. Default `smart`. */
  readonly position?: string;
}

/** A card from parameters, as JSX. Written as `name.tsx`, further versions as `name@2.tsx`. */
export interface TemplateDefinition<S extends OptionsSchema = OptionsSchema> {
  readonly name: string;
  /** What follows `@` in a URL and, for all but the first, in the file's name. Default `1`. */
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  /** One sentence for lists. */
  readonly about?: string;
  /** What it takes from the URL, as texts: an allow-list. `v.description` says what each is for. `theme`, `image` slots and sizes come on top. */
  readonly parameters: S;
  /** Those of the parameters that name pictures. Default none. */
  readonly pictures?: Readonly<Record<string, PictureSlot>>;
  /** Of the card, in pixels. Default 1200 × 630. */
  readonly size?: Size;
  /** Sets of parameters to show it with: at least one. */
  readonly examples: readonly Readonly<Record<string, string>>[];
  /** Runs in a worker, without network or files, under the job's deadline. */
  render(parameters: v.InferOutput<S>, card: Card): Child | Promise<Child>;
}

// ----------------------------------------------------------------------------------------------------------------- store

export interface StoreDefinition<S extends OptionsSchema = OptionsSchema> {
  readonly name: string;
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  readonly options: S;
  /** An unstorage driver. Needs `getItemRaw`, `setItemRaw`, `removeItem` and `getKeys(base)`. Read-only is the absence of `setItemRaw`, which is told `ttl`: the seconds after which it may forget. */
  setup(options: v.InferOutput<S>, host: StoreHost): Driver | Promise<Driver>;
}

// ----------------------------------------------------------------------------------------------------------------- route

/** One endpoint. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `/tools/hello` or `/tools/:name`; its first part must be no mount's and none of Cameo's own. */
  readonly path: string;
  /** Whether the admin token is demanded. Default `false`. */
  readonly isForOperators?: boolean;
  /** Answers within `limits.fetchMs`, or the client gets a 504. A throw other than `fail` is a 500 with the plugin's ID in the log. */
  handle(request: Request, context: EndpointContext): Response | Promise<Response>;
}

export interface EndpointContext {
  /** The `:parts` of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Aborts when the client leaves or the time is over. */
  readonly signal: AbortSignal;
  /** Whether the request carries the admin token, also where it is not demanded. Default `false`. */
  readonly isOperator?: boolean;
}

export interface RouteInstance extends Checking {
  readonly endpoints: readonly Endpoint[];
  /** Called after the last request of its snapshot has its answer; a body that is a stream may still be read. */
  dispose?(): void | Promise<void>;
}

/** What a route or a gate is given besides. */
export interface RouteHost extends ServerHost {
  /** As a source has it, without a mount's private networks. */
  fetch(url: string | URL, options?: FetchOptions): Promise<Response>;
}

export interface RouteDefinition<S extends OptionsSchema = OptionsSchema> {
  readonly name: string;
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  /** From the setting `routes.<name>`. */
  readonly options: S;
  /** Once per snapshot; no network here. */
  setup(options: v.InferOutput<S>, host: RouteHost): RouteInstance | Promise<RouteInstance>;
}

// ------------------------------------------------------------------------------------------------------------------ gate

/** What a gate may look at. */
export interface Visit {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly headers: Headers;
  /** Address of the client's end of the connection, where the runtime tells it. */
  readonly client: string | undefined;
}

export interface GateInstance {
  /** Called before every request, one gate after the other by name. Throw `host.fail("busy", …)` or the like to refuse; return to let it pass. */
  check(visit: Visit): void | Promise<void>;
  /** Looks at a picture before it is shown. `null`: not mine, ask the next. A throw refuses the upload. */
  moderate?(upload: Upload): Verdict | null | Promise<Verdict | null>;
  /** Called after the last request of its snapshot has its answer; a body that is a stream may still be read. */
  dispose?(): void | Promise<void>;
}

export interface GateDefinition<S extends OptionsSchema = OptionsSchema> {
  readonly name: string;
  readonly version?: string;
  /** Version of the contract that it was written for; where that is another one, it is refused. Default: whatever Cameo has. */
  readonly contract?: number;
  /** From the setting `gates.<name>`. */
  readonly options: S;
  /** Once per snapshot; no network here. */
  setup(options: v.InferOutput<S>, host: RouteHost): GateInstance | Promise<GateInstance>;
}

// --------------------------------------------------------------------------------------------------------------- helpers

export type Plugin =
  | ({ readonly kind: "source" } & SourceDefinition)
  | ({ readonly kind: "transform" } & TransformDefinition)
  | ({ readonly kind: "theme" } & ThemeDefinition)
  | ({ readonly kind: "template" } & TemplateDefinition)
  | ({ readonly kind: "engine" } & EngineDefinition)
  | ({ readonly kind: "store" } & StoreDefinition)
  | ({ readonly kind: "route" } & RouteDefinition)
  | ({ readonly kind: "gate" } & GateDefinition);

export type PluginKind = Plugin["kind"];
export type PluginOf<K extends PluginKind> = Extract<Plugin, { kind: K }>;

/** Defines a source: bytes in. The types of `setup`'s options come from the schema. */
export function source<const S extends OptionsSchema>(definition: SourceDefinition<S>): PluginOf<"source"> {
  return { kind: "source", contract: contractVersion, ...definition } as unknown as PluginOf<"source">;
}

/** Defines one operation on a picture. */
export function transform(definition: TransformDefinition): PluginOf<"transform"> {
  return { kind: "transform", contract: contractVersion, ...definition } as PluginOf<"transform">;
}

/** Defines a strategy for `theme=`. */
export function theme(definition: ThemeDefinition): PluginOf<"theme"> {
  return { kind: "theme", contract: contractVersion, ...definition } as PluginOf<"theme">;
}

/** Defines a card. The types of `render`'s parameters come from the schema. */
export function template<const S extends OptionsSchema>(definition: TemplateDefinition<S>): PluginOf<"template"> {
  return { kind: "template", contract: contractVersion, ...definition } as unknown as PluginOf<"template">;
}

/** Defines a decoder and encoder. */
export function engine<const S extends OptionsSchema>(definition: EngineDefinition<S>): PluginOf<"engine"> {
  return { kind: "engine", contract: contractVersion, ...definition } as unknown as PluginOf<"engine">;
}

/** Defines a cache store, as an unstorage driver. */
export function store<const S extends OptionsSchema>(definition: StoreDefinition<S>): PluginOf<"store"> {
  return { kind: "store", contract: contractVersion, ...definition } as unknown as PluginOf<"store">;
}

/** Defines extra endpoints. They work as soon as the plugin is loaded; `routes.<name>` in the settings has its options. */
export function route<const S extends OptionsSchema>(definition: RouteDefinition<S>): PluginOf<"route"> {
  return { kind: "route", contract: contractVersion, ...definition } as unknown as PluginOf<"route">;
}

/** Defines a gate that every request passes, such as a rate limit. It works as soon as the plugin is loaded. */
export function gate<const S extends OptionsSchema>(definition: GateDefinition<S>): PluginOf<"gate"> {
  return { kind: "gate", contract: contractVersion, ...definition } as unknown as PluginOf<"gate">;
}
