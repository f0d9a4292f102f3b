/** All settings of Cameo itself, with their defaults. Options of plugins are checked by the plugins' own schemas. */
import * as v from "valibot";
import { bytes } from "../bytes.ts";
import { isRange } from "../net/address.ts";

/** Up to a hundred years: an instant that far away can still be written as a date, and into a header. */
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3_153_600_000));
/** The longest that a timer waits: a longer one would be over at once. */
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_147_483_647));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const about = v.description;
const headerValue = v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/, "takes visible ASCII characters and spaces"));
const signPolicy = v.picklist(["required", "unless-allowed", "off"]);

/** Settings that every mount takes, whatever its source. The rest of a mount's object goes to the source plugin. */
export const mountSchema = v.looseObject({
  source: v.pipe(v.string(), about("Name of the source plugin.")),
  ttlS: v.pipe(
    v.optional(seconds, 86_400),
    about("How long a copy is fresh, in seconds. An origin's `Cache-Control` can shorten it."),
  ),
  staleS: v.pipe(
    v.optional(seconds, 604_800),
    about("How long after that a stale copy may be served while it is fetched anew."),
  ),
  internal: v.pipe(
    v.optional(v.boolean(), false),
    about("Serve nothing of this mount over HTTP: other mounts and plugins use it."),
  ),
  clientTtlS: v.pipe(
    v.optional(seconds),
    about("`max-age` that clients are told, in seconds, where it is to be less than what is left of `ttlS`."),
  ),
  cacheControl: v.pipe(v.optional(headerValue), about("`Cache-Control` of answers, in place of the computed one.")),
  sign: v.pipe(
    v.optional(signPolicy),
    about("Who needs a signed URL: `required`, `unless-allowed` or `off`. Default: the source's own."),
  ),
  presetsOnly: v.pipe(
    v.optional(v.boolean(), false),
    about(
      "Refuse parameters other than `preset`, `version`, `expires` and `signature`. A format as the ending of a path (`/og-image/card.webp`) is a parameter too; a preset may have it (`f=webp`).",
    ),
  ),
  truncated: v.pipe(
    v.optional(v.picklist(["refuse", "allow"]), "refuse"),
    about(
      "What to do with half an image. `allow` serves what there is of a JPEG, PNG or TIFF, and the whole frames of an animation, where the engine is `magick`; half a file of another format is a 422 all the same.",
    ),
  ),
  allowPrivate: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.check(isRange, "takes a range such as 10.0.0.0/8"))), []),
    about("Private networks that this mount may reach, as CIDR, such as `10.0.0.0/8`. Default none."),
  ),
  cors: v.pipe(v.optional(headerValue, "*"), about("`Access-Control-Allow-Origin`; empty sends none.")),
  corp: v.pipe(
    v.optional(v.picklist(["cross-origin", "same-site", "same-origin"]), "cross-origin"),
    about("`Cross-Origin-Resource-Policy`."),
  ),
});
export type MountSettings = v.InferOutput<typeof mountSchema>;

const limitsSchema = v.strictObject({
  sourceBytes: v.pipe(v.optional(bytes, 50 * 2 ** 20), about("Largest source, in bytes. A larger one is a 413.")),
  pixels: v.pipe(
    v.optional(count, 50_000_000),
    about(
      "Most pixels of one frame. More in a source is a 422, since a small file can hold a huge picture; more in a result is a 400.",
    ),
  ),
  outputPx: v.pipe(v.optional(v.pipe(count, v.maxValue(16_384)), 8192), about("Longest side of a result, in pixels.")),
  frames: v.pipe(v.optional(count, 256), about("Most frames of an animation.")),
  jobMs: v.pipe(
    v.optional(milliseconds, 10_000),
    about("Time for one image in a worker; then the worker is replaced and the answer is a 504."),
  ),
  fetchMs: v.pipe(
    v.optional(milliseconds, 30_000),
    about("Time for one request to an origin, with redirects and body."),
  ),
  loads: v.pipe(
    v.optional(count, 64),
    about(
      "Originals that may be read from their sources at one time, each up to `sourceBytes`; as many as `queue` may wait.",
    ),
  ),
  queueMs: v.pipe(
    v.optional(milliseconds, 30_000),
    about("How long an image may wait for a worker; then it is a 503."),
  ),
  queue: v.pipe(v.optional(count, 512), about("Images that may wait for a worker; more get a 503.")),
  decodedBytes: v.pipe(
    v.optional(bytes, 512 * 2 ** 20),
    about("Decoded bytes that may be in work at one time (width × height × frames × 4)."),
  ),
  workerHeapBytes: v.pipe(
    v.optional(bytes, 128 * 2 ** 20),
    about("A worker whose WASM memory has grown over this is replaced when idle."),
  ),
  urlLength: v.pipe(v.optional(count, 8192), about("Longest path and query, in characters. A longer one is a 414.")),
});

