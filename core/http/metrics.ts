/** `GET /metrics`: the figures of `/health` and `/plugins`, and all requests, in Prometheus's text format 0.0.4. For whoever has one of the tokens, or for all. */
import process from "node:process";
import { CameoError } from "../error.ts";
import type { Services } from "../pipeline.ts";
import { runtimeName } from "../runtime.ts";
import { durationBoundsS, type Tally } from "../traffic.ts";
import { momentary } from "./headers.ts";
import { carriesToken, type HealthFacts } from "./operators.ts";
import { problemResponse } from "./problem.ts";

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [value: number, labels?: Labels, suffix?: string];

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metrics(request: Request, services: Services, facts: HealthFacts): Response {
  try {
    const { adminToken, metrics: access } = services.snapshot.settings;
    if (!access.isOpen && !carriesToken(request, access.token)) demandOne(request, access.token, adminToken);
    const body = families(services, facts).map(toText).join("");
    return new Response(body, {
      headers: { ...momentary, "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    });
  } catch (error) {
    return problemResponse(error);
  }
}

/** Throws `unauthorized` with what would open the door. */
function demandOne(request: Request, token: string | undefined, adminToken: string | undefined): void {
  if (carriesToken(request, adminToken)) return;
  const isOff = token === undefined && adminToken === undefined;
  const detail = isOff
    ? "Metrics are off; set metrics.token (CAMEO_METRICS_TOKEN), or metrics.isOpen for everybody."
    : "Send the token of the metrics, or the admin token, as `Authorization: Bearer …`.";
  throw new CameoError("unauthorized", detail);
}

interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly help: string;
  readonly samples: readonly Sample[];
}

function families(services: Services, facts: HealthFacts): Family[] {
  return [
    ...ofServer(services, facts),
    ...ofRequests(services),
    ...ofCache(services),
    ...ofWorkers(services),
    ...ofPlugins(services, facts),
  ];
}

const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name: `${name}_total`,
  type: "counter",
  help,
  samples,
});
const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: "gauge",
  help,
  samples,
});

function ofServer({ snapshot, troubles, now }: Services, facts: HealthFacts): Family[] {
  const { user, system } = process.cpuUsage();
  const lasting = troubles.list().filter(({ recoveredAt }) => recoveredAt === undefined);
  const listed = lasting.map(({ part, code, count }): Sample => [count, { part, code }]);
  return [
    gauge("cameo_build_info", "Version and runtime.", [[1, { version: facts.version, runtime: runtimeName }]]),
    gauge("cameo_ready", "1 when every worker is warm.", [[facts.isReady() ? 1 : 0]]),
    gauge("cameo_generation", "Goes up with each reload of settings or plugins.", [[snapshot.generation]]),
    gauge("cameo_troubles", "Failures of each part that has not worked since.", listed),
    gauge("process_start_time_seconds", "Start of the process, in Unix time.", [[Math.floor(facts.startedAt / 1000)]]),
    gauge("cameo_uptime_seconds", "Time since the start.", [[Math.round((now() - facts.startedAt) / 1000)]]),
    gauge("process_resident_memory_bytes", "Memory of the process with its workers.", [[process.memoryUsage().rss]]),
    counter("process_cpu_seconds", "CPU time of the process with its workers.", [[(user + system) / 1e6]]),
  ];
}

/** What `X-Cache` says, as labels: `HIT memory` → `hit`, `memory`. */
function cacheLabels(cached: string): { readonly cache: string; readonly tier: string } {
  const [cache = "", tier = ""] = cached.toLowerCase().split(" ");
  return { cache: cache || "none", tier };
}

function ofRequests({ traffic }: Services): Family[] {
  const tallies = traffic.tallies();
  const stages = [...traffic.stages()];
  return [
    counter(
      "cameo_requests",
      "Requests for images, by mount, status and cache.",
      tallies.map(({ mount, status, cached, count }) => [count, { mount, status, ...cacheLabels(cached) }]),
    ),
    counter(
      "cameo_response_bytes",
      "Bytes of the bodies of answers.",
      [...groupBy(tallies, ({ mount }) => mount)].map(([mount, each]) => [sum(each, ({ bytes }) => bytes), { mount }]),
    ),
    {
      name: "cameo_request_duration_seconds",
      type: "histogram",
      help: "From the first look at a request to its answer, by what the cache had.",
      samples: [...groupBy(tallies, ({ cached }) => cacheLabels(cached).cache)].flatMap(([cache, each]) =>
        histogram({ cache }, each),
      ),
    },
    {
      name: "cameo_stage_duration_seconds",
      type: "summary",
      help: "Stages of the pipeline, of what was made anew.",
      samples: stages.flatMap(([stage, { count, sumS }]): Sample[] => [
        [sumS, { stage }, "_sum"],
        [count, { stage }, "_count"],
      ]),
    },
  ];
}