const quality = v.pipe(count, v.maxValue(100));
const qualitySchema = v.strictObject({
  avif: v.pipe(v.optional(quality, 60), about("Quality of AVIF where none is asked for, 1 to 100.")),
  webp: v.pipe(v.optional(quality, 80), about("Quality of WebP where none is asked for, 1 to 100.")),
  jpeg: v.pipe(v.optional(quality, 80), about("Quality of JPEG where none is asked for, 1 to 100.")),
});

const pluginOptions = v.record(v.string(), v.record(v.string(), v.unknown()));

export const settingsSchema = v.strictObject({
  port: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)), 3000),
    about("Port; 0 takes a free one."),
  ),
  host: v.pipe(v.optional(v.string(), "127.0.0.1"), about("Address to listen on; `0.0.0.0` for all.")),
  baseUrl: v.pipe(
    v.optional(v.pipe(v.string(), v.url())),
    about("Public address of this server, for URLs that it prints. Default: host and port."),
  ),
  secret: v.pipe(
    v.optional(v.pipe(v.string(), v.minLength(16))),
    about(
      "Secret of this instance, at least 16 characters: hashes refs in the cache and signs URLs. Default: made once and kept in `dataPath`.",
    ),
  ),
  signingKeys: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.minLength(16))), []),
    about("Keys of URL signatures; the first signs, all are accepted. Default: one derived from `secret`."),
  ),
  adminToken: v.pipe(
    v.optional(
      v.pipe(v.string(), v.minLength(16), v.regex(/^[\x21-\x7e]+$/, "takes visible ASCII characters, no spaces")),
    ),
    about("Bearer token of operators' routes, at least 16 characters. Without it they are off."),
  ),
  dataPath: v.pipe(v.optional(v.string(), "./.cameo"), about("Folder for the instance's own files.")),
  engine: v.pipe(
    v.optional(v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]), "magick"),
    about("Image engine, or several in the order in which they are asked, such as `bun,magick`."),
  ),
  engines: v.pipe(
    v.optional(v.record(v.string(), v.record(v.string(), v.unknown())), {}),
    about("Options of engines, by name."),
  ),
  workers: v.pipe(v.optional(count), about("Worker threads. Default: one per core.")),
  mounts: v.pipe(
    v.optional(v.record(v.string(), mountSchema), {}),
    about("What is served, by the first part of the path."),
  ),
  plugins: v.pipe(v.optional(v.array(v.string()), ["./plugins.d"]), about("Folders with plugins of your own.")),
  routes: v.pipe(v.optional(pluginOptions, {}), about("Options of route plugins, by name.")),
  gates: v.pipe(v.optional(pluginOptions, {}), about("Options of gate plugins, by name.")),
  presets: v.pipe(
    v.optional(v.record(v.string(), v.string()), {}),
    about("Named parameters, written as a query: `w=320&fit=cover`."),
  ),
  presetsOnly: v.pipe(v.optional(v.boolean(), false), about("`presetsOnly` for every mount.")),
  quality: v.pipe(v.optional(qualitySchema, {}), about("Default quality by format, 1..100.")),
  cache: v.pipe(
    v.optional(
      v.objectWithRest(
        {
          memory: v.optional(
            v.strictObject({
              maxBytes: v.pipe(
                v.optional(bytes),
                about("Memory tier. Default 512 MiB or a quarter of the machine's memory."),
              ),
            }),
            {},
          ),
        },
        v.record(v.string(), v.unknown()),
      ),
      {},
    ),
    about(
      "Cache tiers: `memory`, then every other key is a store plugin with its options, asked in the order written.",
    ),
  ),
  limits: v.pipe(v.optional(limitsSchema, {}), about("Limits, each against one kind of overload.")),
  log: v.pipe(
    v.optional(
      v.strictObject({
        level: v.pipe(
          v.optional(v.picklist(["debug", "info", "warn", "error", "silent"]), "info"),
          about("Least level that is written."),
        ),
        requests: v.pipe(v.optional(v.boolean(), true), about("One line per request.")),
      }),
      {},
    ),
    about("Log: JSON lines on standard error."),
  ),
  metrics: v.pipe(
    v.optional(
      v.strictObject({
        token: v.pipe(
          v.optional(v.pipe(v.string(), v.minLength(16))),
          about("Bearer token of `GET /metrics` alone, at least 16 characters; the admin token opens it too."),
        ),
        isOpen: v.pipe(v.optional(v.boolean(), false), about("Show the metrics to everybody.")),
      }),
      {},
    ),
    about("Figures for Prometheus."),
  ),
});

export type Settings = v.InferOutput<typeof settingsSchema>;
export type SettingsInput = v.InferInput<typeof settingsSchema>;