function histogram(labels: Labels, tallies: readonly Tally[]): Sample[] {
  let below = 0;
  const buckets = durationBoundsS.map((bound, at): Sample => {
    below += sum(tallies, ({ within }) => within[at] ?? 0);
    return [below, { ...labels, le: bound }, "_bucket"];
  });
  const count = sum(tallies, (each) => each.count);
  return [
    ...buckets,
    [count, { ...labels, le: "+Inf" }, "_bucket"],
    [sum(tallies, ({ sumS }) => sumS), labels, "_sum"],
    [count, labels, "_count"],
  ];
}

function ofCache({ cache, flights }: Services): Family[] {
  const { tiers } = cache.stats();
  const each = (name: "hits" | "misses" | "errors" | "writes" | "entries" | "bytes"): Sample[] =>
    tiers.flatMap((tier): Sample[] => (tier[name] === undefined ? [] : [[tier[name], { tier: tier.name }]]));
  return [
    counter("cameo_cache_hits", "Reads that found a value.", each("hits")),
    counter("cameo_cache_misses", "Reads that found none.", each("misses")),
    counter("cameo_cache_errors", "Operations that failed, and damaged values.", each("errors")),
    counter("cameo_cache_writes", "Values that were written.", each("writes")),
    gauge("cameo_cache_entries", "Values, where the tier knows.", each("entries")),
    gauge("cameo_cache_bytes", "Bytes, where the tier knows.", each("bytes")),
    gauge("cameo_flights", "Images that are being made or fetched now.", [[flights.size()]]),
  ];
}

function ofWorkers({ pool }: Services): Family[] {
  const { workers, ready, busy, queued, decodedBytes, heapBytes, jobs, replaced } = pool.stats();
  return [
    gauge("cameo_workers", "Worker threads.", [[workers]]),
    gauge("cameo_workers_ready", "Those that are warm.", [[ready]]),
    gauge("cameo_workers_busy", "Those at work.", [[busy]]),
    gauge("cameo_queue_length", "Jobs that wait for a worker.", [[queued]]),
    gauge("cameo_decoded_bytes", "Estimated decoded bytes of the jobs at work.", [[decodedBytes]]),
    gauge("cameo_worker_heap_bytes", "WebAssembly memory of the workers.", [[heapBytes]]),
    counter("cameo_jobs", "Jobs that workers were given.", [[jobs]]),
    counter(
      "cameo_workers_replaced",
      "Workers that were replaced, by reason.",
      Object.entries(replaced).map(([reason, count]): Sample => [count, { reason }]),
    ),
  ];
}

/** Names of figures are plugins' own: they are values of a label. */
function ofPlugins({ figures }: Services, facts: HealthFacts): Family[] {
  const plugins = facts.plugins();
  const noted = figures.plugins();
  const rows = noted.flatMap((plugin) =>
    Object.entries(figures.of(plugin)).map(([name, figure]) => ({ plugin, name, figure })),
  );
  return [
    gauge(
      "cameo_plugin_failed",
      "1 for a plugin whose last load failed.",
      plugins.map(({ id, lastError }) => [lastError === null ? 0 : 1, { plugin: id }]),
    ),
    gauge(
      "cameo_plugin_requests_in_flight",
      "Requests that a plugin works on now.",
      noted.map((plugin) => [figures.inFlight(plugin), { plugin }]),
    ),
    {
      name: "cameo_plugin_figure",
      type: "summary",
      help: "What plugins count and measure, by the names that they give it. Quantiles are those of the last 256.",
      samples: rows.flatMap(({ plugin, name, figure: { count, sum, p50, p95 } }): Sample[] => [
        [p50, { plugin, name, quantile: 0.5 }],
        [p95, { plugin, name, quantile: 0.95 }],
        [sum, { plugin, name }, "_sum"],
        [count, { plugin, name }, "_count"],
      ]),
    },
  ];
}

const sum = <T>(all: readonly T[], of: (each: T) => number): number => all.reduce((total, each) => total + of(each), 0);
const groupBy = <T>(all: readonly T[], by: (each: T) => string): Map<string, T[]> => Map.groupBy(all, by);

/** A family without samples is left out. */
function toText({ name, type, help, samples }: Family): string {
  if (samples.length === 0) return "";
  const lines = samples.map(([value, labels = {}, suffix = ""]) => `${name}${suffix}${braced(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function braced(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
